"""Who is who: accounts of several platforms that are one person, and sessions on the web page.

Codes and tokens are kept as SHA-256 only, and the database compares and counts them.
"""

from ganshare.community import Session
from ganshare.store.database import Database

__all__ = ["Accounts"]


class Accounts:
    """Linking, signing in, quotas."""

    _database: Database

    async def new_link(self, account: str) -> str:
        """Give a code, valid for ten minutes and once, that links this account to another.

        An earlier code of the same account ends with it. The owner types the new one where the
        other account is.
        """
        raise NotImplementedError

    async def peek_link(self, code: str) -> str:
        """Tell which account a code links, without using it up: to be asked back before.

        Raises:
            ParameterError: the code is unknown, used or too old.
        """
        raise NotImplementedError

    async def redeem_link(self, code: str, account: str) -> str:
        """Make one person of this account and the code's, with all that each is linked to.

        Gives the main account: the one that has been here longest.

        Raises:
            ParameterError: the code is unknown, used or too old, or the accounts are one already.
        """
        raise NotImplementedError

    async def unlink(self, account: str) -> bool:
        """Take an account out of its person; False if it was linked to none."""
        raise NotImplementedError

    async def main_account(self, account: str) -> str:
        """Give the account that stands for its person: itself, unless it is linked."""
        raise NotImplementedError

    async def accounts_of(self, person: str) -> list[str]:
        """Give all accounts of one person, given any of them; the main one first."""
        raise NotImplementedError

    async def painted_since(self, person: str, seconds: float) -> int:
        """Count what all accounts of a person asked for in the last `seconds`.

        Jobs that died, or were cancelled before they began, do not count.
        """
        raise NotImplementedError

    async def new_sign_in(self, person: str, name: str) -> str:
        """Give a token, valid for ten minutes and once, that signs this person in."""
        raise NotImplementedError

    async def redeem_sign_in(self, token: str) -> Session:
        """Begin a session; its token goes into a cookie.

        Raises:
            ParameterError: the token is unknown, used or too old.
        """
        raise NotImplementedError

    async def session(self, token: str) -> Session | None:
        """Read the session of a cookie; None if it has ended."""
        raise NotImplementedError

    async def end_session(self, token: str) -> bool:
        """Sign out; False if there was no such session."""
        raise NotImplementedError

    async def end_sessions(self, person: str) -> int:
        """Sign a person's account out everywhere; tells how many sessions that ended."""
        raise NotImplementedError
