"""Moderation: blocks, reports, and the log of refusals."""

from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from ganshare.domain.community import Alert, Block, Note, Report
from ganshare.domain.visibility import Visibility
from ganshare.sentences import sentence
from ganshare.store.community.notes import note_statement, unknown_artwork
from ganshare.store.db.database import Database, Row
from ganshare.store.db.dialect import insert, made_id, now, upsert
from ganshare.store.db.rows_sentences import with_sentences
from ganshare.store.db.tables_community import (
    alerts,
    bans,
    blocks,
    everyone,
    notes,
    reports,
    storable,
)
from ganshare.store.db.tables_queue import artworks

__all__ = ["Community"]


class Community:
    """What admins see and do about people: blocks, reports, and their log."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def log(self, kind: str, person: str, place: str, text: str, reason: str) -> None:
        """Add to the moderation log."""
        await self._database.write(note_statement(kind, person, reason, text=text, place=place))

    async def read_log(
        self, limit: int = 50, person: str | None = None, place: str | None = None
    ) -> list[Note]:
        """Read the moderation log, newest first; of one person's accounts and one place, or all."""
        found = sa.select(notes).order_by(notes.c.id.desc()).limit(limit)
        if person is not None:
            found = found.where(notes.c.person.in_(everyone(person)))
        if place is not None:
            found = found.where(notes.c.place == place)
        rows = await self._database.rows(found)
        return [Note(**with_sentences(row, "reason")) for row in rows]

    # --- what moderators are told -------------------------------------------------------------

    async def alert(
        self, place: str, kind: str, person: str, about: str, text: str, rules: str = ""
    ) -> None:
        """Have the moderators in a place told; arguments as of `Alert`."""
        row = {"id": made_id(), "place": place, "kind": kind, "person": person, "about": about}
        row |= {"text": storable(text), "rules": rules}
        await self._database.write(alerts.insert().values({**row, "created": now()}))

    async def alerts(self, origin: str, limit: int = 100) -> list[Alert]:
        """What has not been told yet in the places of a frontend, the oldest first."""
        theirs = alerts.c.place.startswith(f"{origin}:", autoescape=True)
        found = sa.select(alerts).where(theirs).order_by(alerts.c.id).limit(limit)
        return [Alert(**row) for row in await self._database.rows(found)]

    async def end_alerts(self, ids: Iterable[str]) -> None:
        """Forget what was told."""
        await self._database.write(alerts.delete().where(alerts.c.id.in_(list(ids))))

    # --- people -------------------------------------------------------------------------------

    async def block(self, person: str, by: str, reason: str) -> None:
        """Take no more requests of a person, from whichever of their accounts.

        Each account that is linked now stays blocked if it is unlinked.
        """

        async def block(connection: AsyncConnection) -> None:
            for account in (await connection.execute(everyone(person))).scalars().all():
                news = {"blocked_by": by, "reason": storable(reason), "created": now()}
                blocked = upsert(self._database.dialect, blocks, {"person": account}, news)
                await connection.execute(blocked)
            await connection.execute(note_statement("block", person, reason, text=f"by {by}"))

        await self._database.atomically(block)

    async def unblock(self, person: str, by: str) -> bool:
        """Take requests again; False if none of their accounts was blocked."""

        async def unblock(connection: AsyncConnection) -> bool:
            gone = blocks.delete().where(blocks.c.person.in_(everyone(person)))
            found = (await connection.execute(gone.returning(blocks.c.person))).all()
            if found:
                await connection.execute(note_statement("unblock", person, "", text=f"by {by}"))
            return bool(found)

        return await self._database.atomically(unblock)

    async def block_of(self, person: str) -> Block | None:
        """Tell whether one of a person's accounts is blocked, and why."""
        theirs = blocks.c.person.in_(everyone(person))
        found = sa.select(blocks).where(theirs).order_by(blocks.c.created)
        row = await self._database.row(found.limit(1))
        if row is None:
            return None
        return _to_block(row)

    async def blocks(self, limit: int = 200) -> list[Block]:
        """Read which accounts are blocked, the newest first."""
        order = (blocks.c.created.desc(), blocks.c.person)
        rows = await self._database.rows(sa.select(blocks).order_by(*order).limit(limit))
        return [_to_block(row) for row in rows]

    # --- people, in one server or group ------------------------------------------------------

    async def ban(self, place: str, person: str, by: str, reason: str) -> None:
        """Take no more requests of a person in a place, from whichever of their accounts."""

        async def ban(connection: AsyncConnection) -> None:
            news = {"banned_by": by, "reason": storable(reason), "created": now()}
            for account in (await connection.execute(everyone(person))).scalars().all():
                row = insert(self._database.dialect, bans).values(
                    {"place": place, "person": account, **news}
                )
                await connection.execute(
                    row.on_conflict_do_update(index_elements=["place", "person"], set_=news)
                )
            log = note_statement("block", person, reason, text=f"by {by}", place=place)
            await connection.execute(log)

        await self._database.atomically(ban)

    async def unban(self, place: str, person: str, by: str) -> bool:
        """Take requests again in a place; False if none of their accounts was banned there."""

        async def unban(connection: AsyncConnection) -> bool:
            gone = bans.delete().where(bans.c.place == place, bans.c.person.in_(everyone(person)))
            found = (await connection.execute(gone.returning(bans.c.person))).all()
            if found:
                log = note_statement("unblock", person, "", text=f"by {by}", place=place)
                await connection.execute(log)
            return bool(found)

        return await self._database.atomically(unban)

    async def is_banned(self, places: Iterable[str], person: str) -> bool:
        """Whether one of a person's accounts is banned in any of some places."""
        theirs = bans.c.person.in_(everyone(person)), bans.c.place.in_(list(places))
        return await self._database.row(sa.select(bans.c.place).where(*theirs).limit(1)) is not None

    async def bans(self, place: str, limit: int = 200) -> list[Block]:
        """Read which accounts are banned in a place, the newest first."""
        here = sa.select(bans.c.person, bans.c.banned_by.label("blocked_by"))
        here = here.add_columns(bans.c.reason, bans.c.created).where(bans.c.place == place)
        rows = await self._database.rows(here.order_by(bans.c.created.desc()).limit(limit))
        return [_to_block(row) for row in rows]

    # --- paintings ----------------------------------------------------------------------------

    async def report(self, artwork: str, person: str, reason: str) -> bool:
        """Say that a painting should be looked at; False if this person has said so before.

        Raises:
            JobError: there is no such painting.
        """

        async def keep(connection: AsyncConnection) -> bool:
            there = sa.exists().where(artworks.c.id == artwork, artworks.c.deleted.is_(None))
            theirs = reports.c.artwork == artwork, reports.c.person.in_(everyone(person))
            said = sa.exists().where(*theirs)
            facts = (await connection.execute(sa.select(there, said))).one()
            if not facts[0]:
                raise unknown_artwork(artwork)
            if facts[1]:
                return False
            row = {"artwork": artwork, "person": person, "reason": storable(reason)}
            values = {**row, "created": now(), "closed": None}
            new = insert(self._database.dialect, reports).values(values)
            once = new.on_conflict_do_nothing().returning(reports.c.artwork)
            if (await connection.execute(once)).first() is None:
                return False
            await connection.execute(note_statement("report", person, reason, text=artwork))
            return True

        return await self._database.atomically(keep)

    async def reports(self, open: bool = True, limit: int = 50) -> list[Report]:
        """Read reports, newest first: those that wait for an admin, or those dealt with."""
        closed = reports.c.closed
        found = sa.select(reports).where(closed.is_(None) if open else closed.is_not(None))
        order = (reports.c.created.desc(), reports.c.artwork, reports.c.person)
        rows = await self._database.rows(found.order_by(*order).limit(limit))
        return [Report(**row) for row in rows]

    async def waiting(self) -> int:
        """How many paintings are reported and wait for an admin."""
        found = sa.select(sa.func.count(reports.c.artwork.distinct()).label("count")).where(
            reports.c.closed.is_(None),
            reports.c.artwork == artworks.c.id,
            artworks.c.deleted.is_(None),
            artworks.c.visibility != Visibility.ONLY_ME,  # nobody else sees it any more
        )
        row = await self._database.row(found)
        return 0 if row is None else int(row["count"])

    async def close_reports(self, artwork: str, by: str) -> int:
        """Say that the reports of a painting were dealt with; tells how many."""

        async def close(connection: AsyncConnection) -> int:
            still_open = sa.and_(reports.c.artwork == artwork, reports.c.closed.is_(None))
            done = reports.update().where(still_open).values(closed=now())
            closed = len((await connection.execute(done.returning(reports.c.person))).all())
            if closed:
                log = note_statement(
                    "report", by, sentence("log-closed", count=closed), text=artwork
                )
                await connection.execute(log)
            return closed

        return await self._database.atomically(close)


def _to_block(row: Row) -> Block:
    return Block(row["person"], row["blocked_by"], row["reason"], float(row["created"]))
