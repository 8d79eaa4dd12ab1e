"""Types of settings: URLs with passwords, listen addresses, lists."""

import re
from dataclasses import dataclass
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, PlainSerializer, Secret
from pydantic_settings import NoDecode

from ganshare.settings.masking import MASK, mask_url

__all__ = [
    "KeyedUrls",
    "Listen",
    "ListenOrOff",
    "LowerCase",
    "SecretUrl",
    "SiteUrl",
    "SplitOnCommas",
    "TokenIds",
]


class SecretUrl(Secret[str]):
    """A URL that may hold a password; it shows itself with the password masked."""

    def _display(self) -> str:
        return mask_url(self.get_secret_value())


class KeyedUrls(Secret[tuple[str, ...]]):
    """URLs whose paths may be keys, as with RPC providers; only scheme and host are shown."""

    def _display(self) -> str:
        return ", ".join(_scheme_and_host(url) for url in self.get_secret_value())


def _scheme_and_host(url: str) -> str:
    scheme, _, rest = url.partition("://")
    authority, slash, path = rest.partition("/")
    host = authority.rpartition("@")[2]
    return f"{scheme}://{host}{slash}{MASK if path else ''}"


@dataclass(frozen=True)
class Listen:
    """Where a process listens: a host and a port, 0 for any free one."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def _parse_listen(given: object) -> object:
    if not isinstance(given, str):
        return given
    if given.strip().lower() == "off":
        return None
    host, _, port = given.strip().rpartition(":")
    if not host or not port.isdecimal() or int(port) > 65535:
        raise ValueError("it must be HOST:PORT, such as 127.0.0.1:9100, or off")
    return Listen(host.strip("[]"), int(port))


def _split_on_commas(given: object) -> object:
    if not isinstance(given, str):
        return given
    return tuple(part.strip() for part in given.split(",") if part.strip())


ListenOrOff = Annotated[
    Listen | None,
    BeforeValidator(_parse_listen),
    PlainSerializer(lambda listen: "off" if listen is None else str(listen)),
    NoDecode,
]


def _site_url(given: str) -> str:
    if not re.fullmatch(r"https?://[^/?#\s@]+/?", given):
        raise ValueError("it must be a scheme and a host, such as https://paint.example")
    return given.rstrip("/")


def _lower(given: object) -> object:
    return given.lower() if isinstance(given, str) else given


LowerCase = BeforeValidator(_lower)
SplitOnCommas = BeforeValidator(_split_on_commas)


def _one_id(given: object) -> object:
    """A file may have a single number."""
    return (given,) if isinstance(given, int) else given


TokenIds = Annotated[
    tuple[Annotated[int, Field(ge=0)], ...],
    BeforeValidator(_one_id),
    SplitOnCommas,
    NoDecode,
    PlainSerializer(lambda ids: ", ".join(map(str, ids)) or None),
]
SiteUrl = Annotated[str, AfterValidator(_site_url)]
