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
