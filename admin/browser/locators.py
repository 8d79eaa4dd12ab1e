"""Reads the locator file: how to find each element of a marketplace's pages."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ganshare.errors import SettingsError, quoted

__all__ = ["VERSION", "Dialog", "Locator", "Locators", "Way", "read_locators"]

VERSION = 1
OURS = Path(__file__).with_name("locators.toml")
Way = Mapping[str, str]
_WAYS = ({"role"}, {"role", "name"}, {"label"}, {"test_id"}, {"text"}, {"css"})
_PAGES: Mapping[str, tuple[str, ...]] = {
    "account": ("connect", "wallet", "signed_in"),
    "create": (
        *("media", "name", "external_link", "description", "add_property", "property_type"),
        *("property_value", "more_properties", "save_properties", "save", "error"),
    ),
    "items": ("none",),
    "item": ("title", "sell", "listed"),
    "sell": ("price", "currency", "post", "done", "error"),
}
_PATHS: Mapping[str, str] = {"create": "", "items": "{mark}", "item": "", "sell": "{item}"}
_REST = ("version", "made_for", "paths", "captcha", "dialogs")


@dataclass(frozen=True, slots=True)
class Locator:
    """One thing on a page, and the ways to find it, tried in order."""

    name: str
    ways: tuple[Way, ...]
    hidden: bool = False
    last: bool = False


@dataclass(frozen=True, slots=True)
class Dialog:
    """A dialog that is known by a part of its text; without ways to close it, it is wanted."""

    text: str
    close: tuple[Way, ...] = ()


@dataclass(frozen=True, slots=True)
class Locators:
    """A whole file; `at` has each thing by its page and name, such as "create.save"."""

    made_for: str
    paths: Mapping[str, str]
    at: Mapping[str, Locator]
    captcha: tuple[Way, ...]
    dialogs: tuple[Dialog, ...]

    @property
    def item_path(self) -> re.Pattern[str]:
        """What the path of an item's page is like, with chain, contract and identifier."""
        return re.compile(self.paths["item"])


def read_locators(path: Path | None = None) -> Locators:
    """Read a locator file, ours by default.

    Raises:
        SettingsError: it cannot be read, is of another version, or something in it is missing,
            unknown or of a wrong kind.
    """
    file = OURS if path is None else path
    try:
        values = tomllib.loads(file.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise SettingsError(f"The locator file {file} cannot be read: {error}.") from error
    try:
        return _read(values)
    except SettingsError as error:
        raise SettingsError(f"In the locator file {file}: {error}") from error


def _read(values: Mapping[str, Any]) -> Locators:
    if values.get("version") != VERSION:
        given = values.get("version")
        raise SettingsError(f"its version is {quoted(given)}; this program reads {VERSION}.")
    _check_keys("the file", values, (*_PAGES, *_REST))
    at: dict[str, Locator] = {}
    for page, names in _PAGES.items():
        _check_keys(page, values[page], names)
        at |= {f"{page}.{name}": _locator(f"{page}.{name}", values[page][name]) for name in names}
    dialogs = values["dialogs"]
    if not isinstance(dialogs, dict):
        raise SettingsError(f"dialogs is {quoted(dialogs)}; it must be a table.")
    return Locators(
        made_for=str(values["made_for"]),
        paths=_paths(values["paths"]),
        at=at,
        captcha=_locator("captcha", values["captcha"]).ways,
        dialogs=tuple(_dialog(f"dialogs.{name}", each) for name, each in dialogs.items()),
    )


def _locator(name: str, values: object) -> Locator:
    if not isinstance(values, dict) or not values.keys() <= {"ways", "hidden", "last"}:
        raise SettingsError(f"{name} is {quoted(values)}; it takes ways, hidden and last.")
    flags = {flag: values.get(flag, False) for flag in ("hidden", "last")}
    if not all(isinstance(flag, bool) for flag in flags.values()):
        raise SettingsError(f"hidden and last of {name} must be true or false.")
    return Locator(name, _ways(name, values.get("ways")), **flags)


def _dialog(name: str, values: object) -> Dialog:
    if isinstance(values, dict) and values.keys() <= {"text", "close"}:
        text = values.get("text")
        if isinstance(text, str) and text:
            return Dialog(text, _ways(name, values["close"]) if "close" in values else ())
    raise SettingsError(f"{name} is {quoted(values)}; it takes a text, and ways to close it.")


def _ways(name: str, given: object) -> tuple[Way, ...]:
    ways = given if isinstance(given, list) else []
    for way in ways:
        texts = isinstance(way, dict) and all(isinstance(each, str) for each in way.values())
        if not texts or set(way) not in _WAYS:
            raise SettingsError(
                f"A way of {name} is {quoted(way)}; it must be a role (with a name or without), a "
                "label, a test_id, a text or a css."
            )
    if not ways:
        raise SettingsError(f"{name} has no ways; it needs at least one.")
    return tuple(ways)


def _paths(values: object) -> Mapping[str, str]:
    _check_keys("paths", values, tuple(_PATHS))
    paths = {name: str(path) for name, path in dict(values).items()}  # type: ignore[call-overload]
    for name, part in _PATHS.items():
        if part not in paths[name]:
            raise SettingsError(f"The path {name} is {quoted(paths[name])}; it needs {part}.")
    try:
        groups = set(re.compile(paths["item"]).groupindex)
    except re.error as error:
        raise SettingsError(f"The path item is not a regular expression: {error}.") from error
    if not {"contract", "identifier"} <= groups:
        raise SettingsError("The path item needs groups named contract and identifier.")
    return paths


def _check_keys(where: str, values: object, wanted: tuple[str, ...]) -> None:
    if not isinstance(values, dict):
        raise SettingsError(f"{where} is {quoted(values)}; it must be a table.")
    for name in wanted:
        if name not in values:
            raise SettingsError(f"{where} has no {name}.")
    for name in values:
        if name not in wanted:
            raise SettingsError(f"{where} has {quoted(name)}; allowed are {', '.join(wanted)}.")
