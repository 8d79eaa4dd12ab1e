"""Reads prompts in other languages than English before they are queued."""

import asyncio
from dataclasses import replace

from bot.core.context import CommandContext
from ganshare.domain.jobs import JobRequest
from ganshare.monitoring.log import get_logger
from ganshare.prompts import format_prompts
from ganshare.prompts.languages import LATIN, UnreadablePromptError, read_languages

__all__ = ["read_request"]

_log = get_logger(__name__)


async def read_request(context: CommandContext, request: JobRequest) -> tuple[JobRequest, str]:
    """Give the request with its reading, and the words that are left out.

    Raises:
        UnreadablePromptError: most of the prompt cannot be read.
    """
    if request.reading is not None:
        return request, ""
    scripts = await _scripts(context, request.model)
    # The dictionary takes its time when it is read for the first time.
    try:
        reading = await asyncio.to_thread(read_languages, request.prompts, scripts)
    except UnreadablePromptError as error:
        _advise(error.hint)
        raise
    _advise(reading.hint)
    if reading.is_changed:
        request = replace(request, reading=format_prompts(reading.prompts))
    return request, ", ".join(reading.unread)


def _advise(hint: str) -> None:
    if hint:  # for the owner; who asks cannot install anything
        _log.warning("a prompt could be read better", advice=hint)


async def _scripts(context: CommandContext, model: str) -> tuple[str, ...]:
    """What every engine that could paint it reads; some don't say."""
    live = await context.store.queue.engines()
    reads = [each.reads or LATIN for each in live if model in each.models]
    first, *others = reads or [LATIN]
    return tuple(script for script in first if all(script in other for other in others)) or LATIN
