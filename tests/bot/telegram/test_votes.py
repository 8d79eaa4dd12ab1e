"""Votes over the wire: buttons and reactions, cut connections, kills, refusals; counts right."""

import asyncio
import time
from collections.abc import Mapping
from typing import Any

import pytest

from bot.testing.fake_engine import plain_picture
from bot.testing.telegram_harness import TelegramHarness
from bot.testing.telegram_people import TelegramUser, group, shown, someone
from bot.testing.telegram_world import BOT_ID, Chat
from ganshare.domain.community import Showing
from ganshare.domain.jobs import Artwork
from ganshare.domain.votes import RoundRules, Voter
from ganshare.store.community.posts import Posts
from ganshare.testing import TIMEOUT

HEART, THUMB, LAUGH = "\u2764", "\U0001f44d", "\U0001f601"
LOOSE = RoundRules(min_age=0, quorum=1)


def crowd(
    harness: TelegramHarness, *names: str, standing: str = "member"
) -> tuple[Chat, list[TelegramUser]]:
    people = [someone(harness.world, name) for name in names]
    chat = group(harness.world, "Painters", *people)
    chat.standing[BOT_ID] = standing
    return chat, people


async def painted(
    harness: TelegramHarness, ann: TelegramUser, chat: Chat
) -> tuple[dict[str, Any], Artwork]:
    await ann.say("/paint a castle", chat)
    job = await harness.claim()
    artwork = await harness.engine.finish(job, plain_picture("#226688", (128, 96)))
    final = await ann.receives(lambda m: "photo" in m, chat)
    await harness.acknowledged(job)
    return final, artwork


async def votes(
    harness: TelegramHarness, artwork: str, count: int, seconds: float = TIMEOUT
) -> None:
    async def right() -> bool:
        return (await harness.store.votes.count([artwork]))[artwork] == count

    try:
        await harness.until(right, seconds)
    except TimeoutError:
        found = await harness.store.votes.count([artwork])
        raise AssertionError(f"{found[artwork]} votes, not {count}") from None


def labels(message: Mapping[str, Any]) -> list[str]:
    return [b["text"] for row in message["reply_markup"]["inline_keyboard"] for b in row]


async def counts(
    someone_: TelegramUser, message: Mapping[str, Any], chat: Chat, label: str
) -> None:
    number = message["message_id"]
    await someone_.receives(
        lambda m: m["message_id"] == number and any(label in each for each in labels(m)), chat
    )


async def test_the_button_votes_and_its_label_counts(harness: TelegramHarness) -> None:
    async with harness.bot():
        chat, (ann, bob, eve) = crowd(harness, "Ann", "Bob", "Eve")
        final, artwork = await painted(harness, ann, chat)
        query = await bob.press(final, "Vote")
        await bob.answered(query)
        assert query["text"] == "You voted for it; it now has one vote."
        assert not query["show_alert"]
        await counts(ann, final, chat, "Vote · 1")
        own = await ann.press(final, "Vote")
        await ann.answered(own)
        assert own["text"] == "This is your own painting; only others can vote on it."
        assert own["show_alert"]
        await eve.press(final, "Vote")
        await counts(ann, final, chat, "Vote · 2")
        await bob.press(final, "Vote")
        await counts(ann, final, chat, "Vote · 1")
        await votes(harness, artwork.id, 1)
        last = chat.messages[final["message_id"]]
        assert last["photo"] == final["photo"]
        assert shown(last) == shown(final)


async def test_reactions_count_where_the_bot_is_an_administrator(harness: TelegramHarness) -> None:
    async with harness.bot():
        chat, (ann, bob, eve) = crowd(harness, "Ann", "Bob", "Eve", standing="administrator")
        final, artwork = await painted(harness, ann, chat)
        await bob.react(final, HEART)
        await bob.react(final, HEART, THUMB)
        await bob.press(final, "Vote")
        await eve.react(final, LAUGH)
        await ann.react(final, HEART)
        await votes(harness, artwork.id, 1)
        await eve.react(final, THUMB)
        await votes(harness, artwork.id, 2)
        await bob.react(final)
        await bob.press(final, "Vote")
        await votes(harness, artwork.id, 1)
        for _ in range(5):
            await bob.react(final, HEART)
            await bob.react(final)
        await eve.react(final)
        await asyncio.sleep(0.5)
        await votes(harness, artwork.id, 0)


