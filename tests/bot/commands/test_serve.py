"""Frontends in one process: what refuses its settings leaves the others alone."""

import asyncio

import pytest

from bot.commands.serve import _until_one_ends
from ganshare.errors import SettingsError, WorldError


async def fails(error: Exception) -> None:
    await asyncio.sleep(0)
    raise error


@pytest.mark.parametrize(
    ("error", "goes_on"),
    [(SettingsError("The token was revoked."), True), (WorldError("It is away."), False)],
)
async def test_a_revoked_token_ends_its_own_frontend_only(error: Exception, goes_on: bool) -> None:
    ended = asyncio.Event()
    other: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    failing = asyncio.ensure_future(fails(error))
    stopping = asyncio.ensure_future(ended.wait())
    waiting = asyncio.ensure_future(_until_one_ends({failing, other}, stopping))
    done, _ = await asyncio.wait({waiting}, timeout=0.2)
    assert (not done) is goes_on
    ended.set()
    await waiting
    assert failing.exception() is error
    other.cancel()
    stopping.cancel()
