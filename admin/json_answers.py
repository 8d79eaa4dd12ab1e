"""Parses JSON answers of web services, and recognises pages of proxies in their place.

A network that wants a sign-in first, and a guard against robots, answer everything with a web page,
with whatever status they like.
"""

import re
from collections.abc import Mapping
from typing import Any

import httpx

from ganshare.errors import WorldError, quoted

__all__ = ["UnexpectedAnswer", "read_object"]

_TITLE = re.compile(r"<title[^>]*>([^<]*)", re.IGNORECASE)


class UnexpectedAnswer(WorldError):  # noqa: N818  # says what is the case
    """An answer that is none of the service's; what was asked for may have happened or not."""


def read_object(response: httpx.Response, service: str) -> Mapping[str, Any]:
    """Read an answer that is a JSON object, whatever its status; {} for one without a body.

    Args:
        service: its name, for people.

    Raises:
        UnexpectedAnswer: it is something else.
    """
    if not response.content.strip():
        return {}
    try:
        found = response.json()
    except (ValueError, RecursionError):
        found = None
    if isinstance(found, dict):
        return found
    raise UnexpectedAnswer(
        f"{service} answered with {_kind(response)} (HTTP {response.status_code}) in place of a "
        "JSON object. Something in between may have answered, such as a network that wants a "
        "sign-in, a proxy or a guard against robots; or the address is another service's."
    )


def _kind(response: httpx.Response) -> str:
    if "<" not in response.text[:200]:
        return "something else"
    title = _TITLE.search(response.text)
    name = " ".join(title[1].split()) if title else ""
    return f"the web page {quoted(name)}" if name else "a web page"
