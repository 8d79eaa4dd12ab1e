"""Checks an uploaded init image for safety before its job is queued."""

import asyncio

from bot.core.context import CommandContext
from ganshare.errors import WorldError
from ganshare.monitoring.log import get_logger
from ganshare.safety import UnsafeImageError

__all__ = ["judge"]

_log = get_logger(__name__)


async def judge(context: CommandContext, png: bytes) -> None:
    """Refuse a picture that the check objects to, and note that for admins.

    Raises:
        UnsafeImageError: it is not accepted.
        WorldError: the check failed, which is no pass.
    """
    check = context.services.moderation.safety
    if check is None:
        return
    try:
        verdict = await asyncio.to_thread(check, png)
    except Exception as error:
        _log.error("the safety check failed; the picture is refused", reason=repr(error))
        raise WorldError("Pictures cannot be checked now; please try again later.") from error
    if verdict.reason is None:
        return
    what = f"a picture of {len(png)} bytes: {verdict.label}"
    await context.store.community.log(
        "picture", context.person.id, context.place.id, what, verdict.reason
    )
    raise UnsafeImageError(verdict)
