"""Limits the size of request bodies, independently of Content-Length."""

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.web.site import MEGABYTES, Refused

__all__ = ["BodyLimit"]


class BodyLimit:
    """Counts the bytes of a body as they come.

    Args:
        largest: bytes that a body may have.
    """

    def __init__(self, app: ASGIApp, largest: int) -> None:
        self._app, self._largest = app, largest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand on what comes; who reads too much gets Refused, which becomes a page."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        said = Request(scope).headers.get("content-length", "0")
        too_much = not said.isdecimal() or int(said) > self._largest
        taken = 0

        async def receive_some() -> Message:
            nonlocal taken
            if too_much:
                raise Refused(413, "web-too-large", megabytes=MEGABYTES)
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > self._largest:
                raise Refused(413, "web-too-large", megabytes=MEGABYTES)
            return message

        await self._app(scope, receive_some, send)
