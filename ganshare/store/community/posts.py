"""Which message shows which job or painting, and which announcements were posted."""

from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa

from ganshare.domain.community import Post, Showing
from ganshare.store.db.database import Database, Row
from ganshare.store.db.dialect import insert, now, upsert
from ganshare.store.db.rows_queue import as_object, as_text, to_value
from ganshare.store.db.tables_community import posts, showings, told

__all__ = ["Posts"]

_AT_ONCE = 500  # ids in one condition


class Posts:
    """Messages with jobs or paintings, announcements that are made once."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def save_of_job(self, job: str, origin: str, address: Mapping[str, Any]) -> None:
        """Remember where a job's message stands; the newest one counts."""
        news = {"origin": origin, "address": as_text(dict(address)), "created": now()}
        await self._database.write(upsert(self._database.dialect, posts, {"job": job}, news))

    async def save_first_of_job(
        self, job: str, origin: str, address: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        """Remember where the answer to a command stands, unless the job has a message already.

        Gives the address that holds from now on: a later one is never replaced by an answer's.
        """
        row = {"job": job, "origin": origin, "address": as_text(dict(address)), "created": now()}
        first = insert(self._database.dialect, posts).values(row)
        await self._database.write(first.on_conflict_do_nothing(index_elements=["job"]))
        found = await self.of_job(job)
        return address if found is None else found.address

    async def of_job(self, job: str) -> Post | None:
        """Tell where a job's message stands."""
        row = await self._database.row(sa.select(posts).where(posts.c.job == job))
        return None if row is None else to_value(Post, row, address=as_object(row["address"]))

    async def save(
        self, artwork: str, origin: str, message: str, address: Mapping[str, Any], locale: str
    ) -> None:
        """Remember that a message shows a painting; the newest word about a message counts.

        Args:
            message: its name on the platform, which a reaction below it comes with.
            address: what its frontend needs to edit it.
            locale: that it speaks.
        """
        news = {"artwork": artwork, "address": as_text(dict(address)), "locale": locale}
        key = {"origin": origin, "message": message}
        await self._database.write(
            upsert(self._database.dialect, showings, key, news, created=now())
        )

    async def find(self, origin: str, message: str) -> Showing | None:
        """Tell what a message shows; None if it shows no painting."""
        this = sa.and_(showings.c.origin == origin, showings.c.message == message)
        row = await self._database.row(sa.select(showings).where(this))
        return None if row is None else _showing(row)

    async def of_artworks(self, artworks: Iterable[str], origin: str) -> list[Showing]:
        """Give an origin's messages that show any of some paintings, the oldest first."""
        ids, found = list(dict.fromkeys(artworks)), []
        for start in range(0, len(ids), _AT_ONCE):
            those = showings.c.artwork.in_(ids[start : start + _AT_ONCE])
            here = sa.select(showings).where(those, showings.c.origin == origin)
            order = (showings.c.created, showings.c.message)
            found += [_showing(row) for row in await self._database.rows(here.order_by(*order))]
        return found

    async def remove(self, origin: str, message: str) -> None:
        """Forget a message that is gone; votes that were cast below it stay."""
        this = sa.and_(showings.c.origin == origin, showings.c.message == message)
        await self._database.write(showings.delete().where(this))

    # --- telling once -------------------------------------------------------------------------

    async def begin_telling(self, name: str, by: str, seconds: float = 60.0) -> bool:
        """Take it upon oneself to tell all of something; False if another does, or has done it.

        Who took it and died leaves it to others after these seconds.

        Args:
            name: what is told, the same in every process.
        """
        row = {"name": name, "taken_by": by, "until": now() + seconds, "told": None}
        new = insert(self._database.dialect, told).values(row)
        free = sa.and_(told.c.told.is_(None), told.c.until <= now())
        taken = new.on_conflict_do_update(
            index_elements=["name"],
            set_={"taken_by": by, "until": now() + seconds},
            where=free,
        ).returning(told.c.name)
        return await self._database.row(taken) is not None

    async def end_telling(self, name: str, by: str, *, has_told: bool = True) -> None:
        """Record that it was posted, or that it failed and may be tried again."""
        theirs = sa.and_(told.c.name == name, told.c.taken_by == by, told.c.told.is_(None))
        news = {"told": now()} if has_told else {"until": now()}
        await self._database.write(told.update().where(theirs).values(news))

    async def was_told(self, names: Iterable[str]) -> set[str]:
        """Give those of some names that were told."""
        wanted = list(names)
        found = sa.select(told.c.name).where(told.c.name.in_(wanted), told.c.told.is_not(None))
        return {row["name"] for row in await self._database.rows(found)} if wanted else set()


def _showing(row: Row) -> Showing:
    return to_value(Showing, row, address=as_object(row["address"]))
