"""Several paintings of one prompt in a real browser: each takes shape where it stands."""

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


async def test_four_take_shape_side_by_side(place: Any, browser: Browser, tmp_path: Path) -> None:
    engine, loop = place.engine, asyncio.get_running_loop()

    def do(deed: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(deed, loop).result(60)

    def look(url: str) -> None:
        browser.base = url
        browser.look(PHONE, "dark")
        browser.get("/")
        browser.find("#prompt").send_keys("a lighthouse")
        browser.find(".easel summary").click()
        browser.find("#count").send_keys("4")
        browser.find(".easel button[type=submit]").click()
        until(lambda: browser.path.startswith("/sheets/"))
        assert len(browser.all(".sheet > li")) == 4
        first = do(engine.claim())
        do(engine.show(first, 60, plain_picture("#ae360e")))
        until(lambda: browser.find(f"#job-{first.id} img").get_attribute("src"))
        progress = browser.find(f"#job-{first.id} progress")
        assert progress.get_attribute("value") == "60"
        browser.run("document.querySelector(arguments[0]).focus()", f"#job-{first.id} a")
        art = do(engine.finish(first, plain_picture("#4682b4")))
        until(
            lambda: (
                f"/paintings/{art.id}" in browser.find(f"#job-{first.id} a").get_attribute("href")
            )
        )
        focused = browser.run("return document.activeElement.closest('li').id")
        assert focused == f"job-{first.id}"  # the keyboard stays where it was
        assert "1 of 4" in browser.find("[data-now-title]").text
        browser.shot("sheet-phone", tmp_path)
        for colour in ("#556b2f", "#8b4513", "#483d8b"):
            do(engine.finish(do(engine.claim()), plain_picture(colour)))
        until(lambda: browser.find("[data-now-title]").text == "Painted: 4 to pick from")
        assert browser.all(".sheet progress") == []
        assert browser.complaints() == []
        assert browser.run("return document.documentElement.scrollWidth - innerWidth") <= 0
        browser.find(f"#job-{first.id} a").click()
        until(lambda: browser.path == f"/paintings/{art.id}")

    async with place.served() as url:
        await asyncio.to_thread(look, url)
