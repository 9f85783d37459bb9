"""A commented config file to begin with, from what the environment holds."""

from collections.abc import Mapping, Sequence

from tui.config.settings import ConnectionConfig
from tui.config.showing import table_lines

_HEAD = """\
# evaltop's configuration. `evaltop config check` names every mistake, `evaltop doctor` tests it.
# Keys are not kept here. A connection's key comes from EVALTOP_<NAME>_API_KEY, the variable that
# key_env names, the provider's own variable, key_command, or the keyring (evaltop auth set NAME).
"""
_EXAMPLES = {
    "openai": """\
[connections.prod]
provider = "openai"
project = "proj_…"              # optional
key_env = "MY_KEY"              # optional: read the key from this variable
""",
    "azure-openai": """\
[connections.eu]
provider = "azure-openai"
base_url = "https://RES.openai.azure.com/openai/v1"   # or the Foundry project endpoint
# A token of Entra ID instead of a key; it is renewed before it ends:
key_command = ["az", "account", "get-access-token", "--resource", "https://ai.azure.com"]
""",
    "weave": """\
[connections.team]
provider = "weave"
entity = "acme"
project = "bot"
""",
    "datalab": """\
[connections.docs]
provider = "datalab"
score_max = 5                   # the API does not state its scale
""",
    "gomodel": """\
[connections.gateway]
provider = "gomodel"
base_url = "http://localhost:8080"
""",
}
_TAIL = """\
[poll]                          # wishes; a connection may set its own in its table
focused_s = 5                   # the run on screen
live_s = 15                     # lists while something is live
idle_s = 60                     # lists while nothing is

[ui]
theme = "textual-dark"

[keys]                          # action id = key or list of keys; ? in the app names them
refresh = "f5"
"""


def starter_text(found: Sequence[ConnectionConfig], environ: Mapping[str, str]) -> str:
    """Return a config file with these connections, and an example of every other provider.

    Only what differs from the defaults is spelled out; there is no key in it.
    """
    parts = [_HEAD]
    for connection in found:
        lines = table_lines(connection, defaults=False)
        variable = connection.key_variable
        holds = "its key is in" if environ.get(variable, "").strip() else "a key would be in"
        parts.append(
            f"# Found in your environment; {holds} {variable}.\n"
            + "\n".join([f"[connections.{connection.name}]", *lines])
            + "\n"
        )
    known = {connection.kind.value for connection in found}
    parts += [_commented(text) for kind, text in _EXAMPLES.items() if kind not in known]
    parts.append(_commented(_TAIL))
    return "\n".join(parts)


def _commented(text: str) -> str:
    return "".join(f"# {line}".rstrip() + "\n" for line in text.splitlines())
