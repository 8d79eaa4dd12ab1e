"""The gallery: paintings that may be shown, found by words and attributes; and their deletion."""

from collections.abc import Iterable, Mapping

from ganshare.community import ForgottenBlobs
from ganshare.jobs import Artwork
from ganshare.store.database import Database

__all__ = ["Gallery"]


class Gallery:
    """Finding and forgetting artworks."""

    _database: Database

    async def gallery(
        self,
        after: str | None = None,
        limit: int = 24,
        text: str = "",
        attributes: Mapping[str, str] | None = None,
        person: str | None = None,
    ) -> list[Artwork]:
        """Paintings, newest first; deleted and hidden ones never.

        Args:
            after: id of the last painting of the page before.
            text: words that a prompt, or its attributes, must begin a word with, all of them.
            attributes: trait types and values that must be its own, such as {"Colour": "Teal"}.
            person: any account of whoever asked for them.
        """
        raise NotImplementedError

    async def delete_artwork(self, artwork: str, by: str, admin: bool = False) -> Artwork:
        """Take a painting away for good; its row stays, marked, its blobs are to be removed.

        `ganshare.sweeping` removes the blobs, now or after a crash.

        Raises:
            JobError: there is no such painting, or it is neither theirs nor are they an admin.
        """
        raise NotImplementedError

    async def forgotten_blobs(self, limit: int = 100) -> list[ForgottenBlobs]:
        """Blobs of deleted artworks that are still to be removed."""
        raise NotImplementedError

    async def blobs_removed(self, artworks: Iterable[str]) -> None:
        """Remember that the blobs of these deleted artworks are gone."""
        raise NotImplementedError
