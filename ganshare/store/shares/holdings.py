"""Holdings: which wallet has how many shares, as sweeps of the chain have found it.

A share is a unit of a token, numbered from 0. When a wallet has one less and another one more, it
is the same unit, so that what was used of it is used for the new holder, too.
"""

import itertools
from collections.abc import Iterable, Mapping, Sequence

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from ganshare.domain.shares import Swept
from ganshare.store.db.database import Database, Row
from ganshare.store.db.dialect import insert, made_id, now, upsert
from ganshare.store.db.tables_community import accounts
from ganshare.store.db.tables_shares import holdings, share_admissions, sweeps, wallets

__all__ = ["Holdings"]

_LOCK = 0x67616E06  # PostgreSQL's advisory lock for writing balances
_AT_ONCE = 500
_OPENED = holdings.insert().values(
    id=made_id(),
    token=sa.bindparam("of"),
    unit=sa.bindparam("number"),
    wallet=sa.bindparam("holder"),
    since=now(),
)


class Holdings:
    """Writes balances, and tells who holds shares."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def swept(self, tokens: Sequence[str]) -> Swept | None:
        """Tell up to where balances were read: of all these tokens; None before the first time."""
        rows = await self._database.rows(sa.select(sweeps).where(sweeps.c.token.in_(tokens)))
        if len(rows) < len(tokens):
            return None
        oldest = {name: min(row[name] for row in rows) for name in ("block", "swept", "whole")}
        return Swept(int(oldest["block"]), float(oldest["swept"]), float(oldest["whole"]))

    async def record(
        self,
        balances: Mapping[str, Mapping[str, int]],
        block: int,
        *,
        moments: Mapping[str, float] | None = None,
    ) -> int:
        """Write what wallets have, by token and wallet; tells how many holdings changed.

        Wallets whose balances were read at a later block are left as they are.

        Args:
            block: that the balances are of.
            moments: when a wallet last gave something away, where that is known.
        """

        async def write(connection: AsyncConnection) -> int:
            if connection.dialect.name == "postgresql":
                await connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
            moment = float((await connection.execute(sa.select(now()))).scalar_one())
            read = {wallet for each in balances.values() for wallet in each}
            fresh = await _mark_checked(connection, read, block)
            changed = 0
            for token, held in balances.items():
                known = {wallet: count for wallet, count in held.items() if wallet in fresh}
                changed += await _apply(connection, token, known, moments or {}, moment)
            return changed

        return await self._database.atomically(write)

    async def mark_swept(self, tokens: Iterable[str], block: int, *, whole: bool) -> None:
        """Remember that everything up to a block was read; the balances of all wallets if whole."""

        async def write(connection: AsyncConnection) -> None:
            for token in tokens:
                news = {"block": block, "swept": now()} | ({"whole": now()} if whole else {})
                key = {"token": token}
                await connection.execute(
                    upsert(connection.dialect.name, sweeps, key, news, whole=now())
                )

        await self._database.atomically(write)

    async def holders(self, tokens: Sequence[str]) -> set[str]:
        """Give all accounts of everyone who holds a share."""
        held = (
            sa.select(sa.func.coalesce(accounts.c.main, wallets.c.account).label("main"))
            .select_from(wallets)
            .join(holdings, holdings.c.wallet == wallets.c.wallet)
            .outerjoin(accounts, accounts.c.account == wallets.c.account)
            .where(wallets.c.unlinked.is_(None), holdings.c.until.is_(None))
            .where(holdings.c.token.in_(tokens))
        )
        mains = {row["main"] for row in await self._database.rows(held.distinct())}
        linked = await self._database.rows(sa.select(accounts.c.account, accounts.c.main))
        return mains | {row["account"] for row in linked if row["main"] in mains}

    async def changed_since(self, tokens: Sequence[str], seconds: float) -> set[str]:
        """Give the wallets that got or gave a share in the last `seconds`."""
        then = now() - seconds
        found = sa.select(holdings.c.wallet).where(
            holdings.c.token.in_(tokens), sa.or_(holdings.c.since > then, holdings.c.until > then)
        )
        return {row["wallet"] for row in await self._database.rows(found.distinct())}

    # --- whom platforms let in ----------------------------------------------------------------

    async def admitted(self, place: str) -> set[str]:
        """Give the accounts that were let into a place for their shares."""
        found = sa.select(share_admissions.c.account).where(share_admissions.c.place == place)
        return {row["account"] for row in await self._database.rows(found)}

    async def admit(self, account: str, place: str) -> None:
        """Remember that an account was let in."""
        new = insert(self._database.dialect, share_admissions).values(
            account=account, place=place, since=now()
        )
        await self._database.write(new.on_conflict_do_nothing())

    async def dismiss(self, account: str, place: str) -> None:
        """Remember that an account is out again."""
        this = sa.and_(share_admissions.c.account == account, share_admissions.c.place == place)
        await self._database.write(share_admissions.delete().where(this))


async def _mark_checked(connection: AsyncConnection, read: set[str], block: int) -> set[str]:
    """Note that wallets were looked at; gives those of which nothing newer is known."""
    fresh, names = set[str](), sorted(read)
    for start in range(0, len(names), _AT_ONCE):
        these = sa.and_(
            wallets.c.wallet.in_(names[start : start + _AT_ONCE]), wallets.c.block <= block
        )
        marked = wallets.update().where(these).values(checked=now(), block=block)
        fresh.update((await connection.execute(marked.returning(wallets.c.wallet))).scalars())
    return fresh


async def _apply(
    connection: AsyncConnection,
    token: str,
    held: Mapping[str, int],
    moments: Mapping[str, float],
    moment: float,
) -> int:
    """Close the holdings of those who have less, and open those of who have more."""
    asked = sa.select(holdings).where(holdings.c.token == token)
    rows = (await connection.execute(asked)).mappings().all()
    open_: dict[str, list[Row]] = {}
    for row in rows:
        if row["until"] is None:
            open_.setdefault(row["wallet"], []).append(row)
    freed: dict[int, float] = {}
    for row in rows:
        freed[row["unit"]] = max(freed.get(row["unit"], 0.0), row["until"] or 0.0)
    taken = {row["unit"] for each in open_.values() for row in each}
    changed = 0
    for wallet, count in held.items():
        theirs = sorted(open_.get(wallet, ()), key=lambda row: (row["since"], row["unit"]))
        for row in theirs[count:]:
            until = max(row["since"], min(moments.get(wallet, moment), moment))
            this = holdings.update().where(holdings.c.id == row["id"])
            await connection.execute(this.values(until=until))
            taken.discard(row["unit"])
            freed[row["unit"]] = moment
            changed += 1
    # What was given away last was most likely given to who has more now; then come new ones.
    free = sorted(freed.keys() - taken, key=lambda unit: (-freed[unit], unit))
    units = itertools.chain(free, itertools.count(max(freed, default=-1) + 1))
    new = [
        {"of": token, "number": next(units), "holder": wallet}
        for wallet, count in held.items()
        for _ in range(count - len(open_.get(wallet, ())))
    ]
    if new:
        await connection.execute(_OPENED, new)
    return changed + len(new)
