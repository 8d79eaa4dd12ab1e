"""Where jobs are shown, and what is allowed in each place."""

from collections.abc import Mapping
from typing import Any

from ganshare.community import PlaceChange, PlaceSettings, Post
from ganshare.store.database import Database

__all__ = ["Places"]


class Places:
    """Messages of jobs, settings of places."""

    _database: Database

    async def posted(self, job: str, origin: str, address: Mapping[str, Any]) -> None:
        """Remember where a job's message stands; the newest one counts."""
        raise NotImplementedError

    async def post(self, job: str) -> Post | None:
        """Tell where a job's message stands."""
        raise NotImplementedError

    async def place_settings(self, place: str) -> PlaceSettings:
        """Read what is allowed in a place; the defaults where nothing was set."""
        raise NotImplementedError

    async def change_place(
        self, place: str, changes: Mapping[str, str | int | bool | None], *, by: str
    ) -> PlaceSettings:
        """Change settings of a place, all or none; None or "default" takes one back.

        Values may be words, as they were typed: "on", "512", "zh".

        Raises:
            SettingsError: a setting is unknown, or a value is not allowed.
        """
        raise NotImplementedError

    async def place_changes(self, place: str, limit: int = 20) -> list[PlaceChange]:
        """Tell who changed what in a place, newest first."""
        raise NotImplementedError
