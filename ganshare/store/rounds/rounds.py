"""`Rounds`: opens, weighs and closes curation rounds."""

from collections.abc import Mapping
from dataclasses import asdict

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from ganshare.domain.votes import LogKind, Round, RoundRules, RoundStatus, Standing
from ganshare.errors import VoteError, quoted
from ganshare.monitoring.log import get_logger
from ganshare.sentences import sentence
from ganshare.store.db.database import Conflict, Database, Row
from ganshare.store.db.dialect import made_id, now
from ganshare.store.db.rows_rounds import age_limit, rules_as_text, to_round, to_standing
from ganshare.store.db.tables_community import storable
from ganshare.store.db.tables_votes import one_at_a_time, round_entries, round_weights, rounds
from ganshare.store.rounds.announcements import Announcements
from ganshare.store.rounds.critic_scores import Critics
from ganshare.store.rounds.curation import Curation
from ganshare.store.rounds.entries import Entries
from ganshare.store.rounds.exposure import Exposure
from ganshare.store.rounds.results import Results
from ganshare.store.rounds.standings import compute_standings
from ganshare.store.votes.count import counted_votes, pool_of_round, tally_statement
from ganshare.store.votes.log import append

__all__ = ["Rounds"]

SHORTEST, LONGEST = 60.0, 366 * 86_400.0
LONGEST_TITLE = 100
PATIENCE = 3 * 3_600.0  # that all have with the bot of a round's own platform

_log = get_logger(__name__)


