"""Votes, a round and the curators' desk in a real browser; pictures of them for the docs."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

from bot.core.rendering.catalogue import load_words
from bot.core.rounds.announcements import RoundAnnouncer
from bot.testing.browser import (
    CURATOR,
    DESKTOP,
    PHONE,
    Browser,
    RunningSite,
    chromium,
    keep,
    site,
    until,
)
from ganshare.blobs import open_blobs
from ganshare.domain.critics import PHRASE, VOTES, Critic
from ganshare.domain.votes import RoundRules, Voter
from ganshare.store import Store, open_store

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(chromium() is None, reason="chromium and chromedriver are not installed"),
]

WIDE = "return document.documentElement.scrollWidth - innerWidth"
TOO_SMALL = """
return [...document.querySelectorAll("button, .button, nav a, input:not([type=hidden])")]
  .filter((each) => each.checkVisibility() && each.getBoundingClientRect().height < 40)
  .map((each) => each.outerHTML);
"""


async def _hold_rounds(folder: Path) -> None:
    """One round with winners, and one that goes on."""
    async with open_store(f"sqlite+aiosqlite:///{folder}/ganshare.db") as store:
        hung = await store.gallery.search(limit=18)
        rules = RoundRules(min_age=0, quorum=3, winners=4, views=24)
        first = await store.rounds.open("web", CURATOR, 86_400, rules, title="First light")
        await _vote(store, first.id, [each.id for each in hung[:9]])
        await store.rounds.close(first.id, CURATOR, early=True)
        await store.rounds.critics.keep(Critic(PHRASE, "a beautiful painting", "aa"))
        helps = {"paintings": 412, "lift": 1.62, "low": 1.2, "high": 2.1}
        await store.rounds.critics.keep(Critic(VOTES, "", "aa", 1.0, helps))
        for name, step in ((PHRASE, 7), (VOTES, 2)):
            liked = {each.id: (n * step) % 9 for n, each in enumerate(hung[:9])}
            await store.rounds.critics.keep_scores(name, liked)
        second = await store.rounds.open("web", CURATOR, 5 * 86_400, rules, title="Deep water")
        for each in hung[9:]:
            await store.rounds.entries.enter(second.id, each.id, CURATOR, curator=True)


async def _vote(store: Store, round_id: str, ids: list[str]) -> None:
    for each in ids:
        await store.rounds.entries.enter(round_id, each, CURATOR, curator=True)
    for number in range(24):
        person = f"discord:{1000 + number}"
        while (artwork := await store.rounds.exposure.next_to_show(person, round_id)) is not None:
            if (number * 7 + ids.index(artwork.id) * 5) % 11 > ids.index(artwork.id):
                await store.votes.toggle(artwork.id, Voter(person), key=f"{person}{artwork.id}")


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSite]:
    with site(tmp_path_factory.mktemp("site"), paintings=24) as found:
        asyncio.run(_hold_rounds(found.folder))
        yield found


@pytest.fixture
def browser(chrome: Browser, served: RunningSite) -> Browser:
    """A curator's, signed in."""

    async def link() -> str:
        async with open_store(f"sqlite+aiosqlite:///{served.folder}/ganshare.db") as store:
            return await store.accounts.new_sign_in(CURATOR, "Ada")

    chrome.look(DESKTOP, "dark")
    chrome.get(f"/sign-in/{asyncio.run(link())}")
    chrome.find("main form button").click()
    until(lambda: chrome.path.startswith("/?notice"))
    return chrome


def test_a_vote_counts_without_leaving_the_page(browser: Browser, tmp_path: Path) -> None:
    browser.get("/gallery")
    card = browser.all("#cards li")[12]
    button = card.find_element("css selector", "[data-vote] button")
    ActionChains(browser.driver).move_to_element(card).perform()
    button.click()
    until(lambda: button.text == "1")
    assert "You voted for it" in browser.find("[data-told]").text
    assert browser.path == "/gallery"
    button.click()
    until(lambda: button.text == "0")
    browser.get("/round")
    assert "Deep water" in browser.find("main").text
    browser.shot("round", tmp_path)
    browser.find("button[value^='next:']").click()
    until(lambda: "/rounds/" in browser.path)
    first = browser.path
    ActionChains(browser.driver).send_keys(Keys.ARROW_RIGHT).perform()  # likes it
    until(lambda: browser.path != first and browser.all("h1"))
    second = browser.path
    ActionChains(browser.driver).send_keys(Keys.ARROW_LEFT).perform()  # skips it
    until(lambda: browser.path != second and browser.all("h1"))


def test_an_account_elsewhere_is_joined_by_its_code(
    browser: Browser, served: RunningSite, tmp_path: Path
) -> None:
    async def code_of(account: str) -> str:
        async with open_store(f"sqlite+aiosqlite:///{served.folder}/ganshare.db") as store:
            return await store.accounts.new_link(account)

    browser.get("/link")
    browser.find("#code").send_keys("WRONG", Keys.ENTER)
    until(lambda: browser.all("#error"))
    assert "/link gives you a new one" in browser.find("#error").text
    browser.find("main form button.quiet").click()
    until(lambda: browser.all("[role=status]"))
    assert "/link " in browser.find("[role=status]").text
    browser.find("#code").send_keys(asyncio.run(code_of("telegram:77")), Keys.ENTER)
    until(lambda: browser.all("button[name=sure]"))
    assert browser.run("return document.activeElement.name") == "sure"
    browser.shot("link", tmp_path)
    browser.find("button[name=sure]").click()
    until(lambda: browser.all(".notice"))
    assert len(browser.all("main ul li")) == 2


def test_on_a_phone_the_curation_page_and_the_round_fit(browser: Browser) -> None:
    browser.command(
        "Emulation.setDeviceMetricsOverride",
        width=PHONE[0], height=PHONE[1], deviceScaleFactor=1, mobile=True,
    )  # fmt: skip
    for path in ("/round", "/desk", "/gallery", "/link"):
        browser.get(path)
        assert browser.run(WIDE) <= 0, path
        assert browser.run(TOO_SMALL) == [], path


def test_the_curation_page_shows_what_won_and_takes_a_decision(
    browser: Browser, tmp_path: Path
) -> None:
    browser.get("/desk")
    cases = len(browser.all(".case"))
    assert cases >= 2
    browser.shot("desk", tmp_path)
    prompt = browser.find(".case h2").text
    browser.find(".verdict button[value=approve]").click()
    until(lambda: len(browser.all(".case")) == cases - 1)
    assert "in the curated set" in browser.find(".notice").text
    assert prompt in browser.find("#curated").find_element("xpath", "..").get_attribute("innerHTML")


def test_the_announcement_has_a_sheet_of_the_winners(served: RunningSite, tmp_path: Path) -> None:
    async def sheet() -> bytes:
        url = f"sqlite+aiosqlite:///{served.folder}/ganshare.db"
        async with open_store(url) as store:
            blobs = open_blobs(f"file://{served.folder}/blobs")
            (round_,) = [each for each in await store.rounds.recent() if each.closed]
            winners = [each for each in await store.rounds.standings(round_.id) if each.won]
            reply = await RoundAnnouncer(store, blobs, load_words()).winners(round_, winners, "en")
            assert reply.title == "The winners of \u201cFirst light\u201d"
            assert len(reply.fields) == len(winners)
            return reply.pictures[0].data

    data = asyncio.run(sheet())
    assert data.startswith(b"\xff\xd8")
    keep(data, "round-winners", tmp_path)
