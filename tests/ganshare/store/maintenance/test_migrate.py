"""The tables: made once, whoever makes them at the same time, and never by an older version."""

import ast
import asyncio
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from ganshare.errors import SchemaError
from ganshare.store import open_store
from ganshare.store.db.database import Database
from ganshare.store.db.tables_ledger import orders
from ganshare.store.db.tables_queue import artworks, engines, frames, jobs
from ganshare.store.maintenance.migrate import (
    MIGRATIONS,
    NEWEST,
    Migration,
    check_schema,
    migrate,
    schema_version,
)
from ganshare.testing import TIMEOUT, make_request

MIGRATE = """
import asyncio, sys
from ganshare.store.db.database import Database
from ganshare.store.maintenance.migrate import migrate

async def run(url):
    database = Database(url)
    print(await migrate(database))
    await database.close()

asyncio.run(run(sys.argv[1]))
"""


@pytest.fixture
async def database(empty_url: str) -> Any:
    made = Database(empty_url)
    yield made
    await made.close()


def test_migrations_are_numbered_without_gaps() -> None:
    assert [migration.version for migration in MIGRATIONS] == list(range(1, NEWEST + 1))


def test_statements_end_at_semicolons_and_comments_are_no_part_of_them() -> None:
    migration = Migration(1, "0001_x", "-- a; b\nCREATE a (\n  b -- c;\n);\n\nCREATE d;\n")
    assert list(migration.statements) == ["CREATE a (\n  b\n)", "CREATE d"]


async def test_an_empty_database_is_migrated_once(database: Database) -> None:
    assert await schema_version(database) == 0
    assert await migrate(database) == [migration.name for migration in MIGRATIONS]
    assert await migrate(database) == []
    assert await schema_version(database) == NEWEST
    await check_schema(database)


@pytest.mark.heavy
def test_processes_that_migrate_at_once_do_not_disturb_each_other(empty_url: str) -> None:
    command = [sys.executable, "-c", MIGRATE, empty_url]
    processes = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    outputs = [process.communicate(timeout=TIMEOUT)[0] for process in processes]
    assert [process.returncode for process in processes] == [0, 0]
    applied = [name for output in outputs for name in ast.literal_eval(output)]
    assert sorted(applied) == [each.name for each in MIGRATIONS]


async def test_whoever_finds_a_new_file_in_use_waits(tmp_path: Path) -> None:
    file = tmp_path / "store.db"
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("CREATE TABLE a (b)")
        other.execute("BEGIN IMMEDIATE")  # a new file doesn't write ahead yet
        other.execute("INSERT INTO a VALUES (1)")
        migrating = asyncio.create_task(migrate(Database(f"sqlite+aiosqlite:///{file}")))
        await asyncio.wait([migrating], timeout=0.3)
        assert not migrating.done()
        other.execute("COMMIT")
        assert len(await migrating) == NEWEST


async def test_the_tables_are_as_the_statements_expect_them(database: Database) -> None:
    await migrate(database)

    def columns(connection: sa.Connection, table: sa.Table) -> dict[str, bool]:
        found = sa.inspect(connection).get_columns(table.name)
        return {column["name"]: column["nullable"] for column in found}

    for table in (jobs, frames, artworks, engines):
        there = await database.atomically(lambda found, table=table: found.run_sync(columns, table))
        expected = {column.name: column.nullable for column in table.columns}
        for key in table.primary_key.columns:  # SQLite lets a text key be NULL
            there.pop(key.name), expected.pop(key.name)
        assert there == expected


async def test_a_database_without_tables_is_refused(database: Database, empty_url: str) -> None:
    with pytest.raises(SchemaError, match=r"are missing; `ganshare store migrate`"):
        await open_store(empty_url).__aenter__()


async def test_a_newer_database_is_refused_and_left_alone(
    database: Database, empty_url: str
) -> None:
    await migrate(database)
    newer = NEWEST + 8
    await database.write(
        sa.text(f"INSERT INTO schema_version VALUES ({newer}, 'later', 0.0)")  # noqa: S608
    )
    message = f"made by a newer GANshare: its tables have version {newer}, .* up to {NEWEST}"
    for attempt in (open_store(empty_url), open_store(empty_url, migrate=True)):
        with pytest.raises(SchemaError, match=message):
            await attempt.__aenter__()
    assert await schema_version(database) == newer


