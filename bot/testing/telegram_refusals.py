"""Error answers of the Bot API, worded as the real one words them."""

from collections.abc import Mapping
from typing import Any

__all__ = ["TelegramRefusal", "bad_request", "conflict", "forbidden", "too_many"]


class TelegramRefusal(Exception):  # noqa: N818  # the API's own answer, not a fault of the stand-in
    """An answer that is not ok.

    Args:
        code: of HTTP, and `error_code` of the answer.
        description: as the real API words it.
        parameters: for those who read more than words: retry_after, migrate_to_chat_id.
    """

    def __init__(
        self, code: int, description: str, parameters: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters

    def to_json(self) -> dict[str, Any]:
        """As the answer's body."""
        body = {"ok": False, "error_code": self.code, "description": self.description}
        return body if self.parameters is None else {**body, "parameters": dict(self.parameters)}


def bad_request(reason: str, **parameters: Any) -> TelegramRefusal:
    """A request that can't be done as it is."""
    return TelegramRefusal(400, f"Bad Request: {reason}", parameters or None)


def forbidden(reason: str) -> TelegramRefusal:
    """A chat in which the bot may not do that."""
    return TelegramRefusal(403, f"Forbidden: {reason}")


def conflict(reason: str) -> TelegramRefusal:
    """Two who want the same updates."""
    return TelegramRefusal(409, f"Conflict: {reason}")


def too_many(seconds: int) -> TelegramRefusal:
    """Flood control."""
    return TelegramRefusal(
        429, f"Too Many Requests: retry after {seconds}", {"retry_after": seconds}
    )
