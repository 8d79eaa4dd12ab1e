"""Rounds that a painting was entered into by someone without the right; they do not count."""

import json

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from ganshare.domain.jobs import Artwork, place_in
from ganshare.store.db.rows_queue import as_object
from ganshare.store.db.tables_community import places
from ganshare.store.db.tables_queue import jobs
from ganshare.store.db.tables_votes import accounts_of, round_entries, rounds, vote_log

__all__ = ["find_false_rounds"]


async def find_false_rounds(connection: AsyncConnection, painting: Artwork) -> frozenset[str]:
    """Name the rounds where others entered a painting that was asked for elsewhere.

    Whoever makes a server or a group is a curator of it. Older versions let them enter anyone's
    painting there; a curator whom the owner named may do so still, and the log says that.
    """
    kept = await connection.execute(sa.select(jobs.c.reply_to).where(jobs.c.id == painting.job))
    place = place_in(as_object(kept.scalar() or "{}"))
    if not place:
        return frozenset()
    settings = await connection.execute(sa.select(places.c.settings).where(places.c.place == place))
    voted_on = as_object(settings.scalar() or "{}").get("curation_place")
    theirs = await accounts_of(connection, painting.person)
    found = await connection.execute(
        sa.select(rounds.c.id)
        .join(round_entries, round_entries.c.round == rounds.c.id)
        .where(round_entries.c.artwork == painting.id, round_entries.c.entered_by.not_in(theirs))
        .where(rounds.c.place.not_in([place, str(voted_on or place)]))
    )
    logged = await connection.execute(
        sa.select(vote_log.c.data).where(vote_log.c.artwork == painting.id)
    )
    told = [json.loads(data) for data in logged.scalars()]
    rightful = {each.get("round") for each in told if each.get("named")}
    return frozenset(found.scalars()) - rightful
