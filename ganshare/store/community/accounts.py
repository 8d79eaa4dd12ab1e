"""Accounts linked into persons, sign-in codes, and sessions of the web page.

Codes and tokens are kept as SHA-256 only, and the database compares and counts them.
"""

import hashlib
import secrets

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from ganshare.domain.community import Session
from ganshare.domain.jobs import JobState
from ganshare.errors import ParameterError, quoted
from ganshare.sentences import sentence
from ganshare.store.db.database import Database
from ganshare.store.db.dialect import insert, now
from ganshare.store.db.tables_community import (
    accounts,
    everyone,
    link_codes,
    sessions,
    sign_ins,
    storable,
)
from ganshare.store.db.tables_queue import jobs, state_in

__all__ = ["Accounts"]

CODE_SECONDS = 600.0
SESSION_SECONDS = 30 * 86_400.0
LONGEST_NAME = 100

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's: no I, L, O, U
_CODE_LENGTH = 12  # 60 bits, in groups of four
_LOOKALIKES = str.maketrans("ILO", "110", "- ")
_LOCK = 0x67616E02  # PostgreSQL's advisory lock for linking


class Accounts:
    """Linking, signing in, quotas."""

    def __init__(self, database: Database) -> None:
        self._database = database

    # --- linking ------------------------------------------------------------------------------

    async def new_link(self, account: str) -> str:
        """Give a code, valid for ten minutes and once, that links this account to another.

        An earlier code of the same account ends with it. The owner types the new one where the
        other account is.
        """
        letters = "".join(secrets.choice(_ALPHABET) for _ in range(_CODE_LENGTH))
        row = {"hash": _hash(letters), "account": account, "expires": now() + CODE_SECONDS}

        async def replace(connection: AsyncConnection) -> None:
            old = sa.or_(link_codes.c.account == account, link_codes.c.expires <= now())
            await connection.execute(link_codes.delete().where(old))
            await connection.execute(link_codes.insert().values(row))

        await self._database.atomically(replace)
        return "-".join(letters[start : start + 4] for start in range(0, _CODE_LENGTH, 4))

    async def peek_link(self, code: str) -> str:
        """Tell which account a code links, without using it up: to be asked back before.

        Raises:
            ParameterError: the code is unknown, used or too old.
        """
        row = await self._database.row(sa.select(link_codes.c.account).where(_valid_code(code)))
        if row is None:
            raise _bad_code(code)
        return str(row["account"])

    async def redeem_link(self, code: str, account: str) -> str:
        """Make one person of this account and the code's, with all that each is linked to.

        Gives the main account: the one that has been here longest.

        Raises:
            ParameterError: the code is unknown, used or too old, or the accounts are one already.
        """

        async def join(connection: AsyncConnection) -> str:
            await _one_at_a_time(connection)
            used = link_codes.delete().where(_valid_code(code)).returning(link_codes.c.account)
            other = (await connection.execute(used)).scalar()
            if other is None:
                raise _bad_code(code)
            found = await connection.execute(everyone(account))
            if other in found.scalars().all():  # undone as a whole: the code stays valid
                raise ParameterError(
                    sentence("one-person", one=quoted(account), other=quoted(other)),
                    given=account,
                )
            for each in (other, account):
                await connection.execute(_enrolment(self._database.dialect, each))
            mains = sa.select(accounts.c.main).where(accounts.c.account.in_([other, account]))
            return await _crown(connection, accounts.c.main.in_(mains))

        return await self._database.atomically(join)

    async def adopt_guest(self, guest: str, account: str) -> bool:
        """Make what someone asked for as a guest theirs, once they sign in; False if that is none.

        The guest's account never becomes the main one, and one that is linked stays where it is.
        """

        async def join(connection: AsyncConnection) -> bool:
            await _one_at_a_time(connection)
            theirs = sa.select(jobs.c.id).where(jobs.c.person == guest).limit(1)
            if (await connection.execute(theirs)).first() is None:
                return False
            await connection.execute(_enrolment(self._database.dialect, account))
            main = sa.select(accounts.c.main).where(accounts.c.account == account)
            row = {"account": guest, "main": main.scalar_subquery(), "since": now()}
            new = insert(self._database.dialect, accounts).values(row).on_conflict_do_nothing()
            added = await connection.execute(new.returning(accounts.c.account))
            return added.first() is not None

        return await self._database.atomically(join)

    async def unlink(self, account: str) -> bool:
        """Take an account out of its person; False if it was linked to none."""

        async def part(connection: AsyncConnection) -> bool:
            await _one_at_a_time(connection)
            gone = accounts.delete().where(accounts.c.account == account).returning(accounts.c.main)
            main = (await connection.execute(gone)).scalar()
            if main is None:
                return False
            await _crown(connection, accounts.c.main == main)
            return True

        return await self._database.atomically(part)

    async def main(self, account: str) -> str:
        """Give the account that stands for its person: itself, unless it is linked."""
        found = sa.select(accounts.c.main).where(accounts.c.account == account)
        row = await self._database.row(found)
        return account if row is None else str(row["main"])

    async def of_person(self, person: str) -> list[str]:
        """Give all accounts of one person, given any of them; the main one first."""
        linked = accounts.c.account.in_(everyone(person))
        found = sa.select(accounts.c.account).where(linked)
        order = (accounts.c.since, accounts.c.account)
        rows = await self._database.rows(found.order_by(*order))
        return [row["account"] for row in rows] or [person]

    async def painted_since(self, person: str, seconds: float) -> int:
        """Count what all accounts of a person asked for in the last `seconds`.

        Jobs that died, or were cancelled before they began, do not count.
        """
        in_vain = sa.or_(
            state_in(jobs, JobState.DEAD),
            sa.and_(state_in(jobs, JobState.CANCELLED), jobs.c.started.is_(None)),
        )
        statement = sa.select(sa.func.count().label("jobs")).where(
            jobs.c.person.in_(everyone(person)), jobs.c.created > now() - seconds, ~in_vain
        )
        row = await self._database.row(statement)
        return int(row["jobs"]) if row else 0

    async def metered_since(self, person: str, seconds: float) -> float:
        """Sum up the seconds that engines worked for all accounts of a person.

        Jobs that were asked for in the last `seconds` count, each with its last attempt.
        """
        worked = sa.func.coalesce(jobs.c.finished, now()) - jobs.c.started
        statement = sa.select(sa.func.sum(worked).label("seconds")).where(
            jobs.c.person.in_(everyone(person)),
            jobs.c.created > now() - seconds,
            jobs.c.started.is_not(None),
            ~state_in(jobs, JobState.QUEUED),
        )
        row = await self._database.row(statement)
        return float(row["seconds"] or 0.0) if row else 0.0

    # --- signing in ---------------------------------------------------------------------------

    async def new_sign_in(self, person: str, name: str, seconds: float = CODE_SECONDS) -> str:
        """Give a token, valid for so long and once, that signs this person in."""
        token = secrets.token_urlsafe(32)
        row = {"hash": _hash(token), "person": person, "name": storable(name, LONGEST_NAME)}

        async def begin(connection: AsyncConnection) -> None:
            for table in (sign_ins, sessions):
                await connection.execute(table.delete().where(table.c.expires <= now()))
            values = {**row, "expires": now() + seconds}
            await connection.execute(sign_ins.insert().values(values))

        await self._database.atomically(begin)
        return token

    async def redeem_sign_in(self, token: str) -> Session:
        """Begin a session; its token goes into a cookie.

        Raises:
            ParameterError: the token is unknown, used or too old.
        """
        cookie = secrets.token_urlsafe(32)
        valid = sa.and_(sign_ins.c.hash == _hash(token), sign_ins.c.expires > now())

        async def sign_in(connection: AsyncConnection) -> Session:
            used = sign_ins.delete().where(valid).returning(sign_ins.c.person, sign_ins.c.name)
            found = (await connection.execute(used)).mappings().first()
            if found is None:
                raise ParameterError(sentence("sign-in"))
            values = {**found, "hash": _hash(cookie), "expires": now() + SESSION_SECONDS}
            begun = sessions.insert().values(values).returning(sessions.c.expires)
            expires = (await connection.execute(begun)).scalar_one()
            return Session(found["person"], found["name"], float(expires), cookie)

        return await self._database.atomically(sign_in)

    async def session(self, token: str) -> Session | None:
        """Read the session of a cookie; None if it has ended."""
        valid = sa.and_(sessions.c.hash == _hash(token), sessions.c.expires > now())
        row = await self._database.row(sa.select(sessions).where(valid))
        return None if row is None else Session(row["person"], row["name"], float(row["expires"]))

    async def end_session(self, token: str) -> bool:
        """Sign out; False if there was no such session."""
        ended = sessions.delete().where(sessions.c.hash == _hash(token))
        return await self._database.row(ended.returning(sessions.c.person)) is not None

    async def end_sessions(self, person: str) -> int:
        """Sign a person's account out everywhere; tells how many sessions that ended."""
        ended = sessions.delete().where(sessions.c.person == person)
        return len(await self._database.rows(ended.returning(sessions.c.hash)))


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def _valid_code(code: str) -> sa.ColumnElement[bool]:
    letters = code[:100].upper().translate(_LOOKALIKES)
    return sa.and_(link_codes.c.hash == _hash(letters), link_codes.c.expires > now())


