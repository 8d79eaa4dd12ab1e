"""Applies an entry of the vote log to the tables, in the caller's transaction.

The rules are those of a register for each ballot: the latest event counts, at the same moment the
one that takes away; and of a mark for each list: what happened up to it is what the list says.
Both give the same result in any order of events and lists.
"""

from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from ganshare.domain.votes import Ballot, LogKind, Voter
from ganshare.store.db.dialect import insert
from ganshare.store.db.tables_community import storable
from ganshare.store.db.tables_votes import ballot_lists, ballots, vote_holds, voters
from ganshare.store.votes.log import append

__all__ = ["apply_hold", "apply_list", "apply_vote", "meet"]


async def meet(connection: AsyncConnection, people: Iterable[Voter], at: float) -> None:
    """Remember how old accounts are: as the platform says, else since they were first seen."""
    rows = [
        {
            "account": each.account,
            "born": at if each.born is None else min(each.born, at),
            "told": each.born is not None,
        }
        for each in people
    ]
    if not rows:
        return
    new = insert(connection.dialect.name, voters)
    is_earlier = new.excluded.born < voters.c.born
    earlier = new.on_conflict_do_update(
        index_elements=["account"],
        set_={
            "born": sa.case((is_earlier, new.excluded.born), else_=voters.c.born),
            "told": sa.or_(voters.c.told, new.excluded.told),
        },
        where=sa.or_(is_earlier, sa.and_(new.excluded.told, ~voters.c.told)),
    )
    # In one order, so that two lists with the same people don't wait for each other.
    await connection.execute(earlier, sorted(rows, key=lambda row: str(row["account"])))


async def apply_vote(connection: AsyncConnection, ballot: Ballot) -> bool:
    """Turn a ballot, unless something later is known; tells whether anything changed."""
    if ballot.at <= await _mark(connection, ballot.artwork, ballot.via):
        return False
    new = insert(connection.dialect.name, ballots).values(
        artwork=ballot.artwork,
        account=ballot.account,
        via=ballot.via,
        up=ballot.up,
        at=ballot.at,
    )
    later = sa.or_(
        ballots.c.at < new.excluded.at,
        sa.and_(ballots.c.at == new.excluded.at, ballots.c.up, ~new.excluded.up),
    )
    turned = new.on_conflict_do_update(
        index_elements=["artwork", "account", "via"],
        set_={"up": new.excluded.up, "at": new.excluded.at},
        where=later,
    )
    changed = await connection.execute(turned.returning(ballots.c.account))
    return changed.first() is not None


async def apply_list(
    connection: AsyncConnection, artwork: str, via: str, listed: set[str], as_of: float
) -> int:
    """Let a list decide for everything up to its moment; tells how many ballots changed.

    Of two lists of the same moment only who stands on both has voted then.
    """
    mark = await _mark(connection, artwork, via)
    if as_of < mark:
        return 0
    this = sa.and_(ballots.c.artwork == artwork, ballots.c.via == via)
    found = await connection.execute(
        sa.select(ballots.c.account, ballots.c.up, ballots.c.at).where(this)
    )
    known = {row.account: row for row in found}
    turned = [
        {"whose": account, "is_up": account in listed}
        for account, row in known.items()
        if row.at <= as_of and bool(row.up) != (account in listed)
    ]
    if as_of == mark:
        turned = [each for each in turned if not each["is_up"]]
        unheard = []
    else:
        unheard = sorted(listed - known.keys())
    if turned:
        own = sa.and_(this, ballots.c.account == sa.bindparam("whose"))
        change = ballots.update().where(own).values(up=sa.bindparam("is_up"), at=as_of)
        await connection.execute(change, turned)
    if unheard:
        row = {"artwork": artwork, "via": via, "up": True, "at": as_of}
        await connection.execute(ballots.insert(), [{**row, "account": name} for name in unheard])
    new = insert(connection.dialect.name, ballot_lists)
    marked = new.values(artwork=artwork, via=via, at=as_of).on_conflict_do_update(
        index_elements=["artwork", "via"], set_={"at": as_of}
    )
    await connection.execute(marked)
    return len(turned) + len(unheard)


async def apply_hold(
    connection: AsyncConnection, kind: LogKind, artwork: str, account: str, by: str, reason: str
) -> None:
    """Hold or release an account's votes, and say so in the log; the latest entry counts."""
    event = await append(connection, kind, artwork=artwork, account=account, by=by, reason=reason)
    news = {
        "held": kind is LogKind.HOLD,
        "held_by": by,
        "reason": storable(reason),
        "event": event,
    }
    new = insert(connection.dialect.name, vote_holds)
    row = new.values(artwork=artwork, account=account, **news)
    changed = row.on_conflict_do_update(
        index_elements=["artwork", "account"],
        set_=news,
        where=vote_holds.c.event < new.excluded.event,
    )
    await connection.execute(changed)


async def _mark(connection: AsyncConnection, artwork: str, via: str) -> float:
    """Up to when a list has decided; long ago if there was none."""
    found = sa.select(ballot_lists.c.at).where(
        ballot_lists.c.artwork == artwork, ballot_lists.c.via == via
    )
    mark = (await connection.execute(found)).scalar()
    return float("-inf") if mark is None else float(mark)
