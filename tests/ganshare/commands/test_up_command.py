"""`ganshare up`: makes the tables, starts what is installed, ends it in order, or says why not.

The engine and the bot of most tests are small programs in the working folder, where `python -m`
looks first; the last test runs the real engine.
"""

import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from ganshare.domain.jobs import Job
from ganshare.store import open_store
from ganshare.testing import TIMEOUT, make_request

pytestmark = pytest.mark.heavy

ROOT = Path(__file__).parents[3]

WORKS = """
import json, os, signal, sys, time
def end(*_):
    print("drained", flush=True)
    sys.exit(0)
signal.signal(signal.SIGTERM, end)
names = ("ENGINE_HEALTH_LISTEN", "ENGINE_DEVICE", "OMP_NUM_THREADS", "GANSHARE_LOG")
seen = {name: os.environ.get(name) for name in names}
print(json.dumps({"event": "up", "arguments": sys.argv[1:], **seen}), flush=True)
time.sleep(60)
"""

CHATS = """
import pathlib, signal, sys, time
def end(*_):
    pathlib.Path("drained").touch()
    sys.exit(0)
signal.signal(signal.SIGTERM, end)
while True:
    print("chatting", flush=True)
    time.sleep(0.02)
"""

Up = Callable[..., "Running"]


class Running:
    """`ganshare up` as a process, in a folder of its own."""

    def __init__(self, folder: Path, *arguments: str, **variables: str) -> None:
        inherited = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("GANSHARE_", "ENGINE_", "BOT_", "OMP_"))
        }
        self.process = subprocess.Popen(
            [sys.executable, "-m", "ganshare", "up", *arguments],
            cwd=folder,
            env={**inherited, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1", **variables},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def lines(self, count: int) -> list[dict[str, Any]]:
        """The next lines of the children's output."""
        assert self.process.stdout is not None
        return [json.loads(self.process.stdout.readline()) for _ in range(count)]

    def end(self) -> tuple[int, list[dict[str, Any]], str]:
        """Ask it to end; gives its exit code, the rest of the output, and what it said itself."""
        self.process.send_signal(signal.SIGTERM)
        return self.ended()

    def ended(self) -> tuple[int, list[dict[str, Any]], str]:
        said, errors = self.process.communicate(timeout=TIMEOUT)
        return self.process.returncode, [json.loads(line) for line in said.splitlines()], errors


@pytest.fixture
def up(tmp_path: Path) -> Iterator[Up]:
    started: list[Running] = []

    def start(*arguments: str, **variables: str) -> Running:
        started.append(Running(tmp_path, *arguments, **variables))
        return started[-1]

    yield start
    for running in started:
        with running.process as process:
            process.kill()


@pytest.fixture
def install(tmp_path: Path) -> Callable[[str, str], None]:
    """Put a package with a __main__ into the working folder, and ganshare beside it."""
    for package in ("ganshare", "wordlists"):
        shutil.copytree(ROOT / package, tmp_path / package)

    def write(package: str, code: str) -> None:
        folder = tmp_path / package
        folder.mkdir()
        (folder / "__init__.py").touch()
        (folder / "__main__.py").write_text(code, "utf-8")

    return write


Install = Callable[[str, str], None]


def test_engines_share_the_machine_and_end_in_order(
    up: Up, install: Install, tmp_path: Path
) -> None:
    install("engine", WORKS)
    running = up("--engines", "2", "--no-bot", "--no-web", ENGINE_HEALTH_LISTEN="127.0.0.1:9300")
    first, second = sorted(running.lines(2), key=lambda line: str(line["child"]))
    assert (first["child"], second["child"]) == ("engine-1", "engine-2")
    assert (first["arguments"], first["GANSHARE_LOG"]) == (["run"], "json")
    assert first["ENGINE_HEALTH_LISTEN"] == "127.0.0.1:9300"
    assert second["ENGINE_HEALTH_LISTEN"] == "127.0.0.1:9301"
    assert first["OMP_NUM_THREADS"] == str(max(1, (os.cpu_count() or 1) // 2))
    assert (tmp_path / "ganshare.db").exists()
    code, rest, errors = running.end()
    assert code == 0
    assert [line["event"] for line in rest] == ["drained", "drained"]
    assert "not started" not in errors


def test_engines_whose_port_nobody_chose_find_one_themselves(up: Up, install: Install) -> None:
    install("engine", WORKS)
    running = up("--engines", "2", "--no-bot", "--no-web")
    assert {line["ENGINE_HEALTH_LISTEN"] for line in running.lines(2)} == {None}


def test_each_engine_gets_a_gpu_of_its_own(up: Up, install: Install) -> None:
    install("engine", WORKS)
    running = up("--engines", "2", "--no-bot", "--no-web", ENGINE_DEVICE="cuda")
    assert {line["ENGINE_DEVICE"] for line in running.lines(2)} == {"cuda:0", "cuda:1"}


def test_what_is_not_installed_is_said_and_the_rest_runs(
    up: Up, install: Install, tmp_path: Path
) -> None:
    install("engine", WORKS)
    (tmp_path / "bot").mkdir()
    (tmp_path / "bot" / "__init__.py").touch()  # it has no __main__
    running = up(BOT_DISCORD_TOKEN="x")
    assert [line["child"] for line in running.lines(1)] == ["engine"]
    code, _, errors = running.end()
    said = [json.loads(line) for line in errors.splitlines()]
    assert code == 0
    reasons = {line["program"]: line["event"] for line in said if "not started" in line["event"]}
    assert reasons.keys() == {"bot", "web"}
    assert all("The package bot is missing" in reason for reason in reasons.values())


def test_an_installed_bot_runs_beside_the_engine_and_its_web_page_can_be_left_out(
    up: Up, install: Install
) -> None:
    install("engine", WORKS)
    install("bot", WORKS)
    children = {
        str(line["child"]): line["arguments"]
        for line in up("--no-web", BOT_DISCORD_TOKEN="x").lines(2)
    }
    assert children == {"engine": ["run"], "bot": ["run"]}


def test_a_bot_without_a_token_and_a_page_that_is_off_are_not_started(
    up: Up, install: Install
) -> None:
    install("engine", WORKS)
    install("bot", WORKS)
    running = up(BOT_WEB_LISTEN="off")
    assert [line["child"] for line in running.lines(1)] == ["engine"]
    errors = running.end()[2]
    assert "set BOT_DISCORD_TOKEN or BOT_TELEGRAM_TOKEN" in errors
    assert "BOT_WEB_LISTEN is off" in errors


def test_an_engine_that_refuses_its_settings_ends_it_with_the_same_code(
    up: Up, install: Install
) -> None:
    install("engine", "import sys; print('error: no such model.'); sys.exit(2)")
    code, said, errors = up("--no-bot", "--no-web").ended()
    assert code == 2
    assert said == [{"child": "engine", "event": "error: no such model."}]
    assert errors.endswith("error: engine refused to start; its own words are above.\n")


@pytest.mark.parametrize("form", ["json", "console"])
def test_output_that_nobody_reads_any_more_ends_it_in_order(
    form: str, up: Up, install: Install, tmp_path: Path
) -> None:
    install("engine", CHATS)
    running = up("--no-bot", "--no-web", GANSHARE_LOG=form)
    assert running.process.stdout is not None
    assert "chatting" in running.process.stdout.readline()
    running.process.stdout.close()
    assert running.process.stderr is not None
    errors = running.process.stderr.read()
    assert running.process.wait(TIMEOUT) == 3
    assert errors.endswith("error: Nobody reads the output any more; stopped everything.\n")
    assert (tmp_path / "drained").exists()


def test_nothing_to_run_is_one_sentence(up: Up) -> None:
    code, said, errors = up("--engines", "0", "--no-bot", "--no-web").ended()
    assert (code, said) == (2, [])
    assert errors == "error: There is nothing to run; --engines must be at least 1.\n"


def test_a_store_that_cannot_be_made_is_one_sentence(
    up: Up, install: Install, tmp_path: Path
) -> None:
    install("engine", WORKS)
    url = f"sqlite+aiosqlite:///{tmp_path}/absent/ganshare.db"
    code, said, errors = up("--no-bot", "--no-web", GANSHARE_DATABASE_URL=url).ended()
    assert (code, said) == (3, [])
    assert errors.count("error: ") == 1
    assert "Traceback" not in errors


@pytest.mark.slow
def test_the_real_engine_is_replaced_after_kill_9_and_paints(up: Up, tmp_path: Path) -> None:
    running = up("--no-bot", "--no-web", ENGINE_HEALTH_LISTEN="off", OMP_NUM_THREADS="1")
    wait_for(running, "the engine is at work")
    (engine,) = psutil.Process(running.process.pid).children()
    engine.kill()
    wait_for(running, "the engine is at work")
    job = asyncio.run(painted(f"sqlite+aiosqlite:///{tmp_path}/ganshare.db"))
    assert (job.state, job.error) == ("done", None)
    assert running.end()[0] == 0


def wait_for(running: Running, event: str) -> None:
    while running.lines(1)[0]["event"] != event:
        pass


async def painted(url: str) -> Job:
    request = make_request(steps=3, width=64, height=64, num_cutouts=2, upscale=False)
    async with open_store(url) as store:
        job = (await store.queue.submit("chat:1", "chat", request, key="key")).job
        end = time.monotonic() + TIMEOUT
        while not job.state.over and time.monotonic() < end:
            await store.wait(1.0)
            job = await store.queue.get(job.id) or job
    return job
