"""What can be configured, as frozen dataclasses with their defaults."""

from collections.abc import Mapping
from dataclasses import field
from pathlib import Path
from typing import ClassVar

from tui.errors import ConfigProblem
from tui.frozen import frozen
from tui.models import ProviderKind


@frozen
class PollSettings:
    """How often a connection may be asked. Intervals are wishes; the request budget wins."""

    focused_s: float
    """Seconds between requests for the run on screen."""
    live_s: float
    """Seconds between lists while something is live."""
    idle_s: float
    """Seconds between lists while nothing is."""
    max_requests_per_min: int


@frozen(kw_only=True)
class ConnectionConfig:
    """What all connections share."""

    kind: ClassVar[ProviderKind]
    key_variable: ClassVar[str]
    """The environment variable the provider's users already have."""
    default_base_url: ClassVar[str | None]
    default_poll: ClassVar[PollSettings]

    name: str
    base_url: str
    """Without a trailing slash. OpenAI's and Azure's include the API's prefix (`/v1`,
    `/openai/v1`), the others' do not."""
    key_env: str | None = None
    key_command: tuple[str, ...] = ()
    poll: PollSettings
    allow_http: bool = False
    """Plain http is refused except to loopback unless this is set."""
    verify_tls: bool = True
    enabled: bool = True
    """A connection that is switched off is kept and not asked."""


@frozen(kw_only=True)
class OpenAIConnection(ConnectionConfig):
    """OpenAI: evals and batches of one project."""

    kind: ClassVar[ProviderKind] = ProviderKind.OPENAI
    key_variable: ClassVar[str] = "OPENAI_API_KEY"
    default_base_url: ClassVar[str | None] = "https://api.openai.com/v1"
    default_poll: ClassVar[PollSettings] = PollSettings(5, 15, 60, 60)

    organization: str | None = None
    project: str | None = None
    evals: tuple[str, ...] = ()
    """Only these eval ids; empty = all."""
    batches: bool = True


@frozen(kw_only=True)
class AzureOpenAIConnection(ConnectionConfig):
    """Azure OpenAI resource or Foundry project."""

    kind: ClassVar[ProviderKind] = ProviderKind.AZURE_OPENAI
    key_variable: ClassVar[str] = "AZURE_OPENAI_API_KEY"
    default_base_url: ClassVar[str | None] = None
    default_poll: ClassVar[PollSettings] = PollSettings(5, 15, 60, 60)

    api_version: str | None = None
    evals: tuple[str, ...] = ()
    batches: bool = True
    """Project endpoints have no documented batches; they are not asked there."""

    @property
    def is_project(self) -> bool:
        """Whether `base_url` is a Foundry project endpoint."""
        return "/api/projects/" in self.base_url


@frozen(kw_only=True)
class WeaveConnection(ConnectionConfig):
    """One W&B Weave project."""

    kind: ClassVar[ProviderKind] = ProviderKind.WEAVE
    key_variable: ClassVar[str] = "WANDB_API_KEY"
    default_base_url: ClassVar[str | None] = "https://trace.wandb.ai"
    default_poll: ClassVar[PollSettings] = PollSettings(5, 15, 60, 60)

    entity: str
    project: str
    pass_criteria: tuple[str, ...] = ()
    """Names (`scorer` or `scorer.path`) that decide the outcome; empty = the rule of design 1."""


@frozen(kw_only=True)
class DatalabConnection(ConnectionConfig):
    """Datalab evaluation batch runs."""

    kind: ClassVar[ProviderKind] = ProviderKind.DATALAB
    key_variable: ClassVar[str] = "DATALAB_API_KEY"
    default_base_url: ClassVar[str | None] = "https://www.datalab.to"
    default_poll: ClassVar[PollSettings] = PollSettings(10, 30, 120, 8)

    score_max: float = 5.0
    """Upper end of the score scale; the API does not state it."""
    pass_score: float | None = None
    """A file at or above it passed, below it failed; None leaves scored files ungraded."""


@frozen(kw_only=True)
class GoModelConnection(ConnectionConfig):
    """A GoModel gateway's batches. The key is optional: an open gateway has none."""

    kind: ClassVar[ProviderKind] = ProviderKind.GOMODEL
    key_variable: ClassVar[str] = "GOMODEL_MASTER_KEY"
    default_base_url: ClassVar[str | None] = "http://localhost:8080"
    default_poll: ClassVar[PollSettings] = PollSettings(5, 15, 60, 30)


THEMES = (
    "textual-dark",
    "textual-light",
    "nord",
    "gruvbox",
    "catppuccin-mocha",
    "dracula",
    "tokyo-night",
    "monokai",
    "flexoki",
    "catppuccin-latte",
    "catppuccin-frappe",
    "catppuccin-macchiato",
    "solarized-light",
    "solarized-dark",
    "rose-pine",
    "rose-pine-moon",
    "rose-pine-dawn",
    "atom-one-dark",
    "atom-one-light",
    "ansi-dark",
    "ansi-light",
)
"""What Textual brings; headless commands, which check the name, do not import it."""


@frozen
class UiSettings:
    """How the app looks."""

    theme: str = "textual-dark"
    """One of `THEMES`."""
    read_only: bool = False
    """Whether nothing may be written to providers: no run is canceled."""


@frozen
class NotifySettings:
    """How a person is told of watched runs."""

    terminal: str = "auto"
    """One of `TERMINAL_NOTICES`."""
    bell: bool = True
    """Whether the bell rings where the terminal shows no notifications."""
    command: tuple[str, ...] = ()
    """A program that is given each event as JSON; empty = none."""
    quiet: str | None = None
    """`22:00-07:00`: local times between which nobody is disturbed; None = never."""


TERMINAL_NOTICES = ("auto", "osc9", "osc777", "osc99", "off")


@frozen
class StoreSettings:
    """How large the store may get."""

    max_gib: float | None = None
    """None = the smaller of 20 GiB and a quarter of the free disk."""


@frozen
class Config:
    """Everything that was configured, and what was wrong with it."""

    connections: tuple[ConnectionConfig, ...] = ()
    """Usable ones only, in file order; a broken one is named in `problems`."""
    switched_off: tuple[ConnectionConfig, ...] = ()
    """Usable ones with `enabled = false`, in file order."""
    ui: UiSettings = field(default_factory=UiSettings)
    store: StoreSettings = field(default_factory=StoreSettings)
    notify: NotifySettings = field(default_factory=NotifySettings)
    keys: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Action id to keys, as the person rebound them; checked against the action registry later."""
    problems: tuple[ConfigProblem, ...] = ()
    file: Path | None = None
    """The file that was read; None when there is none."""
    data_dir: Path = Path()
    lines: Mapping[str, int] = field(default_factory=dict)
    """Dotted key to its 1-based line in `file`."""
    origin: str = "none"
    """`file`, `environment`, `demo` or `none`: where the connections came from."""


def key_variable_of(name: str) -> str:
    """Return the environment variable that holds the key of the connection of this name."""
    return f"EVALTOP_{name.upper().replace('-', '_')}_API_KEY"
