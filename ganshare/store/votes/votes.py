"""`Votes`: writes events to the log and derives the ballots from them.

However often events come, in any order, and mixed with whole lists, the ballots end up as the
platforms have them: of two events of a ballot the later one counts, and a list
decides for everything before it.
"""

import hashlib
from collections.abc import Iterable, Sequence

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from ganshare.domain.jobs import Artwork
from ganshare.domain.visibility import Visibility
from ganshare.domain.votes import (
    BUTTON,
    Ballot,
    Guards,
    LogKind,
    VoteEvent,
    Voter,
    VoteState,
    WhyNot,
    check_via,
)
from ganshare.errors import VoteError
from ganshare.sentences import sentence
from ganshare.store.community.notes import unknown_artwork
from ganshare.store.db.database import Database
from ganshare.store.db.dialect import now
from ganshare.store.db.rows_queue import to_artwork
from ganshare.store.db.rows_rounds import age_limit, to_round
from ganshare.store.db.tables_community import blocks, everyone
from ganshare.store.db.tables_queue import artworks
from ganshare.store.db.tables_votes import (
    accounts_of,
    ballots,
    one_at_a_time,
    round_entries,
    rounds,
    vote_holds,
    vote_log,
)
from ganshare.store.db.tables_votes import voters as voters_table
from ganshare.store.votes.apply import (
    apply_hold,
    apply_list,
    apply_vote,
    meet,
)
from ganshare.store.votes.audit import Audit, audit
from ganshare.store.votes.count import (
    count_votes,
    most_voted,
    person_of,
    too_young,
)
from ganshare.store.votes.log import VoteLog, append
from ganshare.store.votes.rate_guards import after_vote, check_rate

__all__ = ["Votes"]


