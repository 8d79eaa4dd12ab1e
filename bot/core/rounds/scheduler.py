"""Closes rounds on time and posts their announcements.

Any number of processes may run one: the database assigns each announcement to one of them and
remembers that it was posted. If a process dies in between, another takes over after some minutes.
Discord recognises a repeated message by its nonce; elsewhere it may then appear twice, rather than
never.
"""

import asyncio
import contextlib
import itertools
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.core.delivery.platform import (
    Announcer,
    Away,
    MessageGone,
    PlaceGone,
    SlowDown,
    TopicClosed,
    message_name,
)
from bot.core.delivery.renewals import PaintingMessages
from bot.core.messages import Reply
from bot.core.rendering.catalogue import Catalogue
from bot.core.rendering.painting_content import bare
from bot.core.rounds.alerts import moderators_told
from bot.core.rounds.announcements import RoundAnnouncer
from ganshare.blobs import Blobs
from ganshare.domain.announcements import Announcement
from ganshare.domain.community import Alert
from ganshare.domain.jobs import Artwork
from ganshare.domain.sales import SaleNews
from ganshare.domain.votes import Entry, Round
from ganshare.errors import AskerError, WorldError
from ganshare.monitoring.log import get_logger
from ganshare.store import Store

__all__ = ["Recount", "RoundScheduler", "digest_week", "no_recount"]

LOOK_SECONDS = 5.0
LEASE_SECONDS = 180.0  # longer than any message takes to be sent
MOST_AT_ONCE = 3  # paintings that are posted at one look
JUST_SECONDS = 60.0
DIGEST_HOUR, DIGEST_HOURS = 9, 48  # on Mondays, UTC; later than that it is no news
BOT = "bot"

Write = Callable[[], Awaitable[Reply]]
Recount = Callable[[Sequence[Round]], Awaitable[object]]

_log = get_logger(__name__)


async def no_recount(_: Sequence[Round]) -> None:
    """Where votes come from buttons only, none is missed."""


