"""Whatever is sent here: answered in one sentence, and nothing of it runs anywhere."""

import re
from typing import Any
from urllib.parse import quote

import pytest

from bot.testing.fake_engine import plain_picture
from bot.web.site import MEGABYTES
from ganshare.blobs import preview_key
from ganshare.domain.jobs import JobRequest
from ganshare.errors import StoreError
from ganshare.testing import MODEL

EVIL = "\"><script>alert(1)</script><img src=x onerror=alert(2)>'`${7*7}{{7*7}}"
FORMS = ("/paint", "/press", "/link", "/sign-in", "/sign-out", "/language", "/theme")


def sentence(response: Any) -> str:
    found = re.search(r'role="alert">([^<]+)<', response.text)
    assert found, response.text
    return found[1]


async def test_every_answer_has_the_headers_that_keep_browsers_careful(place: Any) -> None:
    artwork = await place.engine.publish_painting("a castle")
    visitor = await place.visitor()
    style = (await visitor.page("/")).first("link", rel="stylesheet")["href"]
    picture = f"/pictures/{artwork.id}/{artwork.sha256[:16]}.png"
    for path in (
        "/",
        "/none",
        "/gallery",
        style,
        picture,
        "/healthz",
        "/suggest",
        "/jobs/x/events",
    ):
        headers = (await visitor.get(path)).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
        assert headers["x-frame-options"] == "DENY"
        assert "strict-transport-security" not in headers  # not behind https here
    page = (await visitor.get("/")).headers["content-security-policy"]
    for rule in ("script-src 'self'", "style-src 'self'", "frame-ancestors 'none'",
                 "form-action 'self'", "base-uri 'none'"):  # fmt: skip
        assert rule in page


async def test_behind_https_cookies_and_browsers_insist_on_it(place: Any) -> None:
    visitor = await place.visitor(web_url="https://paint.example")
    answer = await visitor.get("/", headers={"host": "paint.example"})
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-ganshare=")
    for word in ("Secure", "HttpOnly", "SameSite=lax", "Path=/"):
        assert word in cookie
    assert "max-age" in answer.headers["strict-transport-security"]


@pytest.mark.parametrize("path", FORMS)
async def test_a_form_without_its_token_does_nothing(place: Any, path: str) -> None:
    visitor = await place.visitor()
    await visitor.get("/")
    stranger = await place.visitor()
    others = (await stranger.page("/")).fields()["token"]
    for token in ({}, {"token": ""}, {"token": "0" * 64}, {"token": others}):
        answer = await visitor.client.post(path, data={"prompt": "a castle", **token})
        assert answer.status_code == 403
        assert sentence(answer).startswith("This form is out of date")
    assert await place.store.queue.jobs() == []


@pytest.mark.parametrize(
    "headers", [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}]
)
async def test_a_form_of_another_site_does_nothing(place: Any, headers: dict[str, str]) -> None:
    visitor = await place.visitor()
    token = (await visitor.page("/")).fields()["token"]
    data = {"prompt": "a castle", "token": token}
    answer = await visitor.client.post("/paint", data=data, headers=headers)
    assert answer.status_code == 403
    assert await place.store.queue.jobs() == []


async def test_nothing_is_done_by_looking(place: Any) -> None:
    visitor = await place.visitor()
    for path in FORMS:
        seen = await visitor.get(path)
        assert seen.status_code in (200, 303, 405)  # /sign-in and /link are pages, too
    token = await place.store.accounts.new_sign_in("discord:42", "Ann")
    await visitor.get(f"/sign-in/{token}")  # as a chat does that looks at every address
    assert (await visitor.send("/sign-in", {"sign_in": token})).status_code == 303


async def test_a_page_under_another_name_is_not_served(place: Any) -> None:
    visitor = await place.visitor()
    for path in ("/", "/gallery", "/healthz", "/pictures/x/y.png"):
        answer = await visitor.get(path, headers={"host": "evil.example"})
        assert answer.status_code == (200 if path == "/healthz" else 421)


