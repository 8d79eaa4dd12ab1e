"""A painting shown in many places of two platforms is gone from all, after kills, too."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from bot.core.delivery.renewals import PaintingMessages
from bot.telegram.frontend import run_telegram
from bot.testing.telegram_people import TelegramUser, group, shown, someone
from bot.testing.telegram_server import TelegramServer, telegram_server
from bot.testing.telegram_world import Chat
from ganshare.domain.jobs import Artwork
from ganshare.domain.votes import RoundRules, Voter
from ganshare.settings import BotSettings
from ganshare.testing import MODEL, TIMEOUT

pytestmark = pytest.mark.heavy

GONE = "This painting is no longer shown."
SECONDS = TIMEOUT  # 2 s where the machine is idle
SOON = 10.0  # seconds, on a machine that has nothing else to do

Stage = Any  # of conftest.py


class Places:
    """Where a painting stands, on Discord and on Telegram."""

    def __init__(self, stage: Stage, telegram: TelegramServer) -> None:
        self.stage, self.telegram = stage, telegram
        self.ada = stage.join()
        self.ann: TelegramUser = someone(telegram.world, "Ann")
        self.chat: Chat = group(telegram.world, "Painters", self.ann)
        self._bot: asyncio.Task[None] | None = None

    async def start(self) -> None:
        await self.stage.start_bot()
        environment = self.telegram.environment
        there = {name.removeprefix("BOT_").lower(): text for name, text in environment.items()}
        settings = BotSettings(**there, model=MODEL)
        self._bot = asyncio.create_task(run_telegram(self.stage.front, settings))

    async def kill(self) -> None:
        await self.stage.stop_bot()
        if self._bot is not None:
            self._bot.cancel()
            await asyncio.gather(self._bot, return_exceptions=True)

    def showing(self) -> list[Any]:
        """Messages with a picture or a document, of either platform, private ones included."""
        channels = self.stage.discord.world.channels.values()
        posted = [each for channel in channels for each in channel.messages.values()]
        found: list[Any] = [
            each for each in posted if not each.deleted and each.json.get("attachments")
        ]
        for chat in self.telegram.world.chats.values():
            found += [m for m in chat.messages.values() if _has_picture(m)]
        return found

    async def await_bot(self) -> None:
        """Wait until a bot that was just started listens to both platforms."""
        await self.stage.discord.gateway.wait_connected()
        asked = len(self.telegram.world.requests)
        polls = self.telegram.world.requests
        await self.until(lambda: any(each.method == "getUpdates" for each in polls[asked:]))

    async def until(self, true: Callable[[], Any], seconds: float = TIMEOUT) -> None:
        async with asyncio.timeout(seconds):
            while not true():  # noqa: ASYNC110 - nobody would set an event for us
                await asyncio.sleep(0.03)

    async def paint(self) -> Artwork:
        await self.ada.slash("paint", prompt="a castle in teal")
        _, artwork = await self.stage.engine.paint()
        await self.stage.shows("Painted")
        await self.stage.all_is_shown()
        made: Artwork = artwork
        return made

    async def hold_round(self, artwork: Artwork) -> None:
        """Let a painting win, so that it is in a post, among the winners and in the digest."""
        store, place = self.stage.front.store, f"discord:{self.stage.channel.id}"
        rules = RoundRules(min_age=0, quorum=1)
        round_ = await store.rounds.open(place, "discord:0", 3600, rules)
        await store.rounds.entries.enter(round_.id, artwork.id, "discord:0", curator=True)
        await self.stage.shows("In the round")
        await store.votes.toggle(artwork.id, Voter("discord:77"), key="press")
        await store.rounds.close(round_.id, "discord:0", early=True)
        await self.stage.shows("The winners")
        await self.stage.shows("The week in paintings")

    async def look_at_it(self, artwork: Artwork) -> None:
        """Ask for it everywhere where one can."""
        await self.ada.slash("gallery")
        mine = await self.stage.discord.people.said(await self.ada.slash("mine"))
        await self.ada.press(mine, "1")
        await self.ada.press(await self.stage.shows("Painted"), "Full size")
        await self.ann.say("/gallery", self.chat)
        page = await self.ann.receives(_has_picture, self.chat)
        await self.ann.press(page, "1")
        one = await self.ann.receives(_has_picture)
        await self.ann.press(one, "Full size")
        await self.ann.receives(lambda m: "document" in m)
        # job, round, winners, digest, page, own page, one, PNG; page, one, PNG
        await self.until(lambda: len(self.showing()) == 11)


def _has_picture(message: Any) -> bool:
    """Whether there is more than the blank card in place of a picture that is gone."""
    return ("photo" in message and shown(message) != GONE) or "document" in message


@asynccontextmanager
async def open_places(stage: Stage) -> AsyncIterator[Places]:
    async with telegram_server() as telegram:
        places = Places(stage, telegram)
        await places.start()
        try:
            yield places
        finally:
            await places.kill()


@pytest.fixture
async def places(apart: Stage, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Places]:
    monkeypatch.setenv("PTB_TIMEDELTA", "true")
    monkeypatch.setattr("bot.core.rounds.scheduler.digest_week", lambda _: "2026-48")
    async with open_places(apart) as places:
        yield places


@pytest.mark.parametrize("way", ["hide", "delete", "veto"])
async def test_a_painting_is_gone_from_all_places(places: Places, way: str) -> None:
    artwork, store = await places.paint(), places.stage.front.store
    await places.hold_round(artwork)
    await places.look_at_it(artwork)
    match way:
        case "hide":
            await store.gallery.hide(artwork.id, "discord:9", "it was reported")
        case "delete":
            await store.gallery.delete(artwork.id, artwork.person)
        case _:
            await store.rounds.curation.veto(artwork.id, "discord:9", "a logo")
    await places.until(lambda: not places.showing(), SECONDS)
    if way == "hide":
        await store.gallery.show(artwork.id, "discord:9")
        await places.until(lambda: len(places.showing()) == 11)
    elif way == "veto":
        await store.rounds.curation.undo(artwork.id, "discord:9")
        await places.until(lambda: len(places.showing()) == 11)


async def test_it_is_gone_after_a_kill_while_it_was_being_taken_away(places: Places) -> None:
    artwork = await places.paint()
    await places.hold_round(artwork)
    await places.look_at_it(artwork)
    await places.kill()
    await places.stage.front.store.gallery.hide(artwork.id, "discord:9", "it was reported")
    for patience in (0.5, 0.8):
        await places.start()
        await asyncio.sleep(patience)
        await places.kill()
    await places.start()
    await places.until(lambda: not places.showing(), SECONDS + 5)


@pytest.mark.slow
@pytest.mark.serial
@pytest.mark.parametrize("way", ["hide", "delete"])
async def test_a_bot_that_is_killed_again_and_again_takes_it_away_within_ten_seconds(
    places: Places, new_bot: Callable[..., Any], way: str
) -> None:
    """The bot is a process of its own, with its usual pace, and the kills are SIGKILLs."""
    artwork, gallery = await places.paint(), places.stage.front.store.gallery
    await places.hold_round(artwork)
    await places.look_at_it(artwork)
    await places.kill()
    async with new_bot(**places.telegram.environment):
        await places.await_bot()
        began = time.monotonic()
        await gallery.hide(artwork.id, "discord:9", "it was reported")
        await places.until(lambda: not places.showing())
        assert time.monotonic() - began < SOON
        await gallery.show(artwork.id, "discord:9")
        await places.until(lambda: len(places.showing()) >= 11)
    if way == "hide":
        await gallery.hide(artwork.id, "discord:9", "it was reported")
    else:
        await gallery.delete(artwork.id, artwork.person)
    left = [len(places.showing())]
    for delay in (0.0, 0.3, 0.6):
        async with new_bot(**places.telegram.environment):
            await places.await_bot()
            await asyncio.sleep(delay)
        left.append(len(places.showing()))
    async with new_bot(**places.telegram.environment):
        await places.await_bot()
        began = time.monotonic()
        await places.until(lambda: not places.showing())
        assert time.monotonic() - began < SOON
    assert left[0] >= 11
    assert left == sorted(left, reverse=True)


async def test_one_of_several_goes_and_the_others_stay(places: Places) -> None:
    first, second = await places.paint(), await places.paint()
    await places.ann.say("/gallery", places.chat)
    page = await places.ann.receives(_has_picture, places.chat)
    number = page["message_id"]
    await places.stage.front.store.gallery.hide(first.id, "discord:9", "it was reported")

    def now() -> Any:
        return places.chat.messages[number]

    def data() -> list[str]:
        rows = now()["reply_markup"]["inline_keyboard"]
        return [each["callback_data"] for row in rows for each in row]

    assert len(data()) == 2
    await places.until(lambda: data() == [f"show:{second.id}"], SECONDS)
    assert now()["photo"] != page["photo"]
    await places.stage.front.store.gallery.show(first.id, "discord:9")
    await places.until(lambda: len(data()) == 2, SECONDS)


async def test_no_message_shows_a_painting_before_it_is_known_where(
    places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed between the two, a bot leaves messages that show nothing."""
    artwork = await places.paint()
    before = len(places.showing())

    async def die(*_: object, **__: object) -> None:
        raise asyncio.CancelledError

    monkeypatch.setattr(PaintingMessages, "show", die)
    place = f"discord:{places.stage.channel.id}"
    rules = RoundRules(min_age=0, quorum=1)
    round_ = await places.stage.front.store.rounds.open(place, "discord:0", 3600, rules)
    entries = places.stage.front.store.rounds.entries
    await entries.enter(round_.id, artwork.id, "discord:0", curator=True)
    await places.ann.say("/gallery", places.chat)
    await places.ann.receives(lambda m: shown(m) == "🎨 …", places.chat)
    await places.stage.shows("🎨 …")
    assert len(places.showing()) == before


async def test_what_stood_in_the_row_when_a_bot_died_is_shown_or_not_as_it_is_then(
    places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed after the message was noted, and before it showed anything."""
    artwork = await places.paint()
    monkeypatch.setattr("ganshare.store.community.shown._SHOWING_SECONDS", 0.3)
    begin = places.stage.front.store.shown.begin

    async def note_and_die(*arguments: Any) -> int:
        await begin(*arguments)
        raise asyncio.CancelledError

    with monkeypatch.context() as patch:
        patch.setattr(places.stage.front.store.shown, "begin", note_and_die)
        await places.ann.say("/gallery", places.chat)
        first = await places.ann.receives(lambda m: shown(m) == "🎨 …", places.chat)
        await asyncio.sleep(0.1)
    number = first["message_id"]
    await places.until(lambda: _has_picture(places.chat.messages[number]), SECONDS)
    await places.stage.front.store.gallery.delete(artwork.id, artwork.person)
    await places.until(lambda: shown(places.chat.messages[number]) == GONE, SECONDS)
