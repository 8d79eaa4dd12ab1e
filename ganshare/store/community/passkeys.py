"""Passkeys (WebAuthn) with which people sign in on the page: their public halves."""

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from ganshare.domain.community import Passkey
from ganshare.errors import ParameterError
from ganshare.sentences import sentence
from ganshare.store.db.database import Database, Row
from ganshare.store.db.dialect import insert, now
from ganshare.store.db.tables_community import everyone, passkeys, storable

__all__ = ["Passkeys"]

MOST_PASSKEYS = 20  # of one person
LONGEST_LABEL = 60


class Passkeys:
    """Added, looked up and removed; who checks signatures is the page."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(
        self, person: str, name: str, label: str, key_id: str, public_key: str, sign_count: int
    ) -> None:
        """Keep a new passkey of an account; `key_id` and `public_key` as base64url.

        Raises:
            ParameterError: the passkey is known already, or the person has too many.
        """
        row = {
            "id": key_id,
            "person": person,
            "name": storable(name, 100),
            "label": storable(label, LONGEST_LABEL),
            "public_key": public_key,
            "sign_count": sign_count,
            "created": now(),
        }

        async def add(connection: AsyncConnection) -> None:
            new = insert(self._database.dialect, passkeys).values(row).on_conflict_do_nothing()
            if (await connection.execute(new.returning(passkeys.c.id))).first() is None:
                raise ParameterError(sentence("passkey-known"))
            theirs = sa.select(sa.func.count()).where(passkeys.c.person.in_(everyone(person)))
            if (await connection.execute(theirs)).scalar_one() > MOST_PASSKEYS:
                raise ParameterError(sentence("passkey-many", allowed=MOST_PASSKEYS))

        await self._database.atomically(add)

    async def find(self, key_id: str) -> Passkey | None:
        """Read a passkey; None if it is not known."""
        row = await self._database.row(sa.select(passkeys).where(passkeys.c.id == key_id))
        return None if row is None else _to_passkey(row)

    async def note_use(self, key_id: str, sign_count: int) -> None:
        """Remember a sign-in, and how many signatures the authenticator says it has made."""
        used = passkeys.update().where(passkeys.c.id == key_id)
        await self._database.write(used.values(sign_count=sign_count, used=now()))

    async def of_person(self, person: str) -> list[Passkey]:
        """The passkeys of all accounts of a person, newest first."""
        found = sa.select(passkeys).where(passkeys.c.person.in_(everyone(person)))
        rows = await self._database.rows(found.order_by(passkeys.c.created.desc(), passkeys.c.id))
        return [_to_passkey(row) for row in rows]

    async def remove(self, key_id: str, person: str) -> None:
        """Let a passkey of a person sign nobody in any more; raises ParameterError for another."""
        this = sa.and_(passkeys.c.id == key_id, passkeys.c.person.in_(everyone(person)))
        gone = passkeys.delete().where(this).returning(passkeys.c.id)
        if await self._database.row(gone) is None:
            raise ParameterError(sentence("passkey-none"))


def _to_passkey(row: Row) -> Passkey:
    numbers = {
        name: None if row[name] is None else float(row[name]) for name in ("created", "used")
    }
    return Passkey(**{**row, **numbers, "sign_count": int(row["sign_count"])})