class Votes:
    """Casts, reconciles, counts and holds votes; `log` is what they follow from."""

    def __init__(self, database: Database, guards: Guards) -> None:
        self.log = VoteLog(database)
        self._database = database
        self._guards = guards

    async def cast(self, event: VoteEvent, guards: Guards | None = None) -> VoteState:
        """Take in a reaction that was added or taken away; the same event changes nothing twice.

        Bots don't vote. The requester's own vote is kept and never counts, as the requester may
        become another person once accounts are linked or unlinked.

        Raises:
            JobError: there is no such painting.
        """
        voter = event.voter

        async def take_in(connection: AsyncConnection) -> None:
            await one_at_a_time(connection, event.artwork)
            await _artwork(connection, event.artwork)
            ballot = Ballot(event.artwork, voter.account, event.via, event.up, event.at)
            key = f"{event.artwork}:{voter.account}:{event.via}:{event.at!r}:{event.up}"
            if not await _log(connection, ballot, voter.born, key):
                return
            await meet(connection, [voter], event.at)
            if await apply_vote(connection, ballot) and event.up:
                await after_vote(connection, event.artwork, voter.account, guards or self._guards)

        if voter.is_bot:
            state = await self.state(event.artwork, voter.account)
            return VoteState(event.artwork, state.votes, (), WhyNot.BOT)
        await self._database.atomically(take_in)
        return await self.state(event.artwork, voter.account)

    async def toggle(
        self, artwork: str, voter: Voter, *, key: str, guards: Guards | None = None
    ) -> VoteState:
        """Press the vote button: the person's vote by button, from whichever account, turns.

        Args:
            key: the platform's id of the press; a repeated delivery has the same.

        Raises:
            JobError: there is no such painting.
            VoteError: it was deleted, it is the person's own, or they are a bot or blocked.
            AdmissionError: the person votes too fast.
        """

        async def press(connection: AsyncConnection) -> None:
            await one_at_a_time(connection, artwork)
            painting = await _artwork(connection, artwork)
            if await _was_pressed(connection, key):
                return
            accounts = await accounts_of(connection, voter.account)
            await _check_may_vote(connection, painting, voter, accounts)
            chosen = guards or self._guards
            await check_rate(connection, accounts, chosen)
            moment = float((await connection.execute(sa.select(now()))).scalar_one())
            await meet(connection, [voter], moment)
            found = await _buttons(connection, artwork, accounts)
            up = [ballot for ballot in found if ballot.up]
            moment = max([moment, *(ballot.at + 1e-6 for ballot in found)])
            turned = [(ballot.account, False) for ballot in up] or [(voter.account, True)]
            for number, (account, is_up) in enumerate(turned):
                ballot = Ballot(artwork, account, BUTTON, is_up, moment)
                born = voter.born if account == voter.account else None
                await _log(connection, ballot, born, _press_key(key, number))
                await apply_vote(connection, ballot)
            if not up:
                await after_vote(connection, artwork, voter.account, chosen)

        await self._database.atomically(press)
        return await self.state(artwork, voter.account)

    async def reconcile(self, artwork: str, via: str, voters: Iterable[Voter], as_of: float) -> int:
        """Let the ballots of one way be as on a platform's own list; tells how many changed.

        Args:
            via: as in the events of these ballots.
            voters: all who stand there, not some; bots are left out here.
            as_of: when reading the list began; what happened afterwards stays as events told it.

        Raises:
            JobError: there is no such painting.
        """
        check_via(via)
        standing = {voter.account: voter for voter in voters if not voter.is_bot}
        listed = sorted(standing)
        digest = hashlib.sha256("\n".join(listed).encode()).hexdigest()[:16]
        born = {name: each.born for name, each in standing.items() if each.born is not None}

        async def compare(connection: AsyncConnection) -> int:
            await one_at_a_time(connection, artwork)
            await _artwork(connection, artwork)
            key = f"list:{artwork}:{via}:{as_of!r}:{digest}"
            data = {"voters": listed, "born": born}
            told = await append(
                connection,
                LogKind.RECONCILE,
                artwork=artwork,
                via=via,
                at=as_of,
                data=data,
                key=key,
            )
            if told is None:
                return 0
            await meet(connection, standing.values(), as_of)
            return await apply_list(connection, artwork, via, set(listed), as_of)

        return await self._database.atomically(compare)

    # --- counting -----------------------------------------------------------------------------

    async def count(self, artworks: Iterable[str]) -> dict[str, int]:
        """Count the persons whose votes count for each of some paintings, zeros included."""
        return await count_votes(self._database, artworks)

    async def most_voted(self, limit: int = 24, after: int = 0) -> list[str]:
        """Public paintings with the most votes, after so many; those without any are left out."""
        return (await most_voted(self._database, after + limit))[after:]

    async def voted(self, person: str, artworks: Iterable[str]) -> set[str]:
        """Which of some paintings a person votes for, from whichever account."""
        names = list(artworks)
        theirs = sa.and_(ballots.c.account.in_(everyone(person)), ballots.c.up)
        found = sa.select(ballots.c.artwork).where(ballots.c.artwork.in_(names), theirs)
        return {row["artwork"] for row in await self._database.rows(found)} if names else set()

    async def state(self, artwork: str, person: str) -> VoteState:
        """Tell how many votes a painting has, and how it stands with one person.

        Raises:
            JobError: there is no such painting.
        """
        theirs = ballots.c.account.in_(everyone(person))
        this = ballots.c.artwork == artwork
        found = sa.select(ballots.c.account, ballots.c.via).where(this, theirs, ballots.c.up)
        rows = await self._database.rows(found.order_by(ballots.c.account, ballots.c.via))
        ways = tuple((row["account"], row["via"]) for row in rows)
        row = await self._database.row(_why_not(artwork, person))
        if row is None:
            raise unknown_artwork(artwork)
        reasons = (WhyNot.OWN, WhyNot.BLOCKED, WhyNot.HELD)
        why_not = next((each for each in reasons if row[each.value]), None)
        if why_not is None and await self._is_too_young(artwork, person):
            why_not = WhyNot.YOUNG
        return VoteState(artwork, (await self.count([artwork]))[artwork], ways, why_not)

    async def _is_too_young(self, artwork: str, account: str) -> bool:
        """Whether an account is newer than the round that a painting is in allows."""
        entered = rounds.join(round_entries, round_entries.c.round == rounds.c.id)
        found = sa.select(rounds).select_from(entered)
        found = found.where(round_entries.c.artwork == artwork, rounds.c.closed.is_(None))
        row = await self._database.row(found)
        if row is None:
            return False
        young = too_young(age_limit(to_round(row))).where(voters_table.c.account == account)
        return await self._database.row(young) is not None

    async def ballots(self, artwork: str) -> list[Ballot]:
        """Read all ballots of a painting, those that were withdrawn included."""
        order = (ballots.c.account, ballots.c.via)
        found = sa.select(ballots).where(ballots.c.artwork == artwork).order_by(*order)
        return [Ballot(**row) for row in await self._database.rows(found)]

    async def audit(self) -> Audit:
        """Play the log back and compare it with the tables, while nobody votes."""
        return await audit(self.log, self._database)

    # --- holding ------------------------------------------------------------------------------

    async def hold(self, account: str, by: str, reason: str, artwork: str = "") -> None:
        """Keep an account's votes, for one painting or for all, from counting.

        They stay as they are, and count again after `release`.
        """
        await self._set_hold(LogKind.HOLD, account, by, reason, artwork)

    async def release(self, account: str, by: str, reason: str, artwork: str = "") -> None:
        """Let them count again; no guard holds them a second time."""
        await self._set_hold(LogKind.RELEASE, account, by, reason, artwork)

    async def held(self, limit: int = 100) -> list[tuple[str, str, str, str]]:
        """What is held, newest first, as (artwork, account, by, reason)."""
        held = sa.select(vote_holds).where(vote_holds.c.held)
        rows = await self._database.rows(held.order_by(vote_holds.c.event.desc()).limit(limit))
        return [(row["artwork"], row["account"], row["held_by"], row["reason"]) for row in rows]

    async def _set_hold(
        self, kind: LogKind, account: str, by: str, reason: str, artwork: str
    ) -> None:
        async def change(connection: AsyncConnection) -> None:
            await one_at_a_time(connection, artwork)
            await apply_hold(connection, kind, artwork, account, by, reason)

        await self._database.atomically(change)


