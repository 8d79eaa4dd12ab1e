"""The verbs of `Store` for people and places: accounts, settings, moderation, the gallery."""

from ganshare.store.community_accounts import Accounts
from ganshare.store.community_gallery import Gallery
from ganshare.store.community_moderation import ModerationLog
from ganshare.store.community_places import Places

__all__ = ["Community"]


class Community(Accounts, Places, ModerationLog, Gallery):
    """All of them, mixed into `Store`."""
