"""Scores of critics, and the paintings that critics let into a round."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from ganshare.domain.critics import Critic, Opinion
from ganshare.domain.jobs import Artwork
from ganshare.domain.votes import Entry, Round
from ganshare.errors import VoteError
from ganshare.store.db.database import Database, Row
from ganshare.store.db.dialect import insert, now, upsert
from ganshare.store.db.rows_queue import as_text, to_artwork, to_value
from ganshare.store.db.rows_rounds import to_round
from ganshare.store.db.tables_queue import artworks
from ganshare.store.db.tables_votes import (
    critic_scores,
    critics,
    round_entries,
    round_waiting,
    rounds,
)
from ganshare.store.rounds.entries import Entries

__all__ = ["Critics"]


class Critics:
    """Keeps what was computed elsewhere."""

    def __init__(self, database: Database, entries: Entries) -> None:
        self._database = database
        self._entries = entries

    async def keep(self, critic: Critic) -> None:
        """Remember a critic; scores of another one of its name are forgotten."""
        row = asdict(critic) | {"report": as_text(dict(critic.report))}

        async def replace(connection: AsyncConnection) -> None:
            this = critics.c.name == critic.name
            found = await connection.execute(sa.select(critics).where(this))
            before = found.mappings().first()
            if before is not None and not _is_same(_critic(before), critic):
                theirs = critic_scores.c.critic == critic.name
                await connection.execute(critic_scores.delete().where(theirs))
            kept = upsert(connection.dialect.name, critics, {"name": critic.name}, row)
            await connection.execute(kept)

        await self._database.atomically(replace)

    async def all(self) -> list[Critic]:
        """All critics, by name."""
        found = sa.select(critics).order_by(critics.c.name)
        return [_critic(row) for row in await self._database.rows(found)]

    async def unscored(self, critic: str, limit: int = 500) -> list[Artwork]:
        """Paintings that a critic has not looked at, those that wait for it first."""
        seen = sa.exists().where(
            critic_scores.c.artwork == artworks.c.id, critic_scores.c.critic == critic
        )
        waits = sa.exists().where(round_waiting.c.artwork == artworks.c.id)
        found = (
            sa.select(artworks)
            .where(artworks.c.deleted.is_(None), artworks.c.hidden.is_(None), ~seen)
            .order_by(sa.desc(waits), artworks.c.id.desc())
            .limit(limit)
        )
        return [to_artwork(row) for row in await self._database.rows(found)]

    async def keep_scores(self, critic: str, scores: Mapping[str, float]) -> None:
        """Keep a critic's scores by painting; only their order means anything."""
        statement = insert(self._database.dialect, critic_scores)
        again = statement.on_conflict_do_update(
            index_elements=["artwork", "critic"], set_={"score": statement.excluded.score}
        )
        rows = [
            {"artwork": artwork, "critic": critic, "score": float(score)}
            for artwork, score in sorted(scores.items())
        ]
        if rows:
            await self._database.write_each(again, rows)

    async def opinions(self, round_id: str, ids: Iterable[str]) -> dict[str, list[Opinion]]:
        """Tell for some paintings of a round where each critic puts them among all of it."""
        wanted = set(ids)
        known = {critic.name: critic for critic in await self.all()}
        joined = critic_scores.join(
            round_entries, round_entries.c.artwork == critic_scores.c.artwork
        )
        found = sa.select(critic_scores).select_from(joined)
        found = found.where(round_entries.c.round == round_id)
        rows = await self._database.rows(found.order_by(critic_scores.c.score.desc()))
        result: dict[str, list[Opinion]] = {}
        for name, critic in known.items():
            ranked = [row["artwork"] for row in rows if row["critic"] == name]
            for place, artwork in enumerate(ranked, 1):
                if artwork in wanted:
                    result.setdefault(artwork, []).append(Opinion(critic, place, len(ranked)))
        return result

    async def enter_chosen(self, critic: str) -> list[Entry]:
        """Enter what waits for the critic and is in the share that its round takes.

        The share is that of all paintings which the critic has seen. What is not chosen waits no
        longer; its requester may still enter it. Paintings without a score wait on.
        """
        found = sa.select(rounds).where(rounds.c.closed.is_(None), rounds.c.closes > now())
        entered = []
        for round_ in (to_round(row) for row in await self._database.rows(found)):
            for row in await self._load_judged(round_, critic):
                if row["is_chosen"]:
                    entered += await self._let_in(round_, row)
                this = sa.and_(
                    round_waiting.c.round == round_.id, round_waiting.c.artwork == row["artwork"]
                )
                await self._database.write(round_waiting.delete().where(this))
        return entered

    async def _load_judged(self, round_: Round, critic: str) -> Sequence[Row]:
        """Paintings that wait and have a score, the best first."""
        theirs = critic_scores.c.critic == critic
        count = sa.select(sa.func.count()).where(theirs)
        row = await self._database.row(count)
        seen = int(next(iter(row.values()))) if row else 0
        last = (
            sa.select(critic_scores.c.score)
            .where(theirs)
            .order_by(critic_scores.c.score.desc())
            .offset(max(0, int(round_.rules.preselect * seen) - 1))
            .limit(1)
            .scalar_subquery()
        )
        waiting = (
            sa.select(
                round_waiting.c.artwork,
                artworks.c.person,
                (critic_scores.c.score >= last).label("is_chosen"),
            )
            .join(critic_scores, critic_scores.c.artwork == round_waiting.c.artwork)
            .join(artworks, artworks.c.id == round_waiting.c.artwork)
            .where(round_waiting.c.round == round_.id, theirs)
            .order_by(critic_scores.c.score.desc(), round_waiting.c.artwork)
        )
        return await self._database.rows(waiting)

    async def _let_in(self, round_: Round, row: Row) -> list[Entry]:
        reason = f"automatically, among the first {round_.rules.preselect:.0%} by the critic"
        try:
            return [
                await self._entries.enter(round_.id, row["artwork"], row["person"], reason=reason)
            ]
        except VoteError:  # full, or they have entered enough
            return []


def _critic(row: Row) -> Critic:
    return to_value(Critic, row, report=json.loads(row["report"]))


def _is_same(one: Critic, other: Critic) -> bool:
    """Whether two give the same scores."""
    return (one.phrase, one.perceptor, one.made) == (other.phrase, other.perceptor, other.made)
