"""The permissions that the bot needs on a server, and the invite link that asks for them."""

from collections.abc import Mapping

import discord

__all__ = ["NAMES", "NEEDED", "invite_url", "missing"]

# By flag, as Discord's settings name them.
NAMES: Mapping[str, str] = {
    "view_channel": "View Channels",  # to edit its messages where it is
    "send_messages": "Send Messages",  # a painting again, when its message was deleted
    "send_messages_in_threads": "Send Messages in Threads",  # the same
    "embed_links": "Embed Links",  # prompt, seed and progress, in the painting's colour
    "attach_files": "Attach Files",  # paintings
    "add_reactions": "Add Reactions",  # the first one below a round's painting, to be clicked on
    "read_message_history": "Read Message History",  # to find its messages again
}
NEEDED = discord.Permissions(**dict.fromkeys(NAMES, True))


def invite_url(application: int) -> str:
    """Give the link by which a server manager invites the bot."""
    return discord.utils.oauth_url(
        application, permissions=NEEDED, scopes=("bot", "applications.commands")
    )


def missing(granted: discord.Permissions) -> list[str]:
    """Name the needed permissions that are not granted."""
    if granted.administrator:
        return []
    return [name for flag, name in NAMES.items() if not getattr(granted, flag)]
