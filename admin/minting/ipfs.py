"""IPFS: computes a file's CID, and pins it with services that must agree on it.

The layout is kubo's for `ipfs add --cid-version=1`: raw leaves of 256 KiB, and above them UnixFS
nodes of up to 174 children in a balanced tree. https://specs.ipfs.tech/unixfs/
"""

import base64
import hashlib
import json
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import httpx

from admin.json_answers import UnexpectedAnswer, read_object
from ganshare.errors import InternalError, WorldError

__all__ = [
    "CHUNK",
    "IpfsError",
    "Kubo",
    "PinService",
    "Pinata",
    "Pinner",
    "cid_of",
    "cid_of_digest",
    "raw_digest",
]

CHUNK = 262_144
_WIDTH = 174
_RAW, _DAG_PB = 0x55, 0x70
_CID_OF_RAW = b"\x01\x55\x12\x20"  # before the SHA-256
_LONGEST_WAIT = 120.0
_LONGEST_SEARCH = 20.0
_SAMPLE = b"GANshare"


class IpfsError(WorldError):
    """A service did not take a file, or says that it is another one."""


# --- content identifiers ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Node:
    """A block of a file: its CID, the bytes of it with all below, and of the file in them."""

    cid: bytes
    total: int
    size: int


def cid_of(data: bytes) -> str:
    """Compute the CID (version 1, base32) of a file."""
    starts = range(0, max(len(data), 1), CHUNK)
    nodes = [_leaf(data[start : start + CHUNK]) for start in starts]
    while len(nodes) > 1:
        nodes = [_parent(nodes[i : i + _WIDTH]) for i in range(0, len(nodes), _WIDTH)]
    return _text(nodes[0].cid)


def cid_of_digest(digest: bytes) -> str:
    """Give the CID of a file that is one block, from its SHA-256."""
    return _text(_CID_OF_RAW + digest)


def raw_digest(data: bytes) -> bytes:
    """Give the SHA-256 inside the CID of a file that is one block.

    Raises:
        InternalError: it is larger than a block.
    """
    if len(data) > CHUNK:
        raise InternalError(f"A file of {len(data)} bytes is more than one block of IPFS.")
    return hashlib.sha256(data).digest()


def _text(cid: bytes) -> str:
    return "b" + base64.b32encode(cid).decode("ascii").lower().rstrip("=")


def _leaf(chunk: bytes) -> _Node:
    return _Node(_cid(_RAW, chunk), len(chunk), len(chunk))


def _parent(children: list[_Node]) -> _Node:
    """A UnixFS file (type 2) with the sizes of its parts, inside a dag-pb node with their links."""
    sizes = b"".join(_number(4, child.size) for child in children)
    size = sum(child.size for child in children)
    unixfs = _number(1, 2) + _number(3, size) + sizes
    links = b"".join(
        _bytes(2, _bytes(1, child.cid) + _bytes(2, b"") + _number(3, child.total))
        for child in children
    )
    block = links + _bytes(1, unixfs)
    return _Node(_cid(_DAG_PB, block), len(block) + sum(child.total for child in children), size)


def _cid(codec: int, block: bytes) -> bytes:
    return b"\x01" + _varint(codec) + b"\x12\x20" + hashlib.sha256(block).digest()


def _number(field: int, value: int) -> bytes:
    """A protobuf field that is a number."""
    return _varint(field << 3) + _varint(value)


def _bytes(field: int, value: bytes) -> bytes:
    """A protobuf field that is bytes."""
    return _varint(field << 3 | 2) + _varint(len(value)) + value


def _varint(number: int) -> bytes:
    parts = []
    while number > 0x7F:
        parts.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*parts, number])


# --- services -----------------------------------------------------------------------------------


class PinService(Protocol):
    """Keeps files and says by which CID."""

    async def add(self, name: str, data: bytes) -> str:
        """Keep a file; gives its CID, as the service computed it."""
        ...

    async def check(self) -> str:
        """Look whether it would keep files, and leave nothing there; raises IpfsError."""
        ...


class Pinner:
    """Keeps files with one or more services, all of which must come to our own CID."""

    def __init__(self, *services: PinService) -> None:
        self._services = services

    async def pin(self, name: str, data: bytes) -> str:
        """Keep a file everywhere; gives its CID.

        Raises:
            IpfsError: a service is away, or has another CID for it.
        """
        expected = cid_of(data)
        for service in self._services:
            _check_same(name, await service.add(name, data), expected)
        return expected

    async def check(self) -> list[str]:
        """Ask all services whether they would; raises IpfsError for the first that would not."""
        return [await service.check() for service in self._services]


