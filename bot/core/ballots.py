"""Reactions below messages that show a painting become ballots; lists of them settle the rest."""

import time
from collections.abc import Awaitable, Callable, Iterable

from ganshare.community import Showing
from ganshare.errors import JobError, WorldError
from ganshare.log import get_logger
from ganshare.store import Store
from ganshare.voting import VoteEvent, Voter

__all__ = ["VOTE_EMOJIS", "Ballots", "is_vote"]

VOTE_EMOJIS = ("\u2764", "\U0001f44d", "\U0001f525", "\U0001f60d", "\u2b50")  # heart first
_PLAIN_OR_EMOJI = "\ufe0f"
CLOCK_SECONDS = 300.0

Fetch = Callable[[Showing, str, bool], Awaitable[list[Voter] | None]]

_log = get_logger(__name__)


def is_vote(emoji: str) -> bool:
    """Whether a reaction with this emoji is a vote; others are just looks."""
    return emoji.replace(_PLAIN_OR_EMOJI, "") in VOTE_EMOJIS


class Ballots:
    """What happens below one origin's messages.

    Platforms don't say when somebody reacted, so an event is of the moment when it arrives, on
    the database's clock, and never before the one that arrived before it.
    """

    def __init__(self, store: Store, origin: str) -> None:
        self._store, self._origin = store, origin
        self._offset, self._looked, self._last = 0.0, float("-inf"), 0.0

    async def moment(self) -> float:
        """The moment on the database's clock, which the tables go by."""
        if time.monotonic() - self._looked > CLOCK_SECONDS:
            before = time.time()
            at = await self._store.now()
            self._offset = at - (before + time.time()) / 2
            self._looked = time.monotonic()
        self._last = max(self._last + 1e-6, time.time() + self._offset)
        return self._last

    async def reacted(
        self,
        message: str,
        emoji: str,
        voter: Voter,
        *,
        up: bool,
        is_super: bool = False,
        at: float | None = None,
    ) -> None:
        """Take in a reaction that was added or taken away; whatever is no vote is left alone.

        Args:
            message: as `message_name` names it.
            at: when, where the platform tells.
        """
        if voter.is_bot or not is_vote(emoji):
            return
        showing = await self._store.shown_in(self._origin, message)
        if showing is None:
            return
        moment = await self.moment()
        via = self._via(message, emoji, is_super=is_super)
        try:
            event = VoteEvent(showing.artwork, voter, via, up, moment if at is None else at)
            await self._store.cast(event)
        except JobError as error:
            _log.info("a reaction to no painting", reason=error.message)

    async def replaced(self, message: str, voter: Voter, emojis: Iterable[str], at: float) -> None:
        """Take in all reactions that somebody has below a message from now on."""
        now_up = {emoji.replace(_PLAIN_OR_EMOJI, "") for emoji in emojis}
        for emoji in VOTE_EMOJIS:
            is_up = emoji in now_up
            if is_up or await self._stands(message, voter, emoji):
                await self.reacted(message, emoji, voter, up=is_up, at=at)

    async def _stands(self, message: str, voter: Voter, emoji: str) -> bool:
        showing = await self._store.shown_in(self._origin, message)
        if showing is None or voter.is_bot:
            return False
        via = self._via(message, emoji, is_super=False)
        state = await self._store.vote_state(showing.artwork, voter.account)
        return (voter.account, via) in state.ways

    async def cleared(self, message: str, emoji: str | None = None) -> None:
        """A moderator took all reactions away, or all of one emoji."""
        showing = await self._store.shown_in(self._origin, message)
        if showing is None or (emoji is not None and not is_vote(emoji)):
            return
        moment = await self.moment()
        wanted = VOTE_EMOJIS if emoji is None else (emoji,)
        known = {each.via for each in await self._store.ballots_of(showing.artwork) if each.up}
        for each in wanted:
            for is_super in (False, True):
                if (via := self._via(message, each, is_super=is_super)) in known:
                    await self._store.reconcile(showing.artwork, via, [], moment)

    # --- what was missed ----------------------------------------------------------------------

    async def reconcile(self, fetch: Fetch, rounds: Iterable[str] | None = None) -> int:
        """Ask the platform who stands below each message of the open rounds' paintings.

        Args:
            fetch: gives everybody below a message with an emoji, super-reactions or not; None if
                that cannot be known, and votes stay as they are.
            rounds: ids; all that have not ended if left out.

        Returns:
            How many ballots changed.
        """
        if rounds is None:
            rounds = [each.id for each in await self._store.rounds() if each.closed is None]
        artworks = [entry.artwork for each in rounds for entry in await self._store.entries(each)]
        changed = 0
        for showing in await self._store.showings_of(artworks, self._origin):
            try:
                changed += await self._settle(showing, fetch)
            except WorldError as error:
                _log.warning("votes below a message were not read", reason=str(error))
        if changed:
            _log.info("votes were missed, and are counted now", ballots=changed)
        return changed

    async def _settle(self, showing: Showing, fetch: Fetch) -> int:
        changed = 0
        known = {each.via for each in await self._store.ballots_of(showing.artwork) if each.up}
        for emoji in VOTE_EMOJIS:
            for is_super in (False, True):
                as_of = await self.moment()
                voters = await fetch(showing, emoji, is_super)
                via = self._via(showing.message, emoji, is_super=is_super)
                if voters is None or (not voters and via not in known):
                    continue
                changed += await self._store.reconcile(showing.artwork, via, voters, as_of)
        return changed

    def _via(self, message: str, emoji: str, *, is_super: bool) -> str:
        plain = emoji.replace(_PLAIN_OR_EMOJI, "")
        return f"{self._origin}:{message}:{plain}{'!' if is_super else ''}"
