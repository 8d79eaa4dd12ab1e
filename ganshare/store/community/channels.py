"""Settings of places, and the log of their changes."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from ganshare.domain.community import PlaceChange, PlaceSettings
from ganshare.domain.limits import MAX_SIDE, MAX_STEPS, MIN_SIDE, SIDE_MULTIPLE
from ganshare.domain.visibility import Visibility
from ganshare.errors import SettingsError, must_be_one_of, quoted
from ganshare.sentences import sentence
from ganshare.store.db.database import Database
from ganshare.store.db.dialect import insert, made_id, now
from ganshare.store.db.rows_queue import as_object, as_text
from ganshare.store.db.tables_community import place_changes, places

__all__ = ["Places"]

Value = str | int | bool | None
# What its sentence is called, the values of that, and a function that reads a word or gives None.
_Check = tuple[str, Mapping[str, str], Callable[[Value], Value]]

MOST_PER_DAY = 10_000
_SWITCH = {"on": True, "yes": True, "true": True, "off": False, "no": False, "false": False}
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}")
_PLACE = re.compile(r"[a-z]{2,20}(:-?[0-9]{1,20})?")


class Places:
    """Reads and changes the settings of places."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def settings(self, place: str, within: Sequence[str] = ()) -> PlaceSettings:
        """Read what is allowed in a place; the defaults where nothing was set.

        Args:
            within: places around it, the nearest first; what is not set here is as it is there.
        """
        order = (place, *within)
        rows = await self._database.rows(sa.select(places).where(places.c.place.in_(order)))
        found = {row["place"]: as_object(row["settings"]) for row in rows}
        merged: dict[str, Any] = {}
        for each in reversed(order):
            merged |= found.get(each, {})
        return _settings(place, merged)

    async def change(self, place: str, changes: Mapping[str, Value], *, by: str) -> PlaceSettings:
        """Change settings of a place, all or none; None or "default" takes one back.

        Values may be words, as they were typed: "on", "512", "zh".

        Raises:
            SettingsError: a setting is unknown, or a value is not allowed.
        """
        checked = {name: _check(name, value) for name, value in changes.items()}

        async def merge(connection: AsyncConnection) -> dict[str, Any]:
            blank = insert(self._database.dialect, places).values(place=place, settings="{}")
            await connection.execute(blank.on_conflict_do_nothing())
            theirs = places.c.place == place
            locked = sa.select(places.c.settings).where(theirs).with_for_update()
            found = as_object((await connection.execute(locked)).scalar_one())
            merged = {**found, **checked}
            kept = {name: value for name, value in merged.items() if value is not None}
            await connection.execute(places.update().where(theirs).values(settings=as_text(kept)))
            audit = {"id": made_id(), "place": place, "changes": as_text(checked)}
            audit |= {"changed_by": by, "created": now()}
            await connection.execute(place_changes.insert().values(audit))
            return kept

        if not checked:
            return await self.settings(place)
        return _settings(place, await self._database.atomically(merge))

    async def changes(self, place: str, limit: int = 20) -> list[PlaceChange]:
        """Tell who changed what in a place, newest first."""
        found = sa.select(place_changes).where(place_changes.c.place == place)
        rows = await self._database.rows(found.order_by(place_changes.c.id.desc()).limit(limit))
        return [
            PlaceChange(place, as_object(row["changes"]), row["changed_by"], float(row["created"]))
            for row in rows
        ]


def _settings(place: str, values: Mapping[str, Any]) -> PlaceSettings:
    """Read a row; what a newer or a careless hand wrote into it counts as not set."""
    good: dict[str, Any] = {}
    for name, value in values.items():
        try:
            good[name] = _check(name, value)
        except SettingsError:
            continue
    settings = PlaceSettings(place)
    return replace(settings, **{name: value for name, value in good.items() if value is not None})


# --- values -----------------------------------------------------------------------------------


def _check(name: str, value: Value) -> Value:
    if name not in _CHECKS:
        raise must_be_one_of(SettingsError, "setting", name, _CHECKS)
    word = value.strip() if isinstance(value, str) else value
    if word is None or word == "default":
        return None
    kind, limits, check = _CHECKS[name]
    checked = check(word)
    if checked is None:
        message = sentence(f"setting-{kind}", setting=name, given=quoted(value), **limits)
        raise SettingsError(message, given=value, allowed=limits or kind)
    return checked


def _switch(value: Value) -> bool | None:
    return value if isinstance(value, bool) else _SWITCH.get(str(value).casefold())


def _number(low: int, high: int, multiple: int = 1) -> _Check:
    def check(value: Value) -> int | None:
        text = str(value)  # "True" is no number, either
        number = int(text) if re.fullmatch("[0-9]{1,9}", text) else -1
        return number if low <= number <= high and number % multiple == 0 else None

    limits = {"lowest": str(low), "highest": str(high)}
    if multiple == 1:
        return "number", limits, check
    return "multiple", {**limits, "multiple": str(multiple)}, check


def _word(shape: re.Pattern[str]) -> Callable[[Value], str | None]:
    return lambda value: str(value) if shape.fullmatch(str(value)) else None


def _visibility(value: Value) -> str:
    if value not in list(Visibility):
        raise must_be_one_of(SettingsError, "visibility", str(value), list(Visibility))
    return str(value)


_CHECKS: dict[str, _Check] = {
    "allowed": ("switch", {}, _switch),
    "max_side": _number(MIN_SIDE, MAX_SIDE, SIDE_MULTIPLE),
    "max_steps": _number(1, MAX_STEPS),
    "daily_quota": _number(0, MOST_PER_DAY),
    "language": ("language", {}, _word(_LANGUAGE)),
    "curation_place": ("place", {}, _word(_PLACE)),
    "guests_per_day": _number(0, MOST_PER_DAY),
    "automatic_entry": ("switch", {}, _switch),
    "consent_by_asking": ("switch", {}, _switch),
    "visibility": ("visibility", {}, _visibility),
    "moderation_place": ("place", {}, _word(_PLACE)),
    "news_topic": _number(0, 999_999_999),
}
