"""What is not public is on no page of others, and what is stored can be had and removed."""

import json
from typing import Any

import pytest

from bot.testing.fake_engine import plain_picture
from ganshare.blobs import preview_key
from ganshare.domain.jobs import JobRequest
from ganshare.domain.visibility import Visibility
from ganshare.testing import MODEL

ANN = "discord:42"


async def painted(place: Any, visibility: Visibility) -> Any:
    artwork = await place.engine.publish_painting("a castle", person=ANN, picture=plain_picture())
    return await place.store.gallery.change_visibility(artwork.id, ANN, visibility)


def addresses(artwork: Any) -> list[str]:
    base = f"/pictures/{artwork.id}/{artwork.sha256[:16]}"
    return [
        f"/paintings/{artwork.id}",
        f"/paintings/{artwork.id}/manifest.json",
        f"{base}.png",
        f"{base}.jpg",
    ]


async def test_what_is_for_one_alone_has_no_address_for_others(place: Any) -> None:
    artwork = await painted(place, Visibility.ONLY_ME)
    key = preview_key(artwork.job, 1, 10)
    await place.front.blobs.put(key, b"\xff\xd8\xff a frame")
    owner, others = (
        await place.member(ANN),
        [await place.visitor(), await place.member("discord:7")],
    )
    watched = [
        f"/jobs/{artwork.job}",
        f"/jobs/{artwork.job}/events",
        f"/frames/{artwork.job}/1-10.jpg",
    ]
    for visitor in others:
        for path in [*addresses(artwork), *watched]:
            answer = await visitor.get(path)
            assert answer.status_code == 404, path
            assert "castle" not in answer.text
        for path in ("/", "/gallery", "/gallery?q=castle", "/mine"):
            assert artwork.id not in (await visitor.get(path)).text
    for path in addresses(artwork):
        assert (await owner.get(path)).status_code == 200, path
    assert artwork.id in (await owner.get("/mine")).text
    assert artwork.id not in (await owner.get("/gallery")).text


async def test_a_vote_tells_nothing_of_it(place: Any) -> None:
    artwork = await painted(place, Visibility.ONLY_ME)
    other = await place.member("discord:7")
    sent = await other.send("/press", {"data": f"vote:{artwork.id}"})
    assert "castle" not in sent.text


async def test_who_has_the_link_sees_what_is_unlisted(place: Any) -> None:
    artwork = await painted(place, Visibility.UNLISTED)
    visitor = await place.visitor()
    for path in addresses(artwork):
        assert (await visitor.get(path)).status_code == 200, path
    assert 'content="noindex"' in (await visitor.get(f"/paintings/{artwork.id}")).text
    for path in ("/", "/gallery", "/gallery?q=castle", "/gallery?style=Cubist"):
        assert artwork.id not in (await visitor.get(path)).text


@pytest.mark.parametrize("chosen", list(Visibility))
async def test_the_page_asks_who_may_see_it(place: Any, chosen: Visibility) -> None:
    owner = await place.member(ANN)
    await owner.send("/paint", {"prompt": "an owl", "visibility": str(chosen)})
    (job,) = await place.store.queue.active(ANN)
    assert job.visibility is chosen


async def test_one_chooses_for_all_and_for_one(place: Any) -> None:
    artwork, owner = await painted(place, Visibility.PUBLIC), await place.member(ANN)
    await owner.send("/privacy", {"visibility": "unlisted"}, from_page="/privacy")
    assert await place.store.people.visibility(ANN) is Visibility.UNLISTED
    path = f"/paintings/{artwork.id}"
    asked = {"visibility": "only-me", "artwork": artwork.id}
    answer = await owner.send("/privacy", asked, from_page=path)
    assert answer.headers["location"].startswith(path)
    found = await place.store.gallery.get(artwork.id)
    assert found.visibility is Visibility.ONLY_ME
    other = await place.member("discord:7")
    await other.send("/privacy", asked | {"visibility": "public"}, from_page="/privacy")
    found = await place.store.gallery.get(artwork.id)
    assert found.visibility is Visibility.ONLY_ME


async def test_one_gets_all_that_is_stored_and_has_it_removed(place: Any) -> None:
    artwork, owner = await painted(place, Visibility.PUBLIC), await place.member(ANN)
    answer = await owner.get("/export")
    assert answer.headers["cache-control"] == "no-store"
    found = json.loads(answer.content)
    assert [each["id"] for each in found["paintings"]] == [artwork.id]
    waiting = JobRequest("a secret garden", 1, MODEL)
    await place.store.queue.submit(ANN, "web", waiting, key="waiting")
    await owner.send("/privacy", {"forget": "sure"}, from_page="/privacy")
    assert (await place.store.gallery.get(artwork.id)).prompt == ""
    assert json.loads((await (await place.member(ANN)).get("/export")).content)["jobs"] == []
    for path in addresses(artwork):
        assert (await owner.get(path)).status_code == 404
