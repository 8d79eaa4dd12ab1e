"""Passkeys in a real browser, with a virtual authenticator."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from selenium.webdriver.common.virtual_authenticator import VirtualAuthenticatorOptions

from bot.testing.browser import PHONE, Browser, chromium, until

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(chromium() is None, reason="chromium and chromedriver are not installed"),
]
MAKE, USE = "[data-passkey=create]", "[data-passkey=get]"


@pytest.fixture
def browser() -> Iterator[Browser]:
    found = Browser.start("")
    options = VirtualAuthenticatorOptions(
        transport=VirtualAuthenticatorOptions.Transport.INTERNAL,
        has_resident_key=True,
        has_user_verification=True,
        is_user_verified=True,
    )
    found.driver.add_virtual_authenticator(options)
    yield found
    found.driver.quit()


async def test_a_member_adds_a_passkey_and_signs_in_with_it(
    place: Any, browser: Browser, tmp_path: Path
) -> None:
    token = await place.store.accounts.new_sign_in("web:mia", "Mia")

    def add_and_use(url: str) -> None:
        browser.base = url.replace("127.0.0.1", "localhost")  # addresses of numbers have none
        browser.look()
        browser.get(f"/sign-in/{token}")
        browser.find("main form button").click()
        until(lambda: browser.find(".account .name").text == "Mia")
        browser.get("/link")
        until(lambda: browser.find(MAKE).is_displayed())
        browser.find(f"{MAKE} input[name=label]").send_keys("My phone")
        browser.find(f"{MAKE} button").click()
        until(lambda: "My phone" in browser.find("main .listed").text)
        until(lambda: browser.find(MAKE).is_displayed())
        browser.shot("passkeys-light", tmp_path)
        browser.find(f"{MAKE} button").click()
        until(lambda: "one already exists" in browser.find(f"{MAKE} [role=alert]").text)
        for size, scheme in (((1440, 900), "dark"), (PHONE, "light")):
            browser.look(size, scheme)
            browser.get("/sign-in")
            until(lambda: browser.find(USE).is_displayed())
            browser.shot(f"sign-in-{'phone' if size == PHONE else 'wide'}-{scheme}", tmp_path)
            browser.find(f"{USE} button").click()
            until(lambda: browser.find(".account .name").text == "Mia")
        assert [each for each in browser.complaints() if "422" not in each] == []

    async with place.served() as url:
        await asyncio.to_thread(add_and_use, url)
    (passkey,) = await place.store.passkeys.of_person("web:mia")
    assert (passkey.label, passkey.used is not None) == ("My phone", True)


async def test_without_a_passkey_the_page_says_so(place: Any, browser: Browser) -> None:
    def try_it(url: str) -> None:
        browser.base = url.replace("127.0.0.1", "localhost")
        browser.look()
        browser.get("/sign-in")
        until(lambda: browser.find(USE).is_displayed())
        browser.find(f"{USE} button").click()
        until(lambda: "no passkey for this page" in browser.find(f"{USE} [role=alert]").text)
        browser.base = url
        browser.get("/sign-in")
        assert browser.all(USE) == []

    async with place.served() as url:
        await asyncio.to_thread(try_it, url)
