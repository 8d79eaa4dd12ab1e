"""The ledger's operations: each is one transaction, with its line of the audit log."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from admin.ledger.changes import check_not_offered, is_in, move_tokens
from admin.ledger.lock import Lock, check_fence
from admin.ledger.rows import (
    from_listing,
    from_token,
    from_transaction,
    to_attempt,
    to_listing,
    to_log_entry,
    to_token,
    to_transaction,
)
from admin.ledger.values import (
    Attempt,
    Collection,
    Listing,
    ListingState,
    LogEntry,
    Token,
    TokenState,
    Transaction,
    TransactionState,
)
from ganshare.errors import InternalError
from ganshare.store.sql import (
    Database,
    as_text,
    attempts,
    check_schema,
    insert,
    log,
    made_id,
    now,
    orders,
    tokens,
    transactions,
)

__all__ = ["Ledger"]

T = TypeVar("T")


class Ledger:
    """One process' way to the ledger; entered with `async with`.

    Reading needs no lock; changes must be made inside `held()`.

    Args:
        url: of the store's database.
        by: who acts, for the audit log.
        lease_seconds: that a silent process keeps others out.
    """

    def __init__(self, url: str, by: str = "admin", lease_seconds: float = 30.0) -> None:
        self._database = Database(url, durable=True)
        self._lock = Lock(self._database, lease_seconds)
        self._by = by

    async def __aenter__(self) -> "Ledger":
        """Connect and check the schema."""
        try:
            await check_schema(self._database)
        except BaseException:
            await self._database.close()
            raise
        return self

    async def __aexit__(self, *exc: object) -> None:
        """Close every connection."""
        await self._database.close()

    @asynccontextmanager
    async def held(self, *, take_over: bool = False) -> AsyncIterator[None]:
        """Keep all other processes from writing; raises LedgerBusy if one does.

        Args:
            take_over: it stops at its next write instead; for what cannot wait.
        """
        async with self._lock.held(take_over=take_over):
            yield

    # --- tokens -------------------------------------------------------------------------------

    async def plan(self, planned: Sequence[Token]) -> int:
        """Take paintings in that are not in it yet; gives how many those were."""

        async def work(connection: AsyncConnection) -> int:
            added = 0
            for token in planned:
                row = from_token(token) | {"updated": now()}
                statement = insert(self._database.dialect, tokens).values(row)
                found = await connection.execute(statement.on_conflict_do_nothing())
                added += found.rowcount
            return added

        subject = [str(token.token) for token in planned]
        return await self._write(work, "plan", subject, {"tokens": len(planned)})

    async def tokens(self, collection: Collection, *states: TokenState) -> list[Token]:
        """All tokens of a collection in some states, or in any, in the order of planning."""
        found = sa.select(tokens).where(is_in(tokens, collection)).order_by(tokens.c.artwork)
        if states:
            found = found.where(tokens.c.state.in_([str(state) for state in states]))
        return [to_token(row) for row in await self._database.rows(found)]

    async def pin(self, token: Token, *, image_cid: str, metadata_cid: str, metadata: str) -> None:
        """Note where a token's picture and metadata are."""
        values = {"image_cid": image_cid, "metadata_cid": metadata_cid, "metadata": metadata}

        async def work(connection: AsyncConnection) -> None:
            await move_tokens(
                connection,
                token.collection,
                [token.token],
                [TokenState.PLANNED],
                TokenState.PINNED,
                **values,
            )

        await self._write(work, "pin", [str(token.token)], {"metadata_cid": metadata_cid})

    async def move_token(self, token: Token, state: TokenState, page: str | None = None) -> Token:
        """Note how far an item is on a marketplace's pages; gives the token as it is then."""
        moved = replace(token, state=state, page=page or token.page)

        async def work(connection: AsyncConnection) -> None:
            place = (token.collection, [token.token], [token.state])
            await move_tokens(connection, *place, state, page=moved.page)

        await self._write(work, str(state), [str(token.token)], {"page": moved.page})
        return moved

    async def silence(self, token: Token) -> float:
        """For how many seconds a token has been in its state."""
        mine = is_in(tokens, token.collection) & (tokens.c.token == str(token.token))
        row = await self._database.row(sa.select((now() - tokens.c.updated).label("s")).where(mine))
        return 0.0 if row is None else max(0.0, float(row["s"]))

    async def note(self, kind: str, subject: Sequence[str], data: Mapping[str, Any]) -> None:
        """Put a line into the audit log that goes with no other change."""

        async def work(connection: AsyncConnection) -> None:
            pass

        await self._write(work, kind, subject, data)

    async def note_minted(self, collection: Collection, owners: Mapping[int, str]) -> None:
        """Note what the chain says is minted, whoever sent it, and whose it is."""

        async def work(connection: AsyncConnection) -> None:
            for token, owner in owners.items():
                every = list(TokenState)
                await move_tokens(
                    connection, collection, [token], every, TokenState.MINTED, owner=owner
                )

        await self._write(work, "minted", [str(token) for token in owners], {})

    async def accept(
        self, token: Token, *, owner: str, image_cid: str, metadata_cid: str, metadata: str
    ) -> None:
        """Take over the metadata that a token has on the chain; it is minted."""

        async def work(connection: AsyncConnection) -> None:
            places = token.collection, [token.token], list(TokenState)
            values: dict[str, Any] = {"owner": owner, "image_cid": image_cid}
            values |= {"metadata_cid": metadata_cid, "metadata": metadata}
            await move_tokens(connection, *places, TokenState.MINTED, **values)

        data = {"before": token.metadata_cid, "metadata_cid": metadata_cid}
        await self._write(work, "accept", [str(token.token)], data)

    async def unmint(self, collection: Collection, lost: Sequence[int]) -> None:
        """Put back what the chain does not know: not minted, or minted in a block that is gone."""

        async def work(connection: AsyncConnection) -> None:
            before = [TokenState.SENT, TokenState.MINTED]
            await move_tokens(connection, collection, lost, before, TokenState.PINNED, owner=None)

        await self._write(work, "unmint", [str(token) for token in lost], {})

    # --- transactions -------------------------------------------------------------------------

    async def record(
        self,
        transaction: Transaction,
        attempt: Attempt,
        collection: Collection | None = None,
        *,
        replaces: bool = False,
    ) -> None:
        """Write down a signed transaction, before anyone sees it.

        Args:
            collection: if given, the tokens that are the subject are under way from now on.
            replaces: another one that waits with the same nonce, and whose attempts may win yet.
        """

        async def work(connection: AsyncConnection) -> None:
            row = from_transaction(transaction) | {"created": now()}
            if replaces:
                await connection.execute(transactions.update().where(_is(transaction)).values(row))
            else:
                await connection.execute(transactions.insert().values(row))
            await connection.execute(_attempt(transaction, attempt))
            if collection is not None:
                moved = [int(token) for token in transaction.subject]
                await move_tokens(
                    connection, collection, moved, [TokenState.PINNED], TokenState.SENT
                )

        data = {"nonce": transaction.nonce, "hash": attempt.hash, "most": str(transaction.cost)}
        await self._write(work, transaction.kind, transaction.subject, data)

    async def record_attempt(self, transaction: Transaction, attempt: Attempt, cost: int) -> None:
        """Write down a replacement with higher fees, before anyone sees it."""

        async def work(connection: AsyncConnection) -> None:
            await connection.execute(_attempt(transaction, attempt))
            changed = transactions.update().where(_is(transaction)).values(cost=str(cost))
            await connection.execute(changed)

        data = {"nonce": transaction.nonce, "hash": attempt.hash, "most": str(cost)}
        await self._write(work, "replace", transaction.subject, data)

    async def settle(
        self,
        transaction: Transaction,
        state: TransactionState,
        *,
        cost: int = 0,
        hash: str | None = None,  # the field's own word
        block: int | None = None,
    ) -> None:
        """Note what became of a nonce."""

        async def work(connection: AsyncConnection) -> None:
            values = {"state": str(state), "cost": str(cost), "hash": hash, "block": block}
            still = transactions.c.state == str(TransactionState.SENT)
            changed = transactions.update().where(_is(transaction), still)
            await connection.execute(changed.values(values))

        data = {"nonce": transaction.nonce, "hash": hash, "cost": str(cost)}
        await self._write(work, str(state), transaction.subject, data)

    async def reopen(self, transaction: Transaction, cost: int) -> None:
        """Note that a nonce which was settled is not used on the chain any more."""

        async def work(connection: AsyncConnection) -> None:
            values = {"state": str(TransactionState.SENT), "hash": None, "block": None}
            changed = transactions.update().where(_is(transaction))
            await connection.execute(changed.values(**values, cost=str(cost)))

        await self._write(work, "reopen", transaction.subject, {"nonce": transaction.nonce})

    async def transactions(
        self, chain_id: int, sender: str, *states: TransactionState
    ) -> list[Transaction]:
        """An account's transactions in some states, or all, by nonce."""
        found = sa.select(transactions).where(_by(transactions, chain_id, sender))
        if states:
            found = found.where(transactions.c.state.in_([str(state) for state in states]))
        rows = await self._database.rows(found.order_by(transactions.c.nonce))
        return [to_transaction(row) for row in rows]

    async def attempts(self, transaction: Transaction) -> list[Attempt]:
        """All that was signed for a nonce, newest last."""
        found = (
            sa.select(attempts)
            .where(_by(attempts, transaction.chain_id, transaction.sender))
            .where(attempts.c.nonce == transaction.nonce)
            .order_by(attempts.c.created, attempts.c.hash)
        )
        return [to_attempt(row) for row in await self._database.rows(found)]

    async def spent(self, chain_id: int, sender: str | None, seconds: float) -> int:
        """What an account spent lately, in wei; what is under way counts with its most.

        Args:
            sender: None for all accounts together.
        """
        recent = transactions.c.created > now() - seconds
        whose = transactions.c.chain_id == chain_id
        if sender is not None:
            whose = _by(transactions, chain_id, sender)
        found = sa.select(transactions.c.cost).where(whose, recent)
        return sum(int(row["cost"]) for row in await self._database.rows(found))

    # --- listings -----------------------------------------------------------------------------

    async def next_serials(self, collection: Collection) -> dict[int, int]:
        """For each token that was ever listed, the number of its next listing."""
        last = sa.func.max(orders.c.serial).label("last")
        found = sa.select(orders.c.token, last).where(is_in(orders, collection))
        rows = await self._database.rows(found.group_by(orders.c.token))
        return {int(row["token"]): int(row["last"]) + 1 for row in rows}

    async def record_listings(self, signed: Sequence[Listing]) -> None:
        """Write down signed orders, before anyone sees them.

        Raises:
            InternalError: a token is in an order that may still be filled.
        """

        async def work(connection: AsyncConnection) -> None:
            await check_not_offered(connection, signed)
            for each in signed:
                row = from_listing(each) | {"created": now(), "updated": now()}
                await connection.execute(orders.insert().values(row))

        await self._write(work, "sign", [each.hash for each in signed], {"orders": len(signed)})

    async def move_listing(self, listing: Listing, state: ListingState, reason: str = "") -> None:
        """Note what became of an order."""
        await self.move_listings([listing], state, reason)

    async def move_listings(
        self, moved: Sequence[Listing], state: ListingState, reason: str = ""
    ) -> None:
        """Note what became of several orders at once."""

        async def work(connection: AsyncConnection) -> None:
            for each in moved:
                mine = sa.and_(orders.c.hash == each.hash, orders.c.state == str(each.state))
                values = {"state": str(state), "reason": reason, "updated": now()}
                found = await connection.execute(orders.update().where(mine).values(values))
                if found.rowcount != 1:
                    raise InternalError(f"The order {each.hash} is not {each.state} any more.")

        await self._write(work, str(state), [each.hash for each in moved], {"reason": reason})

    async def listings(self, collection: Collection, *states: ListingState) -> list[Listing]:
        """All orders of a collection in some states, or in any, oldest first."""
        found = sa.select(orders).where(is_in(orders, collection))
        if states:
            found = found.where(orders.c.state.in_([str(state) for state in states]))
        order = (orders.c.created, orders.c.hash)
        return [to_listing(row) for row in await self._database.rows(found.order_by(*order))]

    # --- the audit log ------------------------------------------------------------------------

    async def history(self, limit: int = 100) -> list[LogEntry]:
        """What was done, newest first."""
        found = sa.select(log).order_by(log.c.created.desc(), log.c.id.desc()).limit(limit)
        return [to_log_entry(row) for row in await self._database.rows(found)]

    async def _write(
        self,
        work: Callable[[AsyncConnection], Awaitable[T]],
        kind: str,
        subject: Iterable[str],
        data: Mapping[str, Any],
    ) -> T:
        async def fenced(connection: AsyncConnection) -> T:
            await check_fence(connection, self._lock.fence)
            result = await work(connection)
            line = {"kind": kind, "subject": as_text(list(subject)), "data": as_text(dict(data))}
            values = {"id": made_id(), "done_by": self._by, "created": now(), **line}
            await connection.execute(log.insert().values(values))
            return result

        return await self._database.atomically(fenced)


def _by(table: sa.Table, chain_id: int, sender: str) -> sa.ColumnElement[bool]:
    return sa.and_(table.c.chain_id == chain_id, table.c.sender == sender)


def _is(transaction: Transaction) -> sa.ColumnElement[bool]:
    whose = _by(transactions, transaction.chain_id, transaction.sender)
    return sa.and_(whose, transactions.c.nonce == transaction.nonce)


def _attempt(transaction: Transaction, attempt: Attempt) -> sa.Insert:
    return attempts.insert().values(
        hash=attempt.hash,
        chain_id=transaction.chain_id,
        sender=transaction.sender,
        nonce=transaction.nonce,
        raw=attempt.raw.hex(),
        max_fee=str(attempt.max_fee),
        priority=str(attempt.priority),
        created=now(),
    )
