"""The client in the documentation, as it stands there."""

import asyncio
import re
from pathlib import Path
from typing import Any

from ganshare.domain.community import Scope
from ganshare.domain.jobs import Job
from ganshare.testing import TIMEOUT

DOCS = Path(__file__).parents[4] / "docs" / "http-api.md"


def client() -> str:
    (block,) = re.findall(r"^## A client\n\n((?:(?:    .*)?\n)+)", DOCS.read_text(), re.MULTILINE)
    return "\n".join(line[4:] for line in block.splitlines())


async def _claimed(place: Any) -> Job:
    while True:
        try:
            return await place.engine.claim()  # type: ignore[no-any-return]
        except LookupError:
            await asyncio.sleep(0.05)


async def test_the_client_paints_and_fetches_the_picture(place: Any) -> None:
    _, token = await place.store.api_tokens.create("discord:42", "Ann", "docs", tuple(Scope))
    async with place.served() as url:
        names = {"URL": url, "TOKEN": token}
        running = asyncio.create_task(asyncio.to_thread(exec, client(), names))
        async with asyncio.timeout(TIMEOUT):
            await place.engine.finish(await _claimed(place))
            await running
    assert names["picture"].startswith(b"\x89PNG")  # type: ignore[attr-defined]
    assert names["job"]["state"] == "done"  # type: ignore[index]


def test_every_operation_is_named() -> None:
    from bot.web.api.operations import OPERATIONS

    text = DOCS.read_text()
    for each in OPERATIONS:
        assert each.path.rpartition("/")[2] in text, each.path
