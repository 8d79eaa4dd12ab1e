"""What goes wrong outside: one clear sentence, nothing lost, and work goes on without a restart."""

import asyncio
import contextlib
import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ganshare.domain.jobs import JobState
from ganshare.domain.queue_limits import QueueLimits
from ganshare.errors import ParameterError, SchemaError, StoreError
from ganshare.store import Store, open_store
from ganshare.testing import (
    MODEL,
    TIMEOUT,
    PostgresServer,
    make_artwork,
    make_request,
    postgres_server,
    small_disk,
)

pytestmark = pytest.mark.heavy


async def submit(store: Store, key: str, **overrides: Any) -> Any:
    return await store.queue.submit(f"person {key}", "bot", make_request(**overrides), key=key)


async def submit_many(store: Store, count: int) -> None:
    """Submit so many jobs, those that are there already included."""
    for number in range(count):
        await submit(store, f"many {number}", prompt="a castle " * 100)


async def claim(store: Store) -> Any:
    return await store.queue.claim("engine", models=[MODEL], max_area=512 * 512)


# --- damaged rows -----------------------------------------------------------------------------

DAMAGES = {
    "{": "it is not JSON",
    "[]": "A request is a JSON object",
    '{"prompt": "a", "seed": 1}': "lacks model",
    '{"prompt": "a", "seed": 1, "model": "m", "width": 7}': "7x256 is not offered",
    '{"prompt": "a", "seed": "one", "model": "m"}': "no seed like",
}


@pytest.mark.parametrize("text", DAMAGES)
async def test_a_damaged_job_is_dead_and_the_next_one_is_claimed(
    text: str, url: str, store: Store, request: pytest.FixtureRequest
) -> None:
    damaged = (await submit(store, "1")).job
    name = url.partition("?")[0].rpartition("/")[2]
    statement = f"UPDATE jobs SET request = '{text}'"  # noqa: S608  # of this file
    if url.startswith("sqlite"):
        with contextlib.closing(sqlite3.connect(url.partition(":///")[2])) as connection:
            connection.execute(statement)
            connection.commit()
    else:
        request.getfixturevalue("postgres").sql(statement, name)
    await submit(store, "2")
    assert [job.key for job in await claim(store)] == ["2"]
    dead = await store.queue.get(damaged.id)
    assert dead is not None
    assert dead.state is JobState.DEAD
    assert dead.error is not None
    assert dead.error.startswith("The stored request is damaged: ")
    assert DAMAGES[text] in dead.error
    assert dead.id in [
        job.id for job in await store.queue.inbox("bot")
    ]  # so that its asker hears of it


# --- PostgreSQL -------------------------------------------------------------------------------


@pytest.fixture
def mortal() -> Iterator[PostgresServer]:
    """A PostgreSQL that a test may kill."""
    try:
        with postgres_server() as server:
            yield server
    except LookupError as error:
        pytest.skip(str(error))


async def test_the_same_store_goes_on_after_postgresql_was_killed(mortal: PostgresServer) -> None:
    async with open_store(mortal.create_database("one"), migrate=True) as store:
        await asyncio.gather(*(submit(store, str(number)) for number in range(6)))
        (job,) = await claim(store)
        mortal.kill()
        with pytest.raises(StoreError, match=r"^The database postgresql.* cannot be used now: "):
            await store.queue.finish(job, make_artwork())
        assert not await store.wait(0.1)
        mortal.start()
        # Every connection of the pool is dead now, and none of them shows.
        counts = await asyncio.gather(*(store.queue.counts() for _ in range(6)))
        assert {tuple(count.values()) for count in counts} == {(5, 1, 0, 0, 0)}
        assert await store.queue.finish(job, make_artwork()) is not None
        assert len(await claim(store)) == 1

        mortal.kill()
        mortal.start()  # so fast that nobody noticed
        assert (await submit(store, "again")).is_new
        assert await store.wait(TIMEOUT)


async def test_a_crash_never_forgets_a_saved_state(mortal: PostgresServer) -> None:
    async with open_store(mortal.create_database("one"), migrate=True) as store:
        await submit(store, "1")
        (job,) = await claim(store)
        for number in range(1, 4):
            # By then the engine may have removed the state before.
            assert (await store.queue.beat(job, step=number, saved_state=f"state {number}")).mine
            mortal.kill()
            mortal.start()
            found = await store.queue.get(job.id)
            assert found is not None
            assert found.saved_state == f"state {number}"


