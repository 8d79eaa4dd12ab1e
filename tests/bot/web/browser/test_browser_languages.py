"""Prompts of other scripts in a real browser: they stay where they are typed, and read rightly."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from bot.testing.browser import PHONE, Browser, chromium, until

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(chromium() is None, reason="chromium and chromedriver are not installed"),
]

CHINESE = "暴风雨中的灯塔、梵高风格 & 100% 蓝"
PERSIAN = "فانوس دریایی در طوفان"


async def test_what_was_typed_survives_another_language(place: Any, browser: Browser) -> None:
    def look(url: str) -> None:
        browser.base = url
        browser.look(PHONE)
        browser.get("/")
        browser.find("#prompt").send_keys(CHINESE)
        browser.find(".easel summary").click()
        browser.find("#size option[value='288x224']").click()
        browser.find(".foot button[value=zh]").click()
        until(lambda: browser.find("html").get_attribute("lang") == "zh")
        assert browser.find("#prompt").get_property("value") == CHINESE
        assert browser.find("#size").get_property("value") == "288x224"
        browser.find(".foot button[value=en]").click()
        until(lambda: browser.find("html").get_attribute("lang") == "en")
        assert browser.find("#prompt").get_property("value") == CHINESE
        assert browser.complaints() == []

    async with place.served() as url:
        await asyncio.to_thread(look, url)


async def test_what_is_written_from_right_to_left_stands_so(
    place: Any, browser: Browser, tmp_path: Path
) -> None:
    artwork = await place.engine.publish_painting(PERSIAN)
    direction = "return getComputedStyle(document.querySelector(arguments[0])).direction"

    def look(url: str) -> None:
        browser.base = url
        browser.look(PHONE)
        browser.get("/")
        assert browser.run(direction, "#prompt") == "ltr"
        browser.find("#prompt").send_keys(PERSIAN)
        assert browser.run(direction, "#prompt") == "rtl"
        browser.shot("right-to-left", tmp_path)
        browser.get(f"/paintings/{artwork.id}")
        assert browser.run(direction, "h1 bdi") == "rtl"
        assert browser.run(direction, "h1") == "ltr"  # of the page
        browser.get("/gallery")
        assert browser.run(direction, ".caption bdi") == "rtl"

    async with place.served() as url:
        await asyncio.to_thread(look, url)
