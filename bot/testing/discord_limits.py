"""Discord's limits on messages, and its rate limits, in the stand-in."""

import time
from collections.abc import Mapping
from typing import Any

from bot.testing.discord_world import DiscordRefusal

__all__ = ["Buckets", "check_message"]

MIB = 1 << 20
LARGEST_FILE = 10 * MIB
LONGEST_CONTENT = 2000
LONGEST_OF_EMBED = {"title": 256, "description": 4096}
LONGEST_EMBEDS = 6000  # characters of all embeds of a message
MOST_FIELDS, LONGEST_NAME, LONGEST_VALUE = 25, 256, 1024
MOST_ROWS, MOST_IN_A_ROW, LONGEST_LABEL, LONGEST_CUSTOM_ID = 5, 5, 80, 100
MOST_FILES = 10
LINK, LONGEST_URL = 5, 512  # the style of a button that leads somewhere
OTHERS = 10


def check_message(body: Mapping[str, Any], files: Mapping[str, bytes]) -> None:
    """Refuse a message as Discord would; the refusal says why."""
    if len(body.get("content") or "") > LONGEST_CONTENT:
        raise _invalid("content: Must be 2000 or fewer in length.")
    _check_embeds(body.get("embeds") or [])
    _check_components(body.get("components") or [])
    if len(files) > MOST_FILES or any(len(data) > LARGEST_FILE for data in files.values()):
        raise DiscordRefusal(413, 40005, "Request entity too large")
    names = {each.get("filename") for each in body.get("attachments") or []} | set(files)
    for embed in body.get("embeds") or []:
        url = (embed.get("image") or {}).get("url", "")
        if url.startswith("attachment://") and url.removeprefix("attachment://") not in names:
            raise _invalid(f"embeds: {url} is not attached.")


def _check_embeds(embeds: list[dict[str, Any]]) -> None:
    total = 0
    for embed in embeds:
        for name, longest in LONGEST_OF_EMBED.items():
            if len(embed.get(name) or "") > longest:
                raise _invalid(f"embeds.{name}: Must be {longest} or fewer in length.")
        fields = embed.get("fields") or []
        if len(fields) > MOST_FIELDS:
            raise _invalid("embeds.fields: Must be 25 or fewer in length.")
        for each in fields:
            if not 1 <= len(each["name"]) <= LONGEST_NAME:
                raise _invalid("embeds.fields.name: Must be between 1 and 256 in length.")
            if not 1 <= len(each["value"]) <= LONGEST_VALUE:
                raise _invalid("embeds.fields.value: Must be between 1 and 1024 in length.")
        texts = [embed.get("title"), embed.get("description")]
        texts += [text for each in fields for text in (each["name"], each["value"])]
        texts.append((embed.get("footer") or {}).get("text"))
        total += sum(len(text or "") for text in texts)
    if total > LONGEST_EMBEDS:
        raise _invalid("embeds: Embed size exceeds maximum size of 6000.")


def _check_components(rows: list[dict[str, Any]]) -> None:
    seen: set[str] = set()
    if len(rows) > MOST_ROWS:
        raise _invalid("components: Must be 5 or fewer in length.")
    for row in rows:
        if not 1 <= len(row["components"]) <= MOST_IN_A_ROW:
            raise _invalid("components.components: Must be between 1 and 5 in length.")
        for each in row["components"]:
            custom_id = each.get("custom_id") or ""
            if each.get("style") == LINK:
                if custom_id or not 1 <= len(each.get("url") or "") <= LONGEST_URL:
                    raise _invalid(
                        "components.url: Required, 512 or fewer in length, no custom_id."
                    )
                continue
            if not 1 <= len(custom_id) <= LONGEST_CUSTOM_ID or custom_id in seen:
                raise _invalid("components.custom_id: Must be unique, 1 to 100 in length.")
            seen.add(custom_id)
            if len(each.get("label") or "") > LONGEST_LABEL:
                raise _invalid("components.label: Must be 80 or fewer in length.")
            if not each.get("label") and not each.get("emoji"):
                raise _invalid("components: A button needs a label or an emoji.")


def _invalid(message: str) -> DiscordRefusal:
    return DiscordRefusal(400, 50035, f"Invalid Form Body: {message}")


class Buckets:
    """Counts requests by route and channel, as Discord does: all again once a window has ended.

    Args:
        limit: messages and edits in each `seconds` of one bucket; `OTHERS` times that elsewhere.
    """

    def __init__(self, limit: int = 5, seconds: float = 5.0) -> None:
        self.limit, self.seconds = limit, seconds
        self.exceeded = 0
        self._windows: dict[str, tuple[float, int]] = {}  # when each began, and its requests

    def take(self, bucket: str) -> dict[str, str]:
        """Count a request and give the headers that tell of it; refuse one too many."""
        now = time.monotonic()
        limit = self.limit if "messages" in bucket else OTHERS * self.limit
        began, taken = self._windows.get(bucket, (now, 0))
        if now >= began + self.seconds:
            began, taken = now, 0
        reset = began + self.seconds - now
        if taken >= limit:
            self.exceeded += 1
            raise DiscordRefusal(429, 0, "You are being rate limited.", retry_after=round(reset, 3))
        self._windows[bucket] = began, taken + 1
        return {
            "X-RateLimit-Limit": str(limit),
            "X-RateLimit-Remaining": str(limit - taken - 1),
            "X-RateLimit-Reset": f"{time.time() + reset:.3f}",
            "X-RateLimit-Reset-After": f"{reset:.3f}",
            "X-RateLimit-Bucket": bucket.partition(" ")[0],
        }
