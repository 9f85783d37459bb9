"""What to say to a person who has configured nothing yet."""

from collections.abc import Sequence

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
evaltop config path

  It tells where the file belongs. The least it needs:

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
            "3  Write a configuration",
            _CONFIG,
        ),
    )


def begin_text(problems: Sequence[str] = ()) -> str:
    """Return the three ways as one text, after what is wrong with the configuration."""
    parts = ["No connection is configured yet. There are three ways to begin."]
    if problems:
        listed = "\n".join(f"  ✗ {problem}" for problem in problems)
        parts = [f"The configuration cannot be used as it is:\n{listed}", *parts]
    parts.extend(f"{heading}\n\n  {text}" for heading, text in ways_to_begin())
    return "\n\n".join(parts)
