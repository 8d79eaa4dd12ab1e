"""Rate guards: a limit per person, and bursts by accounts that do little else.

A guard never drops a vote that a platform shows: it holds it, says why in the log, and an admin
releases it. What a burst held counts again by itself once the account votes like others do.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from ganshare.domain.votes import Guards, LogKind
from ganshare.errors import AdmissionError
from ganshare.sentences import sentence
from ganshare.store.db.dialect import now
from ganshare.store.db.tables_votes import accounts_of, ballots, vote_holds, vote_log
from ganshare.store.votes.apply import apply_hold

__all__ = ["BURST", "GUARD", "after_vote", "check_rate"]

GUARD = "guard"
BURST = "one of a burst of votes by accounts that vote for little else"
_MINUTE = 60.0
_VOTES = (LogKind.VOTE.value, LogKind.UNVOTE.value)


async def check_rate(connection: AsyncConnection, accounts: Sequence[str], guards: Guards) -> None:
    """Refuse a button that is pressed too often; raises AdmissionError."""
    if await _lately(connection, accounts) >= guards.per_minute:
        raise AdmissionError(
            sentence("vote-fast", allowed=guards.per_minute),
            given=guards.per_minute,
            allowed=guards.per_minute,
        )


async def after_vote(
    connection: AsyncConnection, artwork: str, account: str, guards: Guards
) -> None:
    """Look at a vote that was just cast, and at its company."""
    theirs = await accounts_of(connection, account)
    if await _lately(connection, theirs) > guards.per_minute:
        reason = f"more than {guards.per_minute} votes in a minute"
        await _hold(connection, artwork, [account], reason)
    if not guards.burst_votes:
        return
    await _release_grown_up(connection, account, guards)
    company = await _company(connection, artwork, guards)
    if len(company) < guards.burst_votes:
        return
    novices = await _novices(connection, company, guards)
    is_burst = len(novices) >= guards.burst_novices * len(company)
    if is_burst and await _is_settled(connection, guards):
        await _hold(connection, artwork, novices, BURST)


async def _lately(connection: AsyncConnection, accounts: Sequence[str]) -> int:
    number = sa.select(sa.func.count()).where(
        vote_log.c.account.in_(accounts),
        vote_log.c.created > now() - _MINUTE,
        vote_log.c.kind.in_(_VOTES),
    )
    return int((await connection.execute(number)).scalar_one())


async def _company(connection: AsyncConnection, artwork: str, guards: Guards) -> list[str]:
    """Who voted for this painting lately."""
    found = sa.select(vote_log.c.account).where(
        vote_log.c.artwork == artwork,
        vote_log.c.created > now() - guards.burst_seconds,
        vote_log.c.kind == LogKind.VOTE.value,
    )
    return [row.account for row in await connection.execute(found.distinct())]


async def _is_settled(connection: AsyncConnection, guards: Guards) -> bool:
    """Whether enough accounts have voted for several paintings, so that novices stand out.

    In a community that has just begun all are novices, and a burst is its first evening.
    """
    settled = (
        sa.select(ballots.c.account)
        .where(sa.text("ballots.up"))
        .group_by(ballots.c.account)
        .having(sa.func.count(ballots.c.artwork.distinct()) >= guards.novice_votes)
        .limit(guards.burst_votes)
    )
    return len((await connection.execute(settled)).all()) >= guards.burst_votes


async def _novices(
    connection: AsyncConnection, accounts: Sequence[str], guards: Guards
) -> list[str]:
    paintings = sa.func.count(ballots.c.artwork.distinct())
    counted = (
        sa.select(ballots.c.account)
        .where(ballots.c.account.in_(accounts), sa.text("ballots.up"))
        .group_by(ballots.c.account)
        .having(paintings >= guards.novice_votes)
    )
    grown_up = {row.account for row in await connection.execute(counted)}
    return sorted(set(accounts) - grown_up)


async def _hold(
    connection: AsyncConnection, artwork: str, accounts: Sequence[str], reason: str
) -> None:
    """Hold votes that were not held or released before."""
    known = sa.select(vote_holds.c.account).where(
        vote_holds.c.artwork == artwork, vote_holds.c.account.in_(accounts)
    )
    before = {row.account for row in await connection.execute(known)}
    for account in accounts:
        if account not in before:
            await apply_hold(connection, LogKind.HOLD, artwork, account, GUARD, reason)


async def _release_grown_up(connection: AsyncConnection, account: str, guards: Guards) -> None:
    """Release what a burst held of an account that has voted for other paintings since."""
    held = sa.select(vote_holds.c.artwork).where(
        vote_holds.c.account == account,
        sa.text("vote_holds.held"),
        vote_holds.c.held_by == GUARD,
        vote_holds.c.reason == BURST,
    )
    artworks = sorted(row.artwork for row in await connection.execute(held))
    if artworks and not await _novices(connection, [account], guards):
        reason = f"has voted for {guards.novice_votes} paintings by now"
        for artwork in artworks:
            await apply_hold(connection, LogKind.RELEASE, artwork, account, GUARD, reason)
