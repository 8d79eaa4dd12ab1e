"""The API, by a client that is made from its own document."""

import json
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from bot.web.api.operations import OPERATIONS
from ganshare.domain.community import Scope
from ganshare.domain.visibility import Visibility
from ganshare.domain.votes import RoundRules

ALL = tuple(Scope)


async def test_the_document_is_openapi_and_names_every_operation_once(client: Any) -> None:
    made = await client(None)
    from openapi_spec_validator import validate  # it is slow to import

    validate(made._document)
    assert len(made.operations) == len(OPERATIONS)


async def test_a_generated_client_paints_watches_finds_and_votes(place: Any, client: Any) -> None:
    ann, ben = await client(), await client("discord:43")
    job = await ann.call("paint", {"prompt": "an owl", "seed": 7, "size": "256x256"})
    assert (job["state"], job["seed"], job["position"]) == ("queued", 7, 1)
    assert [each["id"] for each in (await ann.call("listJobs"))["items"]] == [job["id"]]
    claimed = await place.engine.claim()
    await place.engine.show(claimed, 3)
    running = await ben.call("getJob", id=job["id"])
    assert (running["state"], running["step"]) == ("running", 3)
    frame = await ben.send("getFrame", id=job["id"])
    assert frame.content.startswith(b"\xff\xd8")
    await place.engine.finish(claimed)
    (last,) = [
        json.loads(line.removeprefix("data: "))
        for line in (await ann.send("followJob", id=job["id"])).text.splitlines()
        if line.startswith("data: ")
    ]
    assert last["over"]
    found = await ben.call("searchPaintings", q="owl")
    (painting,) = found["items"]
    assert (painting["id"], painting["artist"], found["next"]) == (last["painting"], "Ann", None)
    picture = await ben.send("getPicture", id=painting["id"], size="full")
    assert picture.content.startswith(b"\x89PNG")
    for _ in range(2):  # voting is no switch here
        vote = await ben.call("vote", id=painting["id"])
        assert (vote["votes"], vote["voted"], vote["counts"]) == (1, True, True)
    assert (await ben.call("getPainting", id=painting["id"]))["voted"]
    assert (await ben.call("withdrawVote", id=painting["id"]))["votes"] == 0
    own = await ann.call("searchPaintings", mine="true")
    assert [each["is_mine"] for each in own["items"]] == [True]


async def test_tabs_and_leaderboards_are_those_of_the_page(place: Any, client: Any) -> None:
    ben = await client("discord:43")
    arts = [await place.engine.publish_painting(f"number {n}", person="discord:42") for n in "123"]
    for art in arts[:2]:
        await ben.call("vote", id=art.id)
    first = await ben.call("searchPaintings", tab="voted", limit=1)
    second = await ben.call("searchPaintings", tab="voted", limit=1, after=first["next"])
    found = [each["id"] for each in (*first["items"], *second["items"])]
    assert (set(found), second["next"]) == ({arts[0].id, arts[1].id}, None)
    assert (await ben.call("searchPaintings", tab="minted"))["items"] == []
    assert await refusal(ben, "searchPaintings", tab="best") == (422, "unknown")
    assert await refusal(ben, "searchPaintings", tab="voted", q="x") == (422, "api-tab-alone")
    boards = await ben.call("getLeaderboards")
    assert [each["count"] for each in boards["painters"] + boards["voters"]] == [3, 2]


async def test_several_at_once_are_all_told(place: Any, client: Any) -> None:
    ann = await client()
    made = await ann.call("paint", {"prompt": "an owl", "seed": 7, "count": 3})
    assert [each["seed"] for each in made["jobs"]] == [7, 8, 9]
    assert made["id"] == made["jobs"][0]["id"]
    listed = {each["id"] for each in (await ann.call("listJobs"))["items"]}
    assert listed == {each["id"] for each in made["jobs"]}
    only_me = {"prompt": "a fox", "count": 2, "visibility": "only-me"}
    again = [await ann.call("paint", only_me, Idempotency_Key="1") for _ in range(2)]
    assert [len(each["jobs"]) for each in again] == [2, 2]
    assert again[0] == again[1]
    (reply,) = (await ann.call("doCommand", {"prompt": "a cat", "count": 2}, command="paint"))[
        "items"
    ]
    assert (len(reply["jobs"]), reply["jobs"][-1]) == (2, reply["job"])
    one = await ann.call("retryJob", id=made["id"])
    assert [each["id"] for each in one["jobs"]] == [one["id"]]


async def test_the_same_idempotency_key_is_one_painting(client: Any) -> None:
    ann, ben = await client(), await client("discord:43")
    first = await ann.call("paint", {"prompt": "an owl"}, Idempotency_Key="1")
    again = await ann.call("paint", {"prompt": "an owl"}, Idempotency_Key="1")
    other = await ben.call("paint", {"prompt": "an owl"}, Idempotency_Key="1")
    assert first["id"] == again["id"] != other["id"]


