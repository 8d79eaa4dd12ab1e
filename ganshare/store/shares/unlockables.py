"""Unlockable content: files and texts for the holders of a token, and who read them."""

from typing import Any

import sqlalchemy as sa

from ganshare.domain.shares import Unlockable, UnlockableRead
from ganshare.store.db.database import Database
from ganshare.store.db.dialect import made_id, now
from ganshare.store.db.rows_queue import to_value
from ganshare.store.db.tables_community import storable
from ganshare.store.db.tables_shares import unlockable_reads, unlockables

__all__ = ["Unlockables"]


class Unlockables:
    """Adds, finds and removes them; keeps the access log."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, **values: Any) -> Unlockable:
        """Add one: token, name, media_type, blob, sha256, size."""
        row = {**values, "name": storable(values["name"], 200), "id": made_id(), "created": now()}
        made = await self._database.row(unlockables.insert().values(row).returning(unlockables))
        if made is None:
            raise RuntimeError("INSERT gave nothing")
        return to_value(Unlockable, made)

    async def get(self, unlockable: str) -> Unlockable | None:
        """Find one by its id."""
        this = sa.and_(unlockables.c.id == unlockable, unlockables.c.removed.is_(None))
        row = await self._database.row(sa.select(unlockables).where(this))
        return None if row is None else to_value(Unlockable, row)

    async def all(self, token: str | None = None) -> list[Unlockable]:
        """Give all, or those of a token, the oldest first."""
        found = sa.select(unlockables).where(unlockables.c.removed.is_(None))
        if token is not None:
            found = found.where(unlockables.c.token == token)
        rows = await self._database.rows(found.order_by(unlockables.c.id))
        return [to_value(Unlockable, row) for row in rows]

    async def remove(self, unlockable: str) -> str | None:
        """Take one away; gives the key of its blob, None if there is none such."""
        this = sa.and_(unlockables.c.id == unlockable, unlockables.c.removed.is_(None))
        gone = unlockables.update().where(this).values(removed=now()).returning(unlockables.c.blob)
        row = await self._database.row(gone)
        return None if row is None else str(row["blob"])

    async def log_read(self, unlockable: str, person: str, wallet: str) -> None:
        """Note that someone reads one."""
        row = {"id": made_id(), "unlockable": unlockable, "person": person, "wallet": wallet}
        await self._database.write(unlockable_reads.insert().values(**row, created=now()))

    async def reads(self, limit: int = 1000) -> list[UnlockableRead]:
        """Give the access log, the newest first."""
        rows = await self._database.rows(
            sa.select(unlockable_reads).order_by(unlockable_reads.c.id.desc()).limit(limit)
        )
        return [to_value(UnlockableRead, row) for row in rows]
