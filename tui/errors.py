"""The error tree: every failure a person can meet, as one sentence, a remedy and an exit code.

    EvaltopError
    ├── UsageError          64  wrong command line
    │   └── QueryError          64  a filter that cannot be read (carries the place in it)
    ├── DataError           65  a file or body that cannot be read
    ├── NotFoundError       66  no such run, row, trial or connection
    ├── ConfigError         78  bad configuration (carries file, line and key)
    ├── StoreError          65  the store's file is unusable, so nothing is kept
    ├── ProviderError       69  a provider's answer, or its absence
    │   ├── KeyMissingError     77  no key was found
    │   ├── AuthError           77  the key was refused (401, 403)
    │   ├── UnreachableError    69  host, port, TLS, proxy, timeout
    │   ├── RateLimitedError    69  429 or a wait longer than we hold a slot for
    │   ├── ServerFaultError    69  5xx
    │   ├── BadAnswerError      69  not the JSON or the type that was expected
    │   ├── TooLargeError       69  over a size cap
    │   ├── MissingError        66  404/410: the object is gone or was never there
    │   ├── RejectedError       69  400/409/413/422: the request was understood and refused
    │   └── RetiredError        69  the service itself has ended
    └── InternalError       70  a bug in evaltop

No text here ever holds a key, a header or a body that was sent.
"""

from datetime import datetime
from pathlib import Path

from tui.frozen import frozen


class EvaltopError(Exception):
    """Base of every failure that is shown to a person.

    Attributes:
        message: one sentence, cleaned, without a trailing newline.
        remedy: what the person can do, one sentence; empty when nothing helps but waiting.
        retryable: whether the same request may work later.
        exit_code: what a headless command ends with (design 4.2).
    """

    exit_code = 70
    retryable = False

    def __init__(self, message: str, *, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    def sentence(self) -> str:
        """Return message and remedy as one line; words of a provider may lack their full stop."""
        stop = "" if not self.remedy or self.message.endswith((".", "!", "?", "…")) else "."
        return f"{self.message}{stop} {self.remedy}".strip()


class UsageError(EvaltopError):
    """The command line cannot be understood."""

    exit_code = 64


class QueryError(UsageError):
    """A filter cannot be read.

    Attributes:
        text: the whole filter.
        position: where in it the mistake is, in characters from 0; the filter's length when
            something is missing at its end.
        length: how many characters are wrong, at least 1.
    """

    def __init__(self, message: str, *, text: str, position: int, length: int = 1) -> None:
        super().__init__(message)
        self.text = text
        self.position = position
        self.length = length


class DataError(EvaltopError):
    """A file or body cannot be read."""

    exit_code = 65


class NotFoundError(EvaltopError):
    """No such run, row, trial or connection; `candidates` lists what was meant, if ambiguous."""

    exit_code = 66

    def __init__(self, message: str, *, remedy: str = "", candidates: tuple[str, ...] = ()) -> None:
        super().__init__(message, remedy=remedy)
        self.candidates = candidates


@frozen
class ConfigProblem:
    """One mistake in a configuration file."""

    message: str
    """What is wrong and what is allowed, one sentence."""
    key: str
    """Dotted path of the key, e.g. `connections.prod.base_url`; empty for the whole file."""
    line: int | None
    """1-based line in the file; None when it cannot be told (environment, defaults)."""
    file: Path | None
    """None when the value came from the environment."""
    connection: str | None = None
    """The connection it disables; None when it concerns the whole program."""

    def sentence(self) -> str:
        """Return `file:line: key: message`, leaving out what is unknown."""
        place = "" if self.file is None else str(self.file)
        if self.line is not None:
            place = f"{place}:{self.line}"
        return ": ".join(part for part in (place, self.key, self.message) if part)


class ConfigError(EvaltopError):
    """The configuration cannot be used; `problems` is never empty."""

    exit_code = 78

    def __init__(self, problems: tuple[ConfigProblem, ...], *, remedy: str = "") -> None:
        super().__init__(
            "; ".join(problem.sentence() for problem in problems),
            remedy=remedy or "Run `evaltop config check` after mending it.",
        )
        self.problems = problems


class StoreError(EvaltopError):
    """The store on disk cannot be used."""

    exit_code = 65


class InternalError(EvaltopError):
    """A bug in evaltop."""


class ProviderError(EvaltopError):
    """A provider answered with a failure, or not at all.

    Attributes:
        status: HTTP status; None when no answer came.
        code: the provider's own error code or type; None when it gave none.
        request_id: the provider's id of the failed request, for support; None when absent.
        retry_at: wall time before which the provider asked not to be asked again; None = no wish.
    """

    exit_code = 69
    retryable = True

    def __init__(
        self,
        message: str,
        *,
        remedy: str = "",
        status: int | None = None,
        code: str | None = None,
        request_id: str | None = None,
        retry_at: datetime | None = None,
    ) -> None:
        super().__init__(message, remedy=remedy)
        self.status = status
        self.code = code
        self.request_id = request_id
        self.retry_at = retry_at


class KeyMissingError(ProviderError):
    """No key was found for a connection."""

    exit_code = 77
    retryable = False


class AuthError(ProviderError):
    """The key was refused, or may not read this."""

    exit_code = 77
    retryable = False


class UnreachableError(ProviderError):
    """Nobody answered: unknown host, refused port, TLS, proxy, timeout, a cut connection."""


class RateLimitedError(ProviderError):
    """The provider asked for a pause longer than a request slot is held for."""


class ServerFaultError(ProviderError):
    """The provider failed on its side (5xx)."""


class BadAnswerError(ProviderError):
    """The answer is not what the API promises: HTML, cut JSON, a wrong root type."""


class TooLargeError(ProviderError):
    """An answer or one item of it is over its size cap."""

    retryable = False


class MissingError(ProviderError):
    """The object is gone or was never there (404, 410)."""

    exit_code = 66
    retryable = False


class RejectedError(ProviderError):
    """The request was understood and refused (400, 409, 413, 422, a redirect)."""

    retryable = False


class RetiredError(ProviderError):
    """The service itself has ended; what was fetched stays readable."""

    retryable = False
