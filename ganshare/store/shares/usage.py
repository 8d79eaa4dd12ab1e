"""Usage: what shares and gifts are good for, what was used of them, and by whom."""

import time
from collections.abc import Iterable, Sequence
from statistics import mean

import sqlalchemy as sa

from ganshare.domain.jobs import JobState
from ganshare.domain.shares import (
    Gift,
    Payer,
    Standing,
    Statement,
    StatementLine,
    Terms,
    Wallet,
)
from ganshare.errors import ParameterError, quoted
from ganshare.store.db.database import Database, Row
from ganshare.store.db.dialect import made_id, now
from ganshare.store.db.tables_community import everyone, storable
from ganshare.store.db.tables_queue import engines, jobs, state_in
from ganshare.store.db.tables_shares import charge, gifts, holdings, wallets

__all__ = ["Usage"]

SECONDS_PER_COST = 30.0  # of a painting with all the defaults, where no engine says
_RECENT = 86_400.0
_FEW = 100  # units that are looked up one by one
_KEPT_SECONDS = 60.0  # for which the engines' rate is remembered


def _in_period(start: sa.ColumnElement[float]) -> sa.ColumnElement[bool]:
    waits = state_in(jobs, JobState.QUEUED, JobState.RUNNING)
    return sa.and_(jobs.c.share.is_not(None), sa.or_(jobs.c.started >= start, waits))


# Built once: to build them takes longer than to run them.
_PERSON = sa.bindparam("person", type_=sa.Text)
_HELD = (
    sa.select(wallets, holdings.c.id, holdings.c.token, holdings.c.unit)
    .add_columns(now().label("now"))
    .outerjoin(
        holdings,
        sa.and_(
            holdings.c.wallet == wallets.c.wallet,
            holdings.c.until.is_(None),
            holdings.c.token.in_(sa.bindparam("tokens", expanding=True)),
        ),
    )
    .where(wallets.c.account.in_(everyone(_PERSON)), wallets.c.unlinked.is_(None))
    .order_by(wallets.c.linked, wallets.c.wallet, holdings.c.token, holdings.c.unit)
)
_GIVEN = (
    sa.select(gifts)
    .where(gifts.c.account.in_(everyone(_PERSON)), gifts.c.revoked.is_(None))
    .where(gifts.c.expires > now())
    .order_by(gifts.c.id)
)
_CHARGED = charge(jobs, holdings.c.until, sa.bindparam("rate", type_=sa.Float))
_USED = (
    sa.select(holdings.c.unit, sa.func.sum(_CHARGED).label("seconds"))
    .join(jobs, holdings.c.id == jobs.c.share)
    .where(holdings.c.token == sa.bindparam("token", type_=sa.Text))
    .where(_in_period(sa.bindparam("start", type_=sa.Float)))
    .group_by(holdings.c.unit)
)
_USED_OF_FEW = _USED.where(holdings.c.unit.in_(sa.bindparam("units", expanding=True)))


