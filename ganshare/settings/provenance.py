"""Finds where a setting's value came from, and which part of it is secret."""

from __future__ import annotations  # the file is named, not imported

import os
from typing import TYPE_CHECKING, Any, ClassVar, Protocol
from urllib.parse import unquote

from pydantic import SecretStr
from pydantic_settings import BaseSettings

from ganshare.settings.masking import password_of
from ganshare.settings.types import KeyedUrls, SecretUrl

if TYPE_CHECKING:
    from ganshare.settings.toml_file import ConfigFile

__all__ = ["given", "is_secret", "known_secrets", "source_of"]


class _Settings(Protocol):
    table: ClassVar[str]

    @classmethod
    def variable(cls, name: str) -> str: ...


def known_secrets(*settings: BaseSettings) -> frozenset[str]:
    """Every secret text in these settings, so that a log can mask it wherever it turns up."""
    found: set[str] = set()
    for each in settings:
        for name in type(each).model_fields:
            value = getattr(each, name)
            if isinstance(value, SecretUrl):
                password = password_of(value.get_secret_value()) or ""
                found |= {password, unquote(password)}
            elif isinstance(value, KeyedUrls):
                found.update(
                    url.partition("://")[2].partition("/")[2] for url in value.get_secret_value()
                )
            elif isinstance(value, SecretStr):
                found.add(value.get_secret_value())
    return frozenset(found - {""})


def source_of(settings_cls: type[_Settings], name: str, file: ConfigFile) -> str:
    """Say where a setting's value came from: "environment", the file's name or "default"."""
    if _from_environment(settings_cls, name) is not None:
        return "environment"
    return file.name if name in file.table(settings_cls.table) else "default"


def given(settings_cls: type[_Settings], name: str, file: ConfigFile) -> Any:
    """The value as it was written, or None."""
    value = _from_environment(settings_cls, name)
    return file.table(settings_cls.table).get(name) if value is None else value


def _from_environment(settings_cls: type[_Settings], name: str) -> str | None:
    variable = settings_cls.variable(name)
    # pydantic-settings compares names without regard to case.
    return next((v for key, v in os.environ.items() if key.upper() == variable and v), None)


def is_secret(settings_cls: type[BaseSettings], name: str) -> bool:
    """Whether a setting's value, or a part of it, must not be shown."""
    annotation = repr(settings_cls.model_fields[name].annotation)
    return any(word in annotation for word in ("Secret", "KeyedUrls"))
