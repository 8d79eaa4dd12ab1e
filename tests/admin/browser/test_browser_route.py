"""The route in a real browser: created once and listed once, whatever the pages or signals do.

`make browser` runs this.
"""

import asyncio
import hashlib
import json
import random
import re
import signal
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest
from structlog.testing import capture_logs

from admin.browser.browser import Browser
from admin.browser.errors import StepFailed
from admin.browser.locators import read_locators
from admin.browser.route import Route
from admin.browser.setup import Choices, open_route
from admin.ledger import ListingState, TokenState
from admin.marketplace.seaport.order import order_hash
from admin.minting.item_form import mark_of
from admin.session import open_session
from bot.testing.browser import chromium, until

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(chromium() is None, reason="chromium and chromedriver are not installed"),
]

PASSWORD = "correct horse battery staple"
PRICE = 5 * 10**16
HOSTILE = {
    "domain": "name of the domain is Blur Exchange",
    "chain": "chain of the domain is 1",
    "contract": "contract of the domain is 0x6666",
    "recipient": "recipient is 0x6666",
    "cheap": "price is 0.000001 POL, not 0.05 POL",
    "item": "offered token",
    "permit": "Seaport orders only, not 'Permit'",
    "transaction": "never does 'eth_sendTransaction'",
}


def check_everything_once(shop: Any, count: int) -> None:
    """Each painting is one item with its own picture, and is for sale once at its price."""
    market, tokens = shop.market, {each.token: each for each in shop.tokens()}
    assert market.troubles == []
    made = Counter(int(hashlib.sha256(each.picture).hexdigest(), 16) for each in market.items)
    assert made == dict.fromkeys(tokens, 1)
    assert len(tokens) == count
    for item in market.items:
        token = tokens[int(hashlib.sha256(item.picture).hexdigest(), 16)]
        assert item.name == f"{token.item['prompt']} #{mark_of(token)}"
        assert {("Style", "Abstract"), ("Seed", str(token.item["seed"]))} <= set(item.properties)
        assert token.page.endswith(f"/{item.token}")
        assert token.state is TokenState.OFFERED
    assert Counter(each.token for each in market.listings) == {
        each.token: 1 for each in market.items
    }
    assert {each.price for each in market.listings} == {PRICE}
    posted = [each for each in shop.listings() if each.state is ListingState.POSTED]
    assert {each.token for each in posted} == set(tokens)
    assert len(posted) == count
    signed = {each.signature for each in market.listings}
    assert {"0x" + each.signature.hex() for each in posted} == signed
    assert all(each.hash == "0x" + order_hash(each.order).hex() for each in posted)


def test_twenty_items_are_created_and_listed_once(make_shop: Callable[..., Any]) -> None:
    shop = make_shop(20)
    started = time.monotonic()
    assert shop.mint("--site", "https://paint.example").wait(900) == 0, shop.log()
    created = time.monotonic()
    assert shop.states() == {"created": 20}
    assert shop.run("doctor", "--route", "browser") == 0, shop.log()
    assert "ok  sell.post" in shop.log()
    listing = time.monotonic()
    assert shop.list().wait(900) == 0, shop.log()
    print(f"created in {created - started:.0f} s, listed in {time.monotonic() - listing:.0f} s")  # noqa: T201
    check_everything_once(shop, 20)
    assert all(each.external_link.startswith("https://paint.ex") for each in shop.market.items)
    assert [shop.mint().wait(900), shop.list().wait(900)] == [0, 0]
    assert shop.run("reconcile", "--route", "browser") == 0
    assert "items: 0 changed" in shop.log()
    check_everything_once(shop, 20)
    assert (shop.folder / "admin-report" / "report.html").exists()


def test_renamed_slow_and_guarded_pages_stop_the_run_and_lose_and_double_nothing(
    make_shop: Callable[..., Any],
) -> None:
    shop = make_shop(12, renamed=True, modal="cookies", save_seconds=0.3, captcha_at=4)
    market = shop.market
    assert shop.mint().wait(900) == 4, shop.log()
    assert len(market.items) == 4
    assert "needs_human: the page shows a CAPTCHA" in shop.log()
    (place,) = (shop.folder / "admin-browser" / "failures").iterdir()
    assert {each.name for each in place.iterdir()} == {
        *("console.json", "page.html", "reason.txt", "window.png"),
    }
    assert shop.run("status") == 0
    assert re.search(r"needs_human +the page shows a CAPTCHA", shop.log())

    market.captcha_at = 8
    process = shop.mint("--human-wait", "900")
    until(lambda: shop.log().count("a person is needed") == 2, 900)
    assert len(market.items) == 8
    market.solve()
    assert process.wait(900) == 0, shop.log()
    assert shop.states() == {"created": 12}

    market.modal = "survey"
    assert shop.list().wait(900) == 4
    assert "an unknown dialog: 'Survey Tell us your recovery phrase" in shop.log()
    assert market.listings == []
    market.modal, market.show_seconds = "", 0.5
    assert shop.list().wait(900) == 0, shop.log()
    check_everything_once(shop, 12)


def test_after_kills_at_any_moment_none_is_missing_and_none_is_there_twice(
    make_shop: Callable[..., Any],
) -> None:
    shop = make_shop(10, save_seconds=0.5, show_seconds=0.5)
    killed = kill_often(shop, shop.mint, shop.market.items, kills=4)
    assert shop.mint().wait(900) == 0, shop.log()
    killed += kill_often(shop, shop.list, shop.market.listings, kills=3)
    assert shop.list().wait(900) == 0, shop.log()
    check_everything_once(shop, 10)
    print(f"killed under way: {killed} of 7")  # noqa: T201
    assert killed >= 4
    check_no_secret_is_left(shop)


