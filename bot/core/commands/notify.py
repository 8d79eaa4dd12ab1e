"""/notify: when one is told by a message of its own that a painting is done."""

from bot.core.context import CommandContext
from bot.core.messages import Reply
from ganshare.domain.pings import Ping

__all__ = ["notify"]


async def notify(context: CommandContext, when: str) -> list[Reply]:
    """Show or change it, for all accounts of a person."""
    people = context.store.people
    if when:
        await people.choose_ping(context.main, Ping(when))
    return [context.quietly(f"notify-{await people.ping(context.main)}")]
