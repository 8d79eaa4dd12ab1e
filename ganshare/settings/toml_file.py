"""Finds and parses ganshare.toml, and checks it for unknown settings."""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ganshare.errors import SettingsError, must_be_one_of

__all__ = [
    "CONFIG_VARIABLE", "DEFAULT_NAME", "NEWER_VARIABLE", "ConfigFile", "newer_settings",
    "read_config_file",
]  # fmt: skip

CONFIG_VARIABLE = "GANSHARE_CONFIG"
DEFAULT_NAME = "ganshare.toml"
NEWER_VARIABLE = "GANSHARE_NEWER_SETTINGS"


@dataclass(frozen=True)
class ConfigFile:
    """The tables of one file; none at all if there is no file."""

    name: str
    tables: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def table(self, name: str) -> Mapping[str, Any]:
        """Give one table, empty if the file has none of that name."""
        return self.tables.get(name, {})


def read_config_file(known: Mapping[str, tuple[str, ...]]) -> ConfigFile:
    """Read the file that GANSHARE_CONFIG names, or ganshare.toml in the working folder.

    Args:
        known: the keys that each table may have.

    Raises:
        SettingsError: the file that was named is missing, it cannot be read or parsed, or it has
            a table or key that is no setting.
    """
    named = os.environ.get(CONFIG_VARIABLE)
    path = Path(named or DEFAULT_NAME)
    if not named and not path.exists():
        return ConfigFile(DEFAULT_NAME)
    tables, newer = _parse(path), newer_settings()
    for table, values in tables.items():
        if table not in known:
            raise must_be_one_of(SettingsError, f"{path.name} table", table, known)
        if not isinstance(values, dict):
            raise SettingsError(
                f"'{table}' in {path.name} is a single value; it must be a table, [{table}]."
            )
        for key in tuple(values):
            if key not in known[table] and f"{table}_{key}".upper() in newer:
                del values[key]
            elif key not in known[table]:
                what = f"{path.name} [{table}] setting"
                raise must_be_one_of(SettingsError, what, key, known[table])
    return ConfigFile(path.name, tables)


def newer_settings() -> frozenset[str]:
    """Variables of a newer GANshare, which the environment says are no mistakes."""
    names = os.environ.get(NEWER_VARIABLE, "").upper().split(",")
    return frozenset(name.strip() for name in names)


def _parse(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise SettingsError(f"The settings in {path} cannot be read: {reason}.") from error
    except UnicodeDecodeError as error:
        raise SettingsError(f"{path} is not UTF-8, as TOML must be.") from error
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{path} is not valid TOML: {error}.") from error
