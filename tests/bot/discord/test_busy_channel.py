"""A channel in which many paint at once: Discord's limits are kept, and no painting waits long."""

import asyncio
import time
from typing import Any

import pytest

PEOPLE = 12


@pytest.mark.slow
@pytest.mark.serial
async def test_ends_do_not_wait_behind_previews_and_no_request_is_one_too_many(stage: Any) -> None:
    for number in range(PEOPLE):
        someone = stage.join(f"Painter{number}")
        await someone.slash("paint", prompt=f"castle number {number}")
    jobs = [await stage.engine.claim() for _ in range(PEOPLE)]

    async def preview() -> None:
        for step in range(1, 100):
            for job in jobs[1:]:
                await stage.engine.step(job, step)
            await asyncio.sleep(0.5)

    previews = asyncio.create_task(preview())
    try:
        await stage.shows("step", count=3)
        await asyncio.sleep(5)
        began = time.monotonic()
        await stage.engine.finish(jobs[0])
        await stage.shows("Painted")
        waited = time.monotonic() - began
    finally:
        previews.cancel()
        await asyncio.wait([previews])
    # Two edits of the five in five seconds are kept for ends.
    assert waited < 3
    assert stage.discord.rest.buckets.exceeded == 0
