"""The suite runs on SQLite and on a PostgreSQL of its own."""

import asyncio
import itertools
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from ganshare.domain.jobs import Job
from ganshare.domain.queue_limits import QueueLimits
from ganshare.store import Store, Submitted, open_store
from ganshare.testing import MODEL, PostgresServer, make_request

ENGINES = ("sqlite", "postgresql")
TIMES = 10  # that `cost` calls a verb

_numbers = itertools.count()


@pytest.fixture
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """A database that is slow because the machine is busy still answers."""
    monkeypatch.setattr("ganshare.store.db.database.PATIENCE_SECONDS", 60.0)


async def _make_tables(url: str) -> str:
    async with open_store(url, migrate=True):
        return url


@pytest.fixture(scope="session")
def templates(sqlite_template: Path) -> dict[str, str]:
    """URLs of databases with tables, made once."""
    return {"sqlite": f"sqlite+aiosqlite:///{sqlite_template}"}


@pytest.fixture(params=ENGINES)
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database without tables."""
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path}/store.db"
    server: PostgresServer = request.getfixturevalue("postgres")
    return server.create_database(f"test{next(_numbers)}")


@pytest.fixture(params=ENGINES)
def url(request: pytest.FixtureRequest, templates: dict[str, str]) -> str:
    """A database with empty tables."""
    if request.param == "sqlite":
        return str(request.getfixturevalue("sqlite_url"))
    server: PostgresServer = request.getfixturevalue("postgres")
    if "postgresql" not in templates:
        templates["postgresql"] = asyncio.run(_make_tables(server.create_database("suite")))
    asyncio.run(_empty_tables(server))
    return templates["postgresql"]


# Only what has rows, and what refers to it: to truncate all tables takes longer.
EMPTY_TABLES = """
DO $$
DECLARE
    name text;
    is_filled boolean;
BEGIN
    FOR name IN SELECT quote_ident(tablename) FROM pg_tables
        WHERE schemaname = 'public' AND tablename <> 'schema_version'
    LOOP
        EXECUTE 'SELECT EXISTS (SELECT FROM ' || name || ')' INTO is_filled;
        IF is_filled THEN EXECUTE 'TRUNCATE ' || name || ' CASCADE'; END IF;
    END LOOP;
END $$
"""


async def _empty_tables(server: PostgresServer) -> None:
    """Quicker than a database for each test."""
    connection = await asyncpg.connect(host=str(server.folder), user="postgres", database="suite")
    await connection.execute(EMPTY_TABLES)
    await connection.close()


OpenStore = Callable[..., Any]


@pytest.fixture
async def another(url: str, patience: None) -> AsyncIterator[OpenStore]:
    """Opens further stores on the test's database, as other processes would."""
    async with AsyncExitStack() as stack:

        async def open_another(**limits: Any) -> Store:
            store = open_store(url, QueueLimits(**limits))
            return await stack.enter_async_context(store)

        yield open_another


@pytest.fixture
async def store(another: OpenStore) -> Store:
    opened = await another()
    assert isinstance(opened, Store)
    return opened


Cost = Callable[..., Awaitable[float]]


@pytest.fixture
def cost(store: Store, request: pytest.FixtureRequest) -> Cost:
    """Seconds of CPU that a verb takes, here and in the database, whatever else is going on."""
    is_server = store.database.dialect == "postgresql"
    server: PostgresServer | None = request.getfixturevalue("postgres") if is_server else None

    def spent() -> float:
        return time.process_time() + (server.cpu_seconds() if server else 0.0)

    async def measure(verb: Callable[[int], Awaitable[object]]) -> float:
        before = spent()
        for number in range(TIMES):
            await verb(number)
        return (spent() - before) / TIMES

    return measure


class Asker:
    """Submits and claims with few words."""

    def __init__(self, store: Store) -> None:
        self.store = store

    async def ask(self, person: str = "ann", *, count: int = 1, **options: Any) -> list[Job]:
        """Submit some jobs, one after another: in one millisecond any could be first."""
        jobs = []
        for _ in range(count):
            jobs.append((await self.submit(person, **options)).job)
            await asyncio.sleep(0.001)
        return jobs

    async def submit(
        self,
        person: str = "ann",
        *,
        key: str | None = None,
        priority: int = 0,
        weight: float = 1.0,
        origin: str = "bot",
        reply_to: Mapping[str, Any] | None = None,
        **overrides: Any,
    ) -> Submitted:
        return await self.store.queue.submit(
            person,
            origin,
            make_request(**overrides),
            key=key or f"message-{next(_numbers)}",
            priority=priority,
            weight=weight,
            reply_to=reply_to,
        )

    async def claim(self, count: int = 1, worker: str = "engine-1", **options: Any) -> list[Job]:
        options = {"models": [MODEL], "max_area": 512 * 512} | options
        return await self.store.queue.claim(worker, count=count, **options)

    async def claim_one(self, worker: str = "engine-1") -> Job:
        (job,) = await self.claim(worker=worker)
        return job


@pytest.fixture
def asker(store: Store) -> Asker:
    return Asker(store)
