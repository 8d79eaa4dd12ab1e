"""Messages that show paintings, and announcements that one of many processes makes."""

import asyncio
from typing import Any

from ganshare.domain.community import Showing
from ganshare.store.db.tables_community import told
from ganshare.testing import make_artwork

Asker = Any  # of conftest.py, which importlib mode does not let others import


async def publish_painting(asker: Asker, key: str = "m") -> str:
    await asker.submit("ann", key=key)
    job = await asker.claim_one()
    artwork = await asker.store.queue.finish(job, make_artwork(blob=f"pictures/{key}.png"))
    return str(artwork.id)


async def test_a_message_is_known_by_what_it_shows(asker: Asker) -> None:
    store, artwork = asker.store, await publish_painting(asker)
    assert await store.posts.find("discord", "1:2") is None
    await store.posts.save(artwork, "discord", "1:2", {"channel": "1", "message": "2"}, "en")
    found = await store.posts.find("discord", "1:2")
    assert found == Showing(artwork, "discord", "1:2", {"channel": "1", "message": "2"}, "en")
    assert await store.posts.find("telegram", "1:2") is None
    await store.posts.remove("discord", "1:2")
    assert await store.posts.find("discord", "1:2") is None


async def test_a_painting_is_shown_in_several_messages(asker: Asker) -> None:
    store, first, other = (
        asker.store,
        await publish_painting(asker),
        await publish_painting(asker, "n"),
    )
    for number, artwork in enumerate((first, first, other)):
        await store.posts.save(artwork, "discord", f"1:{number}", {"message": number}, "en")
    await store.posts.save(first, "telegram", "1:0", {}, "zh")
    found = await store.posts.of_artworks([first, first], "discord")
    assert [each.message for each in found] == ["1:0", "1:1"]
    assert len(await store.posts.of_artworks([first, other], "discord")) == 3
    await store.posts.save(other, "discord", "1:0", {}, "en")  # an edit
    assert len(await store.posts.of_artworks([other], "discord")) == 2


async def test_one_of_many_tells(asker: Asker) -> None:
    store = asker.store
    took = await asyncio.gather(*(store.posts.begin_telling("news", f"bot{n}") for n in range(8)))
    assert sum(took) == 1
    teller = f"bot{took.index(True)}"
    await store.posts.end_telling("news", "somebody else")
    assert await store.posts.was_told(["news", "other"]) == set()
    await store.posts.end_telling("news", teller)
    assert await store.posts.was_told(["news", "other"]) == {"news"}
    assert not await store.posts.begin_telling("news", "bot9", seconds=0)


async def test_who_dies_before_telling_leaves_it_to_others(asker: Asker) -> None:
    store = asker.store
    assert await store.posts.begin_telling("news", "one")
    assert not await store.posts.begin_telling("news", "two")
    await store.database.write(told.update().values(until=0.0))  # a minute later
    assert await store.posts.begin_telling("news", "two")
    await store.posts.end_telling("news", "one")  # it was too slow; the other one tells
    assert await store.posts.was_told(["news"]) == set()
    await store.posts.end_telling("news", "two", has_told=False)
    assert await store.posts.begin_telling("news", "three")
