"""docs/curation.md, typed as it stands.

tests/admin/onchain/test_documented_way.py goes on from there to a sale.
"""

import asyncio
import json
from typing import Any

import pytest

from admin.testing.curated import PAINTINGS, curate
from ganshare.store import open_store

PAGE = "docs/curation.md"
CURATOR = "discord:1"


def decide_again(url: str) -> list[str]:
    """Take back what the curator approved; gives the winners that wait for a decision."""

    async def undo() -> list[str]:
        async with open_store(url) as store:
            for each in await store.rounds.curation.approved():
                await store.rounds.curation.undo(each.id, CURATOR)
            return [each.artwork for each in await store.rounds.curation.to_decide()]

    return asyncio.run(undo())


@pytest.mark.heavy
def test_docs_curation(reader: Any) -> None:
    url = reader.environment["GANSHARE_DATABASE_URL"] = (
        f"sqlite+aiosqlite:///{reader.folder}/ganshare.db"
    )
    asyncio.run(
        curate(reader.environment | {"GANSHARE_BLOBS_URL": f"file://{reader.folder}/blobs"})
    )
    winners = decide_again(url)
    assert len(winners) == PAINTINGS
    first, others = winners[0], " ".join(winners[1:])
    lines = [*reader.commands(PAGE, "Curators"), *reader.commands(PAGE, "The log")]
    filled = (line.replace("ID ...", others).replace("ID", first) for line in lines)
    told = reader.type(
        "source .venv/bin/activate", *(line.replace('"..."', '"a logo"') for line in filled)
    )
    assert first in told
    exported = json.loads((reader.folder / "set.json").read_text("utf-8"))
    assert {each["id"] for each in exported["items"]} == set(winners[1:])
