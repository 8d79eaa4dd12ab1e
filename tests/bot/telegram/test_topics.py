"""News where people talk: in a forum's topics, and in the room of its moderators."""

from bot.testing.fake_engine import plain_picture
from bot.testing.telegram_harness import TelegramHarness
from bot.testing.telegram_people import TelegramUser, group, shown, someone
from bot.testing.telegram_world import Chat
from ganshare.domain.votes import RoundRules, Voter
from ganshare.store.db.tables_community import told

TOPIC, OTHER = 77, 88
IN_TOPIC = {"message_thread_id": TOPIC, "is_topic_message": True}
LOOSE = RoundRules(min_age=0, quorum=1)


def forum(harness: TelegramHarness) -> tuple[Chat, TelegramUser]:
    ann = someone(harness.world, "Ann")
    return group(harness.world, "Painters", ann), ann


async def test_news_go_to_the_topic_where_the_round_was_opened(harness: TelegramHarness) -> None:
    chat, ann = forum(harness)
    async with harness.bot():
        await ann.say("/round open 48", chat, **IN_TOPIC)
        begins = await ann.receives(lambda m: "round of votes starts" in shown(m), chat)
        assert begins["message_thread_id"] == TOPIC


async def test_winners_are_told_where_a_topic_is_open(harness: TelegramHarness) -> None:
    """The general topic is closed, as in many forums, and so is the one of the round."""
    chat, ann = forum(harness)
    chat.closed_topics = {None, TOPIC}
    place = f"telegram:{chat.id}"
    await harness.store.places.change(place, {"news_topic": TOPIC}, by="telegram:1")
    async with harness.bot():
        await ann.say("/paint a castle", chat, message_thread_id=OTHER, is_topic_message=True)
        job = await harness.claim()
        artwork = await harness.engine.finish(job, plain_picture("#226688", (64, 64)))
        round_ = await harness.store.rounds.open(place, "telegram:1", 3_600.0, LOOSE)
        entries = harness.store.rounds.entries
        await entries.enter(round_.id, artwork.id, artwork.person)
        await harness.store.votes.toggle(artwork.id, Voter("telegram:2"), key="press")
        await harness.store.rounds.close(round_.id, "telegram:1", early=True)
        won = await ann.receives(lambda m: "winners" in shown(m), chat)
        assert won["message_thread_id"] == OTHER


async def test_what_no_open_topic_takes_is_told_later(harness: TelegramHarness) -> None:
    chat, ann = forum(harness)
    chat.closed_topics = {None}
    place = f"telegram:{chat.id}"
    round_ = await harness.store.rounds.open(place, "telegram:1", 3_600.0, LOOSE)
    name = f"{round_.id}:opened"
    async with harness.bot():

        async def is_refused() -> bool:
            return any(each.code == 400 for each in harness.world.requests)

        await harness.until(is_refused)
        assert await harness.store.posts.was_told([name]) == set()
        chat.closed_topics = set()
        await harness.store.database.write(told.update().values(until=0.0))
        await ann.receives(lambda m: "round of votes starts" in shown(m), chat)


async def test_moderators_are_told_in_chinese(harness: TelegramHarness) -> None:
    chat, ann = forum(harness)
    async with harness.bot():
        for words in ("moderation_place here", "language zh"):
            await ann.say(f"/settings {words}", chat)
            await ann.receives(lambda m: "settings" in shown(m).casefold() or "设置" in shown(m))
        await ann.say("/paint gore", chat)
        alert = await ann.receives(lambda m: "致管理员" in shown(m), chat)
        assert "提示词被拒绝" in shown(alert)
        assert "gore" in shown(alert)