class Rounds:
    """Opens, counts, weighs and closes rounds.

    Attributes:
        entries: which paintings are in a round.
        exposure: whom they are shown to.
        curation: which winners the curators approve.
        critics: scores by which paintings enter.
        announcements: what frontends tell.
        results: what ended rounds teach.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self.entries = Entries(database)
        self.exposure = Exposure(database)
        self.curation = Curation(database)
        self.critics = Critics(database, self.entries)
        self.announcements = Announcements(database)
        self.results = Results(database)

    async def open(
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
                sentence("round-length", given=f"{seconds:.0f}"),
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
            raise VoteError(sentence("round-there", place=quoted(place)), given=place) from error

    async def get(self, round_id: str) -> Round | None:
        """Read one round."""
        row = await self._database.row(sa.select(rounds).where(rounds.c.id == round_id))
        return None if row is None else to_round(row)

    async def current(self, place: str) -> Round | None:
        """Give the round that is under way or planned in a place."""
        here = sa.select(rounds).where(rounds.c.place == place, rounds.c.closed.is_(None))
        row = await self._database.row(here)
        return None if row is None else to_round(row)

    async def recent(self, place: str | None = None, limit: int = 50) -> list[Round]:
        """Rounds of a place or of all, newest first."""
        found = sa.select(rounds).order_by(rounds.c.id.desc()).limit(limit)
        if place is not None:
            found = found.where(rounds.c.place == place)
        return [to_round(row) for row in await self._database.rows(found)]

    async def status(self, round_id: str) -> RoundStatus | None:
        """Tell how far a round has come, but not who leads: that would draw more votes there."""
        row = await self._database.row(
            sa.select(rounds, now().label("moment")).where(rounds.c.id == round_id)
        )
        if row is None:
            return None
        round_, moment = to_round(row), float(row["moment"])
        counted = counted_votes(pool_of_round(round_id), age_limit(round_))
        votes = await self._database.row(
            sa.select(
                sa.func.count().label("votes"),
                sa.func.count(counted.c.voter.distinct()).label("voters"),
            ).select_from(counted)
        )
        pool = await self._database.row(
            sa.select(
                sa.func.count().label("entries"),
                sa.func.coalesce(sa.func.sum(round_entries.c.dealt), 0).label("views"),
            ).where(round_entries.c.round == round_id)
        )
        entries, views = (int(pool["entries"]), int(pool["views"])) if pool else (0, 0)
        waiting = max(0.0, round_.opens - moment)
        end = round_.closes if round_.closed is None else moment
        return RoundStatus(
            round=round_,
            entries=entries,
            votes=int(votes["votes"]) if votes else 0,
            voters=int(votes["voters"]) if votes else 0,
            views=views,
            views_wanted=entries * round_.rules.views,
            opens_in=waiting,
            remaining=waiting or max(0.0, end - moment),
        )

    async def tally(self, round_id: str) -> dict[str, int]:
        """Count the votes of each painting of a round as they are now, zeros included.

        Raises:
            VoteError: there is no such round.
        """
        round_ = await self._known(round_id)
        own = sa.select(round_entries.c.artwork).where(round_entries.c.round == round_id)
        entered = await self._database.rows(own.order_by(round_entries.c.artwork))
        statement = tally_statement(pool_of_round(round_id), age_limit(round_))
        counted = {row["artwork"]: row["votes"] for row in await self._database.rows(statement)}
        return {row["artwork"]: counted.get(row["artwork"], 0) for row in entered}

    async def standings(self, round_id: str) -> list[Standing]:
        """Order the paintings of a round, best first: now, or as they stood at its end.

        Raises:
            VoteError: there is no such round.
        """
        round_ = await self._known(round_id)
        if round_.closed is None:
            return await self._database.atomically(
                lambda connection: compute_standings(connection, round_)
            )
        frozen = sa.select(round_entries).where(round_entries.c.round == round_id)
        rows = await self._database.rows(frozen.order_by(round_entries.c.place))
        return [to_standing(row) for row in rows]

    async def move(self, old: str, new: str) -> None:
        """Take the rounds of a place along to its new id, as of a group that became another."""
        theirs = rounds.update().where(rounds.c.place == old)
        await self._database.write(theirs.values(place=new))

    async def to_close(self) -> list[Round]:
        """Rounds whose time is over; the caller should close them.

        A bot that was away should first `reconcile` the paintings of these rounds.
        """
        over = sa.select(rounds).where(rounds.c.closed.is_(None), rounds.c.closes <= now())
        return [to_round(row) for row in await self._database.rows(over.order_by(rounds.c.id))]

    async def close_abandoned(self, by: str, patience: float = PATIENCE) -> list[str]:
        """End overdue rounds that their own bot has not ended; gives their ids.

        Reactions that were not read from their platform are missing then.
        """
        late = sa.select(rounds.c.id).where(
            rounds.c.closed.is_(None), rounds.c.closes <= now() - patience
        )
        ids = [row["id"] for row in await self._database.rows(late.order_by(rounds.c.id))]
        for round_id in ids:
            await self.close(round_id, by)
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
            found = await self._lock(connection, round_id)
            if not found.rules.weighted:
                raise VoteError(sentence("round-unweighted"), given=round_id)
            if found.closed is not None:
                raise VoteError(sentence("round-ended"), given=round_id)
            there = sa.select(round_weights.c.account).where(round_weights.c.round == round_id)
            if (await connection.execute(there.limit(1))).first() is not None:
                raise VoteError(sentence("round-weighed"), given=round_id)
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

    async def close(self, round_id: str, by: str, *, early: bool = False) -> list[Standing]:
        """End a round and freeze its figures; said twice, it gives the same ones.

        Args:
            early: whether to end it before its time.

        Raises:
            VoteError: there is no such round, or its time is not over.
        """

        async def freeze(connection: AsyncConnection) -> None:
            found = await self._lock(connection, round_id)
            if found.closed is not None:
                return
            moment = float((await connection.execute(sa.select(now()))).scalar_one())
            if moment < found.closes and not early:
                raise VoteError(sentence("round-goes-on"), given=round_id)
            standings = await compute_standings(connection, found)
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

        await self._database.atomically(freeze)
        return await self.standings(round_id)

    async def _known(self, round_id: str) -> Round:
        row = await self._database.row(sa.select(rounds).where(rounds.c.id == round_id))
        if row is None:
            raise VoteError(sentence("round-gone", given=quoted(round_id)), given=round_id)
        return to_round(row)

    async def _lock(self, connection: AsyncConnection, round_id: str) -> Round:
        """Read a round, locked against entries, views and closing."""
        await one_at_a_time(connection, round_id)
        found = await connection.execute(sa.select(rounds).where(rounds.c.id == round_id))
        row = found.mappings().first()
        if row is None:
            raise VoteError(sentence("round-gone", given=quoted(round_id)), given=round_id)
        return to_round(row)
