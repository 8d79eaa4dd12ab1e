"""Every rule of the chats holds for programs, too."""

from typing import Any

import pytest
import sqlalchemy as sa

from bot.web.site import Site
from ganshare.domain.community import Scope
from ganshare.domain.visibility import Visibility
from ganshare.store.db.tables_queue import jobs

ALL = tuple(Scope)
SEEN = ("getPainting", "getPicture", "getManifest")


async def code_of(made: Any, name: str, body: Any = None, **values: Any) -> tuple[int, str]:
    answer = await made.send(name, body, **values)
    return answer.status_code, answer.json()["code"]


async def test_refused_words_are_refused_and_stand_in_the_log(place: Any, client: Any) -> None:
    ann = await client()
    for prompt in ("a lolicon", "LOLICON", "萝莉控"):
        assert await code_of(ann, "paint", {"prompt": prompt}) == (422, "blocked-prompt"), prompt
    assert await place.store.queue.active("discord:42") == []
    log = await place.store.community.read_log()
    assert [each.person for each in log] == ["discord:42"] * 3


@pytest.mark.parametrize(
    ("setting", "value", "asked", "code"),
    [
        ("allowed", "off", {}, "place"),
        ("max_side", "256", {"size": "512x512"}, "side"),
        ("max_steps", "50", {"steps": 100}, "steps"),
        ("daily_quota", "0", {}, "quota"),
    ],
)
async def test_limits_of_the_page_are_those_of_programs(
    place: Any, client: Any, setting: str, value: str, asked: Any, code: str
) -> None:
    ann = await client()
    await place.store.places.change("web", {setting: value}, by="x:1")
    found = await code_of(ann, "paint", {"prompt": "an owl"} | asked)
    assert found[1] == code
    art = await place.engine.publish_painting("an owl", person="discord:43")
    if code in ("place", "quota"):
        for name in ("paintAgain", "varyPainting"):
            assert (await code_of(ann, name, id=art.id))[1] == code
        assert (await code_of(ann, "doCommand", {}, command="random"))[1] == code


async def test_each_of_several_counts(place: Any, client: Any) -> None:
    ann = await client()
    await place.store.places.change("web", {"daily_quota": "3"}, by="x:1")
    await ann.call("paint", {"prompt": "an owl", "count": 2})
    assert await code_of(ann, "paint", {"prompt": "a bat", "count": 2}) == (429, "quota")
    assert len((await ann.call("listJobs"))["items"]) == 2
    await ann.call("paint", {"prompt": "a bat"})


async def test_who_is_blocked_paints_by_no_way(place: Any, client: Any) -> None:
    ann = await client()
    art = await place.engine.publish_painting("an owl", person="discord:43")
    await place.store.community.block("discord:42", "discord:1", "")
    for name, body, values in (
        ("paint", {"prompt": "an owl"}, {}),
        ("paintAgain", None, {"id": art.id}),
        ("varyPainting", None, {"id": art.id}),
        ("doCommand", {"prompt": "an owl"}, {"command": "paint"}),
        ("doCommand", {}, {"command": "random"}),
        ("pressButton", {"data": f"again:{art.id}"}, {}),
    ):
        assert await code_of(ann, name, body, **values) == (403, "blocked-quietly"), name


async def test_what_is_hidden_or_deleted_is_not_there(place: Any, client: Any) -> None:
    ann, ben = await client(), await client("discord:43")
    hidden, deleted = [
        await place.engine.publish_painting(each, person="discord:42") for each in ("a", "b")
    ]
    await place.store.gallery.hide(hidden.id, "discord:1", "rude")
    await place.store.gallery.delete(deleted.id, "discord:42", admin=False)
    assert (await ben.call("searchPaintings"))["items"] == []
    for art in (hidden, deleted):
        for name in (*SEEN, "vote", "varyPainting", "reportPainting"):
            assert (await ben.send(name, id=art.id)).status_code == 404, name
        assert (await ben.call("getJob", id=art.job))["painting"] is None
    assert (await ann.call("searchPaintings", mine="true"))["items"] == []


async def test_who_is_forgotten_has_no_token_and_no_paintings(place: Any, client: Any) -> None:
    ann, ben = await client(), await client("discord:43")
    art = await place.engine.publish_painting("an owl", person="discord:42")
    await place.store.personal_data.forget("discord:42")
    assert (await ann.send("getMe")).status_code == 401
    for name in SEEN:
        assert (await ben.send(name, id=art.id)).status_code == 404


async def test_a_link_suffices_for_what_is_unlisted_and_it_is_listed_nowhere(
    place: Any, client: Any
) -> None:
    nobody = await client(None)
    art = await place.engine.publish_painting("an owl", person="discord:42")
    await place.store.gallery.change_visibility(art.id, "discord:42", Visibility.UNLISTED)
    shown = await nobody.call("getPainting", id=art.id)
    assert shown["artist"] == ""
    assert (await nobody.call("searchPaintings"))["items"] == []
    assert (await nobody.call("searchPaintings", q="owl"))["items"] == []


async def test_a_holder_s_hours_pay_for_what_programs_ask(
    gated: Any, shares: Any, client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.bot.web.views.test_shares import link, member

    monkeypatch.setattr(Site, "_limit", lambda *_: None)
    answer, _ = await link(await member(gated))
    assert answer.status_code == 200
    ann, ben = await client(), await client("discord:43")
    made = await ann.call("paint", {"prompt": "an owl", "count": 2})
    ids = [each["id"] for each in made["jobs"]]
    rows = await gated.store.database.rows(sa.select(jobs.c.share).where(jobs.c.id.in_(ids)))
    assert [row["share"] is not None for row in rows] == [True, True]
    assert await code_of(ben, "paint", {"prompt": "an owl"}) == (403, "share-none")
    shown = await ann.call("doCommand", {}, command="shares")
    assert shown["items"]


async def test_a_curator_curates_only_with_the_scope(place: Any, client: Any) -> None:
    settings = {"curators": ("discord:42",)}
    plain, curator = await client(**settings), await client(scopes=ALL, **settings)
    assert (await plain.call("getMe"))["rank"] == "member"
    assert (await curator.call("getMe"))["rank"] == "curator"
    asked = {"action": "open", "title": "Owls"}
    assert (await plain.send("doCommand", asked, command="round")).status_code == 403
