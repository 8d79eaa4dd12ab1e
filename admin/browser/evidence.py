"""Keeps evidence of a failure on a page: screenshot, elements, console, reason."""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from selenium.common.exceptions import WebDriverException

from admin.browser.browser import Browser
from ganshare.settings.masking import mask_urls_within

__all__ = ["keep_evidence"]

_UNSAFE = re.compile(r"[^a-z0-9]+")


def keep_evidence(browser: Browser, folder: Path, what: str, reason: str) -> Path:
    """Leave all that can be had in a folder of its own, readable by its owner only; gives it."""
    moment = datetime.now(UTC).strftime("%Y%m%d-%H%M%S-%f")
    place = folder / f"{moment}-{_UNSAFE.sub('-', what.lower()).strip('-')[:60]}"
    place.mkdir(mode=0o700, parents=True)
    (place / "reason.txt").write_text(f"{what}\n{mask_urls_within(reason)}\n", "utf-8")
    _keep(place / "window.png", browser.screenshot)
    _keep(place / "page.html", lambda: mask_urls_within(browser.source()).encode())
    _keep(place / "console.json", lambda: _console(browser.console()))
    return place


def _keep(file: Path, read: Callable[[], bytes]) -> None:
    try:
        file.write_bytes(read())
    except (WebDriverException, OSError) as error:  # the page may be the very thing that is broken
        file.with_suffix(".missing").write_text(type(error).__name__)


def _console(lines: list[dict[str, Any]]) -> bytes:
    text = json.dumps(lines, ensure_ascii=False, indent=2)
    return mask_urls_within(text).encode()
