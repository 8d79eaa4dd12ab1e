"""Consents: whether paintings may be sold, by the word of those who asked for them."""

from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from ganshare.domain.jobs import Artwork
from ganshare.domain.sales import Consent
from ganshare.errors import VoteError
from ganshare.sentences import sentence
from ganshare.store.db.database import Database
from ganshare.store.db.dialect import now, upsert
from ganshare.store.db.rows_queue import to_artwork, to_value
from ganshare.store.db.tables_ledger import consents, tokens
from ganshare.store.db.tables_queue import artworks
from ganshare.store.db.tables_votes import curated, round_entries

__all__ = ["Consents"]


class Consents:
    """Records what requesters say, and reads it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def record(self, job: str, person: str, share: str, *, agreed: bool) -> None:
        """Note what a requester says about a job's painting; the last word counts.

        Args:
            share: of the proceeds that the owner promises now, in percent, such as "10".

        Raises:
            VoteError: it is planned for minting.
        """

        async def write(connection: AsyncConnection) -> None:
            planned = sa.select(tokens.c.token).join(artworks, artworks.c.id == tokens.c.artwork)
            found = await connection.execute(planned.where(artworks.c.job == job).limit(1))
            if found.first() is not None:
                raise VoteError(sentence("sale-planned"), given=job)
            news = {"person": person, "agreed": agreed, "share": share, "given": now()}
            said = upsert(connection.dialect.name, consents, {"job": job}, news)
            await connection.execute(said)

        await self._database.atomically(write)

    async def of_artworks(self, ids: Iterable[str]) -> dict[str, Consent]:
        """What was said about paintings; those of which nothing was said are left out."""
        found, wanted = {}, sorted(set(ids))
        for start in range(0, len(wanted), 500):
            some = wanted[start : start + 500]
            asked = (
                sa.select(consents, artworks.c.id.label("artwork"))
                .join(artworks, artworks.c.job == consents.c.job)
                .where(artworks.c.id.in_(some))
            )
            for row in await self._database.rows(asked):
                found[row["artwork"]] = to_value(Consent, row)
        return found

    async def to_answer(self, accounts: Iterable[str], limit: int) -> list[Artwork]:
        """Paintings of a person that won or were approved, and of which they have said nothing."""
        won = sa.exists().where(round_entries.c.artwork == artworks.c.id, round_entries.c.won)
        approved = sa.exists().where(curated.c.artwork == artworks.c.id, curated.c.approved)
        said = sa.exists().where(consents.c.job == artworks.c.job)
        planned = sa.exists().where(tokens.c.artwork == artworks.c.id)
        found = (
            sa.select(artworks)
            .where(artworks.c.person.in_(list(accounts)), artworks.c.may_sell)
            .where(artworks.c.hidden.is_(None), artworks.c.deleted.is_(None))
            .where(sa.or_(won, approved), ~said, ~planned)
            .order_by(artworks.c.id)
            .limit(limit)
        )
        return [to_artwork(row) for row in await self._database.rows(found)]