class RoundScheduler:
    """The rounds of one origin.

    Args:
        recount: called with rounds that are about to be ended, to read votes that were missed.
        look: seconds between two looks.
    """

    def __init__(
        self,
        store: Store,
        blobs: Blobs,
        words: Catalogue,
        announcer: Announcer,
        *,
        recount: Recount = no_recount,
        look: float | None = None,
    ) -> None:
        self._store, self._announcer, self._words = store, announcer, words
        self._round_announcer = RoundAnnouncer(store, blobs, words)
        self._messages = PaintingMessages(store, blobs, words)
        self._recount, self._look = recount, LOOK_SECONDS if look is None else look
        self._name = f"{announcer.origin}-{secrets.token_hex(4)}"

    async def run(self) -> None:
        """Run until cancelled; failures are logged and retried."""
        while True:
            try:
                await self.look()
            except (WorldError, AskerError) as error:
                _log.warning("rounds are not looked after", reason=str(error))
            except Exception:
                _log.exception("rounds are not looked after", id=secrets.token_hex(4))
            await asyncio.sleep(self._look)

    async def look(self) -> None:
        """Do once everything that is due."""
        await self._tell_moderators()
        await self._end_rounds()
        rounds = [each for each in await self._store.rounds.recent() if self._is_ours(each.place)]
        places = list(dict.fromkeys(each.place for each in rounds))
        if not places:
            return
        await self._announce(places)
        await self._tell_sales(places)
        moment = await self._store.now()
        for round_ in rounds:
            if round_.is_open(moment):
                await self._post_paintings(round_)
        week = digest_week(datetime.fromtimestamp(moment, UTC))
        for place in places if week else ():
            await self._tell_week(place, week)

    def _is_ours(self, place: str) -> bool:
        return place.partition(":")[0] == self._announcer.origin

    async def _end_rounds(self) -> None:
        over = [each for each in await self._store.rounds.to_close() if self._is_ours(each.place)]
        if over:
            await self._recount(over)
        for round_ in over:
            await self._store.rounds.close(round_.id, BOT)
            _log.info("a round has ended", round=round_.id)
        await self._store.rounds.close_abandoned(BOT)

    async def _announce(self, places: list[str]) -> None:
        for each in await self._store.rounds.announcements.pending(self._announcer.origin, places):
            round_, locale = each.round, await self._locale(each.round.place)

            async def write(each: Announcement = each, locale: str = locale) -> Reply:
                return await self._write_announcement(each, locale)

            if await self._tell(f"{round_.id}:{each.kind}", round_.place, write):
                await self._store.rounds.announcements.mark_told(each, self._announcer.origin)

    async def _write_announcement(self, news: Announcement, locale: str) -> Reply:
        if news.kind == "opened":
            return await self._round_announcer.begins(news.round, locale)
        return await self._round_announcer.winners(news.round, news.winners, locale)

    async def _tell_moderators(self) -> None:
        """Tell what happened since, all of a place in one message."""
        turn = f"alerts:{self._announcer.origin}"
        found = await self._store.community.alerts(self._announcer.origin)
        if not found or not await self._store.queue.take_turn(turn, LEASE_SECONDS):
            return
        try:
            found = await self._store.community.alerts(self._announcer.origin)
            for place, each in itertools.groupby(sorted(found, key=_place_of), _place_of):
                some, locale = list(each), await self._locale(place)

                async def write(some: list[Alert] = some, locale: str = locale) -> Reply:
                    return await moderators_told(self._store, self._words, locale, some)

                if await self._tell(f"alerts:{some[-1].id}", place, write):
                    await self._store.community.end_alerts(each.id for each in some)
        finally:
            await self._store.queue.give_turn_back(turn)

    async def _tell_sales(self, places: list[str]) -> None:
        for each in await self._store.sales.news(places):
            locale = await self._locale(each.round.place)

            async def write(each: SaleNews = each, locale: str = locale) -> Reply:
                return await self._round_announcer.sales(each, locale)

            if await self._tell(each.name, each.round.place, write):
                await self._store.sales.mark_told(each)

    async def _post_paintings(self, round_: Round) -> None:
        entries = await self._store.rounds.entries.of_round(round_.id)
        names = {f"{round_.id}:{each.artwork}": each for each in entries}
        told = await self._store.posts.was_told(names)
        locale = await self._locale(round_.place)
        for name in [each for each in names if each not in told][:MOST_AT_ONCE]:
            artwork = await self._store.gallery.get(names[name].artwork)
            if artwork is None or not artwork.public:
                continue
            if await self._stands_there(round_, names[name], artwork):
                if await self._store.posts.begin_telling(name, self._name):
                    await self._store.posts.end_telling(name, self._name)
                continue

            async def write(artwork: Artwork = artwork) -> Reply:
                return await self._round_announcer.painting(artwork, locale)

            await self._tell(name, round_.place, write, artwork.id)

    async def _stands_there(self, round_: Round, entry: Entry, artwork: Artwork) -> bool:
        """Whether the place has just got the painting, with its vote button, by its own message."""
        if not round_.rules.automatic:
            return False
        job = await self._store.queue.get(artwork.job)
        if job is None or job.place != round_.place or job.finished is None:
            return False
        post = await self._store.posts.of_job(job.id)
        is_there = post is not None and message_name(post.address) is not None
        return is_there and entry.entered - job.finished < JUST_SECONDS

    async def _tell_week(self, place: str, week: str) -> None:
        name = f"digest:{place}:{week}"
        if await self._store.posts.was_told([name]):
            return
        digest = await self._store.rounds.announcements.digest(place)
        if not digest.rounds:
            return
        locale = await self._locale(place)
        await self._tell(name, place, lambda: self._round_announcer.digest(digest, locale))

    async def _tell(self, name: str, place: str, write: Write, artwork: str = "") -> bool:
        """Post an announcement exactly once among all processes; False if it is not posted yet.

        Args:
            artwork: that the message is about; reactions below it are votes for that.
        """
        if await self._store.posts.was_told([name]):
            return True
        if not await self._store.posts.begin_telling(name, self._name, LEASE_SECONDS):
            return False
        try:
            reply = await write()
            address = await self._post(place, reply, name)
        except TopicClosed as error:
            # Tried again when the lease ends: topics are opened again.
            _log.warning("no topic is open", place=place, reason=str(error))
            return False
        except (PlaceGone, MessageGone) as error:
            _log.warning("a place cannot be told", place=place, reason=str(error))
            address = None
        except (SlowDown, Away) as error:
            _log.info("told later", place=place, reason=str(error))
            await self._store.posts.end_telling(name, self._name, has_told=False)
            return False
        if address is not None and reply.artworks:
            await self._show(name, place, address, reply, artwork)
        else:
            await self._store.posts.end_telling(name, self._name)
        return True

    async def _post(self, place: str, reply: Reply, name: str) -> Mapping[str, Any] | None:
        """Post where news are told: in a forum in its topic, else where there is one that is open.

        Raises:
            TopicClosed: none is.
        """
        topic = (await self._store.places.settings(place)).news_topic
        shown = bare(reply) if reply.artworks else reply
        if topic:
            with contextlib.suppress(TopicClosed):
                return await self._announcer.post(place, shown, name, topic=topic)
        try:
            return await self._announcer.post(place, shown, name)
        except TopicClosed:
            for asked in dict.fromkeys([each async for each in self._topics(place, reply)]):
                if asked != topic:
                    with contextlib.suppress(TopicClosed):
                        return await self._announcer.post(place, shown, name, topic=asked)
            raise

    async def _topics(self, place: str, reply: Reply) -> AsyncIterator[int]:
        """In which a reply's paintings were asked for."""
        for artwork in (await self._store.gallery.several(reply.artworks)).values():
            job = await self._store.queue.get(artwork.job)
            if job is not None and job.place == place and job.reply_to.get("thread"):
                yield int(job.reply_to["thread"])

    async def _show(
        self, name: str, place: str, address: Mapping[str, Any], reply: Reply, artwork: str
    ) -> None:
        """Let a message that was posted show its paintings; from then on renewals look after it."""
        origin, locale = self._announcer.origin, await self._locale(place)
        message = message_name(address)
        if artwork and message is not None:
            await self._store.posts.save(artwork, origin, message, address, locale)

        async def edit(shown: Reply) -> Mapping[str, Any]:
            await self._store.posts.end_telling(name, self._name)
            return await self._announcer.renew(address, shown)

        try:
            await self._messages.show(origin, address, replace(reply, locale=locale), edit)
        except (MessageGone, PlaceGone, SlowDown, Away) as error:
            _log.info("shown later", place=place, reason=str(error))

    async def _locale(self, place: str) -> str:
        return (await self._store.places.settings(place)).language or "en"


def _place_of(alert: Alert) -> str:
    return alert.place


def digest_week(moment: datetime) -> str:
    """Name the week that is summed up at a moment; "" when none is due."""
    monday = moment - timedelta(days=moment.weekday())
    due = monday.replace(hour=DIGEST_HOUR, minute=0, second=0, microsecond=0)
    if not due <= moment < due + timedelta(hours=DIGEST_HOURS):
        return ""
    year, week, _ = moment.isocalendar()
    return f"{year}-{week:02}"
