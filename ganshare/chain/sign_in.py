"""Strict parser of sign-in messages (EIP-4361): anything else is refused.

https://eips.ethereum.org/EIPS/eip-4361
"""

import ipaddress
import re
import time
from dataclasses import dataclass
from datetime import datetime

from eth_utils.address import is_checksum_address

from ganshare.errors import ParameterError

__all__ = ["SignIn", "read_sign_in"]

SKEW_SECONDS = 600.0  # that a message may be old, and clocks may differ
_TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)"
_HOST = r"(?:[A-Za-z0-9.-]{{1,253}}|\[(?P<{}>[0-9A-Fa-f:.]{{2,45}})\])(?::\d{{1,5}})?"
_LETTER = r"(?:[A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2})"  # RFC 3986: pchar
_DOMAIN = rf"(?P<domain>{_HOST.format('ip')})"
_URI = (
    rf"(?P<uri>https?://{_HOST.format('uri_ip')}"
    rf"(?:/{_LETTER}*){{0,50}}(?:\?(?:{_LETTER}|[/?])*)?(?:#(?:{_LETTER}|[/?])*)?)"
)
_STATEMENT = r"(?P<statement>[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;= -]{1,300})"
_REST = (
    rf"URI: {_URI}\n"
    r"Version: 1\n"
    r"Chain ID: (?P<chain_id>[1-9]\d{0,17})\n"
    r"Nonce: (?P<nonce>[a-zA-Z0-9-]{8,128})\n"
    rf"Issued At: (?P<issued>{_TIME})"
    rf"(?:\nExpiration Time: (?P<expires>{_TIME}))?"
    rf"(?:\nRequest ID: {_LETTER}{{0,128}})?"
)
_ADDRESS = r"(?P<address>0x[0-9a-fA-F]{40})\n\n"
_MESSAGE = re.compile(
    rf"{_DOMAIN} wants you to sign in with your Ethereum account:\n{_ADDRESS}"
    rf"(?:{_STATEMENT}\n)?\n{_REST}",
    re.ASCII,
)
# Marketplaces of several kinds of chains leave "Ethereum" out, and an empty line.
_OF_MARKETPLACE = re.compile(
    rf"{_DOMAIN} wants you to sign in with your (?:Ethereum )?account:\n{_ADDRESS}"
    rf"(?:(?P<statement>[ -~]{{1,300}})\n\n)?\n?{_REST}",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class SignIn:
    """Who wants to sign in where; `text` is what is signed, and says nothing else."""

    text: str
    domain: str
    address: str
    uri: str
    chain_id: int
    nonce: str = ""
    expires: float | None = None  # seconds since 1970


def read_sign_in(text: str, *, now: float | None = None, of_marketplace: bool = False) -> SignIn:
    """Read a message.

    Args:
        now: seconds since 1970; the clock's if left out.
        of_marketplace: whether it may be as marketplaces write it, a little freer.

    Raises:
        ParameterError: it is no message to sign in with, or not one of this moment.
    """
    found = (_OF_MARKETPLACE if of_marketplace else _MESSAGE).fullmatch(text)
    if (
        found is None
        or not is_checksum_address(found["address"])
        or not all(_is_ip(found[name]) for name in ("ip", "uri_ip"))
        or ("-" in found["nonce"] and not of_marketplace)
    ):
        raise ParameterError("The text is not a sign-in message as defined by EIP-4361.")
    at = time.time() if now is None else now
    if abs(_seconds(found["issued"]) - at) > SKEW_SECONDS:
        raise ParameterError("The message to sign in with was not made now.", given=found["issued"])
    expires = None if found["expires"] is None else _seconds(found["expires"])
    if expires is not None and expires <= at:
        raise ParameterError("The message to sign in with has expired.", given=found["expires"])
    return SignIn(
        text=text,
        domain=found["domain"],
        address=found["address"],
        uri=found["uri"],
        chain_id=int(found["chain_id"]),
        nonce=found["nonce"],
        expires=expires,
    )


def _is_ip(text: str | None) -> bool:
    """Whether it is an address of IPv6, or nothing."""
    try:
        return text is None or bool(ipaddress.IPv6Address(text))
    except ValueError:
        return False


def _seconds(text: str) -> float:
    try:
        return datetime.fromisoformat(text).timestamp()
    except (ValueError, OverflowError) as error:
        raise ParameterError(f"There is no time {text}.", given=text) from error
