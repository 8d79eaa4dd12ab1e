"""All that may happen to a message, its channel, the network and the bot while a job runs."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from bot.testing.discord_world import ATTACH, LOADING, VIEW, DiscordRefusal
from ganshare.testing import make_request

pytestmark = pytest.mark.heavy

PROMPT = "Cubist Painting of a Castle in Teal"
NewBot = Callable[[], Any]


@pytest.mark.slow
async def test_the_bot_as_a_process_of_its_own_survives_being_killed(
    apart: Any, new_bot: NewBot
) -> None:
    ada = apart.join()
    async with new_bot():
        asked = await ada.slash("paint", prompt=PROMPT)
        message = await apart.discord.people.said(asked)
        assert asked.acknowledged < 3
        job = await apart.engine.claim()
        await apart.engine.step(job, 25)
        await apart.shows("step 25 of")
    await apart.discord.gateway.cut(forget=True)
    await apart.engine.finish(job)
    async with new_bot():
        assert await apart.shows("Painted") is message
        pressed = await ada.press(message, "Again")  # a button from its former life
        await apart.discord.people.said(pressed)
        assert (await apart.engine.claim()).request.prompt == PROMPT
        assert apart.discord.world.syncs == 1  # the commands are the same as before


@pytest.mark.slow  # the delivery service gives the frontend ten seconds to answer
async def test_a_bot_that_died_before_it_answered_answers_in_the_same_message(stage: Any) -> None:
    ada = stage.join()
    thinking = await stage.discord.world.post(stage.channel, {"flags": LOADING}, {})
    address = {"channel": str(stage.channel.id), "message": str(thinking.id), "user": str(ada.id)}
    request = make_request(prompt=PROMPT)
    person = f"discord:{ada.id}"
    await stage.front.store.queue.submit(
        person, "discord", request, key="discord:1", reply_to=address
    )
    assert await stage.shows("Waiting") is thinking
    await stage.engine.paint()
    assert await stage.shows("Painted") is thinking
    assert stage.channel.alive == [thinking]


async def test_a_deleted_message_ends_progress_and_the_painting_comes_anew(stage: Any) -> None:
    ada = stage.join()
    message = await stage.discord.people.said(await ada.slash("paint", prompt=PROMPT))
    job = await stage.engine.claim()
    await ada.delete(message)
    await stage.engine.step(job, 25)
    await stage.engine.finish(job)
    painted = await stage.shows("Painted")
    assert painted is not message
    assert painted.json["content"] == f"<@{ada.id}>"
    assert stage.channel.alive == [painted]


@pytest.mark.parametrize("how", ["channel gone", "no access", "may not attach"])
async def test_where_it_may_not_write_the_requester_is_told_once(stage: Any, how: str) -> None:
    ada = stage.join()
    message = await stage.discord.people.said(await ada.slash("paint", prompt=PROMPT))
    job = await stage.engine.claim()
    if how == "channel gone":
        del stage.discord.world.channels[stage.channel.id]
    elif how == "no access":
        stage.channel.denied = VIEW
    else:
        message.deleted = True
        stage.channel.denied = ATTACH
    await stage.engine.finish(job)
    direct = stage.discord.world.direct(ada.id)
    await stage.discord.people.until(lambda: direct.alive)
    await asyncio.sleep(0.5)
    assert len(direct.alive) == 1
    assert "can no longer write" in direct.alive[0].embed["description"]
    assert direct.alive[0].json["attachments"]
    assert await stage.front.store.queue.inbox("discord") == []


async def test_whoever_takes_no_messages_is_given_up_on(stage: Any) -> None:
    ada = stage.join()
    await stage.discord.people.said(await ada.slash("paint", prompt=PROMPT))
    job = await stage.engine.claim()
    stage.channel.denied = VIEW
    stage.discord.world.direct(ada.id).closed = True
    await stage.engine.finish(job)
    await stage.all_is_shown()


async def test_too_many_requests_delay_a_painting_and_lose_nothing(stage: Any) -> None:
    ada = stage.join()
    message = await stage.discord.people.said(await ada.slash("paint", prompt=PROMPT))
    limit = DiscordRefusal(429, 0, "You are being rate limited.", retry_after=0.3)
    stage.discord.fail("PATCH /channels", limit, times=2)
    await stage.engine.paint()
    assert await stage.shows("Painted") is message


async def test_a_network_that_fails_delays_a_painting_and_loses_nothing(stage: Any) -> None:
    ada = stage.join()
    message = await stage.discord.people.said(await ada.slash("paint", prompt=PROMPT))
    stage.discord.fail("PATCH /channels", None, times=3)
    await stage.engine.paint()
    assert await stage.shows("Painted") is message
    assert stage.channel.alive == [message]


async def test_a_message_whose_sending_had_an_unknown_outcome_is_sent_once(stage: Any) -> None:
    ada = stage.join()
    message = await stage.discord.people.said(await ada.slash("paint", prompt=PROMPT))
    job = await stage.engine.claim()
    await ada.delete(message)
    stage.discord.fail("POST /channels", None, after=True)  # it arrived; the answer didn't
    await stage.engine.finish(job)
    await stage.shows("Painted")
    await stage.all_is_shown()
    assert len(stage.channel.alive) == 1


async def test_the_gateway_may_go_away_and_come_back(stage: Any) -> None:
    ada = stage.join()
    await stage.discord.gateway.cut()
    asked = await ada.slash("paint", prompt=PROMPT)  # while nobody listens
    await stage.discord.people.said(asked)
    await stage.discord.gateway.ask_to_reconnect()
    await stage.discord.people.until(lambda: stage.discord.gateway.resumed == 2)
    await stage.engine.paint()
    await stage.shows("Painted")
    assert stage.discord.gateway.identified == 1


async def test_an_interaction_that_comes_twice_makes_one_job(stage: Any) -> None:
    ada = stage.join()
    asked = await ada.slash("paint", prompt=PROMPT)
    await ada.again(asked)
    await stage.discord.people.said(asked)
    await ada.again(asked)
    await stage.engine.paint()
    await stage.shows("Painted")
    assert (await stage.front.store.queue.counts())["queued"] == 0
    assert len(stage.channel.alive) == 1


async def test_an_acknowledgement_whose_answer_was_lost_does_not_lose_the_job(stage: Any) -> None:
    ada = stage.join()
    stage.discord.fail("POST /interactions", None, after=True)
    asked = await ada.slash("paint", prompt=PROMPT)
    await stage.discord.people.said(asked)
    await stage.engine.paint()
    await stage.shows("Painted")
    assert len(stage.channel.alive) == 1


async def test_a_painting_outlives_the_interactions_token(stage: Any) -> None:
    ada = stage.join()
    await stage.discord.people.said(await ada.slash("paint", prompt=PROMPT))
    stage.discord.world.token_seconds = 0.0
    await stage.engine.paint()
    await stage.shows("Painted")


@pytest.mark.parametrize(
    "data", ["again:", "again:0123", "delete:../../etc", "x" * 100, "again:1\n2", "nonsense"]
)
async def test_forged_buttons_are_answered_in_one_private_sentence(stage: Any, data: str) -> None:
    ada = stage.join()
    await stage.discord.people.said(await ada.slash("paint", prompt=PROMPT))
    await stage.engine.paint()
    painted = await stage.shows("Painted")
    before = painted.json
    pressed = await ada.forge(painted, data)
    said = await stage.discord.people.until(lambda: stage.private_word(pressed))
    assert said.embed["description"].endswith(".")
    assert "\n" not in said.embed["description"]
    assert painted.json == before
    assert (await stage.front.store.queue.counts())["queued"] == 0


async def test_a_command_in_direct_messages_is_answered_there(stage: Any) -> None:
    ada = stage.discord.people.write_to_bot(stage.join())
    asked = await ada.slash("paint", prompt=PROMPT)
    await stage.discord.people.said(asked)
    await stage.engine.paint()
    await stage.discord.people.until(lambda: "Painted" in str(ada.channel.alive[-1].embed))
    assert len(ada.channel.alive) == 1