async def test_what_strangers_wrote_is_text_everywhere(place: Any) -> None:
    evil = EVIL.replace("{{", "{ {")
    artwork = await place.engine.publish_painting(evil, manifest={"models": {EVIL: {"name": EVIL}}})
    await place.store.queue.submit("web:x", "web", JobRequest(evil, 2, MODEL), key="evil")
    job = (await place.store.queue.jobs())[0]
    visitor = await place.member("discord:42")
    paths = ["/", "/gallery", f"/paintings/{artwork.id}", f"/jobs/{job.id}",
             f"/gallery?q={quote(EVIL)}&style={quote(EVIL)}&colour={quote(EVIL)}",
             f"/?prompt={quote(EVIL)}", f"/sign-in/{quote(EVIL, safe='')}"]  # fmt: skip
    for path in paths:
        page = await visitor.page(path, 404 if path.startswith("/sign-in") and "/" in EVIL else 200)
        assert not [each for each in page.all("script") if each.text], path
        assert not [each for each in page.all("img") if each.attributes.get("src") == "x"], path
        assert "49" not in page.first("h1").text
    typed = await visitor.send("/paint", {"prompt": EVIL, "size": EVIL})
    assert typed.status_code == 422
    assert "<script>alert" not in typed.text


async def test_names_of_people_are_text(place: Any) -> None:
    visitor = await place.visitor()
    token = await place.store.accounts.new_sign_in("discord:42", EVIL)
    await visitor.send("/sign-in", {"sign_in": token})
    page = await visitor.page("/gallery")
    assert page.first("bdi").text == EVIL
    assert len(page.all("script")) == 1


@pytest.mark.parametrize(
    "path",
    [
        "/static/{version}/..%2fsite.py",
        "/static/{version}/%2e%2e/site.py",
        "/static/{version}/../../site.py",
        "/static/{version}/..\\site.py",
        "/static/other/page.css",
        "/static/{version}/page.css%00.png",
        "/pictures/..%2f..%2fganshare/x.png",
        "/pictures/{artwork}/{sum}.svg",
        "/pictures/{artwork}/{sum}.png%2f..%2f..%2fstore.db",
        "/pictures/{artwork}/0000000000000000.png",
        "/frames/..%2f..%2fstates/1-1.jpg",
        "/frames/../1-1.jpg",
        "/frames/{artwork}/1-1.safetensors",
        "/frames/{artwork}/999999999999999999999999-1.jpg",
    ],
)
async def test_no_path_leads_anywhere_else(place: Any, path: str) -> None:
    artwork = await place.engine.publish_painting("a castle")
    visitor = await place.visitor()
    version = (await visitor.page("/")).first("link", rel="stylesheet")["href"].split("/")[2]
    values = {"version": version, "artwork": artwork.id, "sum": artwork.sha256[:16]}
    answer = await visitor.get(path.format(**values))
    assert answer.status_code == 404


async def test_what_is_no_picture_is_never_served_as_one(place: Any) -> None:
    html = b"<html><script>alert(1)</script>"
    artwork = await place.engine.publish_painting("a castle")
    await place.front.blobs.delete([artwork.blob])
    await place.front.blobs.put(artwork.blob, html)
    visitor = await place.visitor()
    answer = await visitor.get(f"/pictures/{artwork.id}/{artwork.sha256[:16]}.png")
    assert (answer.status_code, html in answer.content) == (404, False)


