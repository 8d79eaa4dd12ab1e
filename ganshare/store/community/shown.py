"""Messages that show paintings, so that each is renewed when what may be seen of them changes.

A message is noted before it shows anything. Whatever changes a painting counts up the messages
that show it, in its own transaction; they are due until they were made right once more.
"""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from ganshare.domain.community import ShownMessage
from ganshare.store.community.notes import unknown_artwork
from ganshare.store.community.search import shown_statement
from ganshare.store.db.database import Database, Row
from ganshare.store.db.dialect import insert, notify, now
from ganshare.store.db.rows_queue import as_object, as_text, to_artwork, to_value
from ganshare.store.db.rows_sentences import sentence_columns
from ganshare.store.db.tables_community import gallery, shown_messages, shown_paintings
from ganshare.store.db.tables_queue import artworks, jobs
from ganshare.store.db.topics import Topic

__all__ = ["ShownMessages", "renew_messages", "set_hidden"]

_SHOWING_SECONDS = 30.0  # that whoever notes a message has to show it, before others do
_KEY = sa.tuple_(shown_messages.c.origin, shown_messages.c.message)


async def set_hidden(connection: AsyncConnection, artwork: str, reason: str | None) -> Row:
    """Hide a painting with the reason, or show it again, in the gallery and in all messages.

    Raises:
        JobError: there is no such painting, or it was deleted.
    """
    theirs = sa.and_(artworks.c.id == artwork, artworks.c.deleted.is_(None))
    values = sentence_columns("hidden", reason)
    changed = artworks.update().where(theirs).values(values).returning(artworks)
    row: Row | None = (await connection.execute(changed)).mappings().first()
    if row is None:
        raise unknown_artwork(artwork)
    if reason is None:
        await connection.execute(shown_statement(connection.dialect.name, to_artwork(row)))
    else:
        await connection.execute(gallery.delete().where(gallery.c.artwork == artwork))
    await renew_messages(connection, artwork, row["job"])
    return row


async def renew_messages(connection: AsyncConnection, artwork: str, job: str) -> None:
    """Have all messages that show a painting made right: that of its job, and all others."""
    renewed = {"revision": jobs.c.revision + 1, "settled": sa.false()}
    changed = jobs.update().where(jobs.c.id == job).values(renewed)
    await connection.execute(changed.returning(jobs.c.id, *notify(Topic.NEWS)))
    of_it = sa.select(shown_paintings.c.origin, shown_paintings.c.message).where(
        shown_paintings.c.artwork == artwork
    )
    await connection.execute(
        shown_messages.update()
        .where(_KEY.in_(of_it))
        .values(due=shown_messages.c.due + 1, retry_at=0.0)
    )


class ShownMessages:
    """Which messages show which paintings; the messages of the jobs themselves are in `Posts`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def begin(self, message: ShownMessage, expires: float | None = None) -> int:
        """Note what a message is about to show, in place of all that it showed before.

        Gives what `end` wants to know. Who does not say so within some seconds leaves it to
        others to show it.

        Args:
            expires: seconds from now, after which nobody can change or see the message any more.
        """
        row = {
            "address": as_text(dict(message.address)),
            "person": message.person,
            "locale": message.locale,
            "content": as_text(dict(message.content)),
            "retry_at": now() + _SHOWING_SECONDS,
            "expires": None if expires is None else now() + expires,
        }
        key = {"origin": message.origin, "message": message.message}
        new = insert(self._database.dialect, shown_messages)
        new = new.values({**key, **row, "due": 1, "created": now()})
        noted = new.on_conflict_do_update(
            index_elements=["origin", "message"], set_={**row, "due": shown_messages.c.due + 1}
        ).returning(shown_messages.c.due)

        async def note(connection: AsyncConnection) -> int:
            due = int((await connection.execute(noted)).scalar_one())
            await connection.execute(shown_paintings.delete().where(_paintings(**key)))
            for artwork in dict.fromkeys(message.artworks):
                await connection.execute(shown_paintings.insert().values(artwork=artwork, **key))
            return due

        return await self._database.atomically(note)

    async def end(
        self, origin: str, message: str, due: int, address: Mapping[str, Any] | None = None
    ) -> None:
        """Say that a message shows what it should, as it was when `due` was read.

        What has changed since makes it due once more.

        Args:
            address: where it stands now, if that is another one.
        """
        this = _this(origin, message)
        left = sa.case((shown_messages.c.due == due, 0), else_=shown_messages.c.due + 1)
        news: dict[str, Any] = {"due": left, "retry_at": 0.0}
        if address is not None:
            news["address"] = as_text(dict(address))
        await self._database.write(shown_messages.update().where(this).values(news))

    async def forget(self, origin: str, message: str) -> None:
        """Say that a message is gone, or shows no painting any more."""

        async def remove(connection: AsyncConnection) -> None:
            key = _paintings(origin, message)
            await connection.execute(shown_paintings.delete().where(key))
            await connection.execute(shown_messages.delete().where(_this(origin, message)))

        await self._database.atomically(remove)

    async def postpone(self, origin: str, message: str, seconds: float) -> None:
        """Try a message again after some time only."""
        later = shown_messages.update().where(_this(origin, message))
        await self._database.write(later.values(retry_at=now() + seconds))

    async def due(self, origin: str, limit: int = 500) -> list[ShownMessage]:
        """Give an origin's messages that are to be made right, the oldest first."""
        late = sa.select(shown_messages.c.message).where(shown_messages.c.expires <= now())
        if await self._database.row(late.limit(1)) is not None:
            await self._database.atomically(_remove_expired)
        found = (
            sa.select(shown_messages)
            .where(shown_messages.c.origin == origin, sa.text("due > 0"))
            .where(shown_messages.c.retry_at <= now())
            .order_by(shown_messages.c.created)
            .limit(limit)
        )
        rows = await self._database.rows(found)
        names = [row["message"] for row in rows]
        theirs = sa.select(shown_paintings).where(
            shown_paintings.c.origin == origin, shown_paintings.c.message.in_(names)
        )
        shown: dict[str, list[str]] = {}
        for row in await self._database.rows(theirs) if names else ():
            shown.setdefault(row["message"], []).append(row["artwork"])
        return [
            to_value(
                ShownMessage,
                row,
                address=as_object(row["address"]),
                content=as_object(row["content"]),
                artworks=tuple(shown.get(row["message"], ())),
            )
            for row in rows
        ]


async def _remove_expired(connection: AsyncConnection) -> None:
    over = shown_messages.c.expires <= now()
    old = sa.select(shown_messages.c.origin, shown_messages.c.message).where(over)
    gone = sa.tuple_(shown_paintings.c.origin, shown_paintings.c.message).in_(old)
    await connection.execute(shown_paintings.delete().where(gone))
    await connection.execute(shown_messages.delete().where(over))


def _this(origin: str, message: str) -> sa.ColumnElement[bool]:
    return sa.and_(shown_messages.c.origin == origin, shown_messages.c.message == message)


def _paintings(origin: str, message: str) -> sa.ColumnElement[bool]:
    return sa.and_(shown_paintings.c.origin == origin, shown_paintings.c.message == message)