async def test_a_picture_to_begin_from_comes_in_a_form(place: Any, client: Any) -> None:
    ann, png = await client(), BytesIO()
    Image.new("RGB", (64, 64), "red").save(png, "PNG")
    files = {"init_image": ("red.png", png.getvalue(), "image/png")}
    made = await ann.send("paint", {"prompt": "an owl"}, files=files)
    assert made.status_code == 201
    job = await place.store.queue.get(made.json()["id"])
    assert job.request.init_image is not None


async def test_an_artist_cancels_deletes_reports_varies_and_chooses(
    place: Any, client: Any
) -> None:
    ann, ben = await client(), await client("discord:43")
    art = await place.engine.publish_painting("an owl", person="discord:42")
    varied = await ann.call("varyPainting", id=art.id)
    assert (await ann.call("cancelJob", id=varied["id"]))["state"] == "cancelled"
    assert (await ben.send("cancelJob", id=varied["id"])).json()["code"] == "cancel-not-yours"
    assert (await ben.call("reportPainting", id=art.id))["sentence"]
    assert (await ben.send("deletePainting", id=art.id)).status_code == 403
    changed = await ann.call("changePainting", {"visibility": "unlisted"}, id=art.id)
    assert changed["visibility"] == "unlisted"
    assert (await ann.send("deletePainting", id=art.id)).status_code == 204
    assert (await ann.send("getPainting", id=art.id)).status_code == 404
    me = await ann.call("changeMe", {"visibility": "only-me", "notify": "never"})
    assert (me["visibility"], me["notify"], me["rank"]) == ("only-me", "never", "member")


async def test_rounds_show_what_one_has_not_seen(place: Any, client: Any) -> None:
    ben = await client("discord:43")
    art = await place.engine.publish_painting("an owl", person="discord:42")
    rules = RoundRules(min_age=0, quorum=1)
    round_ = await place.store.rounds.open("web", "discord:1", 3600.0, rules, title="Owls")
    await place.store.rounds.entries.enter(round_.id, art.id, "discord:1", curator=True, named=True)
    (listed,) = (await ben.call("listRounds"))["items"]
    assert (listed["title"], listed["entries"], listed["is_open"]) == ("Owls", 1, True)
    shown = (await ben.call("nextOfRound", id=round_.id))["painting"]
    assert shown["id"] == art.id
    assert (await ben.call("nextOfRound", id=round_.id))["painting"] is None


# --- every rule of the chats ------------------------------------------------------------------


async def refusal(made: Any, name: str, body: Any = None, **parameters: Any) -> tuple[int, str]:
    answer = await made.send(name, body, **parameters)
    problem = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert problem["type"] == f"urn:ganshare:error:{problem['code']}"
    assert problem["status"] == answer.status_code
    return answer.status_code, problem["code"]


async def test_who_is_blocked_does_not_paint(place: Any, client: Any) -> None:
    await place.store.community.block("discord:42", "discord:1", "a secret reason")
    ann = await client()
    answer = await ann.send("paint", {"prompt": "an owl"})
    assert (answer.status_code, answer.json()["code"]) == (403, "blocked-quietly")
    assert "secret" not in answer.text


async def test_quota_size_and_words_are_those_of_the_page(place: Any, client: Any) -> None:
    ann = await client()
    await place.store.places.change("web", {"daily_quota": "1", "max_side": "256"}, by="x:1")
    assert await refusal(ann, "paint", {"prompt": "an owl", "size": "512x512"}) == (422, "side")
    assert await refusal(ann, "paint", {"prompt": ""}) == (422, "missing")
    assert await refusal(ann, "paint", {"prompt": "an owl", "colour": "x"}) == (422, "option")
    await ann.call("paint", {"prompt": "an owl", "size": "256x256"})
    assert await refusal(ann, "paint", {"prompt": "an owl", "size": "256x256"}) == (429, "quota")


async def test_nobody_votes_for_their_own_and_all_is_told_in_the_reader_s_language(
    place: Any, client: Any
) -> None:
    ann = await client()
    art = await place.engine.publish_painting("an owl", person="discord:42")
    assert await refusal(ann, "vote", id=art.id) == (409, "vote-own")
    ann._headers["Accept-Language"] = "zh"
    told = (await ann.send("vote", id="nothing")).json()
    assert (told["status"], told["code"]) == (404, "no-artwork")
    assert "没有编号" in told["detail"]


async def test_private_paintings_are_seen_by_their_requester_alone(place: Any, client: Any) -> None:
    art = await place.engine.publish_painting("an owl", person="discord:42")
    await place.store.gallery.change_visibility(art.id, "discord:42", Visibility.ONLY_ME)
    ann, ben, nobody = await client(), await client("discord:43"), await client(None)
    for name in ("getPainting", "getPicture", "getManifest"):
        assert (await ann.send(name, id=art.id)).status_code == 200
        for other in (ben, nobody):
            assert await refusal(other, name, id=art.id) == (404, "no-artwork")
    for other in (ben, nobody):
        assert (await other.call("searchPaintings"))["items"] == []
        assert await refusal(other, "getJob", id=art.job) == (404, "no-job")


