"""Audits the vote log: replays it from the first entry and compares the tables.

This reads the log as a book-keeper would, without the database's help and without the code that
filled the tables: a ballot is what the latest of its events and lists says.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import sqlalchemy as sa

from ganshare.domain.votes import LogEntry, LogKind
from ganshare.store.db.database import Database
from ganshare.store.db.tables_community import accounts, blocks
from ganshare.store.db.tables_queue import artworks
from ganshare.store.db.tables_votes import ballots, curated, round_entries, vote_holds
from ganshare.store.votes.count import count_votes
from ganshare.store.votes.log import VoteLog

__all__ = ["Audit", "Replay", "audit", "replay"]

_PAGE = 2_000
_VOTES = (LogKind.VOTE, LogKind.UNVOTE)

Ballots = frozenset[tuple[str, str, str]]


@dataclass
class Replay:
    """What the log says, entry by entry.

    Args:
        events: (artwork, via, account) -> the latest (at, up) of its single events.
        lists: (artwork, via) -> the latest list's (at, accounts).
        held: (artwork, account) -> whether it is held.
        decided: artwork -> (round, approved).
        closed: round -> artwork -> votes, as they were announced.
        entries: that were read.
    """

    events: dict[tuple[str, str, str], tuple[float, bool]] = field(default_factory=dict)
    lists: dict[tuple[str, str], tuple[float, frozenset[str]]] = field(default_factory=dict)
    held: dict[tuple[str, str], bool] = field(default_factory=dict)
    decided: dict[str, tuple[str, bool]] = field(default_factory=dict)
    closed: dict[str, dict[str, int]] = field(default_factory=dict)
    entries: int = 0

    def add(self, entry: LogEntry) -> None:
        """Read one entry; votes and lists may come in any order, decisions in theirs."""
        self.entries += 1
        if entry.kind in _VOTES:
            self._add_event(entry)
        elif entry.kind is LogKind.RECONCILE:
            self._add_list(entry)
        elif entry.kind in (LogKind.HOLD, LogKind.RELEASE):
            self.held[entry.artwork, entry.account] = entry.kind is LogKind.HOLD
        elif entry.kind in (LogKind.APPROVE, LogKind.VETO):
            self.decided[entry.artwork] = (entry.data["round"], entry.kind is LogKind.APPROVE)
        elif entry.kind is LogKind.UNDO:
            self.decided.pop(entry.artwork, None)
        elif entry.kind is LogKind.CLOSE:
            standings = entry.data["standings"]
            votes = {each["artwork"]: each["votes"] for each in standings}
            self.closed[entry.data["round"]] = votes

    def _add_event(self, entry: LogEntry) -> None:
        key = (entry.artwork, entry.via, entry.account)
        # Of two at the same moment the one that takes away: False sorts after True here.
        said = (entry.at, entry.kind is LogKind.VOTE)
        known = self.events.get(key)
        if known is None or (said[0], not said[1]) > (known[0], not known[1]):
            self.events[key] = said

    def _add_list(self, entry: LogEntry) -> None:
        key = (entry.artwork, entry.via)
        at, names = self.lists.get(key, (float("-inf"), frozenset()))
        listed = frozenset(entry.data["voters"])
        if entry.at > at:
            self.lists[key] = (entry.at, listed)
        elif entry.at == at:
            self.lists[key] = (at, names & listed)

    @property
    def up(self) -> Ballots:
        """Ballots that are up, as (artwork, account, via)."""
        found = set()
        for (artwork, via), (_, names) in self.lists.items():
            found |= {(artwork, name, via) for name in names}
        for (artwork, via, account), (at, is_up) in self.events.items():
            if at > self.lists.get((artwork, via), (float("-inf"), None))[0]:
                (found.add if is_up else found.discard)((artwork, account, via))
        return frozenset(found)

    def tally(
        self, owners: Mapping[str, str], mains: Mapping[str, str], blocked: Iterable[str]
    ) -> dict[str, int]:
        """Count the persons whose votes count, by painting.

        Args:
            owners: artwork -> account of its requester.
            mains: linked account -> the account that stands for its person.
            blocked: accounts whose votes don't count.
        """
        barred = set(blocked)
        voters: dict[str, set[str]] = {}
        for artwork, account, _ in self.up:
            person = mains.get(account, account)
            owner = owners[artwork]
            is_held = self.held.get((artwork, account)) or self.held.get(("", account))
            if person != mains.get(owner, owner) and account not in barred and not is_held:
                voters.setdefault(artwork, set()).add(person)
        return {artwork: len(people) for artwork, people in voters.items()}


@dataclass(frozen=True)
class Audit:
    """What an audit found; no differences: the tables are what the log says.

    Args:
        entries: of the log that were read.
        ballots: that are up.
        paintings: with votes that count.
        votes: that count, over all paintings.
        differences: one sentence each.
    """

    entries: int
    ballots: int
    paintings: int
    votes: int
    differences: tuple[str, ...]


async def replay(log: VoteLog) -> Replay:
    """Read the whole log."""
    told, last = Replay(), None
    while page := await log.read(last, _PAGE):
        for entry in page:
            told.add(entry)
        last = page[-1].number
    return told


async def audit(log: VoteLog, database: Database) -> Audit:
    """Play the log back and compare; while nobody votes, since both are read one after another."""
    told = await replay(log)
    rows = await database.rows(sa.select(ballots).where(ballots.c.up.is_(True)))
    there = {(row["artwork"], row["account"], row["via"]) for row in rows}
    differences = [f"The log has no ballot {each}." for each in sorted(there - told.up)]
    differences += [f"The table lacks the ballot {each}." for each in sorted(told.up - there)]
    differences += await _holds(told, database) + await _decisions(told, database)
    counted = await _tally(told, database)
    for artwork, votes in sorted((await count_votes(database, _voted(told, counted))).items()):
        if votes != counted.get(artwork, 0):
            differences.append(
                f"The painting {artwork} has {votes} votes, by the log {counted.get(artwork, 0)}."
            )
    for round_id, votes_then in sorted(told.closed.items()):
        this = sa.and_(round_entries.c.round == round_id, round_entries.c.votes.is_not(None))
        rows = await database.rows(sa.select(round_entries).where(this))
        frozen = {row["artwork"]: row["votes"] for row in rows}
        if frozen != votes_then:
            differences.append(f"The round {round_id} ended otherwise than the log says.")
    return Audit(
        told.entries, len(told.up), len(counted), sum(counted.values()), tuple(differences)
    )


def _voted(told: Replay, counted: Mapping[str, int]) -> list[str]:
    return sorted(counted.keys() | {artwork for artwork, _, _ in told.up})


async def _tally(told: Replay, database: Database) -> dict[str, int]:
    names = sa.select(artworks.c.id, artworks.c.person)
    owners = {row["id"]: row["person"] for row in await database.rows(names)}
    linked = await database.rows(sa.select(accounts.c.account, accounts.c.main))
    mains = {row["account"]: row["main"] for row in linked}
    blocked = [row["person"] for row in await database.rows(sa.select(blocks.c.person))]
    return told.tally(owners, mains, blocked)


async def _holds(told: Replay, database: Database) -> list[str]:
    rows = await database.rows(sa.select(vote_holds))
    there = {(row["artwork"], row["account"]): bool(row["held"]) for row in rows}
    return [
        f"The hold on {account} for {artwork or 'all paintings'} is not what the log says."
        for artwork, account in sorted(there.keys() | told.held.keys())
        if there.get((artwork, account)) != told.held.get((artwork, account))
    ]


async def _decisions(told: Replay, database: Database) -> list[str]:
    rows = await database.rows(sa.select(curated))
    there = {row["artwork"]: (row["round"], bool(row["approved"])) for row in rows}
    return [
        f"The decision about {artwork} is not what the log says."
        for artwork in sorted(there.keys() | told.decided.keys())
        if there.get(artwork) != told.decided.get(artwork)
    ]
