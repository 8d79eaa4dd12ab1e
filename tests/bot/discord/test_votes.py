"""Votes over the wire: reactions and buttons, cut connections, kills and refusals; counts right."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from bot.testing.discord_world import DiscordRefusal, Posted
from ganshare.domain.votes import RoundRules
from ganshare.testing import TIMEOUT

HEART, THUMB, LAUGH = "\u2764\ufe0f", "\U0001f44d", "\U0001f602"
LOOSE = RoundRules(min_age=0, quorum=1)

Stage = Any  # of conftest.py
NewBot = Callable[[], Any]


async def painted(stage: Stage, ada: Any) -> tuple[Posted, str]:
    """Ask for a painting, and give its message and its id."""
    await stage.discord.people.said(await ada.slash("paint", prompt="a castle in teal"))
    _, artwork = await stage.engine.paint()
    message = await stage.shows("Painted")
    await stage.all_is_shown()
    return message, artwork.id


async def votes(stage: Stage, artwork: str, count: int, seconds: float = TIMEOUT) -> None:
    """Wait until so many count."""
    found = -1
    try:
        async with asyncio.timeout(seconds):
            while found != count:
                await asyncio.sleep(0.03)
                found = (await stage.front.store.votes.count([artwork]))[artwork]
    except TimeoutError:
        raise AssertionError(f"{found} votes, not {count}") from None


async def label(stage: Stage, message: Posted, text: str) -> None:
    def says() -> bool:
        return any(button["label"] == text for button in message.buttons)

    await stage.discord.people.until(says)


async def test_the_button_votes_and_its_label_counts(stage: Stage) -> None:
    ada, bob, eve = stage.join(), stage.join("Bob"), stage.join("Eve")
    message, artwork = await painted(stage, ada)
    pressed = await bob.press(message, "Vote")
    said = await stage.discord.people.until(lambda: stage.private_word(pressed))
    assert said.embed["description"] == "You voted for it; it now has one vote."
    await label(stage, message, "Vote · 1")
    assert message.json["attachments"]
    assert message.embed["title"] == "Painted"
    await eve.press(message, "Vote")
    await label(stage, message, "Vote · 2")
    refused = await ada.press(message, "Vote")
    said = await stage.discord.people.until(lambda: stage.private_word(refused))
    assert "your own" in said.embed["description"]
    await bob.press(message, "Vote")
    await label(stage, message, "Vote · 1")
    assert (await stage.front.store.votes.count([artwork])) == {artwork: 1}


async def test_reactions_count_once_for_each_person(stage: Stage) -> None:
    ada, bob, eve = stage.join(), stage.join("Bob"), stage.join("Eve")
    message, artwork = await painted(stage, ada)
    await bob.react(message)
    await bob.react(message, THUMB)
    await bob.react(message, is_super=True)
    await bob.press(message, "Vote")
    await stage.discord.people.tell_of_reaction(message, HEART, bob.id)  # delivered twice
    await ada.react(message)
    await eve.react(message, LAUGH)
    await votes(stage, artwork, 1)
    await eve.react(message)
    await votes(stage, artwork, 2)
    await label(stage, message, "Vote · 2")
    await bob.unreact(message)
    await bob.unreact(message, THUMB)
    await bob.press(message, "Vote")
    await asyncio.sleep(0.3)
    await votes(stage, artwork, 2)  # the super-reaction stands
    await bob.unreact(message, is_super=True)
    await votes(stage, artwork, 1)


async def test_bots_do_not_vote_and_cleared_reactions_are_gone(stage: Stage) -> None:
    ada, people = stage.join(), [stage.join(name) for name in ("Bob", "Cid", "Eve")]
    machine = stage.join("Machine")
    machine.user["bot"] = True
    message, artwork = await painted(stage, ada)
    for number, each in enumerate(people):
        await each.react(message, HEART if number else THUMB)
    await machine.react(message)
    await votes(stage, artwork, 3)
    await ada.clear(message, HEART)
    await votes(stage, artwork, 1)
    await ada.clear(message)
    await votes(stage, artwork, 0)


async def test_quick_fingers_end_where_they_end(stage: Stage) -> None:
    ada, bob = stage.join(), stage.join("Bob")
    message, artwork = await painted(stage, ada)
    for _ in range(6):
        await bob.react(message)
        await bob.unreact(message)
    await bob.react(message)
    await votes(stage, artwork, 1)
    await asyncio.sleep(0.5)
    await votes(stage, artwork, 1)


async def test_linked_accounts_have_one_vote(stage: Stage) -> None:
    ada, bob = stage.join(), stage.join("Bob")
    message, artwork = await painted(stage, ada)
    store = stage.front.store
    await store.accounts.redeem_link(
        await store.accounts.new_link(f"discord:{bob.id}"), "telegram:7"
    )
    from ganshare.domain.votes import Voter

    await store.votes.toggle(artwork, Voter("telegram:7"), key="telegram:press")
    await label(stage, message, "Vote · 1")  # a vote from elsewhere
    await bob.react(message)
    await asyncio.sleep(0.3)
    await votes(stage, artwork, 1)
    await store.accounts.redeem_link(
        await store.accounts.new_link(f"discord:{ada.id}"), "telegram:7"
    )
    await votes(stage, artwork, 0)


async def test_a_cut_connection_loses_no_vote(stage: Stage) -> None:
    ada, bob, eve = stage.join(), stage.join("Bob"), stage.join("Eve")
    message, artwork = await painted(stage, ada)
    await eve.react(message)
    await votes(stage, artwork, 1)
    await stage.discord.gateway.cut()
    await bob.react(message)
    await eve.unreact(message)
    await ada.react(message)
    await stage.discord.people.until(lambda: stage.discord.gateway.resumed == 1)
    await voters(stage, artwork, bob)


async def voters(stage: Stage, artwork: str, *people: Any, seconds: float = TIMEOUT) -> None:
    """Wait until these, and nobody else, have a vote that counts."""
    wanted = {f"discord:{each.id}" for each in people}
    async with asyncio.timeout(seconds):
        while True:
            found = await stage.front.store.votes.ballots(artwork)
            count = (await stage.front.store.votes.count([artwork]))[artwork]
            if count == len(wanted) and wanted <= {each.account for each in found if each.up}:
                return
            await asyncio.sleep(0.05)


async def open_round(stage: Stage, *artworks: str, seconds: float = 3600, **rules: Any) -> Any:
    store, place = stage.front.store, f"discord:{stage.channel.id}"
    round_ = await store.rounds.open(place, "discord:0", seconds, replace(LOOSE, **rules))
    for each in artworks:
        await store.rounds.entries.enter(round_.id, each, "discord:0", curator=True)
    return round_


async def test_votes_cast_while_the_bot_was_down_are_read_from_the_lists(stage: Stage) -> None:
    ada, bob, eve, cid = (stage.join(name) for name in ("Ada", "Bob", "Eve", "Cid"))
    crowd = [stage.join(f"P{number}") for number in range(120)]  # more than a page
    message, artwork = await painted(stage, ada)
    await open_round(stage, artwork)
    await eve.react(message)
    await cid.react(message, is_super=True)
    await votes(stage, artwork, 2)
    await stage.stop_bot()
    await stage.discord.gateway.cut(forget=True)
    await bob.react(message)
    await bob.react(message, is_super=True)
    await ada.react(message)
    await eve.unreact(message)
    await cid.unreact(message, is_super=True)
    for each in crowd:
        await each.react(message, THUMB)
    limit = DiscordRefusal(429, 0, "You are being rate limited.", retry_after=0.2)
    stage.discord.fail("GET /channels/.*/reactions", limit, times=2)
    stage.discord.fail("GET /channels/.*/reactions", None, times=1)
    await stage.start_bot()
    await votes(stage, artwork, 121)


@pytest.mark.slow  # discord.py takes its time before it begins a new session
async def test_a_session_begun_anew_reads_what_it_did_not_hear(stage: Stage) -> None:
    ada, bob = stage.join(), stage.join("Bob")
    message, artwork = await painted(stage, ada)
    await open_round(stage, artwork)
    await stage.discord.gateway.cut(forget=True)  # a new session; what happens now is never sent
    await bob.react(message)
    await votes(stage, artwork, 1)
    # a bot that is ended while it connects leaves discord.py's heart beating
    await stage.discord.people.until(lambda: stage.discord.gateway.sessions)


@pytest.mark.slow
async def test_a_killed_bot_counts_right_when_it_comes_back(apart: Stage, new_bot: NewBot) -> None:
    ada, bob, eve = apart.join(), apart.join("Bob"), apart.join("Eve")
    async with new_bot():
        message, artwork = await painted(apart, ada)
        await open_round(apart, artwork)
        await bob.react(message)
        await votes(apart, artwork, 1)
    await apart.discord.gateway.cut(forget=True)
    await bob.unreact(message)
    await eve.react(message)
    async with new_bot():
        await voters(apart, artwork, eve)
        await label(apart, message, "Vote · 1")


# --- rounds -----------------------------------------------------------------------------------


@pytest.mark.heavy
async def test_a_round_is_announced_shown_and_decided_in_its_channel_once(stage: Stage) -> None:
    ada, bob, eve = stage.join(), stage.join("Bob"), stage.join("Eve")
    _, first = await painted(stage, ada)
    await stage.stop_bot()
    second = await stage_bots(stage, 2)
    round_ = await open_round(stage, first)
    begun = await stage.shows("A round of votes starts")
    assert [each["label"] for each in begun.buttons] == ["Show me paintings"]
    shown = await stage.shows("In the round")
    await stage.discord.people.until(lambda: shown.json.get("reactions"))
    assert (await stage.front.store.votes.count([first])) == {first: 0}  # the first heart is ours
    await bob.react(shown)
    await votes(stage, first, 1)
    await label(stage, shown, "Vote · 1")
    pressed = await eve.press(begun, "Show me")
    dealt = await stage.discord.people.until(lambda: stage.private_word(pressed))
    assert dealt.embed["title"] == "Do you like it?"
    assert dealt.json["attachments"]
    again = await eve.press(dealt, "Vote")
    await stage.discord.people.until(lambda: again.acknowledged is not None)
    await votes(stage, first, 2)
    await stage.discord.people.until(lambda: "All seen" in str(dealt.embed))
    await stage.front.store.rounds.close(round_.id, "discord:0", early=True)
    ended = await stage.shows("The winners")
    assert "2 votes" in str(ended.embed)
    assert "shown to" not in str(ended.embed)  # of fewer than have voted
    assert ended.json["attachments"]
    await asyncio.sleep(0.5)  # two more looks of each bot
    titles = [each.embed.get("title") for each in stage.channel.alive]
    for title in ("A round of votes starts", "In the round", "The winners"):
        assert titles.count(title) == 1, titles
    assert second


async def stage_bots(stage: Stage, count: int) -> int:
    """Several bots of one community at once, as by mistake or while one takes over."""
    for _ in range(count):
        await stage.start_bot()
    return count


async def test_a_round_ends_by_itself_after_reading_what_was_missed(stage: Stage) -> None:
    ada, bob = stage.join(), stage.join("Bob")
    message, artwork = await painted(stage, ada)
    await stage.stop_bot()
    await stage.discord.gateway.cut(forget=True)
    round_ = await open_round(stage, artwork, seconds=60)
    await bob.react(message)
    # A minute is the shortest round; the database's clock is what counts.
    await stage.front.store.database.atomically(_past(round_.id))
    await stage.start_bot()
    ended = await stage.shows("The winners")
    assert "one vote" in str(ended.embed)


def _past(round_id: str) -> Any:

    from ganshare.store.db.dialect import now
    from ganshare.store.db.tables_votes import rounds

    async def change(connection: Any) -> None:
        this = rounds.c.id == round_id
        await connection.execute(rounds.update().where(this).values(closes=now() - 0.01))

    return change


async def test_a_channel_that_refuses_is_told_later_and_once(stage: Stage) -> None:
    await stage.stop_bot()
    limit = DiscordRefusal(429, 0, "You are being rate limited.", retry_after=0.2)
    stage.discord.fail("POST /channels/.*/messages", limit, times=2)
    stage.discord.fail("POST /channels/.*/messages", None, times=1, after=True)
    await stage.start_bot()
    await open_round(stage)
    await stage.shows("A round of votes starts")
    await asyncio.sleep(0.5)
    assert len(stage.channel.alive) == 1


async def test_what_is_deleted_leaves_the_post_of_its_round(stage: Stage) -> None:
    ada = stage.join()
    _, artwork = await painted(stage, ada)
    await open_round(stage, artwork)
    shown = await stage.shows("In the round")
    async with asyncio.timeout(TIMEOUT):
        while len(await stage.front.store.posts.of_artworks([artwork], "discord")) < 2:  # noqa: ASYNC110 - nobody would set an event for us
            await asyncio.sleep(0.03)
    await stage.stop_bot()
    await stage.front.store.gallery.delete(artwork, f"discord:{ada.id}")
    await stage.start_bot()
    await stage.discord.people.until(
        lambda: shown.embed.get("description") == "This painting is no longer shown."
    )
    assert not shown.json.get("attachments")
    assert not shown.buttons


async def test_leaderboards_call_voters_as_they_are_called_here(stage: Stage) -> None:
    ada, bob, eve = stage.join(), stage.join("Bob"), stage.join("Eve")
    message, artwork = await painted(stage, ada)
    await bob.react(message)
    await eve.press(message, "❤️")
    await votes(stage, artwork, 2)
    async with asyncio.timeout(TIMEOUT):
        found: list[str] = []
        while found != ["Bob", "Eve"]:
            await asyncio.sleep(0.03)
            ranked = await stage.front.store.leaderboards.voters(3600.0, 5)
            found = sorted(each.name for each in ranked)
