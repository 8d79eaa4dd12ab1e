"""Connections of the page: deadlines for requests and for reading answers, a cap per address.

Who sends half a request keeps a connection, and a descriptor, until the deadline; who reads
nothing of a long answer keeps its bytes in memory. Where there are too many connections, the
oldest of those that have not yet asked for anything makes room for the next.
"""

import asyncio
import resource
import time
from collections import defaultdict
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from ganshare.monitoring.log import get_logger

__all__ = ["ConnectionLimits", "limited_protocol", "raise_descriptors"]

HEAD_SECONDS, BODY_SECONDS, READ_SECONDS = 10.0, 120.0, 120.0
PER_ADDRESS = 1024
DESCRIPTORS = 65_536  # as many as may be had, and not more
RESERVE = 256  # of them, for database, blobs and files
LOG_SECONDS = 60.0

_log = get_logger(__name__)


class ConnectionLimits:
    """What all connections of one server share.

    Args:
        total: connections at most.
        per_address: of one address; proxies, which speak for many, are not counted.
        head_seconds: from the beginning of a request to the end of its head.
        body_seconds: and from there to the end of its body.
        read_seconds: in which some of an answer must be read.
    """

    def __init__(
        self,
        total: int,
        per_address: int = PER_ADDRESS,
        *,
        proxies: tuple[str, ...] = (),
        head_seconds: float = HEAD_SECONDS,
        body_seconds: float = BODY_SECONDS,
        read_seconds: float = READ_SECONDS,
    ) -> None:
        self.total, self.per_address = total, per_address
        self._trusts_all = "*" in proxies
        self._proxies = [network for each in proxies for network in _networks(each)]
        self.read_seconds = read_seconds
        self.seconds = {h11.IDLE: head_seconds, h11.SEND_BODY: body_seconds}
        self._open: dict[str, dict[LimitedProtocol, None]] = defaultdict(dict)
        self._count, self._refused, self._logged = 0, 0, float("-inf")

    def admit(self, connection: "LimitedProtocol") -> bool:
        """Count a new connection in, if need be in the place of one that asks for nothing."""
        address = connection.address
        same = self._open[address]
        rivals: list[dict[LimitedProtocol, None]] = []
        if len(same) >= self.per_address and not self._is_proxy(address):
            rivals = [same]
        elif self._count >= self.total:
            rivals = sorted(self._open.values(), key=len, reverse=True)
        if rivals:
            self._note()
            asks_nothing = (each for some in rivals for each in some if each.is_waiting)
            idle = next(asks_nothing, None)
            if idle is None:
                return False
            idle.drop()
        same[connection] = None
        self._count += 1
        return True

    def forget(self, connection: "LimitedProtocol") -> None:
        """Count it out."""
        same = self._open.get(connection.address)
        if same is not None and connection in same:
            del same[connection]
            self._count -= 1
            if not same:
                del self._open[connection.address]

    def _is_proxy(self, address: str) -> bool:
        try:
            found = ip_address(address)
        except ValueError:  # a socket file: whoever may open it
            return True
        return self._trusts_all or any(found in network for network in self._proxies)

    def _note(self) -> None:
        """Log that connections were refused: one line a minute, however many."""
        self._refused += 1
        if time.monotonic() - self._logged > LOG_SECONDS:
            _log.warning("connections are refused", since_last_line=self._refused, open=self._count)
            self._refused, self._logged = 0, time.monotonic()


class LimitedProtocol(H11Protocol):
    """One connection; made by `limited_protocol`."""

    limits: ConnectionLimits
    _deadline: asyncio.TimerHandle | None = None
    _watched: Any = None  # the state that the deadline is for
    _reading: asyncio.TimerHandle | None = None  # until the other side must have read

    @property
    def address(self) -> str:
        """Where it comes from."""
        return self.client[0] if self.client else ""

    @property
    def is_waiting(self) -> bool:
        """Whether it has not asked for anything yet, or not again."""
        return self.conn.their_state is h11.IDLE

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin, unless there are too many."""
        super().connection_made(transport)
        if self.limits.admit(self):
            self._watch()
        else:
            transport.abort()

    def data_received(self, data: bytes) -> None:
        """Go on reading."""
        super().data_received(data)
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """End."""
        self.limits.forget(self)
        self._set_deadline(None)
        self._end_reading()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        """Wait for the other side to read, but not for ever."""
        super().pause_writing()
        self._expect_reading()

    def resume_writing(self) -> None:
        """Go on sending."""
        self._end_reading()
        super().resume_writing()

    def _expect_reading(self) -> None:
        left = self.transport.get_write_buffer_size()
        self._reading = self.loop.call_later(self.limits.read_seconds, self._check_reading, left)

    def _check_reading(self, left: int) -> None:
        if self.transport.get_write_buffer_size() < left:
            self._expect_reading()
        else:
            self.drop()

    def _end_reading(self) -> None:
        if self._reading is not None:
            self._reading.cancel()
            self._reading = None

    def drop(self) -> None:
        """End it here and now."""
        self.limits.forget(self)
        self.transport.abort()

    def _watch(self) -> None:
        state = self.conn.their_state
        if state is not self._watched:
            self._watched = state
            self._set_deadline(self.limits.seconds.get(state))

    def _set_deadline(self, seconds: float | None) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
        self._deadline = None if seconds is None else self.loop.call_later(seconds, self.drop)


def _networks(proxy: str) -> list[IPv4Network | IPv6Network]:
    try:
        return [ip_network(proxy, strict=False)]
    except ValueError:  # a name, or the file of a socket
        return []


def limited_protocol(shared: ConnectionLimits) -> type[LimitedProtocol]:
    """The protocol of a server whose connections share these limits."""

    class Protocol(LimitedProtocol):
        limits = shared

    return Protocol


def raise_descriptors() -> int:
    """Let this process open as many files as it may; gives how many connections they allow."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = DESCRIPTORS if hard == resource.RLIM_INFINITY else min(hard, DESCRIPTORS)
    if soft != resource.RLIM_INFINITY and soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
    return max(most - RESERVE, most // 2)
