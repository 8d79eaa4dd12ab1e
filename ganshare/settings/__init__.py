"""Settings of every process: the environment, ganshare.toml and the defaults."""

from ganshare.settings.classes import (
    CLASSES,
    TABLES,
    AdminSettings,
    BotSettings,
    CoreSettings,
    EngineSettings,
    Listen,
    SecretUrl,
    Settings,
    SharesSettings,
)
from ganshare.settings.listing import load_checked as load

__all__ = [
    "CLASSES",
    "TABLES",
    "AdminSettings",
    "BotSettings",
    "CoreSettings",
    "EngineSettings",
    "Listen",
    "SecretUrl",
    "Settings",
    "SharesSettings",
    "load",
]
