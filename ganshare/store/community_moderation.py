"""Blocks, reports, and the log of what was refused and why."""

from ganshare.community import Block, Note, Report
from ganshare.jobs import Artwork
from ganshare.store.database import Database

__all__ = ["ModerationLog"]


class ModerationLog:
    """What admins see and do."""

    _database: Database

    async def note(self, kind: str, person: str, place: str, text: str, reason: str) -> None:
        """Add to the moderation log."""
        raise NotImplementedError

    async def notes(self, limit: int = 50, person: str | None = None) -> list[Note]:
        """Read the moderation log, newest first; of one person's accounts, or of all."""
        raise NotImplementedError

    async def block(self, person: str, by: str, reason: str) -> None:
        """Take no more requests of a person, from whichever of their accounts."""
        raise NotImplementedError

    async def unblock(self, person: str, by: str) -> bool:
        """Take requests again; False if none of their accounts was blocked."""
        raise NotImplementedError

    async def block_of(self, person: str) -> Block | None:
        """Tell whether one of a person's accounts is blocked, and why."""
        raise NotImplementedError

    async def report_artwork(self, artwork: str, person: str, reason: str) -> bool:
        """Say that a painting should be looked at; False if this person has said so before.

        Raises:
            JobError: there is no such painting.
        """
        raise NotImplementedError

    async def reports(self, open: bool = True, limit: int = 50) -> list[Report]:
        """Read reports, newest first: those that wait for an admin, or those dealt with."""
        raise NotImplementedError

    async def close_reports(self, artwork: str, by: str) -> int:
        """Say that the reports of a painting were dealt with; tells how many."""
        raise NotImplementedError

    async def hide_artwork(self, artwork: str, by: str, reason: str) -> Artwork:
        """Keep a painting from the gallery; admins and whoever has its id still find it.

        Raises:
            JobError: there is no such painting.
        """
        raise NotImplementedError

    async def show_artwork(self, artwork: str, by: str) -> Artwork:
        """Let a hidden painting be shown again.

        Raises:
            JobError: there is no such painting, or it was deleted.
        """
        raise NotImplementedError
