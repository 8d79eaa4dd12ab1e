"""The verbs of `Store` for curation rounds: opening, entering, showing to all alike, closing."""

from collections.abc import Mapping
from dataclasses import asdict

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from ganshare.errors import VoteError, quoted
from ganshare.log import get_logger
from ganshare.store.community_tables import storable
from ganshare.store.critic_scores import CriticScores
from ganshare.store.database import Conflict, Row
from ganshare.store.dialect import made_id, now
from ganshare.store.rounds_curating import Curating
from ganshare.store.rounds_learning import Learning
from ganshare.store.rounds_rows import rules_as_text, to_round
from ganshare.store.rounds_showing import Showing
from ganshare.store.rounds_telling import Telling
from ganshare.store.votes_log import append
from ganshare.store.votes_tables import one_at_a_time, round_entries, round_weights, rounds
from ganshare.voting import LogKind, Round, RoundRules, Standing

__all__ = ["Rounds"]

SHORTEST, LONGEST = 60.0, 366 * 86_400.0
LONGEST_TITLE = 100
PATIENCE = 3 * 3_600.0  # that all have with the bot of a round's own platform

_log = get_logger(__name__)


class Rounds(CriticScores, Showing, Telling, Curating, Learning):
    """Opening, weighing and closing; the rest is mixed in."""

    async def open_round(
        self,
        place: str,
        by: str,
        seconds: float,
        rules: RoundRules | None = None,
        *,
        title: str = "",
        opens: float | None = None,
    ) -> Round:
        """Plan a round, or begin one at once; one at a time in each place.

        Args:
            seconds: from the opening to the closing.
            opens: at once if left out.

        Raises:
            VoteError: there is a round under way or planned here, or it would be too short or too
                long.
        """
        rules = rules or RoundRules()
        if not SHORTEST <= seconds <= LONGEST:
            raise VoteError(
                f"A round cannot last {seconds:.0f} seconds; allowed are a minute to a year.",
                given=seconds,
                allowed=(SHORTEST, LONGEST),
            )

        async def begin(connection: AsyncConnection) -> Row:
            moment = float((await connection.execute(sa.select(now()))).scalar_one())
            start = moment if opens is None else max(opens, moment)
            row = {
                "id": made_id(),
                "place": place,
                "title": storable(title, LONGEST_TITLE),
                "opens": start,
                "closes": start + seconds,
                "rules": rules_as_text(rules),
                "closed": None,
            }
            new = rounds.insert().values(row).returning(rounds)
            made: Row = (await connection.execute(new)).mappings().one()
            data = {"round": made["id"], "place": place, "opens": start, "closes": start + seconds}
            await append(connection, LogKind.OPEN, by=by, data=data | {"rules": asdict(rules)})
            return made

        try:
            return to_round(await self._database.atomically(begin))
        except Conflict as error:
            raise VoteError(
                f"There is a round in {quoted(place)} already; it has to end first.", given=place
            ) from error

    async def round(self, round_id: str) -> Round | None:
        """Read one round."""
        row = await self._database.row(sa.select(rounds).where(rounds.c.id == round_id))
        return None if row is None else to_round(row)

    async def round_of(self, place: str) -> Round | None:
        """Give the round that is under way or planned in a place."""
        here = sa.select(rounds).where(rounds.c.place == place, rounds.c.closed.is_(None))
        row = await self._database.row(here)
        return None if row is None else to_round(row)

    async def rounds(self, place: str | None = None, limit: int = 50) -> list[Round]:
        """Rounds of a place or of all, newest first."""
        found = sa.select(rounds).order_by(rounds.c.id.desc()).limit(limit)
        if place is not None:
            found = found.where(rounds.c.place == place)
        return [to_round(row) for row in await self._database.rows(found)]

    async def rounds_to_close(self) -> list[Round]:
        """Rounds whose time is over; whoever finds them closes them.

        A bot that was away should first `reconcile` the paintings of these rounds.
        """
        over = sa.select(rounds).where(rounds.c.closed.is_(None), rounds.c.closes <= now())
        return [to_round(row) for row in await self._database.rows(over.order_by(rounds.c.id))]

    async def close_abandoned(self, by: str, patience: float = PATIENCE) -> list[str]:
        """End rounds that whoever should has not ended in time; gives their ids.

        Reactions that their platform has kept, and nobody has read, are missing then.
        """
        late = sa.select(rounds.c.id).where(
            rounds.c.closed.is_(None), rounds.c.closes <= now() - patience
        )
        ids = [row["id"] for row in await self._database.rows(late.order_by(rounds.c.id))]
        for round_id in ids:
            await self.close_round(round_id, by)
            _log.warning("a round that its own bot left open has been ended", round=round_id)
        return ids

    async def weigh(
        self, round_id: str, shares: Mapping[str, float], by: str, source: str = ""
    ) -> int:
        """Keep the snapshot of share holders' balances, once and before the round has ended.

        A share more is a vote more, up to the round's `max_weight`; who holds none has one vote.
        Gives the number of holders.

        Args:
            source: where the balances are from, for the log.

        Raises:
            VoteError: the round doesn't weigh votes, has its snapshot already or has ended.
        """

        async def keep(connection: AsyncConnection) -> int:
            found = await self._locked(connection, round_id)
            if not found.rules.weighted:
                raise VoteError("In this round every vote weighs the same.", given=round_id)
            if found.closed is not None:
                raise VoteError("This round has ended.", given=round_id)
            there = sa.select(round_weights.c.account).where(round_weights.c.round == round_id)
            if (await connection.execute(there.limit(1))).first() is not None:
                raise VoteError("This round has its snapshot of shares already.", given=round_id)
            weights = {
                account: min(1.0 + balance, found.rules.max_weight)
                for account, balance in sorted(shares.items())
                if balance > 0
            }
            rows = [
                {"round": round_id, "account": account, "weight": weight}
                for account, weight in weights.items()
            ]
            if rows:
                await connection.execute(round_weights.insert(), rows)
            data = {"round": round_id, "weights": weights}
            await append(connection, LogKind.WEIGH, by=by, reason=source, data=data)
            return len(rows)

        return await self._database.atomically(keep)

    async def close_round(self, round_id: str, by: str, *, early: bool = False) -> list[Standing]:
        """End a round and freeze its figures; said twice, it gives the same ones.

        Args:
            early: whether to end it before its time.

        Raises:
            VoteError: there is no such round, or its time is not over.
        """

        async def close(connection: AsyncConnection) -> None:
            found = await self._locked(connection, round_id)
            if found.closed is not None:
                return
            moment = float((await connection.execute(sa.select(now()))).scalar_one())
            if moment < found.closes and not early:
                raise VoteError("This round goes on.", given=round_id)
            standings = await self._standings(connection, found)
            for each in standings:
                this = sa.and_(
                    round_entries.c.round == round_id, round_entries.c.artwork == each.artwork
                )
                figures = asdict(each) | {"place": each.rank}
                for name in ("round", "artwork", "rank"):
                    del figures[name]
                await connection.execute(round_entries.update().where(this).values(figures))
            this = rounds.c.id == round_id
            await connection.execute(rounds.update().where(this).values(closed=moment))
            data = {"round": round_id, "standings": [asdict(each) for each in standings]}
            await append(connection, LogKind.CLOSE, by=by, data=data, key=f"close:{round_id}")

        await self._database.atomically(close)
        return await self.standings(round_id)

    async def _locked(self, connection: AsyncConnection, round_id: str) -> Round:
        """Read a round while nobody else enters, shows or closes."""
        await one_at_a_time(connection, round_id)
        found = await connection.execute(sa.select(rounds).where(rounds.c.id == round_id))
        row = found.mappings().first()
        if row is None:
            raise VoteError(f"There is no round {quoted(round_id)}.", given=round_id)
        return to_round(row)
