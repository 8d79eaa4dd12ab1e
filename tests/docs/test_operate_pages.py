"""docs/operations.md and docs/restoring.md, typed as they stand, on SQLite and on PostgreSQL.

What the pages say in a sentence (`queue pause`, the health of an engine) is typed as it is said.
tests/acceptance/test_restore_drill.py follows the drill on a second machine.
"""

import asyncio
import secrets
from pathlib import Path
from typing import Any

import pytest

from ganshare.store import open_store
from ganshare.testing import PostgresServer, make_request

pytestmark = pytest.mark.heavy

ROOT = Path(__file__).parents[2]
OPERATIONS, RESTORING = "docs/operations.md", "docs/restoring.md"
ACTIVATE = "source .venv/bin/activate"


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, reader: Any) -> str:
    """A store for the reader, as the page says: chosen by a URL, and nothing else changes."""
    url = f"sqlite+aiosqlite:///{reader.folder}/ganshare.db"
    if request.param == "postgresql":
        server: PostgresServer = request.getfixturevalue("postgres")
        url = server.create_database(f"operate{secrets.token_hex(4)}")
    reader.environment["GANSHARE_DATABASE_URL"] = url
    return url


def ask(url: str, count: int) -> None:
    async def submit() -> None:
        async with open_store(url, migrate=True) as store:
            for _ in range(count):
                await store.queue.submit("ann", "bot", make_request(), key=secrets.token_hex(4))

    asyncio.run(submit())


def test_docs_operations(reader: Any, database: str) -> None:
    said = (ROOT / OPERATIONS).read_text("utf-8")
    watching = ["ganshare queue pause", "ganshare queue resume", "ganshare queue --once"]
    for line in watching:
        assert all(word in said for word in line.split()[1:])
    ask(database, 2)
    upgrades = [line for line in reader.commands(OPERATIONS, "Upgrades and backups") if line]
    told = reader.type(
        ACTIVATE, *(line.replace("FILE", "backup.store") for line in upgrades), *watching
    )
    assert "2 queued" in told
    assert (reader.folder / "backup.store").stat().st_size > 0
    # What came after the backup is lost, and is said to be before.
    ask(database, 3)
    typed = reader.commands(RESTORING, "An older database beside newer blobs")
    look, restore = (line.replace("FILE", "backup.store") for line in typed if line)
    told = reader.type(
        ACTIVATE,
        look,
        f"echo y | {restore}",
        "echo ---",
        upgrades[0],
    )
    assert "2 queued" in told.partition("---")[2]


def test_docs_restoring(reader: Any) -> None:
    (reader.folder / "docs").symlink_to(ROOT / "docs")
    ask(f"sqlite+aiosqlite:///{reader.folder}/ganshare.db", 1)
    for name in ("minter.json", "seller.json"):
        (reader.folder / name).write_text("{}")
    (reader.folder / "blobs").mkdir()
    (reader.folder / "backups").mkdir()
    [backup] = [x for x in reader.commands(RESTORING, "A backup of all") if x]
    told = reader.type(ACTIVATE, backup, f"cd {backup.split()[2]}", "sha256sum -c SHA256SUMS")
    assert "keys/seller.json: OK" in told
    assert "store.backup: OK" in told
