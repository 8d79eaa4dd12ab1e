"""`python -m benchmarks.walls`: a wall of 1,000 paintings, and one painting on a slow line.

The page is `ganshare up`, looked at with Chromium; the paintings are parts of the contact sheet of
the docs, in seven shapes, as large as an engine makes them.
"""

import asyncio
import io
import json
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import click
import numpy as np
from PIL import Image

from benchmarks.page import circumstances, write_figures
from bot.testing.browser import Browser, site, until
from bot.testing.fake_engine import FakeEngine
from ganshare.blobs import open_blobs
from ganshare.store import open_store

__all__ = ["measure_painting", "photograph"]

SHEET = Path(__file__).parent.parent / "docs" / "images" / "contact-sheet.jpg"
SHAPES = ((1, 1), (4, 1), (1, 4), (3, 2), (2, 3), (4, 5), (1, 8))
WIDTHS = (390, 820, 1440)
SLOW_LINE = {  # 1.6 Mbit/s
    "offline": False,
    "latency": 150,
    "downloadThroughput": 200_000,
    "uploadThroughput": 94_000,
}
MOST_BYTES, MOST_SECONDS, MOST_SHIFT, LEAST_HEIGHT = 400_000, 2.5, 0.25, 44

SENT = """
const all = [...performance.getEntriesByType("navigation"),
             ...performance.getEntriesByType("resource")];
return all.reduce((sum, each) => sum + each.transferSize, 0);
"""
LARGEST = """
const done = arguments[0];
new PerformanceObserver((list) => {
  const found = list.getEntries().filter((each) => each.url);
  if (found.length) done(found.at(-1).startTime);  // text is painted before it
}).observe({ type: "largest-contentful-paint", buffered: true });
"""
# Sums what moved by itself, as web.dev's "cumulative layout shift" does: the worst five seconds.
# A browser keeps 250 resources unless told otherwise.
WATCH = """
performance.setResourceTimingBufferSize(10000);
window.shift = 0;
let sum = 0, first = 0, last = 0;
new PerformanceObserver((list) => {
  for (const each of list.getEntries()) {
    if (each.hadRecentInput) continue;
    const isNew = each.startTime - last > 1000 || each.startTime - first > 5000;
    if (isNew) [sum, first] = [0, each.startTime];
    sum += each.value;
    last = each.startTime;
    window.shift = Math.max(window.shift, sum);
  }
}).observe({ type: "layout-shift", buffered: true });
"""
# Some lines further down, as a wheel does; gives how many paintings there are, and whether that is
# the end.
SCROLL = """
scrollBy(0, 240);
return [document.querySelectorAll("#cards > li").length,
        scrollY + innerHeight >= document.documentElement.scrollHeight - 2];
"""
HEIGHTS = """
return [...document.querySelectorAll("#cards > li")].map((e) => e.getBoundingClientRect().height);
"""


