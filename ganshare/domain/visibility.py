"""Who may see a painting, as its requester chooses."""

from enum import StrEnum

__all__ = ["Visibility"]


class Visibility(StrEnum):
    """From all to none; what is hidden or deleted nobody sees anyway."""

    PUBLIC = "public"  # in galleries, on the page and in rounds
    UNLISTED = "unlisted"  # for those who have its link or id, and where it was asked for
    ONLY_ME = "only-me"  # for its requester alone

    def limited(self, other: str) -> "Visibility":
        """Give the narrower of two."""
        order = list(Visibility)
        return max(self, Visibility(other), key=order.index)
