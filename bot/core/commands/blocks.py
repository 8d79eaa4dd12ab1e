"""/block and /unblock: whose requests are not taken, in one server or everywhere."""

import re

from bot.core.context import CommandContext
from bot.core.messages import Reply
from bot.core.rendering.errors import RefusalError
from bot.core.rendering.replies import shortened
from ganshare.errors import quoted

__all__ = ["WHERE", "block", "blocked", "unblock"]

HERE, EVERYWHERE = WHERE = ("here", "everywhere")
MOST = 25  # that are listed
LONGEST_REASON = 80  # UTF-16 units
_PERSON = re.compile(r"(discord|telegram|web|terminal):[\w-]{1,64}", re.ASCII)


async def block(context: CommandContext, person: str, reason: str, where: str) -> list[Reply]:
    """Refuse what a person asks for: everywhere by the owner's admins, else in this server."""
    if not person:
        return [await _list(context)]
    store, by = context.store.community, context.person.id
    if _is_everywhere(context, where):
        await store.block(_check(person), by, reason)
        return [context.quietly("block-done", person=person)]
    await store.ban(context.server, _check(person), by, reason)
    return [context.quietly("block-done-here", person=person)]


async def unblock(context: CommandContext, person: str) -> list[Reply]:
    """Accept requests of a person again: in this server, and by the owner's admins everywhere."""
    store, by = context.store.community, context.person.id
    was_blocked = await store.unban(context.server, _check(person), by)
    if context.is_admin_everywhere:
        was_blocked = await store.unblock(person, by) or was_blocked
    return [context.quietly("unblock-done" if was_blocked else "unblock-none", person=person)]


async def blocked(context: CommandContext) -> list[tuple[str, str]]:
    """Who is blocked, with the reason: in this server, and for the owner's admins everywhere."""
    store = context.store.community
    found = await store.bans(context.server)
    if context.is_admin_everywhere:
        found += await store.blocks(MOST)
    return [(each.person, each.reason) for each in found]


async def _list(context: CommandContext) -> Reply:
    found = await blocked(context)
    lines = [f"· {who} {shortened(why, LONGEST_REASON)}".rstrip() for who, why in found[:MOST]]
    text = "\n".join(lines) or context.say("block-list-none")
    return Reply(title=context.say("block-list"), text=text, is_private=True)


def _is_everywhere(context: CommandContext, where: str) -> bool:
    if where == EVERYWHERE and not context.is_admin_everywhere:
        raise RefusalError("refusal-block-everywhere")
    return context.is_admin_everywhere and where != HERE


def _check(person: str) -> str:
    if not _PERSON.fullmatch(person):
        raise RefusalError("refusal-person", given=quoted(person))
    return person
