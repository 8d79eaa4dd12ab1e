"""Tokens with which programs act for a person; kept as SHA-256 only."""

import hashlib
import secrets
from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from ganshare.domain.community import ApiToken, Scope
from ganshare.errors import ParameterError, quoted
from ganshare.sentences import sentence
from ganshare.store.db.database import Database, Row
from ganshare.store.db.dialect import now
from ganshare.store.db.rows_queue import to_value
from ganshare.store.db.tables_community import api_tokens, everyone, storable

__all__ = ["ApiTokens"]

MOST_TOKENS = 20  # of one person
TOKEN_SECONDS = 365 * 86_400.0
USED_SECONDS = 60.0  # between two notes of the last use
LONGEST_LABEL = 60
PREFIX = "gs_"  # so that scanners for leaked secrets find them


class ApiTokens:
    """Made, looked up and revoked."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def create(
        self, person: str, name: str, label: str, scopes: Collection[Scope]
    ) -> tuple[ApiToken, str]:
        """Give a new token, valid for a year, and its secret, which is told this once.

        Raises:
            ParameterError: it has no scope, or the person has too many.
        """
        if not scopes:
            raise ParameterError(sentence("token-scopes", allowed=", ".join(Scope)))
        secret = PREFIX + secrets.token_urlsafe(32)
        row = {
            "id": secrets.token_hex(8),
            "hash": _hash(secret),
            "person": person,
            "name": storable(name, 100),
            "label": storable(label, LONGEST_LABEL),
            "scopes": " ".join(each for each in Scope if each in scopes),
            "created": now(),
            "expires": now() + TOKEN_SECONDS,
        }

        async def add(connection: AsyncConnection) -> Row:
            expired = api_tokens.delete().where(api_tokens.c.expires <= now())
            await connection.execute(expired)
            added = await connection.execute(api_tokens.insert().values(row).returning(api_tokens))
            made: Row = added.mappings().one()
            theirs = sa.select(sa.func.count()).where(api_tokens.c.person.in_(everyone(person)))
            if (await connection.execute(theirs)).scalar_one() > MOST_TOKENS:
                raise ParameterError(sentence("token-many", allowed=MOST_TOKENS))
            return made

        return _to_token(await self._database.atomically(add)), secret

    async def find(self, secret: str) -> ApiToken | None:
        """Read the token of a secret, and note that it was used; None if it is not valid."""
        this = sa.and_(api_tokens.c.hash == _hash(secret), api_tokens.c.expires > now())
        row = await self._database.row(sa.select(api_tokens, now().label("now")).where(this))
        if row is None:
            return None
        if row["used"] is None or row["used"] < row["now"] - USED_SECONDS:
            used = api_tokens.update().where(this).values(used=now())
            await self._database.row(used.returning(api_tokens.c.id))
        return _to_token(row)

    async def of_person(self, person: str) -> list[ApiToken]:
        """The tokens of all accounts of a person, newest first."""
        theirs = sa.and_(api_tokens.c.person.in_(everyone(person)), api_tokens.c.expires > now())
        found = sa.select(api_tokens).where(theirs).order_by(api_tokens.c.created.desc())
        return [_to_token(row) for row in await self._database.rows(found)]

    async def revoke(self, token_id: str, person: str) -> None:
        """End a token of a person; raises ParameterError if they have none of that id."""
        this = sa.and_(api_tokens.c.id == token_id, api_tokens.c.person.in_(everyone(person)))
        gone = api_tokens.delete().where(this).returning(api_tokens.c.id)
        if await self._database.row(gone) is None:
            raise ParameterError(sentence("token-none", given=quoted(token_id)), given=token_id)


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def _to_token(row: Row) -> ApiToken:
    return to_value(ApiToken, row, scopes=frozenset(map(Scope, row["scopes"].split())))
