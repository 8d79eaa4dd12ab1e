"""The gallery: searching and reading paintings, hiding and deleting them."""

import json
from collections.abc import Iterable, Mapping

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from ganshare.blobs import attempt_of
from ganshare.domain.community import ForgottenBlobs
from ganshare.domain.jobs import Artwork
from ganshare.domain.visibility import Visibility
from ganshare.errors import JobError, quoted
from ganshare.sentences import sentence
from ganshare.store.community.notes import note_statement, unknown_artwork
from ganshare.store.community.search import wanted_texts
from ganshare.store.community.shown import renew_messages, set_hidden
from ganshare.store.db.database import Database, Row
from ganshare.store.db.dialect import contains, now
from ganshare.store.db.rows_queue import as_text, to_artwork
from ganshare.store.db.tables_community import everyone, forgotten, forgotten_uploads, gallery
from ganshare.store.db.tables_ledger import tokens
from ganshare.store.db.tables_queue import PUBLIC, RUNNING, artworks, jobs

__all__ = ["Gallery"]


class Gallery:
    """Finds, hides and deletes artworks."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, artwork_id: str) -> Artwork | None:
        """Read one artwork."""
        row = await self._database.row(sa.select(artworks).where(artworks.c.id == artwork_id))
        return None if row is None else to_artwork(row)

    async def of_picture(self, sha256: str) -> Artwork | None:
        """Read the artwork of a picture, by the sum of its bytes."""
        row = await self._database.row(sa.select(artworks).where(artworks.c.sha256 == sha256))
        return None if row is None else to_artwork(row)

    async def recent(
        self, *, person: str | None = None, before: str | None = None, limit: int = 50
    ) -> list[Artwork]:
        """Artworks, newest first, of one person or all; `before` is the id to go on from."""
        statement = sa.select(artworks).order_by(artworks.c.id.desc()).limit(limit)
        if person is not None:
            statement = statement.where(artworks.c.person == person)
        if before is not None:
            statement = statement.where(artworks.c.id < before)
        return [to_artwork(row) for row in await self._database.rows(statement)]

    async def several(self, ids: Iterable[str]) -> dict[str, Artwork]:
        """Read several artworks at once; those that aren't there are left out."""
        wanted, found = sorted(set(ids)), {}
        for start in range(0, len(wanted), 500):
            some = sa.select(artworks).where(artworks.c.id.in_(wanted[start : start + 500]))
            for row in await self._database.rows(some):
                found[row["id"]] = to_artwork(row)
        return found

    async def search(
        self,
        after: str | None = None,
        limit: int = 24,
        text: str = "",
        attributes: Mapping[str, str] | None = None,
        person: str | None = None,
    ) -> list[Artwork]:
        """Public paintings, newest first, or all of one person; deleted and hidden ones never.

        Args:
            after: id of the last painting of the page before.
            text: words that a prompt, or its attributes, must begin a word with, all of them.
            attributes: trait types and values that must be its own, such as {"Colour": "Teal"}.
            person: any account of their requester.
        """
        page = sa.select(gallery.c.artwork).order_by(gallery.c.artwork.desc()).limit(limit)
        if after is not None:
            page = page.where(gallery.c.artwork < after)
        if person is not None:
            page = page.where(gallery.c.person.in_(everyone(person)))
        else:
            page = page.where(gallery.c.visibility == Visibility.PUBLIC)
        for wanted in wanted_texts(text, attributes or {}):
            page = page.where(contains(gallery.c.words, sa.literal(wanted, sa.Text)))
        found = sa.select(artworks).where(artworks.c.id.in_(page))
        rows = await self._database.rows(found.order_by(artworks.c.id.desc()))
        return [to_artwork(row) for row in rows]

    async def neighbours(self, artwork: str) -> tuple[str, str]:
        """The next newer and the next older public painting; "" where there is none."""
        public = gallery.c.visibility == Visibility.PUBLIC
        newer = sa.select(sa.func.min(gallery.c.artwork)).where(public, gallery.c.artwork > artwork)
        older = sa.select(sa.func.max(gallery.c.artwork)).where(public, gallery.c.artwork < artwork)
        both = newer.scalar_subquery().label("newer"), older.scalar_subquery().label("older")
        row = await self._database.row(sa.select(*both))
        return (row["newer"] or "", row["older"] or "") if row else ("", "")

    async def minted(self, after: str | None = None, limit: int = 24) -> list[Artwork]:
        """Public paintings that are tokens, newest painting first."""
        page = sa.select(tokens.c.artwork).where(tokens.c.state == "minted")
        found = sa.select(artworks).where(artworks.c.id.in_(page), *PUBLIC)
        if after is not None:
            found = found.where(artworks.c.id < after)
        rows = await self._database.rows(found.order_by(artworks.c.id.desc()).limit(limit))
        return [to_artwork(row) for row in rows]

    async def hide(self, artwork: str, by: str, reason: str) -> Artwork:
        """Keep a painting from the gallery; it can still be read by its id.

        Raises:
            JobError: there is no such painting.
        """

        async def take_out(connection: AsyncConnection) -> Row:
            row = await set_hidden(connection, artwork, reason)
            log = note_statement("hide", row["person"], reason, text=f"{artwork} by {by}")
            await connection.execute(log)
            return row

        return to_artwork(await self._database.atomically(take_out))

    async def show(self, artwork: str, by: str) -> Artwork:
        """Let a hidden painting be shown again.

        Raises:
            JobError: there is no such painting, or it was deleted.
        """

        async def put_back(connection: AsyncConnection) -> Row:
            row = await set_hidden(connection, artwork, None)
            log = note_statement("show", row["person"], "", text=f"{artwork} by {by}")
            await connection.execute(log)
            return row

        return to_artwork(await self._database.atomically(put_back))

    async def change_visibility(self, artwork: str, by: str, visibility: Visibility) -> Artwork:
        """Let others see a painting, or no longer; in all messages that show it, too.

        Raises:
            JobError: there is no such painting, it is not theirs, or it is planned for minting.
        """

        async def change(connection: AsyncConnection) -> Row:
            theirs = sa.and_(
                artworks.c.id == artwork,
                artworks.c.deleted.is_(None),
                artworks.c.person.in_(everyone(by)),
            )
            if visibility is not Visibility.PUBLIC:
                planned = sa.select(tokens.c.token).where(tokens.c.artwork == artwork).limit(1)
                if (await connection.execute(planned)).first() is not None:
                    raise JobError(sentence("visibility-planned"), given=artwork)
            changed = artworks.update().where(theirs).values(visibility=visibility)
            found = await connection.execute(changed.returning(artworks))
            row: Row | None = found.mappings().first()
            if row is None:
                raise unknown_artwork(artwork)
            for table, this in (
                (gallery, gallery.c.artwork == artwork),
                (jobs, jobs.c.id == row["job"]),
            ):
                await connection.execute(table.update().where(this).values(visibility=visibility))
            await renew_messages(connection, artwork, row["job"])
            return row

        return to_artwork(await self._database.atomically(change))

    async def delete(self, artwork: str, by: str, admin: bool = False) -> Artwork:
        """Take a painting away for good; its row stays, marked, its blobs are to be removed.

        `ganshare.blob_cleanup` removes the blobs, now or after a crash.

        Raises:
            JobError: there is no such painting, or it is neither theirs nor are they an admin.
        """
        theirs = [] if admin else [artworks.c.person.in_(everyone(by))]
        this = artworks.c.id == artwork

        async def mark(connection: AsyncConnection) -> Row | None:
            there = artworks.update().where(this, artworks.c.deleted.is_(None), *theirs)
            marked = await connection.execute(there.values(deleted=now()).returning(artworks))
            row: Row | None = marked.mappings().first()
            if row is None:
                return None
            await connection.execute(gallery.delete().where(gallery.c.artwork == artwork))
            blobs = as_text(to_artwork(row).blobs)
            await connection.execute(forgotten.insert().values(artwork=artwork, blobs=blobs))
            log = note_statement("delete", row["person"], sentence("log-by", by=by), text=artwork)
            await connection.execute(log)
            await renew_messages(connection, artwork, row["job"])
            return row

        row = await self._database.atomically(mark)
        if row is not None:
            return to_artwork(row)
        row = await self._database.row(sa.select(artworks).where(this, *theirs))
        if row is not None:  # was deleted before
            return to_artwork(row)
        if await self._database.row(sa.select(artworks.c.id).where(this)) is None:
            raise unknown_artwork(artwork)
        raise JobError(sentence("not-yours", given=quoted(artwork)), given=artwork)

    async def forgotten_blobs(self, limit: int = 100) -> list[ForgottenBlobs]:
        """Blobs of deleted artworks that are still to be removed."""
        found = sa.select(forgotten).order_by(forgotten.c.artwork).limit(limit)
        rows = await self._database.rows(found)
        return [ForgottenBlobs(row["artwork"], tuple(json.loads(row["blobs"]))) for row in rows]

    async def forgotten_uploads(self, limit: int = 100) -> list[str]:
        """Pictures that only forgotten people began from, still to be removed."""
        found = sa.select(forgotten_uploads.c.blob).order_by(forgotten_uploads.c.blob)
        return [row["blob"] for row in await self._database.rows(found.limit(limit))]

    async def mark_uploads_removed(self, removed: Iterable[str]) -> None:
        """Remember that the blobs of these forgotten uploads are gone."""
        those = forgotten_uploads.c.blob.in_(list(removed))
        await self._database.write(forgotten_uploads.delete().where(those))

    async def orphans(self, keys: Iterable[str]) -> list[str]:
        """Of these keys of pictures, give those that nothing leads to and nothing ever will.

        Their job is known, no artwork has them, and their attempt does not run.
        """
        parts = {key: part for key in keys if (part := attempt_of(key)) is not None}
        names = sorted({job for job, _ in parts.values()})
        # The attempts first: one that ends between the two statements has published by the second.
        seen = await self._database.rows(
            sa.select(jobs.c.id, jobs.c.attempt, RUNNING.label("runs")).where(jobs.c.id.in_(names))
        )
        found = sa.select(artworks.c.blob, artworks.c.preview, artworks.c.film).where(
            artworks.c.job.in_(names)
        )
        rows = await self._database.rows(found)
        kept = {row[name] for row in rows for name in ("blob", "preview", "film")}
        known = {row["id"] for row in seen}
        running = {(row["id"], row["attempt"]) for row in seen if row["runs"]}
        return [
            key
            for key, part in parts.items()
            if part[0] in known and part not in running and key not in kept
        ]

    async def mark_removed(self, artworks: Iterable[str]) -> None:
        """Remember that the blobs of these deleted artworks are gone."""
        removed = forgotten.c.artwork.in_(list(artworks))
        await self._database.write(forgotten.delete().where(removed))
