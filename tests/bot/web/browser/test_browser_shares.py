"""The page of shares in Chromium, with a wallet that is injected as extensions do it."""

import asyncio
import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from eth_account.messages import encode_defunct

from admin.testing.shares import ANN
from bot.testing.browser import DESKTOP, PHONE, Browser, chromium, until
from ganshare.domain.jobs import JobState
from ganshare.store.db.tables_queue import jobs
from ganshare.testing import make_request

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(chromium() is None, reason="chromium and chromedriver are not installed"),
]

WIDE = (1440, 900)
# A wallet that announces itself (EIP-6963), and asks its user, who is in the test.
WALLET = """
const provider = { request({ method, params }) {
  if (method === "eth_requestAccounts") return Promise.resolve(["ADDRESS"]);
  if (method !== "personal_sign") return Promise.reject(new Error(method));
  return new Promise((yes, no) => { window.asked = { text: params[0], yes, no }; });
} };
const info = { uuid: "1", name: "Test Wallet", icon: "data:,", rdns: "test.wallet" };
const detail = Object.freeze({ info, provider });
const announce = () => dispatchEvent(new CustomEvent("eip6963:announceProvider", { detail }));
addEventListener("eip6963:requestProvider", announce);
announce();
"""


@pytest.fixture(scope="module")
def driven() -> Iterator[Browser]:
    browser = Browser.start("")
    yield browser
    browser.driver.quit()


def sign_in(browser: Browser, token: str) -> None:
    browser.get(f"/sign-in/{token}?to=shares")
    browser.find("main form button").click()
    until(lambda: browser.path.startswith("/shares"))


def press_and_read(browser: Browser) -> str:
    """Press the wallet's button; gives what the wallet is asked to sign."""
    until(lambda: browser.all("[data-buttons] button"))[0].click()
    return bytes.fromhex(until(lambda: browser.run("return window.asked?.text"))[2:]).decode()


def link(browser: Browser) -> str:
    text = press_and_read(browser)
    signature = "0x" + ANN.sign_message(encode_defunct(text=text)).signature.hex()
    browser.run("window.asked.yes(arguments[0])", signature)
    until(lambda: "The wallet 0x" in browser.find("main").text)
    return text


def refuse(browser: Browser) -> str:
    press_and_read(browser)
    browser.run("window.asked.no({ code: 4001 })")
    return str(until(lambda: browser.find("[role=alert]:not([hidden])").text))


def fits(browser: Browser) -> bool:
    """Whether nothing has to be scrolled sideways."""
    return bool(browser.run("return document.documentElement.scrollWidth <= innerWidth"))


async def use(place: Any, seconds: float) -> None:
    """Have a painting that took so long, paid by Ann's share."""
    payment = await place.front.gate.payment("discord:42")
    request = make_request()
    job = (
        await place.store.queue.submit(
            "discord:42", "web", request, key="used", payment=payment, weight=4.0
        )
    ).job
    now = await place.store.now()
    values = {"state": JobState.DONE, "started": now - seconds, "finished": now}
    await place.store.database.write(jobs.update().where(jobs.c.id == job.id).values(values))


async def test_a_wallet_is_linked_in_the_browser(
    gated: Any, driven: Browser, tmp_path: Path
) -> None:
    secret = b"The long text of the unlockable."
    (token,) = gated.front.gate.settings.token.names
    await gated.front.blobs.put("unlockables/one", secret)
    await gated.store.shares.unlockables.add(
        token=token, name="painters-share.zip", media_type="application/zip",
        blob="unlockables/one", sha256=hashlib.sha256(secret).hexdigest(), size=len(secret),
    )  # fmt: skip
    async with gated.served() as url:
        driven.base = url

        def visit(size: tuple[int, int], token: str) -> None:
            driven.look(size)
            driven.get("/sign-in")
            sign_in(driven, token)

        wallet = WALLET.replace("ADDRESS", ANN.address)
        added = await asyncio.to_thread(
            driven.command, "Page.addScriptToEvaluateOnNewDocument", source=wallet
        )
        tokens = [await gated.store.accounts.new_sign_in("discord:42", "Ann") for _ in range(3)]
        await asyncio.to_thread(visit, DESKTOP, tokens[0])
        assert "nothing was linked" in await asyncio.to_thread(refuse, driven)
        await asyncio.to_thread(driven.get, "/shares")
        text = await asyncio.to_thread(link, driven)
        assert text.startswith(f"{url.removeprefix('http://')} wants you to sign in")
        assert "discord:42" in text
        await use(gated, 9_000.0)
        for size, at, name in ((WIDE, 1, "shares"), (PHONE, 2, "shares-phone")):
            await asyncio.to_thread(visit, size, tokens[at])
            assert "7:30 h" in await asyncio.to_thread(lambda: driven.find("main").text)
            assert await asyncio.to_thread(fits, driven)
            await asyncio.to_thread(driven.shot, name, tmp_path)
        problems = [
            each for each in await asyncio.to_thread(driven.complaints) if "401" not in each
        ]
        assert problems == []
        await asyncio.to_thread(driven.command, "Page.removeScriptToEvaluateOnNewDocument", **added)


async def test_without_a_wallet_the_page_says_so(gated: Any, driven: Browser) -> None:
    async with gated.served() as url:
        driven.base = url
        token = await gated.store.accounts.new_sign_in("discord:42", "Ann")

        def look() -> str:
            driven.look()
            sign_in(driven, token)
            return str(until(lambda: driven.find("[data-missing]:not([hidden])").text))

        assert "No wallet was found" in await asyncio.to_thread(look)
