"""Blocks that hold for a whole person, reports, hidden paintings, and the log of all that."""

import asyncio
from operator import attrgetter
from typing import Any

import pytest

from ganshare.domain.jobs import Artwork
from ganshare.errors import JobError
from ganshare.store import Store
from ganshare.testing import make_artwork

ANN, BEA, CEE, ADMIN = "discord:1", "telegram:2", "web:3", "discord:99"


@pytest.fixture
def paint(store: Store, asker: Any) -> Any:
    async def paint(person: str = ANN, **published: Any) -> Artwork:
        await asker.ask(person)
        artwork = await store.queue.finish(await asker.claim_one(), make_artwork(**published))
        assert artwork is not None
        return artwork

    return paint


async def link(store: Store, one: str, other: str) -> None:
    await store.accounts.redeem_link(await store.accounts.new_link(one), other)


async def kinds(store: Store, **which: Any) -> list[str]:
    return [note.kind for note in await store.community.read_log(**which)]


async def test_notes_are_kept_as_they_were_made_newest_first(store: Store) -> None:
    before = await store.now()
    await store.community.log("prompt", ANN, "discord:77", "what was typed", "gore (en)")
    await asyncio.sleep(0.003)
    await store.community.log("picture", BEA, "web", "\0\ud800" + "x" * 9000, "too dark")
    newest, first = await store.community.read_log()
    assert (first.kind, first.person, first.place) == ("prompt", ANN, "discord:77")
    assert (first.text, first.reason) == ("what was typed", "gore (en)")
    assert before <= first.created <= newest.created
    assert len(newest.text) <= 2000
    assert [note.person for note in await store.community.read_log(person=ANN)] == [ANN]
    assert len(await store.community.read_log(limit=1)) == 1


async def test_a_block_holds_for_every_account_of_a_person(store: Store) -> None:
    await link(store, ANN, BEA)
    assert await store.community.block_of(ANN) is None
    await store.community.block(BEA, ADMIN, "spam")
    for account in (ANN, BEA):
        block = await store.community.block_of(account)
        assert block is not None
        assert (block.by, block.reason) == (ADMIN, "spam")
    await link(store, CEE, ANN)
    assert await store.community.block_of(CEE) is not None
    assert await store.community.block_of("discord:5") is None


async def test_unlinking_does_not_undo_a_block(store: Store) -> None:
    await link(store, ANN, BEA)
    await store.community.block(ANN, ADMIN, "spam")
    await store.accounts.unlink(BEA)
    assert await store.community.block_of(ANN) is not None
    assert await store.community.block_of(BEA) is not None


async def test_unblocking_is_for_the_whole_person_and_logged(store: Store) -> None:
    await link(store, ANN, BEA)
    await store.community.block(ANN, ADMIN, "spam")
    await store.community.block(ANN, ADMIN, "spam again")  # the newer reason counts
    assert (await store.community.block_of(BEA)).reason == "spam again"  # type: ignore[union-attr]
    assert await store.community.unblock(BEA, ADMIN)
    assert await store.community.block_of(ANN) is None
    assert not await store.community.unblock(BEA, ADMIN)
    assert sorted(await kinds(store)) == ["block", "block", "unblock"]


async def test_a_person_reports_a_painting_once_from_whichever_account(
    store: Store, paint: Any, another: Any
) -> None:
    artwork = await paint()
    await link(store, BEA, CEE)
    stores = [store, await another()]
    said = [stores[n % 2].community.report(artwork.id, BEA, "looks like me") for n in range(6)]
    assert sorted(await asyncio.gather(*said)) == [False] * 5 + [True]
    assert not await store.community.report(artwork.id, CEE, "again")
    assert await store.community.report(artwork.id, "discord:5", "")
    assert len(await store.community.reports()) == 2
    assert await kinds(store) == ["report", "report"]


async def test_reports_wait_until_an_admin_closes_them(store: Store, paint: Any) -> None:
    artwork = await paint()
    await store.community.report(artwork.id, BEA, "no")
    assert await store.community.reports(open=False) == []
    assert await store.community.close_reports(artwork.id, ADMIN) == 1
    assert await store.community.close_reports(artwork.id, ADMIN) == 0
    assert await store.community.reports() == []
    (closed,) = await store.community.reports(open=False)
    assert closed.closed is not None
    assert closed.closed >= closed.created


@pytest.mark.parametrize("verb", ["community.report", "gallery.hide"])
async def test_what_is_not_there_can_be_neither_reported_nor_hidden(
    store: Store, paint: Any, verb: str
) -> None:
    gone = await paint()
    await store.gallery.delete(gone.id, ANN)
    for wrong in ("nothing", gone.id):
        with pytest.raises(
            JobError, match=r"^There is no painting '.*'; perhaps it was deleted\.$"
        ):
            await attrgetter(verb)(store)(wrong, ADMIN, "why")


async def test_a_hidden_painting_leaves_the_gallery_and_comes_back(
    store: Store, paint: Any
) -> None:
    artwork = await paint()
    hidden = await store.gallery.hide(artwork.id, ADMIN, "reported")
    assert (hidden.hidden, hidden.shown) == ("reported", False)
    assert await store.gallery.search() == []
    assert await store.gallery.get(artwork.id) == hidden
    shown = await store.gallery.show(artwork.id, ADMIN)
    assert shown == artwork
    assert await store.gallery.search() == [artwork]
    assert await store.gallery.search(text="castle") == [artwork]
    assert sorted(await kinds(store, person=ANN)) == ["hide", "show"]


async def test_a_painting_published_as_hidden_is_kept_and_noted_but_not_shown(
    store: Store, paint: Any
) -> None:
    artwork = await paint(hidden="nudity (0.98)")
    assert artwork.hidden == "nudity (0.98)"
    assert await store.gallery.search() == []
    assert await store.gallery.search(person=ANN) == []
    (note,) = await store.community.read_log()
    assert (note.kind, note.person, note.reason) == ("picture", ANN, "nudity (0.98)")
    assert artwork.id in note.text