async def test_an_older_version_works_on_while_machines_are_upgraded_one_by_one(
    database: Database, empty_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It doesn't know the newest migration, which only added something."""
    await migrate(database)
    expand = Migration(NEWEST + 1, "9999_expand_x", "ALTER TABLE jobs ADD COLUMN x TEXT;\n")
    with monkeypatch.context() as newer:
        newer.setattr("ganshare.store.maintenance.migrate.MIGRATIONS", (*MIGRATIONS, expand))
        newer.setattr("ganshare.store.maintenance.migrate.NEWEST", NEWEST + 1)
        assert await migrate(database) == ["9999_expand_x"]
    for migrates in (False, True):
        async with open_store(empty_url, migrate=migrates) as store:
            await store.queue.submit("ann", "bot", make_request(), key="1")
    assert await schema_version(database) == NEWEST + 1


async def test_a_migration_that_fails_leaves_nothing_behind(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    await migrate(database)
    text = "CREATE TABLE halves (id INTEGER);\nCREATE TABLE jobs (id INTEGER);\n"
    broken = (*MIGRATIONS, Migration(NEWEST + 1, "9999_broken", text))
    monkeypatch.setattr("ganshare.store.maintenance.migrate.MIGRATIONS", broken)
    monkeypatch.setattr("ganshare.store.maintenance.migrate.NEWEST", NEWEST + 1)
    with pytest.raises(Exception, match="jobs"):
        await migrate(database)
    names = await database.atomically(
        lambda connection: connection.run_sync(lambda sync: sa.inspect(sync).get_table_names())
    )
    assert "halves" not in names
    assert await schema_version(database) == NEWEST


async def test_work_goes_on_over_a_migration(
    database: Database, empty_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that is not restarted yet may go on as long as its columns stay."""
    async with open_store(empty_url, migrate=True) as store:
        await store.queue.counts()
        added = (*MIGRATIONS, Migration(NEWEST + 1, "9999_x", "ALTER TABLE jobs ADD x INTEGER;\n"))
        monkeypatch.setattr("ganshare.store.maintenance.migrate.MIGRATIONS", added)
        monkeypatch.setattr("ganshare.store.maintenance.migrate.NEWEST", NEWEST + 1)
        await migrate(database)
        assert await store.queue.jobs() == []
        assert (await store.queue.counts())["queued"] == 0


async def test_orders_of_before_that_others_may_have_are_live(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree, alone = "aa" * 65, "bb" * 65
    unposted = "never posted"
    rows = {
        "posted": (tree + "01", "posted", ""),
        "sibling": (tree + "02", "signed", ""),
        "dropped": (tree + "03", "cancelled", unposted),
        "ended": (tree + "04", "cancelled", "as the chain says"),
        "secret": (alone + "01", "signed", ""),
        "secret too": (alone + "02", "cancelled", unposted),
        "refused": ("cc" * 65, "refused", "wrong fees"),
    }
    with monkeypatch.context() as patch:
        patch.setattr("ganshare.store.maintenance.migrate.NEWEST", 11)
        await migrate(database)
    for number, (name, (signature, state, reason)) in enumerate(rows.items()):
        await database.write(
            orders.insert().values(
                hash=name,
                chain_id=137,
                collection="0x1",
                token="1" if name in ("posted", "refused") else str(10 + number),
                serial=number,
                terms="{}",
                signature=signature,
                price="1",
                currency="POL",
                decimals=18,
                ends=0,
                state=state,
                reason=reason,
                created=0.0,
                updated=0.0,
            )
        )
    await migrate(database)
    found = {row["hash"]: row["state"] for row in await database.rows(sa.select(orders))}
    changed = {name: state for name, state in found.items() if state != rows[name][1]}
    assert changed == {"sibling": "refused", "dropped": "refused"}
    # A token that two of them hold can still be taken off sale.
    await database.write(orders.update().where(orders.c.hash == "refused").values(state="posted"))


def test_the_migrations_ship_with_the_package() -> None:
    folder = (
        Path(sys.modules["ganshare.store.maintenance.migrate"].__file__ or "").parent / "migrations"
    )
    assert [file.stem for file in sorted(folder.glob("*.sql"))] == [
        each.name for each in MIGRATIONS
    ]


async def test_paintings_of_the_first_version_come_along(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = "ganshare.store.maintenance.migrate"
    with monkeypatch.context() as first:
        first.setattr(f"{module}.MIGRATIONS", MIGRATIONS[:1])
        first.setattr(f"{module}.NEWEST", 1)
        await migrate(database)
    texts = ("id", "key", "person", "origin", "reply_to", "request", "model")
    numbers = ("area", "priority", "cost", "tag", "tag_end", "attempt", "max_attempts", "seat",
               "step", "steps", "revision", "seen", "created")  # fmt: skip
    job: dict[str, object] = dict.fromkeys(texts, "{}") | dict.fromkeys(numbers, 1)
    await database.write(jobs.insert().values(**job, state="dead", cancel_requested=False,
                                              error="it was reported", finished=1))  # fmt: skip
    texts = ("person", "blob", "preview", "sha256", "model", "prompt")
    artwork: dict[str, object] = dict.fromkeys(texts, "castle") | {"id": "1", "job": "{}"}
    artwork |= dict.fromkeys(("attempt", "seed", "width", "height", "created"), 1)
    await database.write(artworks.insert().values(
        **artwork, attributes='{"Style":"Cubist"}', manifest="{}", may_sell=True
    ))  # fmt: skip
    await migrate(database)
    async with open_store(database.url) as store:
        (found,) = await store.gallery.search(text="castle", attributes={"Style": "Cubist"})
        assert (found.id, found.hidden) == ("1", None)
        assert (await store.queue.dead_letters())[0].error == "it was reported"
