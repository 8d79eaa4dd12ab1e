"""What small changes of the code once left unnoticed; benchmarks/mutants.py makes them."""

import asyncio
import os
import sqlite3
import stat
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

import asyncpg
import pytest
import sqlalchemy as sa

from ganshare.domain.jobs import JobState
from ganshare.domain.queue_limits import QueueLimits
from ganshare.domain.votes import Ballot
from ganshare.errors import JobError, StoreError
from ganshare.store import Store, Topic, open_store
from ganshare.store.db import notify, tables_votes
from ganshare.store.db.database import Database
from ganshare.store.db.tables_queue import engines, jobs
from ganshare.store.maintenance import migrate
from ganshare.store.maintenance.backup import backup
from ganshare.store.queue.lease import beat_statement, bury_statement
from ganshare.store.votes.apply import apply_list, apply_vote
from ganshare.testing import TIMEOUT, PostgresServer, make_artwork, make_report, make_request


@asynccontextmanager
async def elsewhere(server: PostgresServer, name: str) -> AsyncIterator[asyncpg.Connection]:
    """Another process' connection to a database of the tests' server."""
    connection = await asyncpg.connect(host=str(server.folder), user="postgres", database=name)
    try:
        yield connection
    finally:
        await connection.close()


@pytest.fixture
async def pg(postgres: PostgresServer) -> AsyncIterator[tuple[Store, PostgresServer]]:
    url = postgres.create_database("mutants")
    async with open_store(url, QueueLimits(lease_seconds=-1.0), migrate=True) as store:
        yield store, postgres
    postgres.drop_database("mutants")


async def waits_for(lock: str, server: PostgresServer, verb: Awaitable[object]) -> bool:
    """Whether a verb waits as long as somebody else has a lock, and ends after that."""
    async with elsewhere(server, "mutants") as other:
        transaction = other.transaction()
        await transaction.start()
        await other.execute(lock)
        task = asyncio.ensure_future(verb)
        done, _ = await asyncio.wait({task}, timeout=0.5)
        await transaction.rollback()
        await asyncio.wait({task}, timeout=TIMEOUT)
        task.exception()
        return not done


async def test_a_claim_and_a_reaper_leave_what_others_have_locked(
    pg: tuple[Store, PostgresServer],
) -> None:
    store, server = pg
    first, second = [
        (await store.queue.submit(person, "bot", make_request(), key=person)).job
        for person in ("ann", "bob")
    ]
    options: dict[str, Any] = {"models": [first.request.model], "max_area": 10**6}
    async with elsewhere(server, "mutants") as other, other.transaction():
        await other.execute("SELECT 1 FROM jobs WHERE id = $1 FOR UPDATE", first.id)
        (claimed,) = await store.queue.claim("e", **options)
        assert claimed.id == second.id
    await store.queue.claim("e", **options)
    async with elsewhere(server, "mutants") as other, other.transaction():
        await other.execute("SELECT 1 FROM jobs WHERE id = $1 FOR UPDATE", first.id)
        assert (await store.queue.reap()).requeued == 1


async def test_who_migrates_waits_for_who_migrates(pg: tuple[Store, PostgresServer]) -> None:
    store, server = pg
    lock = f"SELECT pg_advisory_xact_lock({migrate._LOCK})"
    assert await waits_for(lock, server, migrate.migrate(store.database))


async def test_an_approval_waits_for_who_decides_about_the_same(
    pg: tuple[Store, PostgresServer],
) -> None:
    store, server = pg
    lock = f"SELECT pg_advisory_xact_lock({tables_votes._LOCK}, hashtext('painting'))"
    approval = store.rounds.curation.approve("painting", "ann")
    assert await waits_for(lock, server, approval)
    with pytest.raises(JobError):
        await store.rounds.curation.approve("painting", "ann")


async def test_only_a_beat_that_tells_of_no_state_may_be_forgotten(store: Store) -> None:
    job = (await store.queue.submit("ann", "bot", make_request(), key="1")).job
    dialect = sa.dialects.postgresql.dialect()  # type: ignore[attr-defined]

    def text(quiet: dict[str, Any]) -> str:
        return str(beat_statement(job, QueueLimits(), {}, quiet).compile(dialect=dialect))

    assert "synchronous_commit" in text({})
    assert "synchronous_commit" not in text({"saved_state": "states/1.safetensors"})


