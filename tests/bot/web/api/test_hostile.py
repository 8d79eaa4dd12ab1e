"""What strangers and other members send: no answer is a failure, and nothing of others is done."""

import json
from typing import Any

import httpx
import pytest

from bot.web.site import Site
from ganshare.domain.visibility import Visibility
from ganshare.domain.votes import RoundRules

NASTY = (
    "../../etc/passwd",
    "%2e%2e%2f",
    "\x00",
    "' OR 1=1 --",
    "9" * 400,
    "-1",
    "٣",  # a digit, for Python
    "👩\u200d🚀",
    "\u202egnp.exe",
    "مرحبا",
    "\ud800",  # half of a letter
    "{{7*7}}",
)


@pytest.fixture
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody is too fast."""
    monkeypatch.setattr(Site, "_limit", lambda *_: None)


async def answer_of(made: Any, name: str, **values: Any) -> httpx.Response:
    """The answer to an operation whose parameters are all the same text, as its bytes."""
    method, path, operation = made.operations[name]
    text = str(values["text"]).encode("utf-8", "surrogatepass")
    quoted = "".join(f"%{each:02X}" for each in text)
    query = "&".join(
        f"{each['name']}={quoted}"
        for each in operation.get("parameters", ())
        if each["in"] == "query"
    )
    for each in operation.get("parameters", ()):
        path = path.replace(f"{{{each['name']}}}", quoted)
    headers = made._headers | {"Idempotency-Key": "x", "Accept-Language": "x;q=,*;;"}
    address = f"{made._root}{path}?{query}"
    body = json.dumps(values.get("body")) if values.get("body") else None
    return await made._http.request(method, address, headers=headers, content=body)


@pytest.mark.parametrize("text", NASTY, ids=ascii)
async def test_no_text_anywhere_is_a_failure(
    place: Any, client: Any, unhurried: None, text: str
) -> None:
    ann = await client()
    given = {"prompt": text, "data": f"vote:{text}", "artwork": text, "value": text, "when": text}
    for name, (_, _, operation) in ann.operations.items():
        schema = operation.get("requestBody", {}).get("content", {}).get("application/json")
        properties = (schema or {}).get("schema", {}).get("properties", {})
        bodies = [{each: text} for each in {*properties, *given}] if schema else [None]
        for body in bodies:
            answer = await answer_of(ann, name, text=text, body=body)
            assert answer.status_code < 500, (name, body, answer.text)
    for query in ("q", "after", "style", "colour"):
        path = f"/gallery?{query}=" + "".join(
            f"%{each:02X}" for each in text.encode("utf-8", "surrogatepass")
        )
        assert (await ann._http.get(path)).status_code == 200


@pytest.mark.parametrize(
    "prompt",
    [
        "a 👩\u200d🚀 on the moon",
        "خوش\u200cحال",  # noqa: RUF001  # a word with a joiner
        "猫头鹰" * 30,
        "\u202eevil\u202c owl",  # what turns letters around is left out
    ],
    ids=ascii,
)
async def test_a_prompt_of_any_script_is_kept_as_it_was_written(client: Any, prompt: str) -> None:
    ann, kept = await client(), prompt.replace("\u202e", "").replace("\u202c", "")
    answer = await ann.send("paint", {"prompt": prompt})
    if answer.status_code == 201:
        assert answer.json()["prompt"] == kept
    else:  # a language that nobody has put into English here
        assert answer.json()["code"] == "prompt-unread"


async def test_jobs_and_paintings_of_others_stay_theirs(place: Any, client: Any) -> None:
    ann, ben = await client(), await client("discord:43")
    art = await place.engine.publish_painting("an owl", person="discord:42")
    job = await ann.call("paint", {"prompt": "a bat"})
    for data in (
        f"cancel:{job['id']}", f"cancel:{job['id']}-all", f"delete:{art.id}-sure",
        f"sell:{art.id}", f"no-sale:{art.id}", f"hide:{art.id}", f"keep:{art.id}",
    ):  # fmt: skip
        answer = await ben.send("pressButton", {"data": data})
        assert 400 <= answer.status_code < 500, (data, answer.text)
    assert (await ben.send("cancelJob", id=job["id"])).status_code == 403
    assert (
        await ben.send("changePainting", {"visibility": "only-me"}, id=art.id)
    ).status_code == 403
    rules = RoundRules(min_age=0, quorum=1)
    round_ = await place.store.rounds.open("web", "discord:1", 3600.0, rules)
    assert (await ben.send("enterRound", id=art.id)).status_code == 403
    entries = place.store.rounds.entries
    await entries.enter(round_.id, art.id, "discord:42", curator=False, named=True)
    for name in ("leaveRound", "deletePainting"):
        assert (await ben.send(name, id=art.id)).status_code == 403, name
    assert [each.artwork for each in await entries.of_round(round_.id)] == [art.id]
    found = await place.store.gallery.get(art.id)
    assert (found.shown, found.visibility) == (True, Visibility.PUBLIC)
    assert (await ann.call("getJob", id=job["id"]))["state"] == "queued"


async def test_what_is_for_one_alone_is_not_there_for_others_whatever_they_try(
    place: Any, client: Any
) -> None:
    ann, ben, nobody = await client(), await client("discord:43"), await client(None)
    asked = {"prompt": "a bat", "visibility": "only-me"}
    job = await ann.call("paint", asked)
    running = await place.engine.claim()
    await place.engine.show(running, 10)
    for other in (ben, nobody):
        for name in ("getJob", "followJob", "getFrame"):
            assert (await other.send(name, id=job["id"])).status_code == 404
    art = await place.engine.finish(running)
    for name in ("retryJob", "cancelJob"):
        assert (await ben.send(name, id=job["id"])).status_code == 404, name
    for name in ("paintAgain", "varyPainting", "vote", "reportPainting", "deletePainting"):
        assert (await ben.send(name, id=art.id)).status_code == 404, name
    assert (await place.store.votes.count([art.id]))[art.id] == 0


async def test_too_large_a_body_is_a_problem(client: Any) -> None:
    ann = await client()
    large = b'{"prompt": "' + b"x" * 11 * 1024**2 + b'"}'
    answer = await ann._http.post("/api/v1/jobs", content=large, headers=ann._headers)
    assert (answer.status_code, answer.json()["code"]) == (413, "too-large")
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("kind", "body", "status"),
    [
        (
            "text/plain",
            b'{"prompt": "an owl"}',
            201,
        ),  # as curl --data sends it, and no cookie counts
        ("application/x-www-form-urlencoded", b"prompt=an+owl", 400),
        ("multipart/form-data; boundary=x", b"--x\r\nnonsense", 422),
        ("multipart/form-data", b"--x", 400),
        ("application/json", b'{"prompt": "\\ud800"}', 422),
        ("application/json", b'{"seed": ' + b"9" * 5000 + b', "prompt": "an owl"}', 400),
        ("application/json", b'{"prompt": "an owl", "seed": NaN}', 400),
        ("application/json", b'{"prompt": "an owl", "seed": -1}', 422),
    ],
)
async def test_a_body_of_another_kind_is_told(
    client: Any, kind: str, body: bytes, status: int
) -> None:
    ann = await client()
    headers = ann._headers | {"Content-Type": kind}
    answer = await ann._http.post("/api/v1/jobs", content=body, headers=headers)
    assert answer.status_code == status, answer.text
    assert json.loads(answer.text)


async def test_a_person_has_so_many_streams_with_however_many_tokens(
    place: Any, client: Any
) -> None:
    ann, again, ben = await client(), await client(), await client("discord:43")
    job = await ann.call("paint", {"prompt": "an owl"})
    async with place.served() as url, httpx.AsyncClient(timeout=30) as http:
        address = f"{url}/api/v1/jobs/{job['id']}/events"
        opened = []
        for number in range(12):
            headers = (ann if number % 2 else again)._headers
            answer = await http.send(
                http.build_request("GET", address, headers=headers), stream=True
            )
            assert answer.status_code == 200
            opened.append(answer)
        refused = await http.get(address, headers=again._headers)
        assert (refused.status_code, refused.headers["retry-after"]) == (429, "10")
        other = await http.send(
            http.build_request("GET", address, headers=ben._headers), stream=True
        )
        assert other.status_code == 200
        for each in (*opened, other):
            await each.aclose()


async def test_pages_of_other_sites_cannot_act_with_a_visitor_s_cookie(place: Any) -> None:
    member = await place.member(web_url="http://127.0.0.1:8000")
    evil = {"Origin": "https://evil.example", "Content-Type": "text/plain"}
    answer = await member.client.post("/api/v1/jobs", content=b'{"prompt": "an owl"}', headers=evil)
    assert (answer.status_code, answer.json()["code"]) == (401, "api-token-needed")
    assert "access-control-allow-credentials" not in answer.headers
    assert "set-cookie" not in answer.headers