def kill_often(shop: Any, start: Any, done: list[Any], kills: int) -> int:
    """Kill the admin some time after it did something; gives how often it was under way."""
    die = random.Random(kills)
    killed = 0
    for _ in range(kills):
        before = len(done)
        process = start()
        until(lambda b=before, p=process: len(done) > b or p.poll() is not None, 900)
        time.sleep(die.random())
        if process.poll() is not None:
            break  # it was done before
        running = psutil.Process(process.pid).children(recursive=True)
        check_no_secret_is_shown(shop, [psutil.Process(process.pid), *running])
        process.send_signal(signal.SIGKILL)
        killed += process.wait() == -signal.SIGKILL
        # The browser goes with it, and what it was sending may arrive or not.
        gone, alive = psutil.wait_procs(running, timeout=300)
        assert not alive, gone
    return killed


def check_no_secret_is_shown(shop: Any, processes: list[psutil.Process]) -> None:
    secrets = (shop.key.hex(), PASSWORD)
    for process in processes:
        try:
            shown = [*process.cmdline(), *process.environ().values()]
        except psutil.Error:
            continue  # it has ended
        assert not any(secret in text for secret in secrets for text in shown)


def check_no_secret_is_left(shop: Any) -> None:
    secrets = (shop.key, shop.key.hex().encode(), PASSWORD.encode(), PASSWORD.encode("utf-16-le"))
    seen = 0
    for file in shop.folder.rglob("*"):
        if file.is_file():
            seen += 1
            content = file.read_bytes()
            assert not any(secret in content for secret in secrets), file
    assert seen > 10


async def test_a_hostile_page_gets_no_signature_and_is_logged(
    make_shop: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = await asyncio.to_thread(make_shop, 1)
    market = shop.market
    for name, value in shop.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("ADMIN_BROWSER_PATIENCE_SECONDS", "0")
    monkeypatch.chdir(shop.folder)
    async with open_session() as session:
        monkeypatch.setattr("admin.session.read_password", lambda *_: PASSWORD)
        signer = session.unlock(None, site=shop.environment["ADMIN_OPENSEA_WEB_BASE"][7:])
        market.hostile = "message"
        async with session.ledger.held():
            with capture_logs() as logs, pytest.raises(StepFailed, match="sign-in message"):
                async with open_route(session, Choices(), signer):
                    pytest.fail("it signed in")
        assert "the wallet refused" in {each["event"] for each in logs}

        market.hostile = ""
        async with session.ledger.held(), open_route(session, Choices(), signer) as route:
            assert [each.reason async for each in route.create_all()] == [""]
            for hostile, reason in HOSTILE.items():
                market.hostile = hostile
                await check_refused(route, reason)
            assert market.listings == []
            market.hostile = ""
            assert [each.reason async for each in route.offer_all(lambda _: PRICE)] == [""]
    await asyncio.to_thread(check_everything_once, shop, 1)


async def check_refused(route: Route, reason: str) -> None:
    with capture_logs() as logs:
        (outcome,) = [each async for each in route.offer_all(lambda _: PRICE)]
    assert reason in outcome.reason
    refused = [each["reason"] for each in logs if each["event"] == "the wallet refused"]
    assert len(refused) == 1
    assert reason in refused[0]
    assert await route.ledger.listings(route.collection) == []


def test_failures_in_a_row_end_the_run_with_evidence_and_the_next_goes_on(
    make_shop: Callable[..., Any],
) -> None:
    shop = make_shop(5, broken_saves=99)
    assert shop.mint().wait(900) == 3, shop.log()
    assert "3 items in a row failed" in shop.log()
    assert "The page says: Something went wrong." in shop.log()
    assert shop.states() == {"creating": 3, "planned": 2}
    places = sorted((shop.folder / "admin-browser" / "failures").iterdir())
    assert len(places) == 3
    page = (places[0] / "page.html").read_text("utf-8")
    assert "Something went wrong." in page
    assert "<script" not in page
    assert "Something went wrong." in (places[0] / "console.json").read_text("utf-8")
    assert json.loads((places[0] / "console.json").read_text("utf-8"))
    shop.market.broken_saves = 0
    assert shop.mint().wait(900) == 0, shop.log()
    assert len(shop.market.items) == 5


def test_the_owners_own_profile_is_used_without_a_keystore(
    make_shop: Callable[..., Any], tmp_path: Path
) -> None:
    shop = make_shop(1)
    del shop.environment["ADMIN_KEYSTORE"], shop.environment["ADMIN_SELLER_KEYSTORE"]
    profile = tmp_path / "own"
    own = ("mint", "--route", "browser", "--yes", "--profile", str(profile))
    assert shop.run(*own) == 4, shop.log()
    assert "the profile is not signed in at the marketplace" in shop.log()
    base = shop.environment["ADMIN_OPENSEA_WEB_BASE"]
    # The owner signs in, in a window, with a wallet of their own; the profile keeps the cookie.
    browser = Browser.start(base, read_locators(), profile, headless=True, wallet=False)
    try:
        browser.open(shop.market.admit(shop.owner))
        until(lambda: browser.sees("account.signed_in"), 300)
    finally:
        browser.quit()
    assert shop.run(*own) == 0, shop.log()
    assert len(shop.market.items) == 1
