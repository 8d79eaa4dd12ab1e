"""One JSON-RPC endpoint of a chain, over HTTP.

Endpoints of providers carry keys in their URLs: only the host is ever named.
"""

import itertools
from typing import Any
from urllib.parse import urlsplit

import httpx

from ganshare.errors import WorldError

__all__ = ["Endpoint", "EndpointAway", "RpcError"]


class RpcError(WorldError):
    """An endpoint answered with an error; `code` and `data` are its own."""

    def __init__(self, message: str, *, code: int, reason: str, data: Any = None) -> None:
        super().__init__(message, given=reason)
        self.code = code
        self.reason = reason
        self.data = data


class EndpointAway(WorldError):  # noqa: N818  # says what is the case
    """An endpoint gave no answer, or none that can be read."""


class Endpoint:
    """One endpoint.

    Args:
        url: complete, with the provider's key if there is one.
        client: shared by all endpoints; it knows how long to wait.
    """

    def __init__(self, url: str, client: httpx.AsyncClient) -> None:
        self._url = url
        self._client = client
        self._ids = itertools.count(1)
        self.name = urlsplit(url).hostname or "?"

    async def ask(self, method: str, *params: Any) -> Any:
        """Call a method.

        Raises:
            EndpointAway: there was no answer.
            RpcError: the answer is an error.
        """
        request = {"jsonrpc": "2.0", "id": next(self._ids), "method": method, "params": params}
        try:
            response = await self._client.post(self._url, json=request)
            answer = response.json()
        except (httpx.HTTPError, ValueError) as error:
            # The library's own message may have the URL in it, hence only its kind.
            raise EndpointAway(
                f"The endpoint {self.name} gave no answer to {method}: {type(error).__name__}."
            ) from None
        if isinstance(answer, dict) and "result" in answer:
            return answer["result"]
        refusal = answer.get("error") if isinstance(answer, dict) else None
        if not isinstance(refusal, dict):
            raise EndpointAway(
                f"The endpoint {self.name} answered {method} with HTTP {response.status_code}."
            )
        reason = str(refusal.get("message", ""))
        raise RpcError(
            f"The endpoint {self.name} refused {method}: {reason or refusal.get('code')}.",
            code=int(refusal.get("code", 0)),
            reason=reason,
            data=refusal.get("data"),
        )
