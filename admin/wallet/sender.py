"""Transactions that arrive once, whatever is killed, lost, too cheap or reorganised.

Each is signed and written into the ledger before it is sent. Whoever comes after sends the same
bytes again, so that a nonce is used for one purpose only; a replacement with higher fees is
written down first, too. It is done when enough blocks lie on it.
"""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass

from admin.chain.chain import Chain, Receipt
from admin.chain.fees import FeeCapError, FeePolicy, Fees
from admin.chain.rpc import RpcError
from admin.ledger import Attempt, Collection, Ledger, Transaction, TransactionState
from admin.wallet.signer import PolicyError, Signer
from ganshare.errors import WorldError
from ganshare.monitoring.log import get_logger

__all__ = ["Sender", "Timing", "TransactionFailed"]

DAY = 86_400.0
_log = get_logger(__name__)


class TransactionFailed(WorldError):  # noqa: N818  # says what is the case
    """A transaction would fail, or was included and failed."""


@dataclass(frozen=True, slots=True)
class Timing:
    """When to look, and when to lose patience.

    Args:
        confirmations: blocks on top of a transaction that make it final for us.
        look: seconds between two looks.
        resend: seconds after which a transaction that is in no block is sent again.
        replace: seconds after which it is replaced by one with higher fees.
        give_up: seconds after which the run ends; the next one goes on.
    """

    confirmations: int = 12
    look: float = 2.0
    resend: float = 30.0
    replace: float = 180.0
    give_up: float = 3_600.0


