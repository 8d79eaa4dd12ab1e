"""What engines do for all now and then: among others, they remove pictures that nobody has."""

import asyncio
import os

from engine.testing import Scene
from engine.upkeep import keep_up
from ganshare.blobs import picture_key
from ganshare.jobs import Job
from ganshare.metrics import Metrics
from ganshare.store.votes_tables import rounds
from ganshare.testing import make_report


async def left_behind(scene: Scene) -> str:
    """The picture that an engine uploaded two days ago, and then was killed."""
    await scene.submit()
    job: Job
    (job,) = await scene.store.claim("killed", models=["paintings-f8"], max_area=10**6)
    key = picture_key(job.id, job.attempt)
    await scene.blobs.put(key, b"picture")
    path = scene.folder / "blobs" / key
    long_ago = path.stat().st_mtime - 2 * 86_400
    os.utime(path, (long_ago, long_ago))
    await scene.store.fail(job, "killed", retry=False)
    return key


async def test_an_engine_ends_a_round_whose_own_bot_runs_no_more(scene: Scene) -> None:
    round_ = await scene.store.open_round("discord:9", "discord:1", 3_600.0)
    late = rounds.update().values(closes=rounds.c.closes - 8 * 3_600.0)
    await scene.store._database.write(late)
    upkeep = asyncio.create_task(
        keep_up(scene.store, scene.blobs, Metrics("engine"), lambda: make_report(), 90 * 86_400.0)
    )

    async def ended() -> bool:
        found = await scene.store.round(round_.id)
        return found is not None and found.closed is not None

    await scene.until(ended)
    upkeep.cancel()
    await asyncio.gather(upkeep, return_exceptions=True)


async def test_an_engine_removes_what_killed_attempts_and_deletions_left(scene: Scene) -> None:
    painted = await scene.submit()
    await scene.worker().run()
    artwork = await scene.artwork(painted)
    await scene.store.delete_artwork(artwork.id, painted.person)
    orphan = await left_behind(scene)
    assert {orphan, artwork.blob, artwork.preview} <= await scene.keys()
    upkeep = asyncio.create_task(
        keep_up(scene.store, scene.blobs, Metrics("engine"), lambda: make_report(), 90 * 86_400.0)
    )

    async def swept() -> bool:
        return not {orphan, artwork.blob, artwork.preview} & await scene.keys()

    await scene.until(swept, 20.0)
    upkeep.cancel()
    await asyncio.gather(upkeep, return_exceptions=True)
    assert await scene.store.forgotten_blobs() == []
