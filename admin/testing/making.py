"""Test values: limits, keystores, items and tokens."""

import json
from pathlib import Path
from typing import Any

from eth_account import Account

from admin.ledger import Collection, Token, TokenState
from admin.testing.evm import CHAIN_ID, OWNER
from admin.wallet.fees import GWEI
from admin.wallet.signer import Limits
from admin.wallet.timing import Timing

__all__ = ["OWNER", "QUICK", "make_item", "make_limits", "make_quick_keystore", "make_token"]

QUICK = Timing(confirmations=0, look=0.01, resend=0.2, replace=1.0, give_up=20.0)


def make_quick_keystore(path: Path, password: str, key: bytes) -> None:
    """Make a keystore that opens at once: the real work factor takes a second of CPU each time."""
    path.write_text(json.dumps(Account.encrypt(key, password, "pbkdf2", 1)), "utf-8")
    path.chmod(0o600)


def make_limits(collection: str | None = None, **overrides: Any) -> Limits:
    """Give limits that allow what tests do with one collection."""
    values: dict[str, Any] = {
        "chain_id": CHAIN_ID,
        "recipients": frozenset({collection} if collection else ()),
        "gas_price": 100 * GWEI,
        "transaction": 10**18,
        "day": 10 * 10**18,
        "may_deploy": True,
        "collection": collection,
    }
    return Limits(**(values | overrides))


def make_item(number: int, **overrides: Any) -> dict[str, Any]:
    """Give a curated painting as the ledger keeps it."""
    values: dict[str, Any] = {
        "id": f"artwork{number:04}",
        "sha256": f"{number:064x}",
        "prompt": f"an Abstract painting of a City {number}",
        "attributes": {"Style": "Abstract", "Subject": "City", "Colour": "Red", "Hex": "#ff0000"},
        "seed": number,
        "model": "paintings-f8",
        "steps": 200,
        "width": 1024,
        "height": 1024,
        "may_sell": True,
        "votes": 7,
        "views": 40,
        "round": "round1",
        "round_title": "Week 1",
    }
    return values | overrides


def make_token(collection: Collection, number: int, **overrides: Any) -> Token:
    """Give the token of `make_item`, planned."""
    item = make_item(number)
    values: dict[str, Any] = {
        "collection": collection,
        "token": number,
        "artwork": item["id"],
        "state": TokenState.PLANNED,
        "item": item,
    }
    return Token(**(values | overrides))
