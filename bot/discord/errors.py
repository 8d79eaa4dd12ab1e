"""Translates errors of discord.py and the network into those of `bot.core.delivery.platform`."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

import aiohttp
import discord

from bot.core.delivery.platform import Away, MessageGone, PlaceGone, SlowDown
from ganshare.monitoring.log import get_logger

__all__ = ["NETWORK", "as_messenger_errors"]

UNKNOWN_MESSAGE, NOT_OURS = 10008, 50005
TOO_MANY, UNAUTHORIZED = 429, 401
REST_SECONDS = 5.0  # when Discord doesn't say how long
NETWORK = (aiohttp.ClientError, asyncio.TimeoutError, OSError)

_log = get_logger(__name__)


@contextmanager
def as_messenger_errors() -> Iterator[None]:
    """Translate the errors of a discord.py request within the block."""
    try:
        yield
    except discord.RateLimited as error:
        raise SlowDown(error.retry_after) from error
    except discord.HTTPException as error:
        raise _translate(error) from error
    except NETWORK as error:
        raise Away(f"Discord cannot be reached: {type(error).__name__}.") from error
    except RuntimeError as error:  # aiohttp's word for a session that closes meanwhile
        raise Away("The connection to Discord is being closed.") from error


def _translate(error: discord.HTTPException) -> Exception:
    reason = f"Discord answered {error.status}, code {error.code}."
    if error.status == TOO_MANY:
        return SlowDown(_retry_after(error))
    if error.status >= 500 or error.status == UNAUTHORIZED:
        return Away(reason)
    if error.code in (UNKNOWN_MESSAGE, NOT_OURS):
        return MessageGone(reason, given=error.code)
    if error.status not in (403, 404):
        # A request that Discord does not understand: it will not understand it next time, either.
        _log.error(
            "Discord refuses a message", status=error.status, code=error.code, why=str(error)
        )
    return PlaceGone(reason, given=error.code)


def _retry_after(error: discord.HTTPException) -> float:
    try:
        return float(error.response.headers.get("Retry-After", REST_SECONDS))
    except ValueError:
        return REST_SECONDS
