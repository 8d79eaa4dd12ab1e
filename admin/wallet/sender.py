"""Sends transactions so that each arrives exactly once, across crashes and reorganisations.

Each is signed and written into the ledger before it is sent. The next run sends the same bytes
again, so that a nonce is used for one purpose only; a replacement with higher fees is recorded
first, too. A transaction is done when enough blocks lie on it.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from admin.ledger import Attempt, Collection, Ledger, Transaction, TransactionState
from admin.wallet.budget import Budget
from admin.wallet.fees import FeeCapError, FeePolicy, Fees
from admin.wallet.gas import Reverted, TransactionFailed, estimate_gas
from admin.wallet.nonces import BRAKES, find_waiting, next_nonce, nonce_of_brake
from admin.wallet.signer import PolicyError, Signer, purpose_of
from admin.wallet.timing import Timing, describe_wait
from ganshare.chain.chain import Chain, Receipt
from ganshare.chain.rpc import RpcError
from ganshare.errors import WorldError
from ganshare.monitoring.log import get_logger

__all__ = ["Sender"]

DAY = 86_400.0
MONTH = 30 * DAY
_MOST_TRIES = 3  # with another nonce, when foreign transactions take them
_FIRST = BRAKES | {"fill"}  # kinds that outbid whatever else waits with their nonce
_log = get_logger(__name__)


class Sender:
    """One account's transactions on one chain.

    Args:
        budget: what was agreed to; without one only the caps bind.
        tell: is told what is waited for.
    """

    def __init__(
        self,
        chain: Chain,
        signer: Signer,
        ledger: Ledger,
        fees: FeePolicy,
        timing: Timing | None = None,
        *,
        budget: Budget | None = None,
        tell: Callable[[str], None] = _log.info,
    ) -> None:
        self._chain = chain
        self._signer = signer
        self._ledger = ledger
        self._fees = fees
        self._timing = timing or Timing()
        self._budget = budget
        self._tell = tell

    @property
    def address(self) -> str:
        """Whose transactions they are."""
        return self._signer.address

    async def send(
        self,
        kind: str,
        subject: Sequence[str],
        to: str | None,
        data: bytes,
        collection: Collection | None = None,
        *,
        value: int = 0,
        urgent: bool = False,
        instead: Transaction | None = None,
        nonce: int | None = None,
        gas: int | None = None,
    ) -> Transaction:
        """Sign a transaction, write it down and send it; `settle` sees it through.

        Args:
            subject: what it is about; tokens of `collection`, if that is given.
            value: coins that go with it, in wei.
            urgent: takes the place of the first one of ours that waits, if there is one.
            instead: one of ours that waits, whose place it takes.
            nonce: that it must have; else the next one.
            gas: that it gets; else a fifth more than it needs now.

        Raises:
            TransactionFailed: it would fail now, or foreign ones wait before it; nothing was sent.
            FeeCapError: gas is too expensive now.
            AgreementExceeded: it costs more than was agreed to.
            PolicyError: it is not what the owner allowed.
        """
        if gas is None:
            gas = await estimate_gas(self._chain, self.address, to, data, value)
        if urgent:
            await self.reopen()
            nonce, instead = await nonce_of_brake(self._ledger, self._chain, self.address)
        elif instead is not None:
            nonce = instead.nonce
        elif nonce is None:
            nonce = await self._next_nonce()
        planned = Transaction(
            chain_id=self._chain.chain_id,
            sender=self.address,
            nonce=nonce,
            kind=kind,
            subject=tuple(subject),
            recipient=to,
            data=data,
            value=value,
            gas=gas,
            state=TransactionState.SENT,
            cost=0,
        )
        last = None if instead is None else (await self._ledger.attempts(instead))[-1]
        planned, attempt = await self._sign(planned, last)
        await self._ledger.record(planned, attempt, collection, replaces=instead is not None)
        self._hold(planned)
        await self._broadcast(planned, attempt)
        return planned

    async def transact(
        self,
        kind: str,
        subject: Sequence[str],
        to: str | None,
        data: bytes,
        *,
        value: int = 0,
        urgent: bool = False,
    ) -> Receipt:
        """Send a transaction and see it through, with another nonce if a foreign one took it.

        Raises:
            TransactionFailed: as `send` and `settle` do.
        """
        for _ in range(_MOST_TRIES):
            sent = await self.send(kind, subject, to, data, value=value, urgent=urgent)
            receipt = await self.settle(sent)
            if receipt is not None:
                return receipt
        raise TransactionFailed(
            f"Foreign transactions took {_MOST_TRIES} nonces of {self.address} one after another; "
            "whoever sends them has its key. Nothing of ours was included."
        )

    async def push(self, transaction: Transaction) -> Transaction:
        """Send what waits once more, with higher fees if it offers too little for a block."""
        last = (await self._ledger.attempts(transaction))[-1]
        if last.max_fee < await self._chain.base_fee() + last.priority:
            return await self._replace(transaction, last)
        await self._broadcast(transaction, last)
        return transaction

    async def resume(self) -> int:
        """Finish what an earlier run left under way; gives how many those were.

        That is also what was final for us, and whose block has lost all the same.
        """
        await self.reopen()
        left = await self._ledger.transactions(
            self._chain.chain_id, self.address, TransactionState.SENT
        )
        if left:
            self._tell(f"Transactions that an earlier run left under way go first: {len(left)}.")
        for transaction in left:
            await self.settle(transaction)
        return len(left)

    async def reopen(self) -> None:
        """Take up again what is settled in the ledger, and the chain knows nothing of."""
        used = await self._chain.nonce(self.address)
        for each in await self._ledger.transactions(self._chain.chain_id, self.address):
            if each.nonce >= used and each.state is not TransactionState.SENT:
                _log.warning("a block that was final has lost", nonce=each.nonce)
                last = (await self._ledger.attempts(each))[-1]
                await self._ledger.reopen(each, each.gas * last.max_fee)

    async def settle(self, transaction: Transaction) -> Receipt | None:
        """See a transaction through; None if another one took its nonce.

        Raises:
            TransactionFailed: it was included and failed, waits behind a gap, or time is up.
            AgreementExceeded: it needs higher fees than were agreed to.
        """
        began = time.monotonic()
        sent: float | None = None
        told = 0.0
        while True:
            attempts = await self._ledger.attempts(transaction)
            receipt = await self._find_receipt(attempts)
            height = await self._chain.height()
            if receipt is not None and height - receipt.block >= self._timing.confirmations:
                return await self._settle(transaction, receipt, attempts)
            waited = time.monotonic() - began
            if receipt is None:
                if await self._is_displaced(transaction, attempts):
                    return None
                if waited > self._timing.gap:
                    await self._check_gaps(transaction)
                taken = True
                if sent is None or waited - sent > self._timing.resend:
                    taken = await self._broadcast(transaction, attempts[-1])
                    sent = waited
                if waited > self._timing.replace * len(attempts) or (
                    not taken and transaction.kind in _FIRST
                ):
                    transaction = await self._replace(transaction, attempts[-1])
                    sent = None if not taken else sent
            if waited - told >= self._timing.tell:
                told = waited
                self._tell(describe_wait(transaction, receipt, height, waited, self._timing))
            if waited > self._timing.give_up:
                raise TransactionFailed(
                    f"The transaction with nonce {transaction.nonce} is not final after "
                    f"{self._timing.give_up:g} seconds; the next run continues with it."
                )
            await asyncio.sleep(self._timing.look)

    # --- what settling does -------------------------------------------------------------------

    async def _find_receipt(self, attempts: Sequence[Attempt]) -> Receipt | None:
        for attempt in reversed(attempts):
            receipt = await self._chain.receipt(attempt.hash)
            if receipt is not None:
                return receipt
        return None

    async def _settle(
        self, transaction: Transaction, receipt: Receipt, attempts: Sequence[Attempt]
    ) -> Receipt | None:
        done = TransactionState.CONFIRMED if receipt.succeeded else TransactionState.REVERTED
        raw = next(each.raw for each in attempts if each.hash == receipt.hash)
        is_older = purpose_of(raw) != ((transaction.recipient or "").lower(), transaction.data)
        if is_older:  # it was to be replaced, and was quicker
            done = TransactionState.DISPLACED
        await self._ledger.settle(
            transaction, done, cost=receipt.cost, hash=receipt.hash, block=receipt.block
        )
        if self._budget is not None:
            self._budget.settle(transaction.nonce, receipt.cost)
        if is_older:
            return None
        if not receipt.succeeded:
            raise Reverted(
                f"The transaction {receipt.hash} was included and failed; `ganshare admin "
                "reconcile` makes the ledger equal to the chain."
            )
        return receipt

    async def _is_displaced(self, transaction: Transaction, attempts: Sequence[Attempt]) -> bool:
        """Whether a final block has another transaction with this nonce."""
        if await self._chain.nonce(self.address) <= transaction.nonce:
            return False
        # It may have been included between the two questions; blocks must agree for a while.
        self._tell(
            f"Another transaction has nonce {transaction.nonce}; waiting for "
            f"{self._timing.confirmations} blocks, to be sure."
        )
        await self._blocks(self._timing.confirmations)
        if await self._find_receipt(attempts) is not None:
            return False
        if await self._chain.nonce(self.address) <= transaction.nonce:
            return False
        _log.warning("a foreign transaction took a nonce", nonce=transaction.nonce)
        await self._ledger.settle(transaction, TransactionState.DISPLACED)
        if self._budget is not None:
            self._budget.settle(transaction.nonce, 0)
        return True

    async def _check_gaps(self, transaction: Transaction) -> None:
        """Raise TransactionFailed if a nonce before it is nobody's: then it would wait forever."""
        waiting = await find_waiting(self._ledger, self._chain, self.address)
        gaps = [each.nonce for each in waiting if each.is_gap and each.nonce < transaction.nonce]
        if gaps:
            raise TransactionFailed(
                f"The transaction with nonce {transaction.nonce} waits for nonce {gaps[0]}, which "
                "nobody has sent; `ganshare admin chain unstick` fills what is missing, and the "
                "next run continues."
            )

    async def _blocks(self, count: int) -> None:
        """Wait until the chain is so many blocks longer."""
        wanted = await self._chain.height() + count
        while True:
            if await self._chain.height() >= wanted:
                return
            await asyncio.sleep(self._timing.look)

    async def _replace(self, transaction: Transaction, last: Attempt) -> Transaction:
        """Offer more; where a cap forbids it, go on waiting."""
        try:
            raised, attempt = await self._sign(transaction, last)
        except (FeeCapError, PolicyError) as error:
            _log.warning("no replacement", nonce=transaction.nonce, reason=str(error))
            return transaction
        await self._ledger.record_attempt(raised, attempt, raised.cost)
        self._hold(raised)
        await self._broadcast(raised, attempt)
        return raised

    async def _broadcast(self, transaction: Transaction, attempt: Attempt) -> bool:
        """Send what is written down; tells whether it can be included as it is."""
        try:
            await self._chain.send(attempt.raw)
        except WorldError as error:
            if isinstance(error, RpcError) and error.is_lack_of_coins:
                message = f"The account {self.address} has too few coins for gas; it is recorded, "
                raise TransactionFailed(message + "and goes out with the next run.") from error
            if isinstance(error, RpcError) and error.is_too_large:
                raise TransactionFailed(
                    f"The transaction with nonce {transaction.nonce} ({transaction.kind}) is more "
                    f"than the chain takes ({error.reason}); `ganshare admin chain unstick --drop "
                    f"{transaction.nonce}` gives it up."
                ) from error
            # Included meanwhile, too cheap, or nobody there: looking again will tell.
            _log.info("not taken", nonce=transaction.nonce, reason=str(error))
            return not (isinstance(error, RpcError) and error.is_too_cheap)
        return True

    async def _sign(
        self, transaction: Transaction, last: Attempt | None
    ) -> tuple[Transaction, Attempt]:
        """Choose the fees, higher than the last attempt's, and sign."""
        base, tip = await self._chain.base_fee(), await self._chain.tip()
        if last is None:
            fees = self._fees.choose(base, tip)
            least = base + fees.priority
        else:
            before = Fees(last.max_fee, last.priority)
            fees = self._fees.raised(before, base, tip)
            least = max(base + fees.priority, before.eighth_more.max_fee)
        if self._budget is not None:
            fees = await self._budget.fit(transaction.nonce, transaction.gas, fees, least)
        spent = [
            await self._ledger.spent(self._chain.chain_id, None, seconds)
            for seconds in (DAY, MONTH)
        ]
        signed = self._signer.sign_transaction(
            chain_id=transaction.chain_id,
            nonce=transaction.nonce,
            to=transaction.recipient,
            data=transaction.data,
            value=transaction.value,
            gas=transaction.gas,
            fees=fees,
            spent=spent[0] - transaction.cost,
            spent_in_month=spent[1] - transaction.cost,
            before=None if last is None else last.raw,
        )
        attempt = Attempt(signed.hash, signed.raw, fees.max_fee, fees.priority)
        return replace(transaction, cost=transaction.gas * fees.max_fee), attempt

    def _hold(self, transaction: Transaction) -> None:
        if self._budget is not None:
            self._budget.hold(transaction.nonce, transaction.cost)

    async def _next_nonce(self) -> int:
        """The next nonce, once no foreign transaction waits before it."""
        began = time.monotonic()
        while True:
            nonce = await next_nonce(self._ledger, self._chain, self.address)
            waiting = await find_waiting(self._ledger, self._chain, self.address)
            foreign = [each.nonce for each in waiting if each.transaction is None]
            if not foreign:
                return nonce
            if time.monotonic() - began > self._timing.gap:
                raise TransactionFailed(
                    f"Transactions that this ledger did not send wait for {self.address}, with "
                    f"nonce {', '.join(str(each) for each in foreign)}; nothing was sent behind "
                    "them. Wait for their end, or `ganshare admin chain unstick` replaces them."
                )
            self._tell(
                f"Waiting for a transaction with nonce {foreign[0]} that this ledger did not send."
            )
            await asyncio.sleep(max(self._timing.look, self._timing.gap / 5))
