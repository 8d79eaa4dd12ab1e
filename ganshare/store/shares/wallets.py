"""Linked wallets: several a person, one person a wallet; and the nonces of sign-in messages."""

import hashlib
import math
import secrets

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from ganshare.domain.shares import DAY, Wallet
from ganshare.errors import ParameterError
from ganshare.sentences import sentence
from ganshare.store.db.database import Database, Row
from ganshare.store.db.dialect import now, upsert
from ganshare.store.db.tables_community import everyone
from ganshare.store.db.tables_shares import wallet_nonces, wallets

__all__ = ["NONCE_SECONDS", "Wallets"]

NONCE_SECONDS = 600.0
MOST = 20  # wallets of a person
_LOCK = 0x67616E05  # PostgreSQL's advisory lock for linking wallets


class Wallets:
    """Links and unlinks."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def new_nonce(self, account: str, wallet: str) -> str:
        """Give a nonce for one message of this account and wallet, valid for ten minutes."""
        nonce = secrets.token_hex(16)
        row = {"hash": _hash(nonce), "account": account, "wallet": wallet.lower()}

        async def begin(connection: AsyncConnection) -> None:
            over = wallet_nonces.c.expires <= now()
            await connection.execute(wallet_nonces.delete().where(over))
            values = {**row, "expires": now() + NONCE_SECONDS}
            await connection.execute(wallet_nonces.insert().values(values))

        await self._database.atomically(begin)
        return nonce

    async def use_nonce(self, nonce: str, account: str, wallet: str) -> None:
        """Use a nonce up.

        Raises:
            ParameterError: it is unknown, used, too old, or was given to another account or for
                another wallet.
        """
        valid = (
            wallet_nonces.c.hash == _hash(nonce),
            wallet_nonces.c.account == account,
            wallet_nonces.c.wallet == wallet.lower(),
            wallet_nonces.c.expires > now(),
        )
        used = wallet_nonces.delete().where(*valid).returning(wallet_nonces.c.hash)
        if await self._database.row(used) is None:
            raise ParameterError(sentence("wallet-nonce"))

    async def link(self, account: str, wallet: str, cooldown: float) -> bool:
        """Link a wallet to an account; False if it is the person's already.

        Args:
            cooldown: seconds after which a wallet that was unlinked may go to another person.

        Raises:
            ParameterError: it is another person's, or was until lately; or the person has many.
        """
        wallet = wallet.lower()

        async def write(connection: AsyncConnection) -> bool:
            if connection.dialect.name == "postgresql":
                await connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
            theirs = (await connection.execute(everyone(account))).scalars().all()
            asked = sa.select(wallets, now().label("now")).where(wallets.c.wallet == wallet)
            found = (await connection.execute(asked)).mappings().first()
            if found is not None and found["account"] not in theirs:
                _check_free(found, cooldown)
            elif found is not None and found["unlinked"] is None:
                return False
            linked = sa.and_(wallets.c.account.in_(theirs), wallets.c.unlinked.is_(None))
            count = sa.select(sa.func.count()).select_from(wallets).where(linked)
            if (await connection.execute(count)).scalar_one() >= MOST:
                raise ParameterError(sentence("wallet-many", allowed=MOST), allowed=MOST)
            news = {"account": account, "linked": now(), "unlinked": None, "checked": None}
            key = {"wallet": wallet}
            await connection.execute(upsert(connection.dialect.name, wallets, key, news, block=0))
            return True

        return await self._database.atomically(write)

    async def unlink(self, person: str, wallet: str) -> bool:
        """Take a wallet from a person; False if it was not theirs."""
        theirs = sa.and_(
            wallets.c.wallet == wallet.lower(),
            wallets.c.account.in_(everyone(person)),
            wallets.c.unlinked.is_(None),
        )
        gone = wallets.update().where(theirs).values(unlinked=now())
        return await self._database.row(gone.returning(wallets.c.wallet)) is not None

    async def of_person(self, person: str) -> list[Wallet]:
        """Give all wallets of a person, the oldest first."""
        theirs = wallets.c.account.in_(everyone(person))
        return await self._read(theirs)

    async def all(self) -> list[Wallet]:
        """Give every linked wallet."""
        return await self._read(sa.true())

    async def _read(self, condition: sa.ColumnElement[bool]) -> list[Wallet]:
        found = (
            sa.select(wallets)
            .where(condition, wallets.c.unlinked.is_(None))
            .order_by(wallets.c.linked, wallets.c.wallet)
        )
        return [
            Wallet(row["wallet"], row["account"], float(row["linked"]), row["checked"])
            for row in await self._database.rows(found)
        ]


def _check_free(row: Row, cooldown: float) -> None:
    """Raise ParameterError if a wallet of another person may not be linked."""
    if row["unlinked"] is None:
        raise ParameterError(sentence("wallet-taken"))
    waits = row["unlinked"] + cooldown - row["now"]
    if waits > 0:
        raise ParameterError(sentence("wallet-cooldown", days=math.ceil(waits / DAY)))


def _hash(nonce: str) -> str:
    return hashlib.sha256(nonce.encode("utf-8", "surrogatepass")).hexdigest()