class Sender:
    """One account's transactions on one chain."""

    def __init__(
        self,
        chain: Chain,
        signer: Signer,
        ledger: Ledger,
        fees: FeePolicy,
        timing: Timing | None = None,
    ) -> None:
        self._chain = chain
        self._signer = signer
        self._ledger = ledger
        self._fees = fees
        self._timing = timing or Timing()

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
    ) -> Transaction:
        """Sign a transaction, write it down and send it; `settle` sees it through.

        Args:
            subject: what it is about; tokens of `collection`, if that is given.

        Raises:
            TransactionFailed: it would fail now; nothing was sent.
            FeeCapError: gas is too expensive now.
            PolicyError: it is not what the owner allowed.
        """
        gas = await self.gas_for(to, data)
        fees = await self.fees()
        nonce = await self._next_nonce()
        planned = Transaction(
            chain_id=self._chain.chain_id,
            sender=self.address,
            nonce=nonce,
            kind=kind,
            subject=tuple(subject),
            recipient=to,
            data=data,
            value=0,
            gas=gas,
            state=TransactionState.SENT,
            cost=gas * fees.max_fee,
        )
        attempt = self._sign(planned, fees, await self._spent())
        await self._ledger.record(planned, attempt, collection)
        await self._broadcast(planned, attempt)
        return planned

    async def fees(self) -> Fees:
        """What is offered for a unit of gas now; raises FeeCapError above the cap."""
        return self._fees.choose(await self._chain.base_fee(), await self._chain.tip())

    async def gas_for(self, to: str | None, data: bytes) -> int:
        """How much gas a call gets: a fifth more than it needs now.

        Raises:
            TransactionFailed: it would fail.
        """
        try:
            needed = await self._chain.estimate(self.address, to, data)
        except RpcError as error:
            message = f"The transaction would fail, and was not sent: {error.reason}."
            raise TransactionFailed(message, given=error.data) from error
        return needed * 6 // 5

    async def resume(self) -> int:
        """See through whatever an earlier run left under way; gives how many those were.

        That is also what was final for us, and whose block has lost all the same.
        """
        await self._reopen()
        left = await self._ledger.transactions(
            self._chain.chain_id, self.address, TransactionState.SENT
        )
        for transaction in left:
            await self.settle(transaction)
        return len(left)

    async def settle(self, transaction: Transaction) -> Receipt | None:
        """See a transaction through; None if a foreign one took its nonce.

        Raises:
            TransactionFailed: it was included and failed, or time is up.
        """
        began = time.monotonic()
        sent: float | None = None
        while True:
            attempts = await self._ledger.attempts(transaction)
            receipt = await self._included(attempts)
            if receipt is not None and await self._is_final(receipt):
                return await self._settled(transaction, receipt)
            waited = time.monotonic() - began
            if receipt is None:
                if await self._is_displaced(transaction, attempts):
                    return None
                if sent is None or waited - sent > self._timing.resend:
                    await self._broadcast(transaction, attempts[-1])
                    sent = waited
                if waited > self._timing.replace * len(attempts):
                    await self._replace(transaction, attempts[-1])
            if waited > self._timing.give_up:
                raise TransactionFailed(
                    f"The transaction with nonce {transaction.nonce} is not final after "
                    f"{self._timing.give_up:g} seconds; the next run goes on with it."
                )
            await asyncio.sleep(self._timing.look)

    async def _reopen(self) -> None:
        """Take up again what is settled in the ledger, and the chain knows nothing of."""
        used = await self._chain.nonce(self.address)
        for each in await self._ledger.transactions(self._chain.chain_id, self.address):
            if each.nonce >= used and each.state is not TransactionState.SENT:
                _log.warning("a block that was final has lost", nonce=each.nonce)
                last = (await self._ledger.attempts(each))[-1]
                await self._ledger.reopen(each, each.gas * last.max_fee)

    # --- what settling does -------------------------------------------------------------------

    async def _included(self, attempts: Sequence[Attempt]) -> Receipt | None:
        for attempt in reversed(attempts):
            receipt = await self._chain.receipt(attempt.hash)
            if receipt is not None:
                return receipt
        return None

    async def _is_final(self, receipt: Receipt) -> bool:
        return await self._chain.height() - receipt.block >= self._timing.confirmations

    async def _settled(self, transaction: Transaction, receipt: Receipt) -> Receipt:
        done = TransactionState.CONFIRMED if receipt.succeeded else TransactionState.REVERTED
        await self._ledger.settle(
            transaction, done, cost=receipt.cost, hash=receipt.hash, block=receipt.block
        )
        if not receipt.succeeded:
            raise TransactionFailed(
                f"The transaction {receipt.hash} was included and failed; `ganshare admin "
                "reconcile` makes the ledger equal to the chain."
            )
        return receipt

    async def _is_displaced(self, transaction: Transaction, attempts: Sequence[Attempt]) -> bool:
        """Whether a final block has another transaction with this nonce."""
        if await self._chain.nonce(self.address) <= transaction.nonce:
            return False
        # It may have been included between the two questions; blocks must agree for a while.
        await self._blocks(self._timing.confirmations)
        if await self._included(attempts) is not None:
            return False
        if await self._chain.nonce(self.address) <= transaction.nonce:
            return False
        _log.warning("a foreign transaction took a nonce", nonce=transaction.nonce)
        await self._ledger.settle(transaction, TransactionState.DISPLACED)
        return True

    async def _blocks(self, count: int) -> None:
        """Wait until the chain is so many blocks longer."""
        wanted = await self._chain.height() + count
        while True:
            if await self._chain.height() >= wanted:
                return
            await asyncio.sleep(self._timing.look)

    async def _replace(self, transaction: Transaction, last: Attempt) -> None:
        """Offer more; where the cap forbids it, go on waiting."""
        try:
            base, tip = await self._chain.base_fee(), await self._chain.tip()
            fees = self._fees.raised(Fees(last.max_fee, last.priority), base, tip)
            spent = await self._spent() - transaction.cost
            attempt = self._sign(transaction, fees, spent)
        except (FeeCapError, PolicyError) as error:
            _log.warning("no replacement", nonce=transaction.nonce, reason=str(error))
            return
        cost = transaction.gas * fees.max_fee
        await self._ledger.record_attempt(transaction, attempt, cost)
        await self._broadcast(transaction, attempt)

    async def _broadcast(self, transaction: Transaction, attempt: Attempt) -> None:
        try:
            await self._chain.send(attempt.raw)
        except WorldError as error:
            if isinstance(error, RpcError) and "insufficient funds" in error.reason.lower():
                message = f"The account {self.address} has too few coins for gas; it is recorded, "
                raise TransactionFailed(message + "and goes out with the next run.") from error
            # Included meanwhile, too cheap, or nobody there: looking again will tell.
            _log.info("not taken", nonce=transaction.nonce, reason=str(error))

    def _sign(self, transaction: Transaction, fees: Fees, spent: int) -> Attempt:
        signed = self._signer.sign_transaction(
            chain_id=transaction.chain_id,
            nonce=transaction.nonce,
            to=transaction.recipient,
            data=transaction.data,
            value=transaction.value,
            gas=transaction.gas,
            fees=fees,
            spent=spent,
        )
        return Attempt(signed.hash, signed.raw, fees.max_fee, fees.priority)

    async def _next_nonce(self) -> int:
        recorded = await self._ledger.next_nonce(self._chain.chain_id, self.address)
        return max(recorded, await self._chain.nonce_under_way(self.address))

    async def _spent(self) -> int:
        return await self._ledger.spent(self._chain.chain_id, self.address, DAY)
