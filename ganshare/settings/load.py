"""Builds the settings of one process; a `__main__` or a command does it, and passes them down."""

from typing import TypeVar

from pydantic import ValidationError

from ganshare.errors import SettingsError, quoted
from ganshare.settings.classes import TABLES, Settings
from ganshare.settings.masking import MASK
from ganshare.settings.provenance import given, is_secret, source_of
from ganshare.settings.toml_file import read_config_file

__all__ = ["SettingsT", "load"]

SettingsT = TypeVar("SettingsT", bound=Settings)


def load(settings_cls: type[SettingsT]) -> SettingsT:
    """Build the settings of one process.

    Raises:
        SettingsError: ganshare.toml cannot be read or has an unknown key, or a value is not
            allowed; the sentence names the setting and where its value came from.
    """
    try:
        return settings_cls()
    except ValidationError as error:
        raise _settings_error(settings_cls, error) from error


def _settings_error(settings_cls: type[Settings], error: ValidationError) -> SettingsError:
    first = error.errors(include_input=False)[0]
    name = str(first["loc"][0])
    reason = first["msg"].removeprefix("Value error, ").replace("Input should be", "it must be")
    reason = reason.partition(", unable to")[0]
    file = read_config_file(TABLES)
    source = source_of(settings_cls, name, file)
    secret = is_secret(settings_cls, name)
    shown = MASK if secret else quoted(given(settings_cls, name, file))
    where = f"[{settings_cls.table}] {name} in {file.name}"
    setting = settings_cls.variable(name) if source == "environment" else where
    return SettingsError(f"{setting} is {shown}; {reason}.", given=None, allowed=reason)
