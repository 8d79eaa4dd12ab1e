"""Lists every setting for people: value (masked if secret), source, meaning."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ganshare.errors import SettingsError, nearest
from ganshare.settings.classes import CLASSES, TABLES
from ganshare.settings.load import SettingsT, load
from ganshare.settings.provenance import source_of
from ganshare.settings.toml_file import (
    CONFIG_VARIABLE,
    NEWER_VARIABLE,
    newer_settings,
    read_config_file,
)

__all__ = ["GROUPS", "ListedSetting", "listing", "load_checked", "mistyped_variables"]

GROUPS: Mapping[str, str] = {  # by table of the file
    "ganshare": "All processes",
    "engine": "Engine",
    "bot": "Bot and web page",
    "admin": "Minting and listing",
    "shares": "Shares",
    "": "Environment only",
}
# What cannot stand in the file: it is read before the file, or without it.
ENVIRONMENT_ONLY: Mapping[str, str] = {
    CONFIG_VARIABLE: "The settings file; by default ganshare.toml in the working folder.",
    "GANSHARE_DEBUG": "1 prints the traceback of an unexpected error.",
    NEWER_VARIABLE: "Settings of a newer GANshare to accept: ENGINE_X, separated by commas.",
}


ADDRESSES = ("GANSHARE_DATABASE_URL", "GANSHARE_BLOBS_URL")
SLIP = 0.9  # likeness from which on an unknown name is a slip, not another program's or a newer one


@dataclass(frozen=True)
class ListedSetting:
    """One setting; `table` and `key` are empty where only the environment can say it."""

    variable: str
    table: str
    key: str
    value: str | None
    source: str
    meaning: str


def listing() -> Iterator[ListedSetting]:
    """Every setting of every process, its value masked where it is secret."""
    file = read_config_file(TABLES)
    for settings_cls in CLASSES:
        shown = load(settings_cls).model_dump(mode="json")
        for name, field in settings_cls.model_fields.items():
            yield ListedSetting(
                variable=settings_cls.variable(name),
                table=settings_cls.table,
                key=name,
                value=None if shown[name] is None else str(shown[name]),
                source=source_of(settings_cls, name, file),
                meaning=field.description or "",
            )

    for variable, meaning in ENVIRONMENT_ONLY.items():
        given = os.environ.get(variable) or None
        yield ListedSetting(variable, "", "", given, "environment" if given else "default", meaning)


def mistyped_variables() -> Iterator[tuple[str, str]]:
    """Environment variables that look like a setting and are none, each with the likely one."""
    variables = {cls.variable(name) for cls in CLASSES for name in cls.model_fields}
    variables |= set(ENVIRONMENT_ONLY)
    prefixes = tuple({f"{variable.partition('_')[0]}_" for variable in variables})
    for given in sorted(os.environ):
        known = variables | newer_settings()
        if given.upper().startswith(prefixes) and given.upper() not in known:
            meant = nearest(given, variables)
            if meant is not None:
                yield given, meant


def load_checked(settings_cls: type[SettingsT]) -> SettingsT:
    """Build the settings of one process, as `load` does.

    Raises:
        SettingsError: as `load`; or a variable is mistyped: one letter in ten is another one, or it
            is like the address of the store or the blobs, without which a new, empty one would be
            made.
    """
    for given, meant in mistyped_variables():
        is_address = meant in ADDRESSES and not os.environ.get(meant)
        if is_address or nearest(given, [meant], SLIP):
            raise SettingsError(
                f"{given} is not a setting (did you mean {meant}?); correct or remove it. If a "
                f"newer GANshare knows it, name it in {NEWER_VARIABLE}.",
                given=given,
                nearest=meant,
            )
    return load(settings_cls)