async def test_with_a_gate_only_holders_paint(gated: Any, client: Any) -> None:
    ann = await client()
    assert await refusal(ann, "paint", {"prompt": "an owl"}) == (403, "share-none")


# --- tokens -----------------------------------------------------------------------------------


async def test_without_a_token_one_sees_and_does_nothing(place: Any, client: Any) -> None:
    nobody, wrong = await client(None), await client(None)
    wrong._headers["Authorization"] = "Bearer gs_wrong"
    await place.engine.publish_painting("an owl")
    assert len((await nobody.call("searchPaintings"))["items"]) == 1
    assert await refusal(nobody, "paint", {"prompt": "an owl"}) == (401, "api-token-needed")
    assert await refusal(nobody, "searchPaintings", mine="true") == (401, "api-token-needed")
    answer = await wrong.send("searchPaintings")
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")


async def test_a_cookie_is_no_token(place: Any) -> None:
    member = await place.member()
    assert (await member.get("/api/v1/me")).status_code == 401


async def test_scopes_hold_and_an_admin_s_token_is_a_member_s_without_moderate(
    place: Any, client: Any
) -> None:
    from dataclasses import replace

    from bot.core.dispatcher import Dispatcher, DispatcherOptions

    front, admins = place.front, frozenset({"discord:42"})
    place.front = replace(
        front,
        dispatcher=Dispatcher(
            front.store, front.blobs, front.words, front.moderation,
            DispatcherOptions(admins=admins),
        ),
    )  # fmt: skip
    art = await place.engine.publish_painting("an owl", person="discord:43")
    await place.store.community.report(art.id, "discord:44", "")
    settings = {"admins": ("discord:42",)}
    reader = await client(scopes=(Scope.READ,), **settings)
    assert await refusal(reader, "paint", {"prompt": "an owl"}) == (403, "api-scope-write")
    member = await client(**settings)
    hide = {"artwork": art.id, "action": "hide"}
    for name in ("reports", "block", "settings"):
        assert (await member.send("doCommand", {}, command=name)).status_code == 403
    assert await refusal(member, "deletePainting", id=art.id) == (403, "not-yours")
    admin = await client(scopes=ALL, **settings)
    assert (await admin.call("getMe"))["rank"] == "admin"
    (reply,) = (await admin.call("doCommand", hide, command="reports"))["items"]
    assert reply["text"]
    assert (await place.store.gallery.get(art.id)).hidden is not None


async def test_a_token_gives_no_way_to_a_session_or_to_all_that_is_stored(client: Any) -> None:
    ann = await client(scopes=ALL)
    for name in ("link", "export", "forget"):
        answer = await ann.send("doCommand", {}, command=name)
        assert answer.json()["code"] == "api-not-by-token"
    assert await refusal(ann, "pressButton", {"data": "forget:sure"}) == (403, "api-not-by-token")


async def test_other_frontends_use_the_commands_and_buttons_of_the_chats(
    place: Any, client: Any
) -> None:
    ann = await client()
    commands = {each["name"] for each in (await ann.call("listCommands"))["items"]}
    assert {"paint", "round", "vote"} <= commands
    assert not commands & {"link", "forget"}
    art = await place.engine.publish_painting("an owl", person="discord:43")
    replies = await ann.call("pressButton", {"data": f"vote:{art.id}"})
    assert "one vote" in replies["items"][0]["text"]
    shown = await ann.call("doCommand", {"query": "owl"}, command="gallery")
    assert shown["items"][0]["paintings"] == [art.id]


@pytest.mark.parametrize("body", [b"[1]", b"{", b'{"prompt": true}', b"\xff", b'{"a":' * 9000])
async def test_a_body_that_is_no_json_object_is_told(place: Any, client: Any, body: bytes) -> None:
    ann = await client()
    answer = await ann._http.post("/api/v1/jobs", content=body, headers=ann._headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "api-json")


async def test_unknown_addresses_and_methods_are_problems_too(place: Any, client: Any) -> None:
    nobody = await client(None)
    for method, path, status in (("GET", "nowhere", 404), ("PUT", "jobs", 405)):
        answer = await nobody._http.request(method, f"/api/v1/{path}")
        assert answer.status_code == status
        assert answer.headers["content-type"] == "application/problem+json"


async def test_other_sites_may_read_it_only_at_a_public_address(client: Any) -> None:
    local, public = await client(None), await client(None, web_url="http://127.0.0.1:8000")
    shared = "access-control-allow-origin"
    assert shared not in (await local.send("getQueue")).headers
    assert (await public.send("getQueue")).headers[shared] == "*"
    asked = await public._http.options("/api/v1/jobs")
    assert "Authorization" in asked.headers["access-control-allow-headers"]


async def test_too_much_is_told_with_the_time_to_wait(client: Any) -> None:
    ann = await client()
    answers = [await ann.send("cancelJob", id="nothing") for _ in range(13)]
    assert [each.status_code for each in answers] == [404] * 12 + [429]
    assert int(answers[-1].headers["retry-after"]) >= 1
