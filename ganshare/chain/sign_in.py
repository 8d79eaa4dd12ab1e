"""Strict parser of sign-in messages (EIP-4361): anything else is refused.

https://eips.ethereum.org/EIPS/eip-4361
"""

import re
import time
from dataclasses import dataclass
from datetime import datetime

from eth_utils.address import is_checksum_address

from ganshare.errors import ParameterError

__all__ = ["SignIn", "read_sign_in"]

SKEW_SECONDS = 600.0  # that a message may be old, and clocks may differ
_TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)"
# Marketplaces of several kinds of chains leave "Ethereum" out.
_MESSAGE = re.compile(
    r"(?P<domain>[\w.:-]+) wants you to sign in with your (?:Ethereum )?account:\n"
    r"(?P<address>0x[0-9a-fA-F]{40})\n\n"
    r"(?:(?P<statement>[ -~]{1,300})\n\n)?\n?"
    r"URI: (?P<uri>https?://[!-~]{1,200})\n"
    r"Version: 1\n"
    r"Chain ID: (?P<chain_id>[1-9]\d{0,17})\n"
    r"Nonce: (?P<nonce>[a-zA-Z0-9-]{8,128})\n"
    rf"Issued At: (?P<issued>{_TIME})"
    rf"(?:\nExpiration Time: (?P<expires>{_TIME}))?"
    r"(?:\nRequest ID: [!-~]{0,128})?"
)


@dataclass(frozen=True, slots=True)
class SignIn:
    """Who wants to sign in where; `text` is what is signed, and says nothing else."""

    text: str
    domain: str
    address: str
    uri: str
    chain_id: int


def read_sign_in(text: str, *, now: float | None = None) -> SignIn:
    """Read a message.

    Raises:
        ParameterError: it is no message to sign in with, or not one of this moment.
    """
    found = _MESSAGE.fullmatch(text)
    if found is None or not is_checksum_address(found["address"]):
        raise ParameterError("The text is no message to sign in with, as EIP-4361 has them.")
    at = time.time() if now is None else now
    if abs(_seconds(found["issued"]) - at) > SKEW_SECONDS:
        raise ParameterError("The message to sign in with was not made now.", given=found["issued"])
    if found["expires"] is not None and _seconds(found["expires"]) <= at:
        raise ParameterError("The message to sign in with has expired.", given=found["expires"])
    return SignIn(
        text=text,
        domain=found["domain"],
        address=found["address"],
        uri=found["uri"],
        chain_id=int(found["chain_id"]),
    )


def _seconds(text: str) -> float:
    try:
        return datetime.fromisoformat(text).timestamp()
    except ValueError as error:
        raise ParameterError(f"There is no time {text}.", given=text) from error