async def test_pictures_are_kept_by_browsers_and_asked_after_each_time(place: Any) -> None:
    artwork = await place.engine.publish_painting(
        'Ein Schloß: <a> "b" ../c', picture=plain_picture()
    )
    visitor = await place.visitor()
    base = f"/pictures/{artwork.id}/{artwork.sha256[:16]}"
    whole = await visitor.get(f"{base}.png")
    assert whole.content == plain_picture()
    assert (whole.headers["content-type"], whole.headers["accept-ranges"]) == ("image/png", "bytes")
    assert whole.headers["cache-control"] == "private, no-cache"
    assert "sandbox" in whole.headers["content-security-policy"]
    again = await visitor.get(f"{base}.png", headers={"if-none-match": whole.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    small = await visitor.get(f"{base}.jpg")
    assert (small.headers["content-type"], small.content[:3]) == ("image/jpeg", b"\xff\xd8\xff")
    assert small.headers["etag"] != whole.headers["etag"]
    saved = (await visitor.get(f"{base}.png?save")).headers["content-disposition"]
    assert saved == 'attachment; filename="ein-schlo-a-b-c-1.png"'
    await place.store.gallery.hide(artwork.id, "discord:9", "it was reported")
    gone = await visitor.get(f"{base}.png", headers={"if-none-match": whole.headers["etag"]})
    assert gone.status_code == 404
    await place.front.blobs.put(preview_key(artwork.job, 1, 10), b"\xff\xd8\xff a frame")
    assert (await visitor.get(f"/frames/{artwork.job}/1-10.jpg")).status_code == 404


async def test_a_download_that_broke_off_goes_on_where_it_was(place: Any) -> None:
    artwork = await place.engine.publish_painting("an owl", picture=plain_picture())
    visitor, picture = await place.visitor(), plain_picture()
    path, size = f"/pictures/{artwork.id}/{artwork.sha256[:16]}.png", len(picture)

    async def asked(wanted: str, **headers: str) -> tuple[int, bytes, str]:
        answer = await visitor.get(path, headers={"range": wanted} | headers)
        return answer.status_code, answer.content, answer.headers.get("content-range", "")

    assert await asked("bytes=10-") == (206, picture[10:], f"bytes 10-{size - 1}/{size}")
    assert await asked("bytes=0-0") == (206, picture[:1], f"bytes 0-0/{size}")
    assert await asked(f"bytes=5-{size + 9}") == (206, picture[5:], f"bytes 5-{size - 1}/{size}")
    assert await asked("bytes=-7") == (206, picture[-7:], f"bytes {size - 7}-{size - 1}/{size}")
    for behind in (f"bytes={size}-", "bytes=-0"):
        assert await asked(behind) == (416, b"", f"bytes */{size}")
    for all_of_it in ("bytes=5-1", "bytes=-", "bytes=0-1,3-4", "bytes=0-" + "9" * 20, "lines=1-2"):
        assert await asked(all_of_it) == (200, picture, "")
    tag = (await visitor.client.head(path)).headers["etag"]
    assert (await asked("bytes=1-1", **{"if-range": tag}))[0] == 206
    assert (await asked("bytes=1-1", **{"if-range": '"another"'}))[:2] == (200, picture)
    assert (await visitor.client.head(path, headers={"range": "bytes=1-1"})).status_code == 200


async def test_too_large_a_body_is_refused_before_it_is_read(place: Any) -> None:
    visitor = await place.visitor()
    token = (await visitor.page("/")).fields()["token"]
    large = b"x" * (MEGABYTES * 1024**2 + 1)
    sent = 0

    async def drip() -> Any:
        nonlocal sent
        yield b'--b\r\nContent-Disposition: form-data; name="init_image"; filename="a"\r\n\r\n'
        for _ in range(40):
            sent += 1
            yield b"x" * 1024**2

    told = await visitor.client.post(
        "/paint", data={"token": token}, files={"init_image": ("a.png", large, "image/png")}
    )
    headers = {"content-type": "multipart/form-data; boundary=b"}
    unsaid = await visitor.client.post("/paint", content=drip(), headers=headers)
    for answer in (told, unsaid):
        assert answer.status_code == 413
        assert sentence(answer) == "What you sent is too large; a picture may have at most 10 MB."
    assert sent <= MEGABYTES + 1


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"--b\r\nnonsense", "multipart/form-data; boundary=b"),
        (b"token=" + b"a" * 200_000, "application/x-www-form-urlencoded"),
        (
            b"&".join(b"f%d=1" % number for number in range(2000)),
            "application/x-www-form-urlencoded",
        ),
        (b'{"token": 1}', "application/json"),
        (b"\xff\xfe\x00", "text/plain"),
        (b"", "multipart/form-data"),
    ],
)
async def test_a_form_in_pieces_is_one_sentence(place: Any, content: bytes, kind: str) -> None:
    visitor = await place.visitor()
    await visitor.get("/")
    answer = await visitor.client.post("/paint", content=content, headers={"content-type": kind})
    assert answer.status_code in (400, 403)
    assert sentence(answer).endswith(".")


