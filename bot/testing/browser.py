"""Runs a real browser against real processes, for the slow tests of the pages."""

import asyncio
import contextlib
import io
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw
from selenium import webdriver
from selenium.common.exceptions import NoSuchElementException, StaleElementReferenceException
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webdriver import WebDriver
from selenium.webdriver.remote.webelement import WebElement

from bot.testing.fake_engine import FakeEngine
from ganshare.blobs import open_blobs
from ganshare.prompts import draw_prompt
from ganshare.prompts.attributes import find_attributes
from ganshare.store import open_store

CURATOR = "discord:42"  # whom the page knows for one
DESKTOP, PHONE = (1280, 900), (390, 844)
LARGEST_SHOT = 150_000  # bytes of a picture for the docs


def chromium() -> tuple[str, str] | None:
    """Paths of browser and driver; None if they are not installed."""
    browser, driver = shutil.which("chromium"), shutil.which("chromedriver")
    return (browser, driver) if browser and driver else None


@dataclass
class RunningSite:
    """A page that is served by processes of its own."""

    url: str
    folder: Path


@contextlib.contextmanager
def site(folder: Path, *, paintings: int) -> Iterator[RunningSite]:
    """`ganshare up` in a folder: store, engine with the embedded models, and the page."""
    asyncio.run(_publish_paintings(folder, paintings))
    port = _free_port()
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("BOT_")},
        "GANSHARE_DATABASE_URL": f"sqlite+aiosqlite:///{folder}/ganshare.db",
        "GANSHARE_BLOBS_URL": f"file://{folder}/blobs",
        "BOT_WEB_LISTEN": f"127.0.0.1:{port}",
        "BOT_WEB_GUESTS_PER_DAY": "100",
        "BOT_CURATORS": CURATOR,
        "ENGINE_HEALTH_LISTEN": "off",
        "ENGINE_PREVIEW_SECONDS": "0",
        "ENGINE_DRAIN_SECONDS": "0",
    }
    with (folder / "up.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "ganshare", "up", "--no-bot"],
            cwd=folder,
            env=environment,
            stdout=log,
            stderr=log,
        )
    try:
        until(lambda: _answers(port) or _died(process, folder), 180)
        yield RunningSite(f"http://127.0.0.1:{port}", folder)
    finally:
        process.terminate()
        process.wait(60)


async def _publish_paintings(folder: Path, count: int) -> None:
    """Real paintings where a folder of them is named, else fields in the colours of prompts."""
    url = f"sqlite+aiosqlite:///{folder}/ganshare.db"
    async with open_store(url, migrate=True) as store:
        hand = FakeEngine(store, open_blobs(f"file://{folder}/blobs"))
        given = os.environ.get("GANSHARE_PAINTINGS")
        for seed in range(count):
            prompt = draw_prompt(seed).text
            await hand.publish_painting(prompt, picture=_field(prompt, seed), seed=seed)
        if given:  # the newest hang first
            await hand.publish_folder(Path(given))


def _field(prompt: str, seed: int) -> bytes:
    colour = find_attributes(prompt).hex or "#888888"
    sizes = ((256, 256), (256, 256), (384, 192), (256, 256), (192, 384))
    image = Image.new("RGB", sizes[seed % len(sizes)], colour)
    draw = ImageDraw.Draw(image)
    for step in range(6):
        draw.ellipse((step * 20, step * 14, 150 + step * 22, 120 + step * 20), outline="#f4efe8")
    data = io.BytesIO()
    image.save(data, "PNG")
    return data.getvalue()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
        return port


def _answers(port: int) -> bool:
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def _died(process: "subprocess.Popen[bytes]", folder: Path) -> bool:
    if process.poll() is not None:
        raise RuntimeError((folder / "up.log").read_text())
    return False


def until(true: Callable[[], Any], seconds: float = 60.0) -> Any:
    """Look again and again until it is true; gives what it was.

    What is not on the page, or was on the one before, is not true yet.
    """
    deadline = time.monotonic() + seconds
    while True:
        with contextlib.suppress(NoSuchElementException, StaleElementReferenceException):
            if found := true():
                return found
        if time.monotonic() > deadline:
            raise TimeoutError("it did not come true")
        time.sleep(0.05)


