"""Finds paintings that must not be sold: deleted, hidden, or without consent."""

from collections.abc import Iterable

from ganshare.domain.jobs import Artwork
from ganshare.domain.sales import Consent
from ganshare.store import Store

__all__ = ["find_withdrawn", "lacks_consent"]


async def find_withdrawn(store: Store, artworks: Iterable[str]) -> dict[str, str]:
    """Name those of the store's paintings among these that were taken away, and how."""
    known = await store.gallery.several(artworks)
    return {
        name: "it was deleted or withheld" for name, artwork in known.items() if not artwork.public
    }


def lacks_consent(artwork: Artwork, consent: Consent | None) -> str:
    """Why a painting of the store's may not be sold by its requester's word; "" if it may."""
    if artwork.person.startswith("terminal:") or (consent is not None and consent.agreed):
        return ""
    if consent is not None:
        return f"{artwork.person}, who asked for it, does not want it to be sold"
    return (
        f"{artwork.person}, who asked for it, has not said that it may be sold; they say so by "
        f"`/sell {artwork.id} yes`, and `ganshare admin curate consent {artwork.id}` records what "
        "they told you"
    )