class Usage:
    """Reads meters, and gives engines' time away."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._rate = (0.0, SECONDS_PER_COST)  # until when, and what it is

    async def standing(self, person: str, terms: Terms) -> Standing:
        """Give what can pay for a person's jobs now, and what is left of it."""
        asked = {"person": person, "tokens": list(terms.tokens)}
        rows = await self._database.rows(_HELD, asked)
        held = [row for row in rows if row["id"] is not None]
        found = {row["wallet"]: row for row in rows}
        given = await self._database.rows(_GIVEN, {"person": person})
        moment = float(rows[0]["now"]) if rows else await self._database.now()
        payers = await self._payers(held, given, terms, moment)
        return Standing(
            tuple(
                Wallet(row["wallet"], row["account"], float(row["linked"]), row["checked"])
                for row in found.values()
            ),
            payers,
            moment,
        )

    async def shares(self, terms: Terms) -> list[tuple[Payer, str]]:
        """Give every share that a linked wallet holds, with the account of the wallet."""
        rows = await self._database.rows(
            sa.select(holdings, wallets.c.account)
            .join(wallets, wallets.c.wallet == holdings.c.wallet)
            .where(
                wallets.c.unlinked.is_(None),
                holdings.c.until.is_(None),
                holdings.c.token.in_(terms.tokens),
            )
            .order_by(holdings.c.token, holdings.c.unit)
        )
        payers = await self._payers(rows, [], terms, await self._database.now())
        return list(zip(payers, (row["account"] for row in rows), strict=True))

    async def statement(self, person: str, start: float, end: float) -> Statement:
        """List the jobs that a person's shares and gifts paid for, by when they began."""
        rate = sa.literal(await self.seconds_per_cost(), sa.Float)
        paid = charge(jobs, holdings.c.until, rate)
        found = (
            sa.select(jobs.c.id, jobs.c.state, jobs.c.started, jobs.c.finished)
            .add_columns(holdings.c.token, holdings.c.unit, gifts.c.reason, paid.label("seconds"))
            .select_from(jobs)
            .outerjoin(holdings, holdings.c.id == jobs.c.share)
            .outerjoin(gifts, gifts.c.id == jobs.c.share)
            .where(jobs.c.share.is_not(None), jobs.c.person.in_(everyone(person)))
            .where(jobs.c.started >= start, jobs.c.started < end)
            .where(~state_in(jobs, JobState.QUEUED, JobState.RUNNING))
            .order_by(jobs.c.started, jobs.c.id)
        )
        lines = (
            StatementLine(
                row["id"],
                row["reason"] or f"{row['token']} #{row['unit']}",
                row["state"],
                row["started"],
                row["finished"],
                float(row["seconds"]),
            )
            for row in await self._database.rows(found)
        )
        return Statement(start, end, tuple(lines))

    async def unpaid_since(self, person: str, seconds: float) -> int:
        """Count what a person asked for in the last `seconds`, and no share or gift paid for."""
        in_vain = sa.or_(
            state_in(jobs, JobState.DEAD),
            sa.and_(state_in(jobs, JobState.CANCELLED), jobs.c.started.is_(None)),
        )
        found = sa.select(sa.func.count().label("jobs")).where(
            jobs.c.person.in_(everyone(person)),
            jobs.c.created > now() - seconds,
            jobs.c.share.is_(None),
            ~in_vain,
        )
        row = await self._database.row(found)
        return int(row["jobs"]) if row else 0

    async def seconds_per_cost(self) -> float:
        """How long an engine takes for a unit of work, by what engines have measured."""
        until, known = self._rate
        if time.monotonic() < until:
            return known
        rates = await self._database.rows(
            sa.select(engines.c.rate).where(
                engines.c.rate > 0, engines.c.reported > now() - _RECENT
            )
        )
        found = 1 / mean(float(row["rate"]) for row in rates) if rates else SECONDS_PER_COST
        self._rate = (time.monotonic() + _KEPT_SECONDS, found)
        return found

    # --- gifts --------------------------------------------------------------------------------

    async def give(self, account: str, seconds: float, days: float, *, by: str, reason: str) -> str:
        """Give a person engines' time; returns the gift's id.

        Raises:
            ParameterError: the account looks like none.
        """
        if ":" not in account.strip(":"):
            message = f"{quoted(account)} is not an account; accounts look like discord:42."
            raise ParameterError(message, given=account)
        row = {
            "id": made_id(),
            "account": account,
            "seconds": seconds,
            "given": now(),
            "expires": now() + days * 86_400,
            "given_by": storable(by, 100),
            "reason": storable(reason, 200) or "a gift",
        }
        made = await self._database.row(gifts.insert().values(row).returning(gifts.c.id))
        if made is None:
            raise RuntimeError("INSERT gave nothing")
        return str(made["id"])

    async def take_back(self, gift: str) -> bool:
        """Revoke a gift; False if there is none such. What it has paid for stays paid."""
        over = gifts.update().where(gifts.c.id == gift, gifts.c.revoked.is_(None))
        return (
            await self._database.row(over.values(revoked=now()).returning(gifts.c.id)) is not None
        )

    async def gifts(self) -> list[tuple[Gift, float]]:
        """Give all gifts, the newest first, each with the seconds that were used of it."""
        rows = await self._database.rows(sa.select(gifts).order_by(gifts.c.id.desc()))
        used = await self._used_of_gifts([row["id"] for row in rows])
        return [(Gift(**row), used.get(row["id"], 0.0)) for row in rows]

    # --- meters -------------------------------------------------------------------------------

    async def _payers(
        self, held: Sequence[Row], given: Sequence[Row], terms: Terms, moment: float
    ) -> tuple[Payer, ...]:
        start, end = terms.period_at(moment)
        used = await self._used_of_units(held, start) if held else {}
        shares = [
            Payer(
                id=row["id"],
                name=f"{row['token'].rpartition('/')[2] if '/' in row['token'] else ''}"
                f"#{row['unit'] + 1}",
                token=row["token"],
                wallet=row["wallet"],
                seconds=terms.seconds,
                used=used.get((row["token"], row["unit"]), 0.0),
                until=end,
            )
            for row in held
        ]
        of_gifts = await self._used_of_gifts([row["id"] for row in given]) if given else {}
        free = [
            Payer(
                id=row["id"],
                name=row["reason"],
                token="",
                wallet="",
                seconds=float(row["seconds"]),
                used=of_gifts.get(row["id"], 0.0),
                until=float(row["expires"]),
            )
            for row in given
        ]
        return (*shares, *free)

    async def _used_of_units(
        self, held: Sequence[Row], start: float
    ) -> dict[tuple[str, int], float]:
        """Sum up what was used of units in a period, whoever held them then."""
        rate = await self.seconds_per_cost()
        found: dict[tuple[str, int], float] = {}
        for token in {row["token"] for row in held}:
            units = [row["unit"] for row in held if row["token"] == token]
            values = {"token": token, "start": start, "rate": rate}
            if len(units) <= _FEW:
                used = await self._database.rows(_USED_OF_FEW, {**values, "units": units})
            else:
                used = await self._database.rows(_USED, values)
            for row in used:
                found[token, int(row["unit"])] = float(row["seconds"])
        return found

    async def _used_of_gifts(self, ids: Iterable[str]) -> dict[str, float]:
        rate = sa.literal(await self.seconds_per_cost(), sa.Float)
        paid = charge(jobs, sa.literal(None, sa.Float), rate)
        used = (
            sa.select(jobs.c.share, sa.func.sum(paid).label("seconds"))
            .where(jobs.c.share.in_(list(ids)))
            .group_by(jobs.c.share)
        )
        return {row["share"]: float(row["seconds"]) for row in await self._database.rows(used)}
