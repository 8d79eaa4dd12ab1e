"""What each person has chosen for all their accounts: who may see what they ask for."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from ganshare.domain.pings import Ping
from ganshare.domain.visibility import Visibility
from ganshare.store.db.database import Database
from ganshare.store.db.dialect import now, upsert
from ganshare.store.db.tables_community import everyone, people

__all__ = ["People"]

LONGEST_NAME = 100


class People:
    """Reads and changes what persons have chosen."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def visibility(self, person: str) -> Visibility | None:
        """Who may see what a person asks for; None if they have not chosen."""
        theirs = people.c.person.in_(everyone(person)), people.c.visibility.is_not(None)
        row = await self._database.row(sa.select(people.c.visibility).where(*theirs).limit(1))
        return None if row is None else Visibility(row["visibility"])

    async def choose_visibility(self, person: str, visibility: Visibility | None) -> None:
        """Choose who may see what a person asks for from now on; None goes back to the default."""

        async def choose(connection: AsyncConnection) -> None:
            theirs = people.c.person.in_(everyone(person))
            await connection.execute(people.update().where(theirs).values(visibility=None))
            await connection.execute(self._note(person, visibility=visibility))

        await self._database.atomically(choose)

    async def ping(self, person: str) -> Ping:
        """When a person wants to be told that a painting is done."""
        theirs = people.c.person.in_(everyone(person)), people.c.ping.is_not(None)
        row = await self._database.row(sa.select(people.c.ping).where(*theirs).limit(1))
        return Ping.LATE if row is None else Ping(row["ping"])

    async def choose_ping(self, person: str, ping: Ping) -> None:
        """Choose when to be told, for all accounts of a person."""

        async def choose(connection: AsyncConnection) -> None:
            theirs = people.c.person.in_(everyone(person))
            await connection.execute(people.update().where(theirs).values(ping=None))
            await connection.execute(self._note(person, ping=ping))

        await self._database.atomically(choose)

    async def was_told(self, person: str) -> bool:
        """Whether a person was told who sees what they ask for, and that they can choose."""
        theirs = people.c.person.in_(everyone(person)), people.c.told.is_not(None)
        found = sa.select(people.c.person).where(*theirs).limit(1)
        return await self._database.row(found) is not None

    async def mark_told(self, person: str) -> None:
        """Remember that a person was told."""
        await self._database.write(self._note(person, told=now()))

    async def note_name(self, person: str, name: str) -> None:
        """Remember what somebody is called who votes, for the leaderboards."""
        name = name[:LONGEST_NAME]
        known = sa.select(people.c.person).where(people.c.person == person, people.c.name == name)
        if name and await self._database.row(known) is None:
            await self._database.write(self._note(person, name=name))

    def _note(self, person: str, **news: Any) -> sa.Insert:
        return upsert(self._database.dialect, people, {"person": person}, news)