async def test_at_the_same_moment_a_list_beats_a_ballot_and_no_beats_yes(store: Store) -> None:
    await store.queue.submit("eve", "bot", make_request(), key="1")
    options: dict[str, Any] = {"models": [make_request().model], "max_area": 10**6}
    (job,) = await store.queue.claim("e", **options)
    made = await store.queue.finish(job, make_artwork())
    assert made is not None

    def ballot(account: str, up: bool, at: float) -> Ballot:
        return Ballot(made.id, account, "discord:9", up, at)

    async def apply(what: Any, *arguments: Any) -> Any:
        return await store.database.atomically(lambda each: what(each, *arguments))

    assert await apply(apply_vote, ballot("ann", True, 5.0))
    assert await apply(apply_vote, ballot("ann", False, 5.0))  # no beats yes
    assert not await apply(apply_vote, ballot("ann", True, 5.0))
    assert await apply(apply_list, made.id, "discord:9", {"ann", "bob"}, 5.0) == 2
    assert not await apply(apply_vote, ballot("bob", False, 5.0))  # the list has decided
    assert await apply(apply_list, made.id, "discord:9", {"ann", "cee"}, 5.0) == 1  # not bob
    assert await apply(apply_list, made.id, "discord:9", {"bob"}, 4.0) == 0


async def test_a_connection_that_has_died_in_silence_is_found_out(
    pg: tuple[Store, PostgresServer], monkeypatch: pytest.MonkeyPatch
) -> None:
    store, _ = pg
    monkeypatch.setattr(notify, "_PROBE_SECONDS", 0.1)
    assert await store.wait(TIMEOUT, Topic.WORK)  # it has just connected

    async def silent(*_: object, **__: object) -> None:
        raise ConnectionResetError

    monkeypatch.setattr(asyncpg.Connection, "execute", silent)
    waiting = asyncio.create_task(store.wait(TIMEOUT, Topic.WORK))
    await asyncio.sleep(0.5)
    monkeypatch.undo()
    async with asyncio.timeout(TIMEOUT / 2):
        assert await waiting  # it has connected anew


def test_a_backup_is_checked_and_on_the_disk(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[int] = []
    fsync = os.fsync

    def note(descriptor: int) -> None:
        synced.append(os.fstat(descriptor).st_ino)
        fsync(descriptor)

    monkeypatch.setattr("ganshare.store.maintenance.backup.os.fsync", note)
    database = Database(sqlite_url)
    to = tmp_path / "copy.db"
    backup(database, to)
    assert to.stat()[stat.ST_INO] in synced
    path = Path(str(database.url.database))
    with closing(sqlite3.connect(path)) as damaged:
        damaged.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        page_size = damaged.execute("PRAGMA page_size").fetchone()[0]
        (root,) = damaged.execute(
            "SELECT rootpage FROM sqlite_master WHERE name = 'jobs'"
        ).fetchone()
    with path.open("r+b") as file:
        file.seek((root - 1) * page_size)
        file.write(b"\xff" * 100)
    with pytest.raises(StoreError, match=r"damaged|malformed"):
        backup(database, tmp_path / "second.db")
    assert not (tmp_path / "second.db").exists()


async def test_a_job_that_is_over_is_not_buried(store: Store) -> None:
    job = (await store.queue.submit("ann", "bot", make_request(), key="1")).job
    options: dict[str, Any] = {"models": [job.request.model], "max_area": 10**6}
    (claimed,) = await store.queue.claim("e", **options)
    await store.queue.finish(claimed, make_artwork())
    assert await store.database.rows(bury_statement(job.id, "It cannot be read.")) == []
    found = await store.queue.get(job.id)
    assert found is not None
    assert found.state is JobState.DONE


async def test_engines_are_forgotten_after_a_day_and_no_sooner(another: Any) -> None:
    store = await another(lease_seconds=-1.0)
    for name, ago in (("young", 0.9), ("old", 1.1)):
        await store.queue.report_engine(make_report(id=name))
        reported = engines.c.reported - ago * 86_400.0
        await store.database.write(
            engines.update().where(engines.c.id == name).values(reported=reported)
        )
    await store.queue.submit("ann", "bot", make_request(), key="1")
    await store.queue.claim("e", models=[make_request().model], max_area=10**6)
    await store.queue.reap()
    left = await store.database.rows(sa.select(engines.c.id))
    assert [row["id"] for row in left] == ["young"]
    assert await store.database.rows(sa.select(jobs.c.suspect)) != []
