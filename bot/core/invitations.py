"""Invitations: an account of the page's own, for people without a chat."""

import secrets

from ganshare.store import Store

__all__ = ["DAYS", "invite"]

DAYS = 7
_LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"


async def invite(store: Store, name: str, account: str = "", days: float = DAYS) -> tuple[str, str]:
    """Give an account, and a token that signs its owner in on the page, once.

    Args:
        name: as the page shows it.
        account: of who has been here before; a new one if left out.
        days: for which the token is valid.
    """
    account = account or "web:" + "".join(secrets.choice(_LETTERS) for _ in range(12))
    return account, await store.accounts.new_sign_in(account, name, days * 86_400.0)
