"""The verbs of `Store` for people and places: accounts, settings, moderation, the gallery."""

from ganshare.store.community_accounts import Accounts
from ganshare.store.community_gallery import Gallery
from ganshare.store.community_moderation import ModerationLog
from ganshare.store.community_places import Places
from ganshare.store.community_sales import Sales
from ganshare.store.community_showings import Showings

__all__ = ["Community"]


class Community(Accounts, Places, Showings, ModerationLog, Gallery, Sales):
    """All of them, mixed into `Store`."""
