"""`Gate`: who may paint, and which share or gift pays for it.

What wallets hold is read from the chain and kept in the store for a minute, for all processes.
While the chain cannot be read, no job is taken in that a share would pay for, and nobody loses what
they have.
"""

from collections.abc import Collection
from typing import TYPE_CHECKING

from ganshare.domain.shares import Payment, Standing
from ganshare.errors import AdmissionError, WorldError
from ganshare.monitoring.log import get_logger
from ganshare.sentences import sentence
from ganshare.shares.terms import GateSettings
from ganshare.store import Store

if TYPE_CHECKING:
    from ganshare.shares.reader import ShareReader

__all__ = ["CACHE_SECONDS", "Gate"]

CACHE_SECONDS = 60.0
WHOLE_SECONDS = 3600.0  # from one look at all wallets to the next
RECENT_SECONDS = 900.0  # in which a reorganisation is looked for
MOST_BLOCKS = 2000  # of which transfers are asked for; endpoints give no more
_DAY = 86_400.0
_log = get_logger(__name__)


class Gate:
    """The gate of a community.

    Args:
        reader: of the chain; opened by `open_gate`.
    """

    def __init__(self, store: Store, settings: GateSettings, reader: "ShareReader") -> None:
        self._store, self.settings, self.reader = store, settings, reader
        self.terms = settings.terms

    # --- admission ----------------------------------------------------------------------------

    async def payment(self, person: str, count: int = 1) -> Payment | None:
        """Choose what pays for a job; None if it is one of the paintings that others have free.

        Raises:
            AdmissionError: nothing pays for it; the sentence says why.
        """
        try:
            standing = await self.standing(person)
        except WorldError as error:
            _log.warning("shares cannot be checked", reason=str(error))
            standing = await self._store.shares.usage.standing(person, self.terms)
            gift = next((each for each in standing.gifts if each.left > 0), None)
            if gift is None and not self.terms.others_per_day:
                raise AdmissionError(sentence("share-unchecked")) from error
            best = gift
        else:
            best = standing.best()
        if best is not None:
            return Payment(
                best.id,
                best.seconds,
                self.terms.weight if best.token else 1.0,
                self.terms.period_at(standing.moment)[0] if best.token else 0.0,
                await self._store.shares.usage.seconds_per_cost(),
            )
        if not self.terms.others_per_day:
            code = "share-used" if standing.payers else "share-none"
            raise AdmissionError(sentence(code), given=person)
        painted = await self._store.shares.usage.unpaid_since(person, _DAY)
        if painted + count > self.terms.others_per_day:
            allowed = self.terms.others_per_day
            raise AdmissionError(sentence("share-free", allowed=allowed), allowed=allowed)
        return None

    async def standing(self, person: str) -> Standing:
        """What a person has, not older than a minute.

        Raises:
            WorldError: the chain had to be read, and could not.
        """
        found = await self._store.shares.usage.standing(person, self.terms)
        late = [
            each.wallet
            for each in found.wallets
            if each.checked is None or each.checked < found.moment - CACHE_SECONDS
        ]
        is_new = any(each.checked is None for each in found.wallets)
        if late and await self._is_stale(found.moment, is_new=is_new):
            await self.refresh(late)
            return await self._store.shares.usage.standing(person, self.terms)
        return found

    async def _is_stale(self, moment: float, *, is_new: bool) -> bool:
        """Whether no sweep of the last minute has looked for transfers of these wallets."""
        if is_new:
            return True
        swept = await self._store.shares.holdings.swept(self.terms.tokens)
        return swept is None or swept.swept < moment - CACHE_SECONDS

    async def refresh(self, wallets: Collection[str]) -> None:
        """Read what some wallets hold; raises WorldError."""
        height = await self.reader.height()
        balances = await self.reader.balances(wallets, height)
        await self._store.shares.holdings.record(balances, height)
        await self._store.queue.end_unpaid()

    # --- the sweep ----------------------------------------------------------------------------

    async def sweep(self) -> int:
        """Bring all holdings up to the chain; tells how many changed.

        Between two looks at all wallets, only those are read that transfers name.

        Raises:
            WorldError: the chain cannot be read; everything stays as it is.
        """
        holdings = self._store.shares.holdings
        before = await holdings.swept(self.terms.tokens)
        wallets = await self._store.shares.wallets.all()
        height, moment = await self.reader.height(), await self._store.now()
        moments: dict[str, float] = {}
        is_whole = (
            before is None
            or moment - before.whole > WHOLE_SECONDS
            or not 0 <= height - before.block <= MOST_BLOCKS
        )
        every = {each.wallet for each in wallets}
        if is_whole or before is None:
            read = every
        else:
            first = before.block - self.settings.confirmations
            transfers = await self.reader.transfers(first, height)
            parties = {each.giver for each in transfers} | {each.taker for each in transfers}
            # What changed lately is looked at again: a reorganisation takes transfers away.
            lately = await holdings.changed_since(self.terms.tokens, RECENT_SECONDS)
            new = {each.wallet for each in wallets if each.checked is None}
            read = every & (parties | lately | new)
            moments = await self.reader.moments(transfers, read)
        balances = await self.reader.balances(read, height)
        changed = await holdings.record(balances, height, moments=moments)
        await holdings.mark_swept(self.terms.tokens, height, whole=is_whole)
        ended = await self._store.queue.end_unpaid()
        if changed or ended:
            _log.info("shares changed hands", holdings=changed, jobs_ended=ended)
        return changed
