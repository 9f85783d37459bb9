"""Archives and walks by real processes over real sockets: killed, gone on with, read offline."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qs

import psutil
import pytest

from tests.loopback import JsonHandler, LoopbackServer, listed
from tests.terminal import Terminal

EVALTOP = str(Path(sys.executable).with_name("evaltop"))
PAGES, PAGE = 6, 100
REF = "prod/eval_1/evalrun_1"


class PagedApi:
    """One eval with one run of 600 output items on loopback; a page can be held back."""

    def __init__(self) -> None:
        self.asked: list[str | None] = []
        """`after` of every request for output items, in order."""
        self.hold_at: str | None = None
        self.held = threading.Event()
        self.go_on = threading.Event()
        api = self

        class Handler(JsonHandler):
            def answer(self, url: SplitResult) -> object:
                return api.answer(url.path, parse_qs(url.query))

        self.server = LoopbackServer(Handler)

    def answer(self, path: str, query: dict[str, list[str]]) -> dict[str, Any]:
        if path.endswith("/output_items"):
            after = query.get("after", [None])[0]
            self.asked.append(after)
            if after is not None and after == self.hold_at:
                self.held.set()
                self.go_on.wait(30)
            start = 0 if after is None else int(after.rpartition("_")[2]) + 1
            items = [item(n) for n in range(start, start + PAGE)]
            return listed(items, more=start + PAGE < PAGES * PAGE)
        if path.endswith("/runs"):
            return listed([RUN])
        if "/runs/" in path:
            return RUN
        if path.endswith("/evals"):
            return listed([EVAL])
        return EVAL


EVAL = {
    "id": "eval_1",
    "object": "eval",
    "name": "faq",
    "created_at": 1_700_000_000,
    "testing_criteria": [{"id": "g1", "type": "string_check", "name": "exact"}],
    "metadata": {},
}
TOTAL = PAGES * PAGE
RUN = {
    "id": "evalrun_1",
    "object": "eval.run",
    "eval_id": "eval_1",
    "name": "nightly",
    "status": "completed",
    "model": "gpt-5-mini",
    "created_at": 1_700_000_100,
    "result_counts": {"total": TOTAL, "passed": TOTAL, "failed": 0, "errored": 0},
    "data_source": {
        "type": "jsonl",
        "source": {
            "type": "file_content",
            "content": [{"item": {"question": f"what is {n}?"}} for n in range(TOTAL)],
        },
    },
    "metadata": {},
}


def item(n: int) -> dict[str, Any]:
    return {
        "id": f"item_{n}",
        "object": "eval.run.output_item",
        "run_id": "evalrun_1",
        "eval_id": "eval_1",
        "created_at": 1_700_000_200,
        "status": "pass",
        "datasource_item_id": n,
        "datasource_item": {"question": f"what is {n}?"},
        "results": [{"name": "exact", "type": "string_check", "score": 1.0, "passed": True}],
        "sample": {"input": [{"role": "user", "content": "hi"}], "output": [], "model": "m"},
    }


@pytest.fixture
def api() -> Iterator[PagedApi]:
    api = PagedApi()
    yield api
    api.go_on.set()
    api.server.close()


def environ(home: Path, config: str) -> dict[str, str]:
    file = home / "config.toml"
    file.write_text(config)
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "EVALTOP_CONFIG": str(file),
        "EVALTOP_DATA_DIR": str(home / "data"),
    }


def evaltop(env: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [EVALTOP, *words], env=env, capture_output=True, text=True, check=False, timeout=120
    )


def rows_stored(env: dict[str, str]) -> list[str]:
    return evaltop(env, "rows", REF, "--offline", "--format=jsonl").stdout.splitlines()


@pytest.mark.parametrize("command", [("rows", REF, "--format=json"), ("archive", "--format=json")])
def test_a_killed_process_is_gone_on_with_at_the_page_where_it_was(
    api: PagedApi, tmp_path: Path, command: tuple[str, ...]
) -> None:
    env = environ(
        tmp_path,
        f'[connections.prod]\nprovider = "openai"\nbase_url = "{api.server.base_url}"\n'
        'batches = false\nkey_command = ["echo", "loopback-key"]\n',
    )
    api.hold_at = "item_299"
    killed = subprocess.Popen(
        [EVALTOP, *command], env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    assert api.held.wait(60)
    # While a page is slow to come, those before it are stored.
    assert any(len(rows_stored(env)) == 300 for _ in range(50))
    killed.send_signal(signal.SIGKILL)
    assert killed.wait(10) == -signal.SIGKILL
    assert len(rows_stored(env)) == 300
    api.hold_at = None
    api.go_on.set()
    asked = len(api.asked)
    done = evaltop(env, *command)
    assert done.returncode == 0, done.stderr
    assert api.asked[asked:] == ["item_299", "item_399", "item_499"]
    assert len(rows_stored(env)) == 600


@pytest.fixture
def stopped(api: PagedApi, tmp_path: Path) -> dict[str, str]:
    """The surroundings of an archive whose third page does not come."""
    api.hold_at = "item_199"
    return environ(
        tmp_path,
        f'[connections.prod]\nprovider = "openai"\nbase_url = "{api.server.base_url}"\n'
        'batches = false\nkey_command = ["echo", "loopback-key"]\n',
    )


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]
)
def test_a_signal_ends_an_archive_with_an_account(
    api: PagedApi, stopped: dict[str, str], number: signal.Signals, code: int
) -> None:
    archive = subprocess.Popen(
        [EVALTOP, "archive", "--format=json"],
        env=stopped,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert api.held.wait(60)
    archive.send_signal(number)
    out, err = archive.communicate(timeout=20)
    assert archive.returncode == code
    (told,) = json.loads(out)
    assert (told["ref"], told["state"], told["rows_stored"]) == (REF, "partial", 200)
    assert "Stopped." in err
    assert "1 run: 0 complete, 1 partial." in err
    assert "Traceback" not in err
    assert len(rows_stored(stopped)) == 200


@pytest.mark.parametrize("to_file", [True, False])
def test_a_hang_up_ends_an_archive_whose_account_may_go_to_a_file(
    api: PagedApi, stopped: dict[str, str], tmp_path: Path, to_file: bool
) -> None:
    account = tmp_path / "account.json"
    where = f' >"{account}"' if to_file else ""
    words = ["sh", "-c", f'exec "{EVALTOP}" archive --format=json{where}']
    terminal = Terminal(words, environ=stopped)
    assert api.held.wait(60)
    os.close(terminal.fd)
    assert psutil.Process(terminal.pid).wait(20) == 129
    assert not list((tmp_path / "data").glob("crash-*"))
    if to_file:
        assert [one["rows_stored"] for one in json.loads(account.read_text())] == [200]


def test_a_signal_that_was_ignored_from_the_start_ends_nothing(
    api: PagedApi, stopped: dict[str, str]
) -> None:
    archive = subprocess.Popen(
        ["nohup", EVALTOP, "archive", "--format=json"],
        env=stopped,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert api.held.wait(60)
    archive.send_signal(signal.SIGHUP)
    api.go_on.set()
    out, err = archive.communicate(timeout=60)
    assert archive.returncode == 0, err
    assert [one["state"] for one in json.loads(out)] == ["complete"]


@pytest.mark.parametrize(
    "connection",
    [
        "docs",
        *(
            pytest.param(name, marks=pytest.mark.nightly)
            for name in ("prod", "azure-eu", "foundry", "team-weave", "gateway")
        ),
    ],
)
def test_what_was_archived_reads_the_same_with_the_server_gone(
    connection: str, tmp_path: Path
) -> None:
    server = subprocess.Popen(
        [EVALTOP, "demo", "--serve", "127.0.0.1:0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert server.stderr is not None
    assert server.stdout is not None
    server.stderr.readline()
    os.set_blocking(server.stdout.fileno(), False)
    env = environ(tmp_path, f"{server.stdout.read()}\n[poll]\nmax_requests_per_min = 6000\n")
    # What runs still comes first; documents are fetched where trials have them.
    some = ("--limit=3",) if connection == "docs" else ("--limit=9", "--rows-only")
    done = evaltop(env, "archive", connection, *some, "--format=json")
    assert done.returncode in (0, 65, 75), done.stderr
    kept = [one for one in json.loads(done.stdout) if one["state"] == "complete"]
    assert kept
    ref = kept[0]["ref"]
    commands = (
        ("show", ref, "--format=json"),
        ("rows", ref, "--trials", "--format=json"),
    )
    online = [evaltop(env, *command) for command in commands]
    server.send_signal(signal.SIGINT)
    server.communicate(timeout=20)
    for before, command in zip(online, commands, strict=True):
        assert before.returncode == 0, before.stderr
        gone = evaltop(env, *command)
        assert gone.returncode in (0, 69), gone.stderr
        offline = evaltop(env, *command, "--offline")
        assert offline.returncode == 0
        assert plain(gone.stdout) == plain(before.stdout)
        assert plain(offline.stdout) == plain(before.stdout)
    runs = evaltop(env, "runs", f"--connection={connection}", "--format=json")
    assert runs.returncode == 69
    assert all(one["stale"] for one in json.loads(runs.stdout))
    assert evaltop(env, "archive", connection, "--limit=3").returncode == 69


def plain(text: str) -> str:
    """Return the JSON without what tells when the provider confirmed it."""
    told = json.loads(text)
    for one in told:
        for name in ("stale", "fetched_at"):
            one.pop(name, None)
    return json.dumps(told)
