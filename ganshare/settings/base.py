"""`Settings`: what the classes of settings have in common."""

from collections.abc import Mapping
from typing import ClassVar

from pydantic_settings import (
    BaseSettings,
    InitSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from ganshare.settings.toml_file import read_config_file

__all__ = ["Settings"]


def _tables() -> Mapping[str, tuple[str, ...]]:
    return {cls.table: tuple(cls.model_fields) for cls in Settings.__subclasses__()}


class _FromFile(InitSettingsSource):
    """One table of ganshare.toml as a source of pydantic-settings."""

    def __init__(self, settings_cls: type[BaseSettings], table: str) -> None:
        super().__init__(settings_cls, dict(read_config_file(_tables()).table(table)))


class Settings(BaseSettings):
    """What the classes share; each has its table in ganshare.toml and its prefix."""

    model_config = SettingsConfigDict(
        frozen=True,
        extra="forbid",
        env_ignore_empty=True,  # an empty variable, as env files have them, is no setting
        validate_default=True,
        hide_input_in_errors=True,
    )
    table: ClassVar[str] = ""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Environment before file; no .env files and no secret folders."""
        return init_settings, env_settings, _FromFile(settings_cls, cls.table)

    @classmethod
    def variable(cls, name: str) -> str:
        """Name the environment variable of a setting."""
        return f"{cls.model_config['env_prefix']}{name}".upper()
