"""`ganshare queue`: printed once, as JSON, or watched on a terminal until Ctrl-C."""

import asyncio
import json
import os
import pty
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ganshare.cli import ganshare, run_cli
from ganshare.domain.jobs import Job
from ganshare.store import open_store
from ganshare.testing import TIMEOUT, make_request

ROOT = Path(__file__).parents[3]


@pytest.fixture
def url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A store with one waiting job, in the environment's settings."""
    url = f"sqlite+aiosqlite:///{tmp_path}/ganshare.db"
    monkeypatch.setenv("GANSHARE_DATABASE_URL", url)
    monkeypatch.chdir(tmp_path)
    asyncio.run(submit(url, "a first castle"))
    return url


async def submit(url: str, prompt: str) -> None:
    async with open_store(url, migrate=True) as store:
        await store.queue.submit("chat:1", "chat", make_request(prompt=prompt), key=prompt)


@pytest.mark.usefixtures("url")
def test_without_a_terminal_it_is_printed_once(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_cli(ganshare, ["queue"]) == 0
    printed = capsys.readouterr().out
    assert "1 queued" in printed
    assert "a first castle" in printed


@pytest.mark.usefixtures("url")
def test_json_is_one_object(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_cli(ganshare, ["queue", "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert [job["prompt"] for job in printed["waiting"]] == ["a first castle"]


def test_a_store_without_tables_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GANSHARE_DATABASE_URL", f"sqlite+aiosqlite:///{tmp_path}/empty.db")
    assert run_cli(ganshare, ["queue"]) == 3
    message = capsys.readouterr().err
    assert "ganshare store migrate" in message
    assert message.count("\n") == 1


@pytest.mark.heavy
def test_on_a_terminal_news_appear_by_themselves_until_ctrl_c(url: str) -> None:
    ours, theirs = pty.openpty()
    variables = {**os.environ, "COLUMNS": "150", "LINES": "40", "TERM": "xterm"}
    process = subprocess.Popen(
        [sys.executable, "-m", "ganshare", "queue"],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env={**variables, "PYTHONPATH": str(ROOT)},
    )
    os.close(theirs)
    os.set_blocking(ours, False)
    try:
        assert shown(ours, b"a first castle")
        asyncio.run(submit(url, "a second castle"))
        assert shown(ours, b"a second castle")
        process.send_signal(signal.SIGINT)
        assert shown(ours, b"\x1b[?1049l")  # the terminal is as it was
        assert process.wait(TIMEOUT) == 0
    finally:
        process.kill()
        process.wait(TIMEOUT)
        os.close(ours)


def shown(terminal: int, text: bytes) -> bool:
    """Read what the terminal shows until the text is there."""
    seen, end = b"", time.monotonic() + TIMEOUT
    while text not in seen and time.monotonic() < end:
        try:
            seen += os.read(terminal, 65536)
        except BlockingIOError:
            time.sleep(0.01)
        except OSError:  # the other end was closed
            break
    return text in seen


def test_what_is_paused_is_not_claimed_until_it_is_resumed(
    url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    async def claimed(engine: str = "e") -> int:
        async with open_store(url) as store:
            options = {"models": [make_request().model], "max_area": 10**6}
            jobs = await store.queue.claim(engine, **options)  # type: ignore[arg-type]
            for job in jobs:
                await store.queue.release(job)
            return len(jobs)

    for what in ("all", f"model:{make_request().model}", "engine:e"):
        assert run_cli(ganshare, ["queue", "pause", what]) == 0
        assert asyncio.run(claimed()) == 0
        assert asyncio.run(claimed("other")) == (what == "engine:e")
        assert run_cli(ganshare, ["queue", "resume", what]) == 0
        assert asyncio.run(claimed()) == 1
    capsys.readouterr()
    assert run_cli(ganshare, ["queue", "resume", "all"]) == 2
    assert "is not paused; nothing is" in capsys.readouterr().err
    assert run_cli(ganshare, ["queue", "pause", "engine:misspelt"]) == 0
    assert (
        "no engine 'misspelt' was there within a day; there were: none" in capsys.readouterr().err
    )
    assert run_cli(ganshare, ["queue", "pause", "modle:x"]) == 2
    assert "must be all, model:NAME or engine:ID" in capsys.readouterr().err


@pytest.mark.usefixtures("url")
def test_the_queue_says_what_is_paused(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_cli(ganshare, ["queue", "pause"]) == 0
    capsys.readouterr()
    assert run_cli(ganshare, ["queue", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["paused"] == ["all"]
    assert run_cli(ganshare, ["queue", "--once"]) == 0
    assert "Paused: all." in capsys.readouterr().out


def test_a_drain_waits_until_nothing_is_painted(
    url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    async def claim() -> Job:
        async with open_store(url) as store:
            options = {"models": [make_request().model], "max_area": 10**6}
            (job,) = await store.queue.claim("e", **options)  # type: ignore[arg-type]
            return job

    job = asyncio.run(claim())
    assert run_cli(ganshare, ["queue", "drain", "engine:e", "--no-wait"]) == 0
    capsys.readouterr()

    async def drain() -> int:
        waiting = asyncio.create_task(asyncio.to_thread(run_cli, ganshare, ["queue", "drain"]))
        async with open_store(url) as store:
            async with asyncio.timeout(TIMEOUT):
                while "all" not in await store.queue.drained():  # noqa: ASYNC110
                    await asyncio.sleep(0.05)
            await asyncio.sleep(0.5)
            assert not waiting.done()
            await store.queue.release(job)
            return await waiting

    assert asyncio.run(drain()) == 0
    assert capsys.readouterr().out == "Drained: all.\n1 still being painted.\n"


def test_what_was_given_up_is_queued_again(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    async def given_up() -> str:
        async with open_store(url) as store:
            options = {"models": [make_request().model], "max_area": 10**6}
            (job,) = await store.queue.claim("e", **options)  # type: ignore[arg-type]
            await store.queue.fail(job, "broken", retry=False)
            return job.id

    async def attempts_left(job_id: str) -> int:
        async with open_store(url) as store:
            job = await store.queue.get(job_id)
            assert job is not None
            assert (job.state, job.error) == ("queued", None)
            return job.max_attempts - job.attempt

    job_id = asyncio.run(given_up())
    assert run_cli(ganshare, ["queue", "retry", job_id]) == 0
    assert asyncio.run(attempts_left(job_id)) == 3
    assert run_cli(ganshare, ["queue", "retry", job_id]) == 2
    assert f"Not given up, so not queued again: {job_id}" in capsys.readouterr().err
    asyncio.run(given_up())
    assert run_cli(ganshare, ["queue", "retry", "--all"]) == 0
    assert asyncio.run(attempts_left(job_id)) == 3
    assert run_cli(ganshare, ["queue", "retry"]) == 2
