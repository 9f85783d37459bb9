"""Weave's references and the links of its web pages."""

import re
from urllib.parse import quote, unquote

from tui.frozen import frozen
from tui.models import JsonValue

_REF = re.compile(
    r"weave:///(?P<project_id>[^/]+/[^/]+)/(?P<kind>object|op)/(?P<name>[^/:]+):(?P<digest>[^/:]+)"
)
_TABLE = re.compile(r"weave:///(?P<project_id>[^/]+/[^/]+)/table/(?P<digest>[^/]+)")
_CELL = re.compile(r"weave:///[^/]+/[^/]+/object/[^/]+/attr/rows/id/(?P<row>[^/]+)/key/(?P<key>.+)")
_HOSTED_TRACES = "https://trace.wandb.ai"


@frozen
class Ref:
    """A version of an object or an op."""

    text: str
    project_id: str
    kind: str
    name: str
    digest: str


@frozen
class TableRef:
    """The rows of a dataset."""

    project_id: str
    digest: str


def ref_of(value: object) -> Ref | None:
    """Return the reference a value is, None when it is none of an object or op version."""
    found = _REF.fullmatch(value) if isinstance(value, str) else None
    return found and Ref(found.string, *found.group("project_id", "kind", "name", "digest"))


def table_of(value: object) -> TableRef | None:
    """Return the table a value refers to, None when it is no such reference."""
    found = _TABLE.fullmatch(value) if isinstance(value, str) else None
    return found and TableRef(*found.group("project_id", "digest"))


def cell_of(value: object) -> tuple[str, str] | None:
    """Return row digest and column of a reference to one cell of a dataset, None for others."""
    found = _CELL.fullmatch(value) if isinstance(value, str) else None
    return found and (found["row"], unquote(found["key"]))


def name_of(value: JsonValue) -> str | None:
    """Return the name of what a value refers to or is: a ref, a text, an object with `name`."""
    ref = ref_of(value)
    if ref is not None:
        return ref.name
    if isinstance(value, dict):
        value = value.get("name") or value.get("_class_name")
    return value if isinstance(value, str) and value else None


def op_of(op_name: str | None) -> str:
    """Return an op's short name (`SupportBot.predict`), empty when there is none."""
    return name_of(op_name) or ""


def app_url(base_url: str) -> str:
    """Return the web app's address for a trace service's, by the SDK's rule."""
    base = base_url.rstrip("/")
    if base == _HOSTED_TRACES:
        return "https://wandb.ai"
    base = base.removesuffix("/traces")
    if "//api.wandb." in base:
        return base.replace("//api.wandb.", "//wandb.", 1)
    return base.replace("//api.", "//app.", 1)


def call_url(base_url: str, entity: str, project: str, call_id: str) -> str:
    """Return the page of a call; works for runs, trials, model and scorer calls."""
    place = "/".join(quote(part, safe="") for part in (entity, project, "r", "call", call_id))
    return f"{app_url(base_url)}/{place}"
