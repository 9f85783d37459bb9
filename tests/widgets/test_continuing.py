"""A process that is stopped or goes on at a bad moment uses the terminal from its loop alone."""

import asyncio
import os
from collections.abc import Callable

import pytest
from textual.driver import Driver

from tui.widgets.continuing import continuing_driver


class Told(Driver):
    """Writes down what a driver of Textual's does with the terminal."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.meanwhile: list[Callable[[], None]] = []
        self._loop = asyncio.get_running_loop()
        self._auto_restart = True
        self._must_signal_resume = False

    def write(self, data: str) -> None:
        """Nothing is written."""

    def start_application_mode(self) -> None:
        self._happens()
        self.told.append("taken")
        self._must_signal_resume = False

    def disable_input(self) -> None:
        """There is no input."""

    def stop_application_mode(self) -> None:
        self._happens()
        self.told.append("given back")

    def _happens(self) -> None:
        if self.meanwhile:
            self.meanwhile.pop()()

    def _sigtstp_application(self, *_: object) -> None:
        self.suspend_application_mode()
        self._must_signal_resume = True
        self.told.append("stopped")

    def _sigcont_application(self, *_: object) -> None:
        self.resume_application_mode()

    def goes_on(self) -> None:
        """As the handler of its signal is called."""
        self._sigcont_application()

    def is_stopped(self) -> None:
        """As the handler of its signal is called."""
        self._sigtstp_application()


def made() -> Told:
    driver = continuing_driver(Told)()  # type: ignore[call-arg] # Told takes nothing
    assert isinstance(driver, Told)
    return driver


async def all_done() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_in_the_handler_of_a_signal_the_terminal_is_left_alone() -> None:
    driver = made()
    driver.start_application_mode()
    driver.is_stopped()
    driver.goes_on()
    assert driver.told == ["taken"]
    await all_done()
    assert driver.told == ["taken", "given back", "stopped", "taken"]


async def test_a_stop_from_outside_gives_the_terminal_back_before_it_is_taken() -> None:
    driver = made()
    driver.start_application_mode()
    driver.goes_on()
    await all_done()
    assert driver.told == ["taken", "given back", "taken"]


@pytest.mark.parametrize("begun", [True, False])
async def test_one_that_goes_on_meanwhile_does_it_once_more_afterwards(begun: bool) -> None:
    driver = made()
    if begun:
        driver.start_application_mode()
        driver.meanwhile.append(driver.goes_on)
        driver.goes_on()
    else:
        driver.meanwhile.append(driver.goes_on)
        driver.start_application_mode()
    await all_done()
    assert driver.told == ["taken"] + ["given back", "taken"] * (2 if begun else 1)


async def test_at_the_end_the_terminal_is_not_taken_again() -> None:
    driver = made()
    driver.start_application_mode()
    driver.meanwhile.append(driver.goes_on)
    driver.stop_application_mode()
    driver.goes_on()
    await all_done()
    assert driver.told == ["taken", "given back"]


async def test_while_a_pager_has_the_terminal_it_stops_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stopped = []
    monkeypatch.setattr(os, "kill", lambda *what: stopped.append(what))
    driver = made()
    driver.start_application_mode()
    with driver.no_automatic_restart():
        driver.is_stopped()
        assert len(stopped) == 1
        driver.goes_on()
    await all_done()
    assert driver.told == ["taken"]
