"""Turns reactions into ballots, and reconciles them with the platform's own lists."""

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping

from ganshare.domain.community import Showing
from ganshare.domain.votes import VoteEvent, Voter
from ganshare.errors import JobError, WorldError
from ganshare.monitoring.log import get_logger
from ganshare.store import Store

__all__ = ["VOTE_EMOJIS", "Lists", "ReactionVotes", "is_vote", "plain_emoji"]

VOTE_EMOJIS = ("\u2764", "\U0001f44d", "\U0001f525", "\U0001f60d", "\u2b50")  # heart first
_NOTED_LATER = (0.3, 0.6, 1.2, 2.4, 4.8, 0.0)  # seconds
_PLAIN_OR_EMOJI = "\ufe0f"

Lists = Mapping[tuple[str, bool], list[Voter]]
Fetch = Callable[[Showing], Awaitable[Lists | None]]

_log = get_logger(__name__)


def is_vote(emoji: str) -> bool:
    """Whether a reaction with this emoji is a vote; others are just looks."""
    return plain_emoji(emoji) in VOTE_EMOJIS


def plain_emoji(emoji: str) -> str:
    """Give an emoji as `VOTE_EMOJIS` has it: platforms differ in the selector after it."""
    return emoji.replace(_PLAIN_OR_EMOJI, "")


class ReactionVotes:
    """Counts the reactions below one origin's messages.

    Platforms don't say when a reaction was made, so an event counts from its arrival, on the
    database's clock, and never before an earlier arrival.
    """

    def __init__(self, store: Store, origin: str) -> None:
        self._store, self._origin = store, origin
        self._offset = self._last = 0.0
        self._awaited: Counter[str] = Counter()  # messages that are to be noted

    def moment(self) -> float:
        """This moment on the database's clock, which the tables go by; never the same twice."""
        self._last = max(self._last + 1e-6, time.time() + self._offset)
        return self._last

    async def look_at_clock(self) -> None:
        """Compare the clocks of this host and of the database."""
        before = time.time()
        self._offset = await self._store.now() - (before + time.time()) / 2

    async def on_reaction(
        self,
        message: str,
        emoji: str,
        voter: Voter,
        *,
        up: bool,
        is_super: bool = False,
        at: float | None = None,
        is_ours: bool = False,
    ) -> None:
        """Count a reaction that was added or taken away; ignore those that are no votes.

        Args:
            message: as `message_name` names it.
            at: when, where the platform tells.
            is_ours: whether the message is surely one of the bot's.
        """
        if voter.is_bot or not is_vote(emoji):
            return
        moment = self.moment()  # before anything waits: events are handled side by side
        showing = await self._showing(message, is_ours=is_ours)
        if showing is None:
            return
        if up and await self._is_banned(showing.artwork, voter.account):
            return
        via = self._via(message, emoji, is_super=is_super)
        try:
            event = VoteEvent(showing.artwork, voter, via, up, moment if at is None else at)
            await self._store.votes.cast(event)
            if up:
                await self._store.people.note_name(voter.account, voter.name)
        except JobError as error:
            _log.info("a reaction to no painting", reason=error.message)

    async def _is_banned(self, artwork_id: str, person: str) -> bool:
        """Whether the admins of where a painting was asked for have blocked somebody there."""
        artwork = await self._store.gallery.get(artwork_id)
        job = await self._store.queue.get(artwork.job) if artwork is not None else None
        places = [job.place, *job.within] if job is not None else []
        return await self._store.community.is_banned(places, person)

    async def _showing(self, message: str, *, is_ours: bool) -> Showing | None:
        """What a message shows; of one that was sent just now it may not be noted yet."""
        for pause in _NOTED_LATER:
            found = await self._store.posts.find(self._origin, message)
            if found is not None or not (is_ours or message in self._awaited):
                return found
            self._awaited[message] += 1
            try:
                await asyncio.sleep(pause)
            finally:
                self._awaited[message] -= 1
                if not self._awaited[message]:
                    del self._awaited[message]
        return None

    async def on_reactions_replaced(
        self, message: str, voter: Voter, old: Iterable[str], new: Iterable[str], *, at: float
    ) -> None:
        """Replace all reactions of a person below a message by those that they have now.

        Args:
            at: when the news arrived, by `moment`; ask it before anything waits.
        """
        now_up = {plain_emoji(emoji) for emoji in new}
        for emoji in sorted({plain_emoji(each) for each in old} | now_up):
            await self.on_reaction(message, emoji, voter, up=emoji in now_up, at=at)

    async def on_reactions_cleared(self, message: str, emoji: str | None = None) -> None:
        """Remove all votes below a message, or those of one emoji, as a moderator did."""
        moment = self.moment()
        showing = await self._store.posts.find(self._origin, message)
        if showing is None or (emoji is not None and not is_vote(emoji)):
            return
        wanted = VOTE_EMOJIS if emoji is None else (emoji,)
        known = {each.via for each in await self._store.votes.ballots(showing.artwork) if each.up}
        for each in wanted:
            for is_super in (False, True):
                if (via := self._via(message, each, is_super=is_super)) in known:
                    await self._store.votes.reconcile(showing.artwork, via, [], moment)

    # --- what was missed ----------------------------------------------------------------------

    async def reconcile(self, fetch: Fetch, rounds: Iterable[str] | None = None) -> int:
        """Ask the platform who stands below each message of the open rounds' paintings.

        Args:
            fetch: gives all voters below a message, by emoji and whether they are super-reactions;
                None if that cannot be known, and votes stay as they are.
            rounds: ids; all that have not ended if left out.

        Returns:
            How many ballots changed.
        """
        if rounds is None:
            rounds = [each.id for each in await self._store.rounds.recent() if each.closed is None]
        artworks = [
            entry.artwork
            for each in rounds
            for entry in await self._store.rounds.entries.of_round(each)
        ]
        await self.look_at_clock()
        changed = 0
        for showing in await self._store.posts.of_artworks(artworks, self._origin):
            try:
                changed += await self._settle(showing, fetch)
            except WorldError as error:
                _log.warning("votes below a message were not read", reason=str(error))
        if changed:
            _log.info("votes were missed, and are counted now", ballots=changed)
        return changed

    async def _settle(self, showing: Showing, fetch: Fetch) -> int:
        as_of = self.moment()
        lists = await fetch(showing)
        if lists is None:
            return 0
        changed = 0
        known = {each.via for each in await self._store.votes.ballots(showing.artwork) if each.up}
        for emoji in VOTE_EMOJIS:
            for is_super in (False, True):
                voters = lists.get((emoji, is_super), [])
                via = self._via(showing.message, emoji, is_super=is_super)
                if voters or via in known:
                    changed += await self._store.votes.reconcile(
                        showing.artwork, via, voters, as_of
                    )
        return changed

    def _via(self, message: str, emoji: str, *, is_super: bool) -> str:
        return f"{self._origin}:{message}:{plain_emoji(emoji)}{'!' if is_super else ''}"
