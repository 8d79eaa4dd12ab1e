"""Statements of the ledger on many rows at once, inside its transactions."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from admin.ledger.values import Collection, Listing, ListingState, TokenState
from ganshare.errors import InternalError
from ganshare.store.sql import now, orders, tokens

__all__ = ["check_not_offered", "is_in", "move_tokens"]

_MOST_AT_ONCE = 500  # values in one statement; SQLite takes 32,766


def is_in(table: sa.Table, collection: Collection) -> sa.ColumnElement[bool]:
    """Make the condition that a row is of a collection."""
    return sa.and_(
        table.c.chain_id == collection.chain_id, table.c.collection == collection.address
    )


async def check_not_offered(connection: AsyncConnection, signed: Sequence[Listing]) -> None:
    """A token is for sale once at a time."""
    live = orders.c.state.in_([str(state) for state in ListingState if state.is_live])
    for start in range(0, len(signed), _MOST_AT_ONCE):
        some = signed[start : start + _MOST_AT_ONCE]
        which = orders.c.token.in_([str(each.token) for each in some])
        found = sa.select(orders.c.token).where(is_in(orders, some[0].collection), live, which)
        taken = (await connection.execute(found)).scalars().first()
        if taken is not None:
            raise InternalError(f"The token {taken} is in an order already.")


async def move_tokens(
    connection: AsyncConnection,
    collection: Collection,
    moved: Sequence[int],
    before: Sequence[TokenState],
    after: TokenState,
    **values: Any,
) -> None:
    """Bring tokens from one state to the next; all of them, or it is our own mistake."""
    count = 0
    for start in range(0, len(moved), _MOST_AT_ONCE):
        which = tokens.c.token.in_([str(token) for token in moved[start : start + _MOST_AT_ONCE]])
        states = tokens.c.state.in_([str(state) for state in before])
        statement = tokens.update().where(is_in(tokens, collection), which, states)
        changed = statement.values(state=str(after), updated=now(), **values)
        count += (await connection.execute(changed)).rowcount
    if count != len(set(moved)):
        raise InternalError(f"{len(set(moved)) - count} tokens were not in a state to be {after}.")
