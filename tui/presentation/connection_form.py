"""What is asked to set up a connection, per provider, and what the answers mean."""

from collections.abc import Mapping

from tui.config import ConnectionConfig, connection_values
from tui.frozen import frozen
from tui.models import ProviderKind

TITLES: dict[ProviderKind, str] = {
    ProviderKind.OPENAI: "OpenAI: evals and batches",
    ProviderKind.AZURE_OPENAI: "Azure OpenAI resource or Foundry project",
    ProviderKind.WEAVE: "W&B Weave project",
    ProviderKind.DATALAB: "Datalab eval batch runs",
    ProviderKind.GOMODEL: "GoModel gateway",
}


@frozen
class FormField:
    """One line of the form."""

    key: str
    """`name`, or a key of the connection's table."""
    label: str
    hint: str
    """What belongs there, shown while it is empty."""
    value: str = ""
    fixed: bool = False
    """Whether it cannot be changed here: the name of a connection that exists."""


_LISTS = frozenset({"evals", "key_command", "pass_criteria"})
_NUMBERS = frozenset({"score_max", "pass_score"})
_KEY_ENV = FormField("key_env", "key variable", "a variable's name; empty: the provider's own")
_OWN: dict[ProviderKind, tuple[FormField, ...]] = {
    ProviderKind.OPENAI: (
        FormField("project", "project", "proj_…; empty: the key's own"),
        FormField("organization", "organization", "org_…; empty: the key's own"),
        FormField("evals", "evals", "eval_…, eval_…; empty: all"),
    ),
    ProviderKind.AZURE_OPENAI: (
        FormField("evals", "evals", "eval_…, eval_…; empty: all"),
        FormField("key_command", "key command", "for Entra ID: az, account, get-access-token, …"),
    ),
    ProviderKind.WEAVE: (
        FormField("entity", "entity", "acme: the team or user in the project's address"),
        FormField("project", "project", "bot"),
    ),
    ProviderKind.DATALAB: (
        FormField("score_max", "highest score", "5"),
        FormField("pass_score", "passing score", "empty: files are not passed or failed"),
    ),
    ProviderKind.GOMODEL: (),
}
_ADDRESSES = {
    ProviderKind.OPENAI: "empty: https://api.openai.com/v1",
    ProviderKind.AZURE_OPENAI: "https://RES.openai.azure.com, or the project endpoint",
    ProviderKind.WEAVE: "empty: https://trace.wandb.ai",
    ProviderKind.DATALAB: "empty: https://www.datalab.to",
    ProviderKind.GOMODEL: "empty: http://localhost:8080",
}


def form_fields(
    kind: ProviderKind,
    *,
    name: str = "",
    existing: ConnectionConfig | None = None,
    known: Mapping[str, str] | None = None,
) -> tuple[FormField, ...]:
    """Return the lines of the form, from top to bottom.

    Args:
        kind: the provider.
        name: proposed for a new connection.
        existing: the connection that is edited; its values are filled in.
        known: key to a value the environment holds.
    """
    values = dict(known or {})
    if existing is not None:
        name = existing.name
        values = {key: _text(value) for key, value in connection_values(existing).items()}
    fields = (
        FormField("name", "name", "letters, digits, - and _", name, fixed=existing is not None),
        FormField("base_url", "address", _ADDRESSES[kind]),
        *_OWN[kind],
        _KEY_ENV,
    )
    return tuple(
        field
        if field.key == "name"
        else FormField(field.key, field.label, field.hint, values.get(field.key, ""))
        for field in fields
    )


def form_values(kind: ProviderKind, texts: Mapping[str, str]) -> dict[str, object]:
    """Return what goes into the connection's table; None takes a key out.

    A text that is no number stays a text: the file's own checks say what is wrong with it.
    """
    values: dict[str, object] = {"provider": kind.value}
    for key, text in texts.items():
        if key == "name":
            continue
        text = text.strip()  # noqa: PLW2901 - trimmed once for all
        if not text:
            values[key] = None
        elif key in _LISTS:
            values[key] = [part.strip() for part in text.split(",") if part.strip()]
        elif key in _NUMBERS:
            values[key] = _number(text)
        else:
            values[key] = text
    return values


def free_name(kind: ProviderKind, taken: Mapping[str, object]) -> str:
    """Return a name for a new connection that nobody has yet."""
    number = 1
    name = kind.value
    while name in taken:
        number += 1
        name = f"{kind.value}-{number}"
    return name


def _text(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(str(part) for part in value)
    return f"{value:g}" if isinstance(value, float) else str(value)


def _number(text: str) -> object:
    try:
        return float(text) if "." in text or "e" in text.lower() else int(text)
    except ValueError:
        return text
