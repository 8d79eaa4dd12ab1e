"""What people own is offered to them by its prompt, and to nobody else."""

from typing import Any

import pytest

from bot.core.messages import Person

ANN, BEN = Person("discord:1", "Ann"), Person("discord:2", "Ben")


@pytest.mark.parametrize("command", ["privacy", "curate", "sell"])
async def test_one_s_paintings_are_offered_by_their_prompts(hall: Any, command: str) -> None:
    castle = await hall.painted("a castle in teal")
    fox = await hall.painted("a red fox " + "in snow " * 30)

    async def offered(typed: str, person: Person = ANN) -> list[str]:
        found = await hall.dispatcher.complete(command, "artwork", typed, person)
        assert all(0 < len(each.label) <= 100 for each in found)
        return list(found)

    assert await offered("") == [fox.id, castle.id]
    assert await offered("fox RED") == [fox.id]
    assert await offered(castle.id) == [castle.id]
    assert await offered("boat") == await offered("", BEN) == []
    (shown,) = await hall.dispatcher.complete(command, "artwork", "castle", ANN)
    assert shown.label == f"a castle in teal · {castle.id[:6]}"


async def test_jobs_that_wait_are_offered_to_be_cancelled(hall: Any) -> None:
    job = await hall.ask_one("a castle in teal")
    done = await hall.ask_one("a red fox")
    await hall.ask("cancel", job=done.id)
    assert await hall.dispatcher.complete("cancel", "job", "", ANN) == [job.id]
    assert await hall.dispatcher.complete("cancel", "job", "", BEN) == []


async def test_shapes_are_offered_with_their_sizes_and_taken(hall: Any) -> None:
    offered = await hall.dispatcher.complete("paint", "size", "", ANN)
    assert [each.label for each in offered] == [
        "square · 256x256", "portrait · 224x288", "landscape · 288x224", "tall · 192x336",
        "wide · 336x192",
    ]  # fmt: skip
    for size, expected in (("wide", (336, 192)), ("竖幅", (224, 288)), ("Tall", (192, 336))):
        job = await hall.ask_one("a castle", size=size)
        assert (job.request.width, job.request.height) == expected
        await hall.ask("cancel", job=job.id)
    job = await hall.ask_one("a castle --preset draft --size landscape")
    assert (job.request.width, job.request.height) == (224, 176)
    (said,) = await hall.ask("paint", prompt="a castle", size="round")
    assert "'round'" in said.text
