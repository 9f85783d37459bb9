"""Connections from the variables a provider's users already have (design 4.1).

They are named after their provider. A provider whose variables are incomplete is left out without
a word: these variables have other uses too.
"""

from collections.abc import Mapping

from tui.config.addresses import WrongValueError, base_address
from tui.config.reading import make_connection
from tui.config.settings import (
    AzureOpenAIConnection,
    ConnectionConfig,
    DatalabConnection,
    GoModelConnection,
    OpenAIConnection,
    WeaveConnection,
    key_variable_of,
)
from tui.errors import ConfigProblem
from tui.frozen import frozen
from tui.models import ProviderKind

_WANDB_API = "https://api.wandb.ai"


def environment_connections(environ: Mapping[str, str]) -> tuple[ConnectionConfig, ...]:
    """Return the connections whose variables are there, unusable addresses left out."""
    return EnvironmentReader(environ).connections()


@frozen
class PartialFind:
    """Variables of a provider that are there, but not enough for a connection."""

    kind: ProviderKind
    found: tuple[str, ...]
    missing: tuple[str, ...]
    """What would complete it; any one of them where a name holds `or`."""


_NEEDED: dict[ProviderKind, tuple[tuple[str, ...], ...]] = {
    ProviderKind.AZURE_OPENAI: (
        ("AZURE_OPENAI_API_KEY",),
        ("AZURE_OPENAI_ENDPOINT", "AZURE_AI_PROJECT_ENDPOINT", "FOUNDRY_PROJECT_ENDPOINT"),
    ),
    ProviderKind.WEAVE: (("WANDB_API_KEY",), ("WANDB_ENTITY",), ("WANDB_PROJECT",)),
    ProviderKind.GOMODEL: (("GOMODEL_BASE_URL",), ("GOMODEL_MASTER_KEY",)),
}
"""Per provider what a connection takes, each any of some variables; the others take one."""


def partial_finds(environ: Mapping[str, str]) -> tuple[PartialFind, ...]:
    """Return the providers whose variables are there in part; nothing of their values."""
    whole = {connection.kind for connection in environment_connections(environ)}
    finds = []
    for kind, needs in _NEEDED.items():
        if kind in whole:
            continue
        found = [name for need in needs for name in need if environ.get(name, "").strip()]
        missing = [" or ".join(need) for need in needs if not set(need) & set(found)]
        if found and missing:
            finds.append(PartialFind(kind, tuple(found), tuple(missing)))
    return tuple(finds)


class EnvironmentReader:
    """Reads the environment once; `problems` names addresses that cannot be used."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self.problems: list[ConfigProblem] = []

    def connections(self) -> tuple[ConnectionConfig, ...]:
        """Return the connections, in the order the providers are listed in the documentation."""
        found = (
            self._openai(),
            self._azure("azure-openai", "AZURE_OPENAI_ENDPOINT"),
            self._azure("azure-foundry", "AZURE_AI_PROJECT_ENDPOINT", "FOUNDRY_PROJECT_ENDPOINT"),
            self._weave(),
            self._datalab(),
            self._gomodel(),
        )
        return tuple(connection for connection in found if connection is not None)

    def _openai(self) -> ConnectionConfig | None:
        if not self._has_key(OpenAIConnection, "openai"):
            return None
        own = {
            "organization": self._get("OPENAI_ORG_ID"),
            "project": self._get("OPENAI_PROJECT_ID"),
        }
        return self._make(OpenAIConnection, "openai", self._first("OPENAI_BASE_URL"), own)

    def _azure(self, name: str, *variables: str) -> ConnectionConfig | None:
        address = self._first(*variables)
        if address is None or not self._has_key(AzureOpenAIConnection, name):
            return None
        return self._make(AzureOpenAIConnection, name, address, {})

    def _weave(self) -> ConnectionConfig | None:
        entity, project = self._get("WANDB_ENTITY"), self._get("WANDB_PROJECT")
        if not (entity and project and self._has_key(WeaveConnection, "weave")):
            return None
        address = self._first("WF_TRACE_SERVER_URL")
        if address is None:
            base = self._first("WANDB_PUBLIC_BASE_URL", "WANDB_BASE_URL")
            if base is not None and base[1].rstrip("/") != _WANDB_API:
                address = base[0], base[1].rstrip("/") + "/traces"
        return self._make(WeaveConnection, "weave", address, {"entity": entity, "project": project})

    def _datalab(self) -> ConnectionConfig | None:
        if not self._has_key(DatalabConnection, "datalab"):
            return None
        address = self._first("DATALAB_BASE_URL", "DATALAB_HOST")
        return self._make(DatalabConnection, "datalab", address, {})

    def _gomodel(self) -> ConnectionConfig | None:
        address = self._first("GOMODEL_BASE_URL")
        return address and self._make(GoModelConnection, "gomodel", address, {})

    def _make(
        self,
        kind: type[ConnectionConfig],
        name: str,
        address: tuple[str, str] | None,
        own: Mapping[str, str | None],
    ) -> ConnectionConfig | None:
        variable, text = address or ("", kind.default_base_url or "")
        try:
            base_url = base_address(kind.kind, text if "://" in text else f"https://{text}")
        except WrongValueError as error:
            self.problems.append(
                ConfigProblem(
                    message=f"{error}.", key=variable, line=None, file=None, connection=name
                )
            )
            return None
        given = {key: value for key, value in own.items() if value}
        return make_connection(kind, name, {"base_url": base_url, **given}, {})

    def _has_key(self, kind: type[ConnectionConfig], name: str) -> bool:
        return bool(self._get(key_variable_of(name)) or self._get(kind.key_variable))

    def _get(self, variable: str) -> str | None:
        return self._environ.get(variable, "").strip() or None

    def _first(self, *variables: str) -> tuple[str, str] | None:
        for variable in variables:
            if value := self._get(variable):
                return variable, value
        return None