def _bad_code(code: str) -> ParameterError:
    # What was given is not repeated: it may be someone's code with one letter amiss.
    return ParameterError(
        sentence("code"),
        given=len(code),
    )


async def _one_at_a_time(connection: AsyncConnection) -> None:
    """Let others who link or unlink wait until this transaction ends, as SQLite does anyway."""
    if connection.dialect.name == "postgresql":
        await connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))


def _enrolment(dialect: str, account: str) -> sa.Executable:
    """Make an account a person of its own, here since its first job, unless it is linked."""
    first = sa.select(sa.func.min(jobs.c.created)).where(jobs.c.person == account)
    since = sa.func.coalesce(first.scalar_subquery(), now())
    row = {"account": account, "main": account, "since": since}
    return insert(dialect, accounts).values(row).on_conflict_do_nothing()


async def _crown(connection: AsyncConnection, members: sa.ColumnElement[bool]) -> str:
    """Make the oldest of some accounts the main one of all; one that is left alone is unlinked."""
    order = (accounts.c.since, accounts.c.account)
    found = await connection.execute(sa.select(accounts.c.account).where(members).order_by(*order))
    names = found.scalars().all()
    if len(names) > 1:
        theirs = accounts.c.account.in_(names)
        await connection.execute(accounts.update().where(theirs).values(main=names[0]))
    else:
        await connection.execute(accounts.delete().where(accounts.c.account.in_(names)))
    return str(names[0]) if names else ""
