"""Cookies, forms and languages: what is believed of what a browser says."""

import pytest
from starlette.requests import Request
from starlette.responses import Response

from bot.core.messages import Rank
from bot.web.request_context import accepted_language, address_of, way_back
from bot.web.sessions import Cookie, Session, is_from_elsewhere
from bot.web.site import is_own_host

ORIGIN = "https://paint.example"


def request(client: str = "192.0.2.7", **headers: str) -> Request:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    lines = [(name.encode(), value.encode()) for name, value in named.items()]
    return Request({"type": "http", "headers": lines, "client": (client, 5000)})


def test_a_session_comes_back_as_it_was_sent() -> None:
    session, response = Session.new_guest(), Response()
    Cookie(is_https=True).write(response, session)
    header = response.headers["set-cookie"]
    assert header.startswith("__Host-ganshare=g.")
    for word in ("HttpOnly", "Secure", "Path=/", "SameSite=lax"):
        assert word in header
    assert Cookie(is_https=True).read(request(cookie=header.partition(";")[0])) == session


@pytest.mark.parametrize(
    "value",
    ["", "g", "g.", "g.short", "x." + "a" * 43, "g." + "a" * 300, "g." + "ä" * 43, "m.;" * 20],
)
def test_a_cookie_that_is_not_ours_is_nobody(value: str) -> None:
    cookie = b"ganshare=" + value.encode("latin-1", "replace")
    scope = {"type": "http", "headers": [(b"cookie", cookie)], "client": None}
    assert Cookie(is_https=False).read(Request(scope)) is None


def test_a_form_is_of_one_session_only() -> None:
    ann, bob = Session.new_guest(), Session.new_guest()
    assert ann.accepts(ann.form_token)
    assert not ann.accepts(bob.form_token)
    assert not ann.accepts("")
    assert not ann.accepts("ü" * 64)
    assert not ann.accepts(None)


def test_neither_the_person_nor_the_form_gives_the_cookie_away() -> None:
    session = Session.new_guest()
    guest = session.guest("en")
    assert guest.rank is Rank.GUEST
    assert guest.id.startswith("web:")
    assert guest == session.guest("en")
    for shown in (
        guest.id,
        session.form_token,
        session.key("nonce", "a castle"),
        session.rate_name,
    ):
        assert session.token not in shown


def test_the_same_form_sent_twice_has_one_key() -> None:
    session = Session.new_guest()
    assert session.key("nonce", "a castle") == session.key("nonce", "a castle")
    assert session.key("nonce", "a castle") != session.key("nonce", "a city")
    assert session.key("nonce", "a castle") != Session.new_guest().key("nonce", "a castle")


@pytest.mark.parametrize(
    ("headers", "elsewhere"),
    [
        ({}, False),
        ({"origin": ORIGIN}, False),
        ({"origin": "https://evil.example"}, True),
        ({"origin": "null"}, True),
        ({"sec_fetch_site": "cross-site"}, True),
        ({"sec_fetch_site": "same-site", "origin": ORIGIN}, True),
        ({"sec_fetch_site": "same-origin", "origin": ORIGIN}, False),
    ],
)
def test_forms_from_elsewhere_are_known_by_their_headers(
    headers: dict[str, str], elsewhere: bool
) -> None:
    assert is_from_elsewhere(request(**headers), ORIGIN) is elsewhere


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("de, zh;q=0.4, en;q=0.5", "en"),
        ("fr;q=1.0, zh;q=0.0", "en"),
        ("", "en"),
        ("zh;q=abc, *;q=0.1, ,,;;", "en"),
        ("x" * 100_000, "en"),
    ],
)
def test_the_language_is_the_preferred_one(header: str, language: str) -> None:
    assert accepted_language(header, ("en", "zh")) == language


@pytest.mark.parametrize(
    ("referer", "path"),
    [
        ("http://here/gallery?q=a", "/gallery?q=a"),
        ("http://elsewhere/gallery", "/"),
        ("http://here//elsewhere.example/", "/"),
        ("http://here/\\elsewhere.example", "/"),
        ("http://here/sign-in/secret", "/"),
        ("javascript:alert(1)", "/"),
        ("http://[here/", "/"),
        ("", "/"),
    ],
)
def test_the_way_back_never_leads_to_another_site(referer: str, path: str) -> None:
    assert way_back(request(referer=referer, host="here")) == path


def test_a_household_with_ipv6_counts_as_one_address() -> None:
    assert address_of(request("2001:db8:1:2:3:4:5:6")) == address_of(request("2001:db8:1:2::9:1"))
    assert address_of(request("192.0.2.7")) == "192.0.2.7"


@pytest.mark.parametrize(
    ("host", "is_own"),
    [
        ("paint.example", True),
        ("PAINT.example", True),
        ("127.0.0.1:8000", True),
        ("[::1]:8000", True),
        ("localhost:8000", True),
        ("evil.example", False),
        ("paint.example.evil.example", False),
        ("paint.example:81", False),
        ("127.0.0.1.evil.example", False),
        ("evil@localhost", False),
        ("[::1", False),
        ("", False),
    ],
)
def test_the_page_answers_to_its_own_names_only(host: str, is_own: bool) -> None:
    assert is_own_host(host, "https://paint.example") is is_own
