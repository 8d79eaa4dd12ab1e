"""One JSON-RPC endpoint of a chain, over HTTP, asked once.

Endpoints of providers carry keys in their URLs: only host and port are ever named.
"""

import itertools
import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

import httpx

from ganshare.errors import WorldError

__all__ = ["Endpoint", "EndpointAway", "RpcError", "make_endpoints"]

# What the chain itself says about a call or a transaction. Every other error is the endpoint's own:
# it has not heard of the block, wants fewer questions, is overloaded or asks for a key.
_VERDICT = re.compile(
    r"revert|funds|afford|balance|\bgas\b|\bgaslimit\b|\bnonce\b|underpriced|\bknown"
    r"|already (known|imported)|\bfee\b|opcode|\bjump|stack (under|over)flow|oversized|code ?size"
    r"|initcode",
    re.IGNORECASE,
)
_NO_COINS = re.compile(r"insufficient ?(funds|balance)|afford|exceeds account balance", re.I)
_TOO_LARGE = re.compile(
    r"exceeds (the )?(block|max\w*|transaction)[ _]?gas|gas limit (is )?too|oversized", re.I
)
_REVERTED = 3
_NO_SUCH_METHOD = -32601
_ASK_AGAIN = (408, 425, 429)


class RpcError(WorldError):
    """The chain refused a call or a transaction; `code` and `data` are the endpoint's own."""

    code: int  # type: ignore[assignment]  # the endpoint's

    def __init__(self, message: str, *, code: int, reason: str, data: Any = None) -> None:
        super().__init__(message, given=reason)
        self.code = code
        self.reason = reason
        self.data = data

    @property
    def is_lack_of_coins(self) -> bool:
        """Whether the account cannot pay for it; clients word that differently."""
        return _NO_COINS.search(self.reason) is not None

    @property
    def is_too_large(self) -> bool:
        """Whether no block or node takes so much gas or so many bytes, ever."""
        return _TOO_LARGE.search(self.reason) is not None

    @property
    def is_too_cheap(self) -> bool:
        """Whether another transaction with the same nonce offers about as much, or more."""
        return "underpriced" in self.reason.lower()


class EndpointAway(WorldError):  # noqa: N818  # says what is the case
    """An endpoint gave no answer, or none that can be used.

    Args:
        reason: why, in a few words.
        passing: whether the same question may be answered a moment later.
        wait: seconds that the endpoint asks to wait.
    """

    def __init__(
        self, message: str, *, reason: str, passing: bool = True, wait: float = 0.0
    ) -> None:
        super().__init__(message, given=reason)
        self.reason = reason
        self.passing = passing
        self.wait = wait


class Endpoint:
    """One endpoint.

    Args:
        url: complete, with the provider's key if there is one.
        client: shared by all endpoints; it knows how long to wait.
        number: told with its name, where several have the same host.
    """

    def __init__(self, url: str, client: httpx.AsyncClient, number: int | None = None) -> None:
        self._url = url
        self._client = client
        self._ids = itertools.count(1)
        self.name = _host(url) if number is None else f"{_host(url)} ({number})"

    async def ask(self, method: str, *params: Any) -> Any:
        """Call a method.

        Raises:
            EndpointAway: there was no answer, or one about the endpoint and not about the chain.
            RpcError: the chain refuses what was asked.
        """
        request = {"jsonrpc": "2.0", "id": next(self._ids), "method": method, "params": params}
        try:
            response = await self._client.post(self._url, json=request)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            # The library's own message may have the URL in it, hence only its kind.
            unusable = (httpx.InvalidURL, httpx.UnsupportedProtocol, httpx.LocalProtocolError)
            raise self.away(
                method, type(error).__name__, passing=not isinstance(error, unusable)
            ) from None
        try:
            answer = response.json()
        except ValueError:
            answer = None
        status = response.status_code
        if isinstance(answer, dict) and "result" in answer and response.is_success:
            return answer["result"]
        refusal = answer.get("error") if isinstance(answer, dict) else None
        if isinstance(refusal, dict):
            raise self._refusal(method, status, refusal)
        passing = status in _ASK_AGAIN or not 400 <= status < 500
        reason = f"HTTP {status}" + ("" if isinstance(answer, dict) else " without JSON")
        raise self.away(method, reason, passing=passing, wait=_wait(response))

    def away(
        self, method: str, reason: str, *, passing: bool = True, wait: float = 0.0
    ) -> EndpointAway:
        """Make the error that says that this endpoint's answer cannot be used."""
        message = f"The endpoint {self.name} gave no answer to {method}: {reason}."
        return EndpointAway(message, reason=reason, passing=passing, wait=wait)

    def _refusal(self, method: str, status: int, refusal: dict[str, Any]) -> WorldError:
        reason, code = str(refusal.get("message", "")), refusal.get("code")
        known = code if isinstance(code, int) else 0
        if status not in _ASK_AGAIN and (known == _REVERTED or _VERDICT.search(reason)):
            return RpcError(
                f"The endpoint {self.name} refused {method}: {reason or code}.",
                code=known,
                reason=reason,
                data=refusal.get("data"),
            )
        passing = known != _NO_SUCH_METHOD and status not in (401, 403)
        return self.away(method, reason or f"error {code}", passing=passing)


def make_endpoints(urls: Sequence[str], client: httpx.AsyncClient) -> list[Endpoint]:
    """Make endpoints that can be told from one another by name."""
    hosts = [_host(url) for url in urls]
    return [
        Endpoint(url, client, number if hosts.count(host) > 1 else None)
        for number, (url, host) in enumerate(zip(urls, hosts, strict=True), 1)
    ]


def _host(url: str) -> str:
    return urlsplit(url).netloc.rpartition("@")[2] or "?"


def _wait(response: httpx.Response) -> float:
    """How long an endpoint asks to wait, in seconds; 0 if it doesn't say."""
    text = response.headers.get("retry-after", "")
    return float(text) if text.isdecimal() and text.isascii() else 0.0
