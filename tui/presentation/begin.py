"""What to say to a person who has configured nothing yet."""

from collections.abc import Sequence

from tui.config import PartialFind
from tui.models import ProviderKind

_ENVIRONMENT = {
    ProviderKind.OPENAI: "OPENAI_API_KEY",
    ProviderKind.AZURE_OPENAI: "AZURE_OPENAI_API_KEY and AZURE_OPENAI_ENDPOINT",
    ProviderKind.WEAVE: "WANDB_API_KEY, WANDB_ENTITY and WANDB_PROJECT",
    ProviderKind.DATALAB: "DATALAB_API_KEY",
    ProviderKind.GOMODEL: "GOMODEL_BASE_URL (and GOMODEL_MASTER_KEY)",
}
"""What makes a connection by itself, per provider (design 4.1)."""

_DEMO = """\
evaltop demo

  A simulated company with live runs on all five providers.
  No key, no network, no file of yours."""
_CONFIG = """\
a

  It asks what a connection needs and writes the file, here and now.
  Outside the app, evaltop config init begins a file and evaltop doctor says what is missing.
  The least it needs:

  [connections.prod]
  provider = "openai\""""


def ways_to_begin() -> tuple[tuple[str, str], ...]:
    """Return the three ways to begin as `(heading, text)`."""
    variables = "\n".join(f"  {kind.value:<13} {names}" for kind, names in _ENVIRONMENT.items())
    return (
        (
            "1  Look around",
            _DEMO,
        ),
        (
            "2  Use the keys you already have",
            f"Set the variables of a provider and start again:\n\n{variables}",
        ),
        (
            "3  Add a connection",
            _CONFIG,
        ),
    )


def begin_text(problems: Sequence[str] = (), finds: Sequence[PartialFind] = ()) -> str:
    """Return the three ways as one text, after what is wrong and what was found half."""
    parts = ["No connection is configured yet. There are three ways to begin."]
    if finds:
        listed = "\n".join(
            f"  {find.kind.value}: {', '.join(find.found)}; missing: {', '.join(find.missing)}"
            for find in finds
        )
        parts.insert(0, f"Found in your environment (a completes it):\n{listed}")
    if problems:
        listed = "\n".join(f"  ✗ {problem}" for problem in problems)
        parts = [f"The configuration cannot be used as it is:\n{listed}", *parts]
    parts.extend(f"{heading}\n\n  {text}" for heading, text in ways_to_begin())
    return "\n\n".join(parts)
