"""Messages that show paintings: due as often as something changes, and never forgotten."""

from typing import Any

from ganshare.domain.community import ShownMessage
from ganshare.testing import make_artwork

Asker = Any  # of conftest.py, which importlib mode does not let others import


async def test_what_changes_a_painting_makes_its_messages_due(asker: Asker) -> None:
    store = asker.store
    await asker.submit("ann", key="m")
    artwork = await store.queue.finish(await asker.claim_one(), make_artwork())
    message = ShownMessage("discord", "1:2", {"message": 2}, "", "en", {}, (artwork.id,))
    due = await store.shown.begin(message)
    await store.gallery.hide(artwork.id, "discord:9", "it was reported")
    await store.shown.end("discord", "1:2", due)  # shown as it was before
    (found,) = await store.shown.due("discord")
    assert found.artworks == (artwork.id,)
    await store.shown.end("discord", "1:2", found.due)
    assert await store.shown.due("discord") == []
    await store.gallery.show(artwork.id, "discord:9")
    assert len(await store.shown.due("discord")) == 1
    assert await store.shown.due("telegram") == []
    await store.shown.postpone("discord", "1:2", 60)
    assert await store.shown.due("discord") == []
    await store.gallery.delete(artwork.id, "ann")
    assert len(await store.shown.due("discord")) == 1
    await store.shown.forget("discord", "1:2")
    assert await store.shown.due("discord") == []


async def test_what_nobody_can_change_any_more_is_let_go(asker: Asker) -> None:
    store = asker.store
    await asker.submit("ann", key="m")
    artwork = await store.queue.finish(await asker.claim_one(), make_artwork())
    message = ShownMessage("discord", "1:2", {"message": 2}, "ann", "en", {}, (artwork.id,))
    await store.shown.begin(message, expires=-1.0)
    await store.gallery.hide(artwork.id, "discord:9", "it was reported")
    assert await store.shown.due("discord") == []
