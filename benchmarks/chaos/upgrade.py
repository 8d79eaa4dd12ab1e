"""A rolling upgrade: the next version's tables, and processes of both versions side by side.

The next version differs from this one by a migration that expands the tables, and knows of it.
"""

import asyncio
from pathlib import Path

from benchmarks.chaos.crew import Crew
from benchmarks.chaos.plan import Scene
from ganshare.store.db.database import Database
from ganshare.store.maintenance import migrate

__all__ = ["become_newer", "is_newer", "roll"]

# What an expanding migration may do: columns with a default, tables, indexes.
_TEXT = """
ALTER TABLE jobs ADD COLUMN chaos_mood TEXT NOT NULL DEFAULT 'calm';
CREATE INDEX jobs_chaos_mood ON jobs (chaos_mood) WHERE state = 'queued';
CREATE TABLE chaos_moods (mood TEXT PRIMARY KEY);
"""
PAUSE_SECONDS = 1.0  # between two processes


def is_newer(scene: Scene, name: str) -> bool:
    """Whether a process of this name is of the next version from its next start on."""
    return _mark(scene, name).exists()


def become_newer() -> None:
    """Make this process one of the next version."""
    version = migrate.MIGRATIONS[-1].version + 1
    following = migrate.Migration(version, f"{version:04}_expand_chaos", _TEXT)
    migrate.MIGRATIONS = (*migrate.MIGRATIONS, following)
    migrate.NEWEST = version


async def roll(scene: Scene, crew: Crew) -> None:
    """Renew the tables, then upgrade every other process, one after the other."""
    before = migrate.MIGRATIONS, migrate.NEWEST
    database = Database(scene.url)
    try:
        become_newer()
        await migrate.migrate(database)
    finally:
        migrate.MIGRATIONS, migrate.NEWEST = before
        await database.close()
    for seat in [*crew.engines[::2], *crew.bots[::2]]:
        _mark(scene, seat.name).touch()
        seat.end()
        await asyncio.sleep(PAUSE_SECONDS)


def _mark(scene: Scene, name: str) -> Path:
    return scene.folder / f"{name}.newer"
