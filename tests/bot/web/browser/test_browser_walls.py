"""Walls of paintings of all shapes in a real browser: rows without holes, and nothing cut away."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from bot.testing.browser import PHONE, Browser, chromium, until
from bot.testing.fake_engine import plain_picture

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(chromium() is None, reason="chromium and chromedriver are not installed"),
]

SIZES = ((256, 256), (512, 128), (256, 256), (128, 512), (384, 192), (192, 384), (256, 320))
SCREENS = (390, 820, 1440)

# Of each card: row (top), left, right, height, and how far its proportions are the picture's.
CARDS = """
return [...document.querySelectorAll(".cards > li")].map((card) => {
  const box = card.getBoundingClientRect();
  const image = card.querySelector("img");
  const ratio = image.getAttribute("width") / image.getAttribute("height");
  const shape = box.width / box.height / ratio;
  return [Math.round(box.top + scrollY), box.left, box.right, box.height, shape];
});
"""
WALL = """
const wall = [...document.querySelectorAll(".cards")].find((each) => each.offsetParent);
const box = wall.getBoundingClientRect();
return [box.left, box.right];
"""


def rows(browser: Browser) -> list[list[list[float]]]:
    found: dict[int, list[list[float]]] = {}
    for card in browser.run(CARDS):
        row = next((top for top in found if abs(top - card[0]) <= 2), card[0])
        found.setdefault(row, []).append(card)
    return list(found.values())


def check_wall(browser: Browser, path: str, width: int) -> None:
    browser.look((width, 900))
    browser.get(path)
    left, right = browser.run(WALL)
    found = rows(browser)
    for number, row in enumerate(found):
        assert all(card[3] >= 44 for card in row), (path, width)
        assert all(card[4] == pytest.approx(1, abs=0.02) for card in row), (path, width)
        heights = [card[3] for card in row]
        assert max(heights) - min(heights) < 0.02 * max(heights) + 1, (path, width)
        if number < len(found) - 1:  # the last row need not be full
            assert row[0][1] == pytest.approx(left, abs=1)
            assert row[-1][2] == pytest.approx(right, abs=1), (path, width)
    assert browser.run("return document.documentElement.scrollWidth - innerWidth") <= 0


async def test_walls_are_rows_in_the_pictures_own_proportions(
    place: Any, browser: Browser, tmp_path: Path
) -> None:
    for number in range(21):
        size = SIZES[number % len(SIZES)]
        picture = plain_picture(f"hsl({number * 40}, 50%, 60%)", size)
        await place.engine.publish_painting(f"number {number} is {size[0]}", picture=picture)
    await place.engine.publish_painting("a wide one", picture=plain_picture(size=(512, 128)))
    await place.engine.publish_painting("a tall one", picture=plain_picture(size=(128, 512)))

    def look(url: str) -> None:
        browser.base = url
        for width in SCREENS:
            for path in ("/gallery", "/gallery?q=wide", "/gallery?q=tall", "/"):
                check_wall(browser, path, width)
            browser.get("/gallery")
            browser.shot(f"wall-{width}", tmp_path)

    async with place.served() as url:
        await asyncio.to_thread(look, url)


async def test_a_long_word_makes_no_page_wide(place: Any, browser: Browser, tmp_path: Path) -> None:
    noise = plain_picture("#4682b4", (1024, 768))
    artwork = await place.engine.publish_painting("donaudampfschiff" * 30, picture=noise)

    def look(url: str) -> None:
        browser.base = url
        for width in SCREENS:
            for scheme in ("light", "dark"):
                browser.look((width, 900), scheme)
                browser.get(f"/paintings/{artwork.id}")
                assert browser.run("return document.documentElement.scrollWidth - innerWidth") <= 0
                browser.shot(f"painting-{width}-{scheme}", tmp_path)

    async with place.served() as url:
        await asyncio.to_thread(look, url)


async def test_captions_are_seen_by_touch_and_votes_work_on_plain_http(
    place: Any, browser: Browser
) -> None:
    artwork = await place.engine.publish_painting(
        "a wide one", picture=plain_picture(size=(512, 128))
    )
    token = await place.store.accounts.new_sign_in("web:mia", "Mia")

    def look(url: str) -> None:
        browser.base = url
        browser.look(PHONE)
        # As on plain http that is not this machine's own: only https has it.
        script = "delete Crypto.prototype.randomUUID"
        browser.command("Page.addScriptToEvaluateOnNewDocument", source=script)
        browser.get(f"/sign-in/{token}")
        browser.find("main form button").click()
        until(lambda: browser.find(".account .name").text == "Mia")
        browser.get("/gallery")
        assert browser.run("return crypto.randomUUID") is None
        caption = "return getComputedStyle(document.querySelector('#cards .caption')).opacity"
        assert browser.run(caption) == "1"
        browser.find("#cards .vote button").click()
        until(lambda: browser.find("#cards .vote button").get_attribute("aria-pressed") == "true")
        assert browser.path == "/gallery"

    async with place.served() as url:
        await asyncio.to_thread(look, url)
    assert (await place.store.votes.count([artwork.id]))[artwork.id] == 1
