"""Pauses and drains: of everything, a model, or an engine."""

import sqlalchemy as sa

from ganshare.store.db.database import Database
from ganshare.store.db.dialect import insert, notify, now
from ganshare.store.db.tables_queue import RUNNING, jobs, pauses
from ganshare.store.db.topics import Topic

__all__ = ["Pauses"]


class Pauses:
    """Those of the queue's verbs that hold engines back."""

    _database: Database

    async def pause(self, subject: str, *, drains: bool = False) -> None:
        """Have no more jobs claimed: "all", those of "model:NAME", or by "engine:ID".

        Args:
            drains: whether what is being painted is handed back, too, but for what is soon done.
        """
        new = insert(self._database.dialect, pauses).values(
            subject=subject, since=now(), drains=drains
        )
        more = new.on_conflict_do_update(
            index_elements=["subject"], set_={"drains": sa.true()}, where=new.excluded.drains
        )
        await self._database.write(more)

    async def drained(self) -> frozenset[str]:
        """What is paused with `drains`."""
        rows = await self._database.rows(sa.select(pauses.c.subject).where(pauses.c.drains))
        return frozenset(row["subject"] for row in rows)

    async def running_of(self, subject: str) -> int:
        """How many jobs of what can be paused are being painted."""
        kind, _, name = subject.partition(":")
        columns = {"model": jobs.c.model == name, "engine": jobs.c.worker == name}
        count = sa.select(sa.func.count().label("count")).where(RUNNING)
        row = await self._database.row(count.where(columns.get(kind, sa.true())))
        return int(row["count"]) if row else 0

    async def resume(self, subject: str) -> bool:
        """End a pause, with the words that began it; False if there was none."""
        ended = pauses.delete().where(pauses.c.subject == subject).returning(pauses.c.subject)
        over = await self._database.row(ended) is not None
        if over:
            await self._database.rows(sa.select(*notify(Topic.WORK)))
        return over

    async def paused(self) -> list[str]:
        """What is paused."""
        rows = await self._database.rows(sa.select(pauses.c.subject).order_by(pauses.c.subject))
        return [row["subject"] for row in rows]