def _check_same(name: str, found: str, expected: str) -> None:
    if found != expected:
        raise IpfsError(
            f"The service says that {name} is {found}, but it is {expected}; it must use CID "
            "version 1, raw leaves and chunks of 262144 bytes.",
            given=found,
            allowed=expected,
        )


class Kubo:
    """An IPFS node's own RPC, such as http://127.0.0.1:5001/api/v0."""

    def __init__(self, api: str, client: httpx.AsyncClient) -> None:
        self._api = api.rstrip("/")
        self._client = client

    async def add(self, name: str, data: bytes) -> str:
        """Keep a file; raises IpfsError."""
        return await self._hash(name, data, {"pin": "true"})

    async def read(self, cid: str) -> bytes | None:
        """Get a file of one block, from wherever the node finds it; None if it doesn't.

        Raises:
            IpfsError: the node is away.
        """
        params = {"arg": cid, "length": str(CHUNK), "timeout": f"{_LONGEST_SEARCH:.0f}s"}
        try:
            response = await self._client.post(
                f"{self._api}/cat", params=params, timeout=2 * _LONGEST_SEARCH
            )
        except httpx.HTTPError as error:
            host = httpx.URL(self._api).host
            message = f"The IPFS service at {host} is away: {type(error).__name__}."
            raise IpfsError(message) from error
        return response.content if response.is_success else None

    async def check(self) -> str:
        """Let the node compute a CID without keeping anything; raises IpfsError."""
        found = await self._hash("doctor.txt", _SAMPLE, {"only-hash": "true", "pin": "false"})
        _check_same("doctor.txt", found, cid_of(_SAMPLE))
        return f"{httpx.URL(self._api).host} computes the CIDs that we do"

    async def _hash(self, name: str, data: bytes, more: dict[str, str]) -> str:
        options = {"cid-version": "1", "raw-leaves": "true", "chunker": f"size-{CHUNK}", **more}
        answer = await _post(self._client, f"{self._api}/add", name, data, params=options)
        return str(answer.get("Hash"))


class Pinata:
    """A service with Pinata's API, such as https://api.pinata.cloud."""

    def __init__(self, api: str, token: str, client: httpx.AsyncClient) -> None:
        self._api = api.rstrip("/")
        self._headers = {"Authorization": f"Bearer {token}"}
        self._client = client

    async def add(self, name: str, data: bytes) -> str:
        """Keep a file; raises IpfsError."""
        answer = await _post(
            self._client,
            f"{self._api}/pinning/pinFileToIPFS",
            name,
            data,
            headers=self._headers,
            data={
                "pinataOptions": json.dumps({"cidVersion": 1}),
                "pinataMetadata": json.dumps({"name": name}),
            },
        )
        return str(answer.get("IpfsHash"))

    async def check(self) -> str:
        """Ask whether the token is accepted; raises IpfsError."""
        url = f"{self._api}/data/testAuthentication"
        await _answer(url, "the token", self._client.get(url, headers=self._headers))
        return f"{httpx.URL(self._api).host} accepts the token"


async def _post(
    client: httpx.AsyncClient,
    url: str,
    name: str,
    content: bytes,
    *,
    params: dict[str, str] | None = None,
    headers: dict[str, str] | None = None,
    data: dict[str, str] | None = None,
) -> Mapping[str, Any]:
    asking = client.post(
        url,
        files={"file": (name, content)},
        params=params,
        headers=headers,
        data=data,
        timeout=_LONGEST_WAIT,
    )
    return await _answer(url, name, asking)


async def _answer(url: str, name: str, asking: Awaitable[httpx.Response]) -> Mapping[str, Any]:
    host = httpx.URL(url).host
    try:
        response = await asking
    except httpx.HTTPError as error:
        raise IpfsError(f"The IPFS service at {host} is away: {type(error).__name__}.") from error
    try:
        answer = read_object(response, f"The IPFS service at {host}")
    except UnexpectedAnswer as error:
        raise IpfsError(str(error)) from error
    if not response.is_success:
        raise IpfsError(f"The IPFS service refused {name} with HTTP {response.status_code}.")
    return answer
