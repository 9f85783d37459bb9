"""Azure OpenAI: the OpenAI wire family on a resource or on a Foundry project.

Endpoints: as `openai`, below one of
    resource   https://RES.openai.azure.com/openai/v1, https://RES.services.ai.azure.com/openai/v1
    project    https://ACCOUNT.services.ai.azure.com/api/projects/PROJECT/openai/v1
    Batches and files belong to the resource form; projects have no documented batches.
Auth: `api-key: <key>` on a resource; `Authorization: Bearer <token>` on a project and wherever the
    key is an Entra token (it lives about an hour, so it comes from `key_command`).
    Resources also get `aoai-evals: preview`, which their specification requires, projects
    `Foundry-Features: Evaluations=V1Preview`. `api-version` is sent when configured.
Paging: as `openai`; a project's pages have no `object` field.
Limits: rows up to 2 MB, 100,000 per run; creation of runs is limited per tenant, reading is not
    documented to be. `x-ratelimit-*` values may be -1 or 0, which says nothing.

Differences that are mapped:
    Timestamps as numbers or RFC 3339 texts. `modified_at` is the nearest thing to an end time.
    Runs are cancelled by a POST to the run itself; `/cancel` is tried after 404 or 405.
    Both spellings of cancelled. `skipped` and `errored` counts, run-wide and per criterion.
    `model_id` for `model_name`. `error` of any JSON type. Plain evaluator names for criterion ids.
    Several metrics per criterion: the primary one counts. Scores and verdicts null where a grader
    errored or was skipped. Item status `completed` with the verdicts in the results: a row with a
    pass and no fail passed, whatever else broke (Microsoft's own rule).
Known gaps:
    Dataset files of projects (`azureai://…`) cannot be read, so a running run has no total.
    Scales differ between evaluators and for safety ones low is good: only verdicts are compared.

Checked against: Microsoft's published specifications of both surfaces, their example files, and the
source of `azure-ai-evaluation` 1.18.10 and of two shipping clients. Documentation only: no recorded
traffic of either surface is public.
"""

from tui.config import AzureOpenAIConnection
from tui.models import ProviderKind
from tui.providers.base import Provider
from tui.providers.http import AuthScheme, ClientContext, HttpClient
from tui.providers.openai_family.dialect import Dialect
from tui.providers.openai_family.faults import read_error
from tui.providers.openai_family.service import EvalsProvider

_BEARER = AuthScheme()
_API_KEY = AuthScheme(header="api-key", prefix="")

_TOKEN_START = "eyJ"  # noqa: S105  what every JSON web token begins with, not a secret
_TOKEN_DOTS = 2


def create(config: AzureOpenAIConnection, context: ClientContext) -> Provider:
    """Return the provider of a connection; nothing is asked yet."""
    project = config.is_project
    client = HttpClient(
        context,
        connection=config.name,
        base_url=config.base_url,
        auth=_BEARER if project else scheme_for,
        headers=(
            {"Foundry-Features": "Evaluations=V1Preview"} if project else {"aoai-evals": "preview"}
        ),
        read_error=read_error,
        allow_http=config.allow_http,
        verify_tls=config.verify_tls,
    )
    dialect = Dialect(
        kind=ProviderKind.AZURE_OPENAI,
        connection=config.name,
        batches=config.batches and not project,
        evals=config.evals,
        params={"api-version": config.api_version} if config.api_version else {},
        foundry=project,
        cancel_paths=("", "/cancel"),
    )
    return EvalsProvider(client, dialect, context.clock)


def scheme_for(key: str) -> AuthScheme:
    """Return how a resource is given this key: an Entra token as bearer, a key as `api-key`."""
    token = key.startswith(_TOKEN_START) and key.count(".") == _TOKEN_DOTS
    return _BEARER if token else _API_KEY