async def test_who_is_too_fast_is_told_for_how_long_to_wait(place: Any) -> None:
    visitor = await place.visitor()
    answers = [await visitor.send("/theme", {}) for _ in range(15)]
    refused = [each for each in answers if each.status_code == 429]
    assert len(refused) in range(1, 5)
    assert int(refused[0].headers["retry-after"]) >= 1
    assert re.match(r"Too many requests; please wait", sentence(refused[0]))


async def test_a_new_cookie_is_no_new_patience(place: Any) -> None:
    visitor = await place.visitor()
    statuses = []
    for _ in range(80):
        visitor.client.cookies.clear()
        statuses.append((await visitor.client.post("/theme")).status_code)
    assert set(statuses) == {403, 429}


async def test_only_configured_proxies_are_believed_about_addresses(place: Any) -> None:
    liar = await place.visitor()
    seen = []
    for number in range(260):
        headers = {"X-Forwarded-For": f"198.51.100.{number}"}
        seen.append((await liar.get("/compose", headers=headers)).status_code)
    assert 429 in seen
    behind = await place.visitor(web_proxies=("127.0.0.1",))
    seen = []
    for number in range(260):
        headers = {"X-Forwarded-For": f"203.0.113.9, 198.51.{number % 256}.1"}
        seen.append((await behind.get("/compose", headers=headers)).status_code)
    assert 429 not in seen


async def test_a_guest_who_signs_in_gets_another_cookie(place: Any) -> None:
    """Whoever knew the old one, or planted it, knows nothing."""
    visitor = await place.visitor()
    await visitor.get("/")
    before = visitor.client.cookies["ganshare"]
    token = await place.store.accounts.new_sign_in("discord:42", "Ann")
    await visitor.send("/sign-in", {"sign_in": token})
    member = visitor.client.cookies["ganshare"]
    assert member != before
    assert token not in member
    assert "Ann" in (await visitor.page("/")).first("header").text
    again = await visitor.send("/sign-in", {"sign_in": token})
    assert again.status_code == 400  # once
    await visitor.send("/sign-out", {})
    visitor.client.cookies.set("ganshare", member)
    assert "Ann" not in (await visitor.page("/")).first("header").text


async def test_what_goes_wrong_here_is_an_apology_with_a_number(
    place: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    visitor = await place.visitor()

    async def broken(*_: object, **__: object) -> None:
        raise KeyError("secret detail")

    monkeypatch.setattr(place.store.gallery, "search", broken)
    answer = await visitor.get("/gallery")
    assert answer.status_code == 500
    assert "content-security-policy" in answer.headers
    assert "secret detail" not in answer.text
    assert re.search("[0-9a-f]{8}", sentence(answer))


async def test_a_store_that_is_away_is_an_honest_not_now(
    place: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor = await place.member()

    async def away(*_: object, **__: object) -> None:
        raise StoreError("The database at secret-host is away.")

    store = place.store
    parts = (store.gallery, "search"), (store.accounts, "session"), (store.places, "settings")
    for part, verb in parts:
        monkeypatch.setattr(part, verb, away)
    answer = await visitor.get("/")
    assert (answer.status_code, "secret-host" in answer.text) == (503, False)
    assert sentence(answer) == "This does not work right now; please try again in a moment."