async def test_a_reaction_that_is_handled_slowly_counts_in_its_turn(
    harness: TelegramHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    find, slow = Posts.find, asyncio.Event()
    waiting: list[None] = []

    async def find_slowly(posts: Posts, origin: str, message: str) -> Showing | None:
        if not waiting:
            waiting.append(None)
            await slow.wait()
        return await find(posts, origin, message)

    async with harness.bot():
        chat, (ann, bob) = crowd(harness, "Ann", "Bob", standing="administrator")
        final, artwork = await painted(harness, ann, chat)
        monkeypatch.setattr(Posts, "find", find_slowly)
        await bob.react(final, HEART)
        await harness.until(lambda: asyncio.sleep(0, bool(waiting)))
        await bob.react(final, THUMB)
        await votes(harness, artwork.id, 1)
        await bob.react(final)
        await votes(harness, artwork.id, 0)
        slow.set()
        await harness.until(lambda: asyncio.sleep(0, not harness.world.pending))
        ballots = await harness.store.votes.ballots(artwork.id)
        assert [each for each in ballots if each.up] == []


async def test_an_update_that_comes_again_after_a_cut_votes_once(harness: TelegramHarness) -> None:
    async def confirmed() -> bool:
        return not harness.world.pending

    chat, (ann, bob) = crowd(harness, "Ann", "Bob", standing="administrator")
    async with harness.bot():
        final, artwork = await painted(harness, ann, chat)
    await bob.press(final, "Vote")  # while nobody listens
    pending = list(harness.world.pending)
    async with harness.bot():
        await votes(harness, artwork.id, 1)
    harness.world.pending += pending  # as after a crash before they were confirmed
    async with harness.bot():
        await bob.react(final, HEART)
        await harness.until(confirmed)
        await votes(harness, artwork.id, 1)
        await bob.react(final)
        await bob.press(final, "Vote")
        await votes(harness, artwork.id, 0)


@pytest.mark.heavy
async def test_flood_control_delays_the_label_and_loses_no_vote(harness: TelegramHarness) -> None:
    async with harness.bot():
        names = [f"P{number}" for number in range(10)]  # more at once would be held back
        chat, people = crowd(harness, *names)
        final, artwork = await painted(harness, people[0], chat)
        chat.closed = time.monotonic() + 2  # Telegram refuses everything in here for a while
        for _ in range(3):
            await asyncio.gather(*(each.press(final, "Vote") for each in people[1:]))
            await asyncio.sleep(0.3)
        await votes(harness, artwork.id, 9)
        assert "Vote" in labels(chat.messages[final["message_id"]])[0]
        await counts(people[0], final, chat, "Vote · 9")
        assert len(chat.counted) <= 20


async def test_a_linked_account_votes_once(harness: TelegramHarness) -> None:
    async with harness.bot():
        chat, (ann, bob) = crowd(harness, "Ann", "Bob")
        final, artwork = await painted(harness, ann, chat)
        code = await harness.store.accounts.new_link("discord:5")
        await harness.store.accounts.redeem_link(code, f"telegram:{bob.id}")
        from ganshare.domain.votes import Voter

        await harness.store.votes.toggle(artwork.id, Voter("discord:5"), key="elsewhere")
        await counts(ann, final, chat, "Vote · 1")
        query = await bob.press(final, "Vote")
        await bob.answered(query)
        assert "withdrawn" in query["text"]
        await votes(harness, artwork.id, 0)


async def test_a_round_goes_on_in_a_group_and_in_private(harness: TelegramHarness) -> None:
    async with harness.bot():
        chat, (ann, bob) = crowd(harness, "Ann", "Bob")
        _, artwork = await painted(harness, ann, chat)
        opened = await ann.say("/round open 48 12 2 1 --age 0", chat)
        await ann.receives(lambda m: "open for 2 days" in shown(m), chat, after=opened)
        begun = await ann.receives(lambda m: "round of votes starts" in shown(m), chat)
        await ann.say(f"/curate {artwork.id}", chat)
        posted = await ann.receives(lambda m: "In the round" in shown(m), chat)
        assert "photo" in posted
        await bob.press(begun, "Show me")
        dealt = await bob.receives(lambda m: "Do you like it?" in shown(m))
        await bob.press(dealt, "Vote")
        over = await bob.receives(lambda m: "All seen" in shown(m))
        assert over["message_id"] == dealt["message_id"]
        await votes(harness, artwork.id, 1)
        await ann.say("/round close", chat)
        ended = await ann.receives(lambda m: "The winners" in shown(m), chat)
        assert "photo" in ended
        await asyncio.sleep(0.5)  # two more looks
        texts = [shown(m) for m in chat.messages.values()]
        assert sum("The winners" in text for text in texts) == 1


@pytest.mark.slow
async def test_a_killed_bot_counts_right_when_it_comes_back(harness: TelegramHarness) -> None:
    chat, (ann, bob, eve) = crowd(harness, "Ann", "Bob", "Eve", standing="administrator")
    bot = harness.process()
    try:
        await harness.world.until(lambda: len(harness.world.commands) >= 8)
        final, artwork = await painted(harness, ann, chat)
        await bob.press(final, "Vote")
        await votes(harness, artwork.id, 1)
    finally:
        bot.kill()
        bot.wait()
    await bob.press(final, "Vote")
    await eve.react(final, HEART)
    again = harness.process()
    try:
        await votes(harness, artwork.id, 1)
        await counts(ann, final, chat, "Vote · 1")
        assert (await harness.store.votes.state(artwork.id, f"telegram:{eve.id}")).voted
    finally:
        again.kill()
        again.wait()


async def test_whoever_makes_a_group_does_not_dispose_of_paintings_of_others(
    harness: TelegramHarness,
) -> None:
    async with harness.bot():
        chat, (ann, bob) = crowd(harness, "Ann", "Bob")
        _, artwork = await painted(harness, ann, chat)
        eve = someone(harness.world, "Eve")
        lair = group(harness.world, "Lair", eve, bob)

        async def says(line: str, answer: str) -> None:
            asked = await eve.say(line, lair)
            await eve.receives(lambda m: answer in shown(m), lair, after=asked)

        await says("/round open 48 9 3 1 0", "The round is open")
        await says(f"/curate {artwork.id}", "was asked for elsewhere")
        (stolen,) = await harness.store.rounds.recent()
        # as older versions let them
        await harness.store.rounds.entries.enter(stolen.id, artwork.id, "telegram:0", curator=True)
        await harness.store.votes.toggle(artwork.id, Voter(f"telegram:{bob.id}"), key="friend")
        await says("/round close", "one painting has won")
        await says(f"/curate {artwork.id} approve", "was asked for elsewhere")
        await says(f"/curate {artwork.id} veto because", "was asked for elsewhere")
        await says("/curate", "nothing to decide")
        assert await harness.store.rounds.curation.decision(artwork.id) is None
        # and whom it was taken from may still enter it where it was asked for
        await harness.store.rounds.open(f"telegram:{chat.id}", "telegram:0", 3600, LOOSE)
        asked = await ann.say(f"/curate {artwork.id}", chat)
        await ann.receives(lambda m: "Good luck" in shown(m), chat, after=asked)


def channel(number: int) -> dict[str, Any]:
    """What a message has that somebody sent as a channel."""
    bot = {"id": 136817688, "is_bot": True, "first_name": "Channel", "username": "Channel_Bot"}
    return {"from": bot, "sender_chat": {"id": -number, "type": "channel", "title": "News"}}


async def test_a_channel_is_nobody_new(harness: TelegramHarness) -> None:
    async with harness.bot():
        chat, (ann, bob) = crowd(harness, "Ann", "Bob")
        chat.linked = -79
        final, artwork = await painted(harness, ann, chat)
        for number in (77, 78):
            for line in ("/paint a castle", f"/vote {artwork.id}", "/random"):
                asked = await bob.say(line, chat, **channel(number))
                await bob.receives(lambda m: "your own name" in shown(m), chat, after=asked)
        assert (await harness.store.queue.counts())["queued"] == 0
        await votes(harness, artwork.id, 0)
        # its own channel is the group itself
        await ann.say("/paint a harbour", chat, **channel(79))
        assert (await harness.claim()).person == f"telegram:{chat.id}"
        assert final


async def test_who_asks_as_the_group_does_not_vote_for_that(harness: TelegramHarness) -> None:
    async with harness.bot():
        chat, (ann, bob) = crowd(harness, "Ann", "Bob", standing="administrator")
        group_bot = {"id": 1087968824, "is_bot": True, "first_name": "Group"}
        await ann.say("/paint a castle", chat, sender_chat=chat.to_json(), **{"from": group_bot})
        job = await harness.claim()
        artwork = await harness.engine.finish(job, plain_picture("#226688", (128, 96)))
        final = await ann.receives(lambda m: "photo" in m, chat)
        await harness.acknowledged(job)
        await ann.react(final, HEART)
        query = await ann.press(final, "Vote")
        await ann.answered(query)
        assert "your own" in query["text"]
        said = await ann.say(f"/vote {artwork.id}")
        await ann.receives(lambda m: "your own" in shown(m), after=said)
        await bob.react(final, HEART)
        await votes(harness, artwork.id, 1)
        assert {each.account for each in await harness.store.votes.ballots(artwork.id)} <= {
            f"telegram:{bob.id}",
            f"telegram:{chat.id}",
        }


async def test_a_page_is_not_turned_where_there_is_none(harness: TelegramHarness) -> None:
    async with harness.bot():
        chat, (ann, bob) = crowd(harness, "Ann", "Bob")
        final, _ = await painted(harness, ann, chat)
        number = final["message_id"]
        for data in ("gallery:", "mine:", f"next:{'0' * 12}-on"):
            query = await bob.forge(final, data)
            await bob.answered(query)
            assert query["text"] == "This button no longer works."
        assert chat.messages[number] == final


async def test_what_is_taken_away_leaves_the_posts_of_its_round(harness: TelegramHarness) -> None:
    """After a restart, too: all of it happens while no bot runs."""
    async with harness.bot():
        chat, (ann,) = crowd(harness, "Ann")
        place = f"telegram:{chat.id}"
        round_ = await harness.store.rounds.open(place, "telegram:0", 3600, LOOSE)
        ids = []
        for _ in range(3):
            _, artwork = await painted(harness, ann, chat)
            await harness.store.rounds.entries.enter(round_.id, artwork.id, artwork.person)
            ids.append(artwork.id)

        def posts() -> list[dict[str, Any]]:
            return [m for m in chat.messages.values() if "In the round" in shown(m)]

        await harness.world.until(lambda: len(posts()) == 3)
        before = {each["message_id"]: each for each in posts()}

        async def are_known() -> bool:
            return len(await harness.store.posts.of_artworks(ids, "telegram")) == 6

        await harness.until(are_known)
    hidden, deleted, vetoed = ids
    await harness.store.gallery.hide(hidden, "telegram:0", "it was reported")
    await harness.store.gallery.delete(deleted, f"telegram:{ann.id}")
    await harness.store.rounds.curation.veto(vetoed, "telegram:0", "a logo")
    async with harness.bot():
        await harness.world.until(lambda: not posts())

        async def are_done() -> bool:
            return not await harness.store.shown.due("telegram")

        await harness.until(are_done)
    for number, old in before.items():
        now = chat.messages[number]
        assert shown(now) == "This painting is no longer shown."
        assert "reply_markup" not in now
        assert now["photo"] != old["photo"]


async def test_leaderboards_call_voters_as_they_are_called_here(harness: TelegramHarness) -> None:
    async with harness.bot():
        chat, (ann, bob, eve) = crowd(harness, "Ann", "Bob", "Eve", standing="administrator")
        message, artwork = await painted(harness, ann, chat)
        await bob.react(message, HEART)
        await eve.press(message, "❤")
        await votes(harness, artwork.id, 2)

        async def are_named() -> bool:
            ranked = await harness.store.leaderboards.voters(3600.0, 5)
            return sorted(each.name for each in ranked) == ["Bob", "Eve"]

        await harness.until(are_named)