async def test_a_postgresql_that_hangs_is_said_to_hang(
    mortal: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ganshare.store.db.database.PATIENCE_SECONDS", 0.5)
    async with open_store(mortal.create_database("one"), migrate=True) as store:
        await submit(store, "1")
        mortal.pause()
        with pytest.raises(StoreError, match="it does not answer"):
            await store.queue.counts()
        mortal.resume()
        assert len(await claim(store)) == 1


async def test_a_database_that_is_not_there_is_named(postgres: PostgresServer) -> None:
    url = postgres.url("nowhere").replace("postgres@", "postgres:secret@")
    with pytest.raises(StoreError, match="no database of that name") as caught:
        await open_store(url).__aenter__()
    assert "secret" not in str(caught.value)


async def test_a_read_only_postgresql_says_so(postgres: PostgresServer, tmp_path: Path) -> None:
    url = postgres.create_database("frozen")
    async with open_store(url, migrate=True):
        postgres.sql("ALTER DATABASE frozen SET default_transaction_read_only = on")
    async with open_store(url) as store:
        with pytest.raises(StoreError, match="it is read-only"):
            await submit(store, "1")


# --- SQLite -----------------------------------------------------------------------------------


async def test_a_full_disk_says_so_and_loses_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "disk"
    folder.mkdir()
    with small_disk(folder, "4m"):
        await fill(folder / "store.db", make_room=lambda: (folder / "ballast").unlink())


async def fill(path: Path, make_room: Any) -> None:
    (path.parent / "ballast").write_bytes(b"0" * 2_000_000)
    async with open_store(
        f"sqlite+aiosqlite:///{path}", QueueLimits(queue_cap=10_000), migrate=True
    ) as store:
        with pytest.raises(StoreError, match="the disk is full"):
            await submit_many(store, 2000)
        taken = (await store.queue.counts())[JobState.QUEUED]
        assert taken > 3
        make_room()
        (job,) = await claim(store)
        assert await store.queue.finish(job, make_artwork()) is not None
        await submit_many(store, taken + 5)
        counts = await store.queue.counts()
        assert (counts[JobState.QUEUED], counts[JobState.DONE]) == (taken + 4, 1)


async def test_a_read_only_disk_says_so_and_recovers(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path}/store.db"
    with small_disk(tmp_path, "2m"):
        async with open_store(url, migrate=True) as store:
            await submit(store, "1")
        await remount(tmp_path, "ro")
        with pytest.raises(StoreError, match="its folder must be there and writable"):
            await open_store(url).__aenter__()
        await remount(tmp_path, "rw")
        async with open_store(url) as store:
            assert len(await claim(store)) == 1


async def remount(folder: Path, mode: str) -> None:
    command = ["mount", "-o", f"remount,{mode}", str(folder)]
    await asyncio.to_thread(subprocess.run, command, check=True)


async def test_a_database_at_its_largest_size_says_so(tmp_path: Path) -> None:
    """A real SQLITE_FULL where nobody may mount a disk."""
    url = f"sqlite+aiosqlite:///{tmp_path}/store.db"
    async with open_store(url, migrate=True) as store:
        await store.database.rows(_pragma("max_page_count=30"))
        with pytest.raises(StoreError, match="the disk is full"):
            await submit_many(store, 200)
        queued = (await store.queue.counts())[JobState.QUEUED]
        await store.database.rows(_pragma("max_page_count=10000"))
        await submit(store, "after")
        assert (await store.queue.counts())[JobState.QUEUED] == queued + 1


def _pragma(text: str) -> Any:
    import sqlalchemy as sa

    return sa.text(f"PRAGMA {text}")


async def test_a_locked_database_says_so_and_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ganshare.store.db.database.PATIENCE_SECONDS", 0.2)
    path = tmp_path / "store.db"
    async with open_store(f"sqlite+aiosqlite:///{path}", migrate=True) as store:
        with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(StoreError, match="another process has kept it locked"):
                await submit(store, "1")
            assert await store.queue.jobs() == []  # reading never waits for a writer
            other.execute("COMMIT")
        assert (await submit(store, "1")).is_new


async def test_a_file_that_is_no_database_says_so(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    path.write_text("certainly no database, but long enough to have a header " * 10)
    with pytest.raises(StoreError, match="its file is not an SQLite database"):
        await open_store(f"sqlite+aiosqlite:///{path}", migrate=True).__aenter__()


async def test_a_mistyped_path_is_not_made_a_database(tmp_path: Path) -> None:
    path = tmp_path / "stroe.db"
    with pytest.raises(SchemaError, match=r"are missing; `ganshare store migrate` puts"):
        await open_store(f"sqlite+aiosqlite:///{path}").__aenter__()
    assert not path.exists()


@pytest.mark.parametrize(
    "url", ["", "ganshare.db", "sqlite:///x.db", "sqlite+aiosqlite://", "mysql://me:secret@host/db"]
)
def test_other_urls_are_refused(url: str) -> None:
    with pytest.raises(ParameterError, match="the database URL must be sqlite") as caught:
        open_store(url)
    assert "secret" not in str(caught.value)