class Browser:
    """Chromium without a window, at a size and in a colour scheme."""

    def __init__(self, base: str, driver: WebDriver) -> None:
        self.base, self.driver = base, driver

    @classmethod
    def start(cls, base: str) -> "Browser":
        """Start one; LookupError if it is not installed."""
        paths = chromium()
        if paths is None:
            raise LookupError("chromium and chromedriver are not installed")
        options = webdriver.ChromeOptions()
        options.binary_location = paths[0]
        for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage",
                         "--disable-gpu", "--hide-scrollbars", "--lang=en"):  # fmt: skip
            options.add_argument(argument)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        driver = webdriver.Chrome(options=options, service=Service(paths[1]))
        driver.set_script_timeout(30)
        return cls(base, driver)

    def look(
        self, size: tuple[int, int] = DESKTOP, scheme: str = "light", *, scripts: bool = True
    ) -> None:
        """Emulate a screen of this size and scheme, with no cookies."""
        width, height = size
        self.driver.get("about:blank")
        self.command("Network.clearBrowserCookies")
        self.command(
            "Emulation.setDeviceMetricsOverride",
            width=width, height=height, deviceScaleFactor=1, mobile=size == PHONE,
        )  # fmt: skip
        features = [
            {"name": "prefers-color-scheme", "value": scheme},
            {"name": "prefers-reduced-motion", "value": "reduce"},
        ]
        self.command("Emulation.setEmulatedMedia", features=features)
        self.command("Emulation.setScriptExecutionDisabled", value=not scripts)

    def command(self, name: str, **values: Any) -> Any:
        """Send a command of the DevTools protocol."""
        return self.driver.execute_cdp_cmd(name, values)

    def get(self, path: str) -> None:
        """Open a page."""
        self.driver.get(self.base + path)

    def find(self, selector: str) -> WebElement:
        """The first element of a CSS selector."""
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def all(self, selector: str) -> list[WebElement]:
        """All elements of a CSS selector."""
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def run(self, script: str, *arguments: Any) -> Any:
        """Run the body of a function in the page."""
        return self.driver.execute_script(script, *arguments)

    @property
    def path(self) -> str:
        """The address of the page, below the site's."""
        return str(self.driver.current_url).removeprefix(self.base)

    def complaints(self) -> list[str]:
        """What the browser has to complain about since it was last asked."""
        log = self.driver.execute("getLog", {"type": "browser"})["value"]
        return [str(each["message"]) for each in log]

    def shot(self, name: str, folder: Path) -> None:
        """Leave a picture of the window in a folder, and in the docs if asked for."""
        keep(self.screenshot(), f"web-{name}", folder)

    def screenshot(self) -> bytes:
        """The window as a PNG, once all that is to be seen there has been drawn."""
        self.driver.execute_async_script(_SETTLED)
        return self.driver.get_screenshot_as_png()


def keep(data: bytes, name: str, folder: Path) -> None:
    """Leave a picture in a folder, and in the docs if asked for."""
    with Image.open(io.BytesIO(data)) as image:
        picture = image.convert("RGB")
    for place in filter(None, (str(folder), os.environ.get("GANSHARE_SCREENSHOTS"))):
        path = Path(place, f"{name}.jpg")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(_small_jpeg(picture))


# Every picture in view is decoded and has been drawn.
_SETTLED = """
const done = arguments[0];
const seen = [...document.images].filter(
  (each) => each.src && each.checkVisibility() && each.getBoundingClientRect().top < innerHeight
);
Promise.allSettled(seen.map((each) => each.decode()))
  .then(() => requestAnimationFrame(() => requestAnimationFrame(() => done())));
"""


def _small_jpeg(picture: Image.Image) -> bytes:
    for quality in (85, 75, 65, 55, 45):
        data = io.BytesIO()
        picture.save(data, "JPEG", quality=quality, optimize=True, progressive=True)
        if data.tell() <= LARGEST_SHOT:
            return data.getvalue()
    half = (picture.width * 3 // 4, picture.height * 3 // 4)
    return _small_jpeg(picture.resize(half, Image.Resampling.LANCZOS))