async def _artwork(connection: AsyncConnection, artwork: str) -> Artwork:
    found = await connection.execute(sa.select(artworks).where(artworks.c.id == artwork))
    row = found.mappings().first()
    if row is None:
        raise unknown_artwork(artwork)
    return to_artwork(row)


async def _log(connection: AsyncConnection, ballot: Ballot, born: float | None, key: str) -> bool:
    """Write a vote into the log; False if it is there."""
    number = await append(
        connection,
        LogKind.VOTE if ballot.up else LogKind.UNVOTE,
        artwork=ballot.artwork,
        account=ballot.account,
        via=ballot.via,
        at=ballot.at,
        data={} if born is None else {"born": born},
        key=key,
    )
    return number is not None


def _press_key(key: str, number: int = 0) -> str:
    """Name one of the ballots that a press turns: two linked accounts may have voted both."""
    return f"press:{key}:{number}" if number else f"press:{key}"


async def _was_pressed(connection: AsyncConnection, key: str) -> bool:
    found = sa.select(vote_log.c.number).where(vote_log.c.key == _press_key(key))
    return (await connection.execute(found)).first() is not None


async def _buttons(
    connection: AsyncConnection, artwork: str, accounts: Sequence[str]
) -> list[Ballot]:
    theirs = ballots.c.account.in_(accounts)
    found = sa.select(ballots).where(ballots.c.artwork == artwork, ballots.c.via == BUTTON, theirs)
    return [Ballot(**row) for row in (await connection.execute(found)).mappings()]


async def _check_may_vote(
    connection: AsyncConnection, painting: Artwork, voter: Voter, accounts: Sequence[str]
) -> None:
    if voter.is_bot:
        raise VoteError(sentence("vote-bot"), given=voter.account)
    if not painting.shown or painting.visibility is Visibility.ONLY_ME:
        raise VoteError(sentence("vote-gone"), given=painting.id)
    if painting.person in accounts:
        raise VoteError(sentence("vote-own"), given=painting.id)
    barred = sa.select(blocks.c.person).where(blocks.c.person.in_(accounts))
    if (await connection.execute(barred)).first() is not None:
        raise VoteError(sentence("vote-blocked"), given=voter.account)


def _why_not(artwork: str, person: str) -> sa.Executable:
    """One row with a reason in each column, for a painting that is there."""
    held = vote_holds.alias("held")
    reasons = [
        (person_of(artworks.c.person) == person_of(sa.literal(person, sa.Text))).label("own"),
        sa.exists().where(blocks.c.person.in_(everyone(person))).label("blocked"),
        sa.exists()
        .where(
            held.c.account.in_(everyone(person)),
            sa.text("held.held"),
            held.c.artwork.in_([artworks.c.id, ""]),
        )
        .label("held"),
    ]
    return sa.select(*reasons).where(artworks.c.id == artwork)
