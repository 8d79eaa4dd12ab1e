"""`ganshare chat`: lines in, paintings in a folder out; as a process, with an engine beside it."""

import asyncio
import io
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest
from PIL import Image

from ganshare.blobs import open_blobs, picture_key, preview_key
from ganshare.domain.jobs import JobState
from ganshare.store import Store, open_store
from ganshare.testing import MODEL, TIMEOUT, make_artwork, make_report, running_process

pytestmark = pytest.mark.heavy

ROOT = Path(__file__).parents[2]


def picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (32, 32), "teal").save(out, "PNG")
    return out.getvalue()


async def paint(store: Store, folder: Path) -> None:
    """Paint whatever is queued, in one colour, until cancelled."""
    blobs = open_blobs(f"file://{folder}/blobs")
    while True:
        await store.queue.report_engine(make_report(rate=1.0))
        for job in await store.queue.claim("engine", models=[MODEL], max_area=512**2):
            for step in (40, 80):
                key = preview_key(job.id, job.attempt, step)
                await blobs.put(key, picture())
                await store.queue.beat(job, step=step, preview=key)
                await asyncio.sleep(0.8)
            key = picture_key(job.id, job.attempt)
            await blobs.put(key, picture())
            await store.queue.finish(job, make_artwork(blob=key, preview=key))
        await asyncio.sleep(0.05)


def settings(folder: Path) -> dict[str, str]:
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("GANSHARE_", "ENGINE_", "BOT_", "LC_", "LANG"))
    }
    return {
        **inherited,
        "PYTHONPATH": str(ROOT),
        "PYTHONUTF8": "1",
        "GANSHARE_DATABASE_URL": f"sqlite+aiosqlite:///{folder}/store.db",
        "GANSHARE_BLOBS_URL": f"file://{folder}/blobs",
        "OMP_NUM_THREADS": "1",
    }


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    async with open_store(f"sqlite+aiosqlite:///{tmp_path}/store.db", migrate=True) as opened:
        yield opened


def chat(folder: Path, *arguments: str) -> AbstractAsyncContextManager[asyncio.subprocess.Process]:
    return running_process(
        *(sys.executable, "-m", "ganshare", "chat", *arguments),
        cwd=folder,
        env=settings(folder),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )


async def test_lines_become_paintings_in_a_folder(store: Store, tmp_path: Path) -> None:
    engine = asyncio.create_task(paint(store, tmp_path))
    lines = ["a [bold]castle[/] in teal --seed 7", "/paint", "/nothing", "2", "99", "/queue"]
    async with (
        chat(tmp_path, "--no-engine", "--language", "en") as process,
        asyncio.timeout(TIMEOUT),
    ):
        out, _ = await process.communicate("\n".join(lines).encode())
    engine.cancel()
    said = out.decode()
    assert process.returncode == 0, said
    assert said.count("─ Painted ─") == 2
    assert "a [bold]castle[/] in teal" in said
    assert "/paint needs prompt" in said
    assert "command 'nothing' is unknown" in said
    assert "Frame 40: " in said
    assert "You have no paintings waiting" in said
    jobs = await store.gallery.recent()
    assert [job.seed == 7 for job in jobs] == [False, True]
    for artwork in jobs:
        saved = tmp_path / "paintings" / f"ganshare-{artwork.id}.png"
        assert saved.read_bytes() == picture()
        assert (tmp_path / "paintings" / "frames" / f"{artwork.job}-0040.png").is_file()


async def test_ctrl_c_stops_watching_and_the_painting_goes_on(store: Store, tmp_path: Path) -> None:
    async with (
        chat(tmp_path, "--no-engine", "--language", "zh") as process,
        asyncio.timeout(TIMEOUT),
    ):
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(b"a castle\n")
        while "1 ⏳".encode() not in await process.stdout.readline():
            pass
        process.send_signal(signal.SIGINT)
        process.stdin.write(b"/queue\n")
        process.stdin.close()
        rest = (await process.stdout.read()).decode()
        assert await process.wait() == 0
    assert "再见" in rest
    assert "a castle" in rest
    assert (await store.queue.counts())[JobState.QUEUED] == 1


@pytest.mark.slow
async def test_where_nobody_paints_it_starts_an_engine_of_its_own(
    store: Store, tmp_path: Path
) -> None:
    async with chat(tmp_path, "--language", "en") as process, asyncio.timeout(2 * TIMEOUT):
        out, _ = await process.communicate(b"a castle in teal --size 64x64 --steps 3")
    assert process.returncode == 0
    assert "one is starting" in out.decode()
    (artwork,) = await store.gallery.recent()
    with Image.open(tmp_path / "paintings" / f"ganshare-{artwork.id}.png") as saved:
        assert saved.size == (1024, 1024)


@pytest.mark.slow
async def test_an_engine_that_ends_is_told_with_its_last_words(
    store: Store, tmp_path: Path
) -> None:
    (tmp_path / "ganshare.toml").write_text('[engine]\nmodel = "none-such"\n', "utf-8")
    async with chat(tmp_path, "--language", "en") as process, asyncio.timeout(TIMEOUT):
        out, _ = await process.communicate(b"a castle")
    assert "The engine stopped: " in out.decode()
    assert (await store.queue.counts())[JobState.QUEUED] == 1
