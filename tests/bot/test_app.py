"""`python -m bot`: what is missing is one sentence; the doctor looks; SIGTERM ends it."""

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bot.app import open_front
from bot.core.doctor import examine_core
from bot.core.messages import CommandRequest, Person, Place
from ganshare.errors import StoreError
from ganshare.settings import BotSettings, CoreSettings, SecretUrl
from ganshare.store import open_store
from ganshare.testing import TIMEOUT, make_report, running_process

pytestmark = pytest.mark.heavy

ROOT = Path(__file__).parents[2]


def core(folder: Path) -> CoreSettings:
    return CoreSettings(
        database_url=SecretUrl(f"sqlite+aiosqlite:///{folder}/store.db"),
        blobs_url=SecretUrl(f"file://{folder}/blobs"),
    )


def run(folder: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("GANSHARE_", "ENGINE_", "BOT_"))
    }
    return subprocess.run(
        [sys.executable, "-m", "ganshare", *arguments],
        cwd=folder,
        env={**inherited, "PYTHONPATH": str(ROOT), **variables},
        capture_output=True,
        text=True,
        timeout=TIMEOUT,
        check=False,
    )


async def test_a_front_answers_over_its_own_store(tmp_path: Path) -> None:
    async with open_front(core(tmp_path), BotSettings(model="wikiart"), migrate=True) as front:
        request = CommandRequest(
            "paint", {"prompt": "a cat"}, Person("web:1", "A"), Place("web"), "key"
        )
        (reply,) = await front.dispatcher.answer(request)
        job = await front.store.queue.get(reply.job or "")
        assert job is not None
        assert (job.origin, job.request.model) == ("web", "wikiart")


async def test_a_front_without_tables_says_so(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="migrate"):
        async with open_front(core(tmp_path), BotSettings()):
            pass


def test_a_bot_without_a_token_is_one_sentence(tmp_path: Path) -> None:
    for arguments in (["bot"], ["bot", "run"]):
        done = run(tmp_path, *arguments)
        assert done.returncode == 2
        assert done.stderr == (
            "error: There is no token; set BOT_DISCORD_TOKEN or BOT_TELEGRAM_TOKEN, or both.\n"
        )


def test_help_names_every_command(tmp_path: Path) -> None:
    done = run(tmp_path, "bot", "--help")
    assert done.stdout.startswith("Usage: ganshare bot ")
    for name in ("run", "web", "chat", "doctor"):
        assert f"\n  {name} " in done.stdout


async def test_the_doctor_looks_at_store_blobs_and_engines(tmp_path: Path) -> None:
    settings = core(tmp_path)
    found = {each.name: each for each in await examine_core(settings)}
    assert not found["Store"].ok
    assert "ganshare store migrate" in found["Store"].advice
    async with open_store(settings.database_url.get_secret_value(), migrate=True) as store:
        found = {each.name: each for each in await examine_core(settings)}
        assert (found["Store"].ok, found["Blobs"].ok) == (True, True)
        assert (found["Engines"].ok, found["Engines"].is_needed) == (False, False)
        await store.queue.report_engine(make_report())
        engines = (await examine_core(settings))[1]
        assert engines.advice == "1 at work, with paintings-f8."
    unusable = settings.model_copy(update={"blobs_url": SecretUrl("file:///proc/none")})
    assert not {each.name: each for each in await examine_core(unusable)}["Blobs"].ok


def test_the_doctor_prints_what_to_do_and_its_code_says_whether_it_is_urgent(
    tmp_path: Path,
) -> None:
    done = run(tmp_path, "bot", "doctor", "--json")
    findings = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 3  # there are no tables
    assert list(tmp_path.iterdir()) == []  # it only looks
    assert {"Store", "Blobs", "Discord token", "Telegram token"} <= {
        each["name"] for each in findings
    }


async def test_sigterm_ends_the_page_in_order(tmp_path: Path) -> None:
    assert run(tmp_path, "store", "migrate").returncode == 0
    async with (
        running_process(
            *(sys.executable, "-m", "bot", "web"),
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(ROOT), "BOT_WEB_LISTEN": "127.0.0.1:0"},
            stderr=asyncio.subprocess.PIPE,
        ) as process,
        asyncio.timeout(TIMEOUT),
    ):
        assert process.stderr is not None
        while b"serving the page" not in await process.stderr.readline():
            pass
        process.terminate()
        rest = await process.stderr.read()
        assert (await process.wait(), b"Traceback" in rest) == (0, False)
