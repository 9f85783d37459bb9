"""Keyrings that behave as badly as they are told to, put in place of the system's."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import keyring.core
from keyring.backend import KeyringBackend
from keyring.errors import PasswordDeleteError

BUS = {"DBUS_SESSION_BUS_ADDRESS": "unix:path=/nonexistent"}
"""Enough of a session for the keyring to be asked."""


class MemoryKeyring(KeyringBackend):
    """Works."""

    priority = 0  # never chosen by itself

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call] # keyring's
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        if self.kept.pop((service, username), None) is None:
            raise PasswordDeleteError("canary")


class FailingKeyring(MemoryKeyring):
    """Raises whatever it is told to, for everything."""

    priority = 0  # never chosen by itself

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error

    def get_password(self, service: str, username: str) -> str | None:
        raise self.error

    def set_password(self, service: str, username: str, password: str) -> None:
        raise self.error


class HangingKeyring(MemoryKeyring):
    """Waits for somebody to answer a question on another screen."""

    priority = 0  # never chosen by itself

    def __init__(self) -> None:
        super().__init__()
        self.answered = threading.Event()
        self.asked = 0

    def get_password(self, service: str, username: str) -> str | None:
        self.asked += 1
        self.answered.wait()
        return super().get_password(service, username)


class ForgetfulKeyring(MemoryKeyring):
    """Says it keeps a thing and does not, as the null backend."""

    priority = 0  # never chosen by itself

    def set_password(self, service: str, username: str, password: str) -> None:
        return


class MyPlaintextKeyring(MemoryKeyring):
    """Would keep keys readable."""

    priority = 0  # never chosen by itself


@contextmanager
def using(backend: KeyringBackend | Callable[[], KeyringBackend]) -> Iterator[None]:
    """Put a keyring in place of the system's; a function is called each time it is looked up."""
    before = keyring.core._keyring_backend, keyring.get_keyring
    if isinstance(backend, KeyringBackend):
        keyring.core._keyring_backend = backend  # type: ignore[assignment] # None at first
    else:
        keyring.get_keyring = backend
    try:
        yield
    finally:
        keyring.core._keyring_backend, keyring.get_keyring = before
