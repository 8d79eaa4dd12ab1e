"""Equal exposure: shows each painting of a round to the same number of persons.

Whom it is shown to is drawn without regard to the painting, so that the share of them that votes
says what the community thinks of it; those who come for one painting only see it by that chance.
"""

import hashlib
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from ganshare.domain.jobs import Artwork
from ganshare.domain.votes import LogKind, Round
from ganshare.store.db.database import Database
from ganshare.store.db.dialect import now
from ganshare.store.db.rows_queue import to_artwork
from ganshare.store.db.rows_rounds import to_round
from ganshare.store.db.tables_community import everyone
from ganshare.store.db.tables_queue import PUBLIC, artworks
from ganshare.store.db.tables_votes import (
    VETOED,
    accounts_of,
    ballots,
    one_at_a_time,
    round_entries,
    round_views,
    rounds,
)
from ganshare.store.rounds.standings import compute_standings
from ganshare.store.votes.log import append

__all__ = ["Exposure"]


class Exposure:
    """Which painting is next, and for whom."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def next_to_show(self, person: str, round_id: str | None = None) -> Artwork | None:
        """Give a painting that this person should see now, and count the view.

        Of those with the fewest views so far one is drawn; once each has its views, and the final
        has begun, of those that lead. None if each has its views, or this
        person, from any account, was shown enough, or has seen, voted for or asked for all that
        are left.

        Args:
            round_id: of this round only; else of all that are open.
        """
        open_now = [rounds.c.closed.is_(None), rounds.c.opens <= now(), rounds.c.closes > now()]
        if round_id is not None:
            open_now.append(rounds.c.id == round_id)
        found = await self._database.rows(sa.select(rounds).where(*open_now).order_by(rounds.c.id))
        for round_ in (to_round(row) for row in found):
            if (shown := await self._deal(person, round_)) is not None:
                return shown
        return None

    async def seen(self, person: str, round_id: str) -> int:
        """How many paintings of a round were shown to a person, from any of their accounts."""
        theirs = round_views.c.account.in_(everyone(person))
        number = sa.select(sa.func.count(round_views.c.artwork.distinct()).label("seen"))
        found = number.where(round_views.c.round == round_id, theirs)
        row = await self._database.row(found)
        return int(row["seen"]) if row else 0

    async def next_to_post(self, round_id: str, most: int = 1) -> Artwork | None:
        """Give a painting for all to see, as in a channel; None if each was posted `most` times.

        It counts as posted from now on. A post is no view: who saw it is not known.
        """

        async def choose(connection: AsyncConnection) -> Artwork | None:
            await one_at_a_time(connection, round_id)
            here = [round_entries.c.round == round_id, round_entries.c.posted < most]
            found = (
                sa.select(artworks)
                .join(round_entries, round_entries.c.artwork == artworks.c.id)
                .where(*here, *_SHOWN)
                .order_by(round_entries.c.posted, round_entries.c.entered, artworks.c.id)
            )
            row = (await connection.execute(found.limit(1))).mappings().first()
            if row is None:
                return None
            this = sa.and_(round_entries.c.round == round_id, round_entries.c.artwork == row["id"])
            once_more = round_entries.update().where(this)
            await connection.execute(once_more.values(posted=round_entries.c.posted + 1))
            return to_artwork(row)

        return await self._database.atomically(choose)

    async def _deal(self, person: str, round_: Round) -> Artwork | None:
        round_id, rules = round_.id, round_.rules

        async def deal(connection: AsyncConnection) -> Artwork | None:
            await one_at_a_time(connection, round_id)
            theirs = await accounts_of(connection, person)
            if await _views_of(connection, round_id, theirs) >= rules.per_viewer:
                return None
            unseen = _unseen(round_id, theirs)
            first = unseen.where(round_entries.c.dealt < rules.views)
            found = (await connection.execute(first)).all()
            if not found and await _is_final(connection, round_):
                wanted = round_entries.c.dealt < rules.views + rules.final_views
                leading = unseen.where(round_entries.c.final.is_(True), wanted)
                found = (await connection.execute(leading)).all()
            fewest = [row.artwork for row in found if row.dealt == found[0].dealt]
            if not fewest:
                return None
            artwork = min(fewest, key=lambda each: _lot(person, each))
            this = sa.and_(round_entries.c.round == round_id, round_entries.c.artwork == artwork)
            seen = round_entries.update().where(this).values(dealt=round_entries.c.dealt + 1)
            await connection.execute(seen)
            view = {"round": round_id, "artwork": artwork, "account": person, "at": now()}
            await connection.execute(round_views.insert().values(view))
            painting = await connection.execute(sa.select(artworks).where(artworks.c.id == artwork))
            return to_artwork(painting.mappings().one())

        return await self._database.atomically(deal)


_SHOWN = (*PUBLIC, ~VETOED)


async def _is_final(connection: AsyncConnection, round_: Round) -> bool:
    """Whether the final goes on; who comes first after its beginning notes who leads."""
    rules = round_.rules
    begins = round_.closes - rules.final * (round_.closes - round_.opens)
    moment = float((await connection.execute(sa.select(now()))).scalar_one())
    if not rules.finalists or moment < begins:
        return False
    here = round_entries.c.round == round_.id
    noted = sa.select(round_entries.c.artwork).where(here, round_entries.c.final.is_(True))
    if (await connection.execute(noted.limit(1))).first() is None:
        ranked = await compute_standings(connection, round_)
        leading = [each.artwork for each in ranked[: rules.finalists]]
        these = sa.and_(here, round_entries.c.artwork.in_(leading))
        await connection.execute(round_entries.update().where(these).values(final=True))
        data = {"round": round_.id, "finalists": leading}
        await append(connection, LogKind.FINAL, data=data, key=f"final:{round_.id}")
    return True


def _unseen(round_id: str, accounts: list[str]) -> sa.Select[Any]:
    """Paintings that are new to a person, those with the fewest views first."""
    seen = sa.exists().where(
        round_views.c.round == round_id,
        round_views.c.artwork == artworks.c.id,
        round_views.c.account.in_(accounts),
    )
    voted = sa.exists().where(
        ballots.c.artwork == artworks.c.id, ballots.c.account.in_(accounts), sa.text("ballots.up")
    )
    return (
        sa.select(round_entries.c.artwork, round_entries.c.dealt)
        .join(artworks, artworks.c.id == round_entries.c.artwork)
        .where(round_entries.c.round == round_id)
        .where(artworks.c.person.not_in(accounts), ~seen, ~voted, *_SHOWN)
        .order_by(round_entries.c.dealt, round_entries.c.artwork)
    )


async def _views_of(connection: AsyncConnection, round_id: str, accounts: Sequence[str]) -> int:
    number = sa.select(sa.func.count()).where(
        round_views.c.round == round_id, round_views.c.account.in_(accounts)
    )
    return int((await connection.execute(number)).scalar_one())


def _lot(person: str, artwork: str) -> str:
    """A lot for each person and painting, so that neighbours in the list are not favoured."""
    return hashlib.sha256(f"{person}:{artwork}".encode()).hexdigest()
