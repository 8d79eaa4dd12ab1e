"""`ganshare store restore`: an older database beside newer blobs, on both databases."""

import asyncio
import shutil
from pathlib import Path

import pytest

from ganshare.blobs import open_blobs, picture_key
from ganshare.cli import ganshare, run_cli
from ganshare.domain.jobs import Job
from ganshare.store import Store, open_store
from ganshare.testing import MODEL, make_artwork, make_report, make_request


@pytest.fixture
def url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, empty_url: str) -> str:
    if empty_url.startswith("postgresql") and shutil.which("pg_restore") is None:
        pytest.skip("PostgreSQL's client programs are not installed")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GANSHARE_DATABASE_URL", empty_url)
    monkeypatch.setenv("GANSHARE_BLOBS_URL", f"file://{tmp_path}/blobs")
    assert run_cli(ganshare, ["store", "migrate"]) == 0
    return empty_url


async def submit(store: Store, key: str) -> Job:
    return (await store.queue.submit("ann", "bot", make_request(), key=key)).job


async def claim(store: Store, worker: str) -> Job:
    (job,) = await store.queue.claim(worker, models=[MODEL], max_area=512**2)
    return job


async def paint(store: Store, folder: Path, worker: str) -> Job:
    job = await claim(store, worker)
    key = picture_key(job.id, job.attempt)
    await open_blobs(f"file://{folder}/blobs").put(key, b"painted")
    assert await store.queue.finish(job, make_artwork(blob=key)) is not None
    return job


def backup(name: str) -> str:
    assert run_cli(ganshare, ["store", "backup", "--to", name]) == 0
    return name


@pytest.mark.heavy
def test_an_older_database_goes_on_beside_newer_blobs(
    url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async def before() -> tuple[Job, Job, Job]:
        async with open_store(url) as store:
            done = await submit(store, "1")
            await paint(store, tmp_path, "before")
            running = await submit(store, "2")
            await claim(store, "before")
            return done, running, await submit(store, "3")

    done, running, waiting = asyncio.run(before())
    file = backup("old.backup")

    async def after() -> Job:
        """The history that is given up: both are painted, and a fourth is asked for."""
        async with open_store(url) as store:
            held = await store.queue.get(running.id)
            assert held is not None
            await store.queue.release(held)
            await paint(store, tmp_path, "after")
            await paint(store, tmp_path, "after")
            await submit(store, "4")
            return await claim(store, "after")

    lost = asyncio.run(after())
    newer = {picture_key(running.id, 2), picture_key(waiting.id, 1)}
    capsys.readouterr()
    assert run_cli(ganshare, ["store", "restore", file, "--dry-run"]) == 0
    said = capsys.readouterr().out
    assert "backup    3 jobs, 1 paintings, 0 tokens" in said
    assert "replaces  4 jobs, 3 paintings" in said
    assert "lost      1 jobs and 2 paintings" in said
    assert "again     2 jobs" in said
    assert "newer     2 pictures" in said
    assert "missing" not in said

    assert run_cli(ganshare, ["store", "restore", file, "--yes"]) == 0
    said = capsys.readouterr().out
    assert list(tmp_path.glob("ganshare-*-replaced.backup"))
    assert said.endswith("Restored.\n")

    async def restored() -> None:
        blobs = open_blobs(f"file://{tmp_path}/blobs")
        async with open_store(url) as store:
            assert await store.queue.get(lost.id) is None
            assert [each.job for each in await store.gallery.recent()] == [done.id]
            # An engine that missed all that has no job any more.
            assert not (await store.queue.beat(running, step=1)).mine
            assert not await store.queue.release(lost)
            for _ in range(2):  # its key is free, and no attempt is burnt
                job = await paint(store, tmp_path, "restored")
                assert job.attempt > 100
                assert job.max_attempts - job.attempt == 2
            # Who wants to go back finds every picture.
            assert not await store.queue.take_turn("pictures", 60.0)
        kept = {found.key async for found in blobs.list("pictures/")}
        assert newer < kept
        assert len(kept) == 5

    asyncio.run(restored())


@pytest.mark.heavy
def test_what_was_replaced_can_be_restored(url: str, tmp_path: Path) -> None:
    file = backup("empty.backup")

    async def fill() -> None:
        async with open_store(url) as store:
            await submit(store, "1")

    async def count() -> int:
        async with open_store(url) as store:
            return len(await store.queue.jobs())

    asyncio.run(fill())
    assert run_cli(ganshare, ["store", "restore", file, "--yes"]) == 0
    assert asyncio.run(count()) == 0
    (replaced,) = tmp_path.glob("*-replaced.backup")
    before = replaced.read_bytes()
    assert run_cli(ganshare, ["store", "restore", str(replaced), "--yes"]) == 0
    assert asyncio.run(count()) == 1
    assert len(list(tmp_path.glob("*-replaced*.backup"))) == 2
    assert replaced.read_bytes() == before


@pytest.mark.parametrize("empty_url", ["sqlite"], indirect=True)
def test_pictures_that_are_missing_are_named(
    url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async def fill() -> str:
        async with open_store(url) as store:
            await submit(store, "1")
            await paint(store, tmp_path, "engine")
            (artwork,) = await store.gallery.recent()
            return artwork.id

    artwork = asyncio.run(fill())
    file = backup("old.backup")
    shutil.rmtree(tmp_path / "blobs")
    assert run_cli(ganshare, ["store", "restore", file, "--dry-run"]) == 0
    assert "missing   1 paintings have no picture among the blobs" in (
        said := capsys.readouterr().out
    )
    assert artwork in said


@pytest.mark.parametrize("empty_url", ["sqlite"], indirect=True)
def test_nothing_is_restored_while_engines_are_at_work(
    url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    file = backup("old.backup")

    async def report() -> None:
        async with open_store(url) as store:
            await store.queue.report_engine(make_report(id="busy"))

    asyncio.run(report())
    assert run_cli(ganshare, ["store", "restore", file, "--yes"]) == 3
    assert "Engines are at work: busy." in capsys.readouterr().err


def test_what_is_no_backup_changes_nothing(
    url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "holiday.txt").write_text("no database at all " * 40)
    assert run_cli(ganshare, ["store", "restore", "holiday.txt", "--yes"]) == 2
    assert "is not a backup of" in capsys.readouterr().err
    assert run_cli(ganshare, ["store", "status"]) == 0


@pytest.mark.parametrize("empty_url", ["sqlite"], indirect=True)
def test_without_a_word_nothing_is_replaced(url: str, tmp_path: Path) -> None:
    file = backup("old.backup")
    assert run_cli(ganshare, ["store", "restore", file]) != 0
    assert not list(tmp_path.glob("*-replaced*"))


def test_a_damaged_dump_leaves_what_is_there(url: str, tmp_path: Path) -> None:
    async def fill() -> None:
        async with open_store(url) as store:
            for number in range(20):
                await submit(store, str(number))

    asyncio.run(fill())
    file = Path(backup("old.backup"))
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) * 3 // 4])
    assert run_cli(ganshare, ["store", "restore", str(file), "--yes"]) != 0

    async def count() -> int:
        async with open_store(url) as store:
            return len(await store.queue.jobs())

    assert asyncio.run(count()) == 20
