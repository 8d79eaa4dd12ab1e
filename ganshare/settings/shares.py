"""`SharesSettings`: what a share is good for, and where its holders are let in."""

from typing import Annotated

from pydantic import Field, StringConstraints
from pydantic_settings import SettingsConfigDict

from ganshare.settings.base import Settings

__all__ = ["SharesSettings"]

_Role = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,20}:[0-9]{1,20}$")]
_Chat = Annotated[str, StringConstraints(pattern=r"^(-?[0-9]{1,20}|@[A-Za-z0-9_]{4,32})$")]


class SharesSettings(Settings):
    """What holders of ADMIN_GATE_CONTRACT's tokens may have; every bot should have the same."""

    table = "shares"
    model_config = SettingsConfigDict(env_prefix="SHARES_")

    hours: float = Field(10.0, gt=0, description="Engine hours per share and period.")
    period_days: float = Field(
        30.0, gt=0, le=60, description="Length of a period; each period renews the hours."
    )
    weight: float = Field(
        4.0, gt=0, le=1000, description="A holder's weight in the fair queue; others have 1."
    )
    others_per_day: int = Field(
        0, ge=0, description="Paintings per day without a share; 0: only holders paint."
    )
    sweep_seconds: float = Field(
        30.0, ge=1, le=3600, description="Seconds between two reads of the chain's transfers."
    )
    confirmations: int = Field(
        12, ge=0, le=100, description="How many blocks a wallet must have held a share."
    )
    cooldown_days: float = Field(
        7.0, ge=0, description="How long nobody else can link an unlinked wallet."
    )
    discord_role: _Role | None = Field(
        None, description="Role for holders on Discord, as SERVER:ROLE, by their IDs."
    )
    telegram_chat: _Chat | None = Field(
        None, description="Telegram group that holders are invited to, by its ID."
    )