def photograph(side: int = 1024) -> bytes:
    """A picture that a PNG needs more than a megabyte for, as a painting does."""
    noise = np.random.default_rng(7).integers(0, 255, (side // 4, side // 4, 3), np.uint8)
    image = Image.fromarray(noise).resize((side, side), Image.Resampling.BICUBIC)
    data = io.BytesIO()
    image.save(data, "PNG")
    return data.getvalue()


def painting(number: int, side: int = 512) -> bytes:
    """A part of the contact sheet in one of the shapes, as a PNG."""
    width, height = SHAPES[number % len(SHAPES)]
    left, top = 12 + number % 5 * 332, 12 + number // 5 % 4 * 372
    longer = max(width, height)
    part = 320 * width // longer, 320 * height // longer
    with Image.open(SHEET) as sheet:
        tile = sheet.crop((left, top, left + part[0], top + part[1]))
    tile = tile.resize((side * width // longer, side * height // longer), Image.Resampling.LANCZOS)
    data = io.BytesIO()
    tile.save(data, "PNG", compress_level=1)
    return data.getvalue()


async def hang(folder: Path, count: int) -> str:
    """Publish paintings; gives the id of the one whose PNG is large, the newest."""
    pictures = [painting(number) for number in range(140)]  # of each part and shape
    async with open_store(f"sqlite+aiosqlite:///{folder}/ganshare.db", migrate=True) as store:
        engine = FakeEngine(store, open_blobs(f"file://{folder}/blobs"))
        for number in range(count - 1):
            picture = pictures[number % len(pictures)]
            await engine.publish_painting(f"number {number}", picture=picture, seed=number)
        return (await engine.publish_painting("a photograph", picture=photograph())).id


def scroll(browser: Browser, count: int) -> bool:
    """Go on; at the end of what is there ask for more. Whether that was all."""
    shown, is_end = browser.run(SCROLL)
    if is_end and shown < count:
        browser.find("[data-further]").click()  # a person's: what moves after it was asked for
        until(lambda: browser.run(SCROLL)[0] > shown)
    return bool(is_end and shown == count)


def measure_wall(browser: Browser, width: int, count: int) -> dict[str, float]:
    """Look at all of the wall, a screen at a time."""
    browser.look((width, 900))
    browser.command("Network.enable")
    browser.command("Network.setCacheDisabled", cacheDisabled=True)
    browser.get("/gallery")
    browser.run(WATCH)
    largest = browser.driver.execute_async_script(LARGEST)
    first, began = browser.run(SENT), time.monotonic()
    until(lambda: scroll(browser, count), 600)
    elapsed = time.monotonic() - began
    heights = browser.run(HEIGHTS)
    return {
        "first view, kB": round(first / 1000),
        "largest paint, s": round(largest / 1000, 2),
        "scrolled to the end, s": round(elapsed, 1),
        "sent in all, MB": round(browser.run(SENT) / 1e6, 1),
        "layout shift": round(browser.run("return window.shift"), 3),
        "lowest card, px": round(min(heights)),
    }


def measure_painting(browser: Browser, artwork: str) -> dict[str, float]:
    """Open a painting's page on a slow line, with nothing in the cache."""
    browser.look()
    browser.command("Network.enable")
    browser.command("Network.setCacheDisabled", cacheDisabled=True)
    browser.get(f"/paintings/{artwork}")  # the server makes its picture once
    browser.command("Network.emulateNetworkConditions", **SLOW_LINE)
    browser.get(f"/paintings/{artwork}")
    largest = browser.driver.execute_async_script(LARGEST)
    sent = browser.run(SENT)
    return {"sent, kB": round(sent / 1000), "largest paint, s": round(largest / 1000, 2)}


def faults_of(walls: dict[int, dict[str, float]], one: dict[str, float]) -> list[str]:
    """What is not as promised."""
    found = []
    for width, each in walls.items():
        if each["layout shift"] > MOST_SHIFT:
            found.append(f"at {width} px the wall shifts by {each['layout shift']}")
        if each["lowest card, px"] < LEAST_HEIGHT:
            found.append(f"at {width} px a card is {each['lowest card, px']} px high")
    if one["sent, kB"] * 1000 > MOST_BYTES or one["largest paint, s"] > MOST_SECONDS:
        found.append(f"a painting on a slow line: {one}")
    return found


def markdown(walls: dict[int, dict[str, float]], one: dict[str, float]) -> str:
    """As the page shows it."""
    lines = [
        "| | " + " | ".join(f"{each} px" for each in walls) + " |",
        "|---|" + "---:|" * len(walls),
    ]
    for name in next(iter(walls.values())):
        lines.append(f"| {name} | " + " | ".join(str(each[name]) for each in walls.values()) + " |")
    said = f"A painting's page at 1.6 Mbit/s: {one['sent, kB']} kB, largest paint after"
    return "\n".join([*lines, "", f"{said} {one['largest paint, s']} s."])


@click.command(context_settings={"show_default": True})
@click.option("--paintings", type=click.IntRange(50), default=1000, help="On the wall.")
@click.option("--docs", is_flag=True, help="Write figures without faults into docs/benchmarks.md.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of Markdown.")
def main(paintings: int, docs: bool, as_json: bool) -> None:
    """Look at a wall of paintings; exit code 1 if it shifts, or a painting comes late."""
    where = circumstances(os.getloadavg()[0])
    with tempfile.TemporaryDirectory() as named:
        folder = Path(named)
        artwork = asyncio.run(hang(folder, paintings))  # before an engine claims them
        with site(folder, paintings=0) as running:
            browser = Browser.start(running.url)
            try:
                walls = {each: measure_wall(browser, each, paintings) for each in WIDTHS}
                one = measure_painting(browser, artwork)
            finally:
                browser.driver.quit()
    faults = faults_of(walls, one)
    if docs and not faults:
        command = f"`python -m benchmarks.walls --paintings {paintings}`"
        write_figures("walls", f"{where}; {command}.\n\n{markdown(walls, one)}")
    figures: dict[str, Any] = {"walls": walls, "painting": one, "faults": faults}
    print(json.dumps(figures, indent=2) if as_json else markdown(walls, one))
    for fault in faults:
        print(fault, file=sys.stderr)
    sys.exit(bool(faults))


if __name__ == "__main__":
    main()
