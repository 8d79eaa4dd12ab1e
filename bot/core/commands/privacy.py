"""/privacy, /export and /forget: who sees a person's paintings, and what is stored about them."""

import contextlib
import json
from typing import Any

from bot.core.context import CommandContext
from bot.core.messages import Action, File, Reply
from bot.core.rendering.errors import RefusalError
from ganshare.domain.visibility import Visibility
from ganshare.errors import BlobError, quoted

__all__ = [
    "choose_visibility",
    "export",
    "forget",
    "forget_person",
    "privacy",
    "split_export",
]

SURE = "sure"
LARGEST_EXPORT = 8_000_000  # bytes of a file; Discord takes 10 MiB, with all that goes with it
Export = dict[str, list[dict[str, Any]]]  # rows by kind


async def choose_visibility(context: CommandContext, chosen: str = "") -> Visibility:
    """Who may see what is asked for now: as chosen, as the person, the place or the chat has it.

    Raises:
        RefusalError: it was chosen, and is unknown.
    """
    if chosen:
        if chosen not in list(Visibility):
            raise RefusalError(
                "refusal-choice",
                parameter="visibility",
                given=quoted(chosen),
                allowed=", ".join(Visibility),
            )
        return Visibility(chosen)
    usual = Visibility.UNLISTED if context.place.is_private else Visibility.PUBLIC
    own = await context.store.people.visibility(context.main)
    return own or Visibility(context.settings.visibility or usual)


async def privacy(context: CommandContext, visibility: str, artwork_id: str) -> list[Reply]:
    """Show or change who sees what the asker asks for, or one painting of theirs."""
    if artwork_id:
        return await _of_painting(context, visibility, artwork_id)
    if visibility:
        chosen = None if visibility == "default" else Visibility(visibility)
        await context.store.people.choose_visibility(context.main, chosen)
    current = await choose_visibility(context)
    fields = tuple((_name(context, each), context.say(f"privacy-{each}")) for each in Visibility)
    text = context.say("privacy-now", visibility=_name(context, current))
    how = context.say("privacy-how")
    title = context.say("privacy-title")
    return [Reply(title=title, text=f"{text}\n\n{how}", fields=fields, is_private=True)]


async def _of_painting(context: CommandContext, visibility: str, artwork_id: str) -> list[Reply]:
    artwork = await context.artwork(artwork_id)
    if not context.owns(artwork.person):
        raise RefusalError("refusal-not-yours", given=quoted(artwork.id))
    if visibility:
        chosen = await choose_visibility(context, "" if visibility == "default" else visibility)
        artwork = await context.store.gallery.change_visibility(artwork.id, context.main, chosen)
    name = _name(context, artwork.visibility)
    return [context.quietly("privacy-painting", visibility=name)]


def _name(context: CommandContext, visibility: Visibility) -> str:
    return context.say(f"visibility-{visibility}")


async def export(context: CommandContext) -> list[Reply]:
    """Give all that is stored about the asker, as a file; as several where a chat takes no more."""
    found = await context.store.personal_data.export(context.main)
    largest = None if context.place.id == "web" else LARGEST_EXPORT
    parts = [
        json.dumps(each, ensure_ascii=False, indent=1).encode()
        for each in split_export(found, largest)
    ]
    title, text = context.say("export-title"), context.say("export-text")
    replies = []
    for number, data in enumerate(parts, 1):
        name, heading = "ganshare-export.json", title
        if len(parts) > 1:
            name, heading = f"ganshare-export-{number}.json", f"{title} ({number}/{len(parts)})"
        document = File(data, name, "application/json")
        replies.append(Reply(title=heading, text=text, document=document, is_private=True))
    return replies


def split_export(found: Export, largest: int | None) -> list[Export]:
    """Divide rows by kind into parts of up to so many bytes of JSON, as far as rows allow it."""
    if largest is None:
        return [found]
    parts: list[Export] = [{kind: [] for kind in found}]
    size = 0
    for kind, rows in found.items():
        for row in rows:
            # Indented as in the file: each line of a row by up to four blanks.
            more = len(json.dumps({kind: [row]}, ensure_ascii=False, indent=1).encode())
            if size and size + more > largest:
                parts.append({})
                size = 0
            parts[-1].setdefault(kind, []).append(row)
            size += more
    return parts


async def forget(context: CommandContext) -> list[Reply]:
    """Ask whether all of the asker is to be forgotten."""
    button = context.button(Action.FORGET, SURE)
    title, text = context.say("forget-title"), context.say("forget-sure")
    return [Reply(title=title, text=text, buttons=((button,),), is_private=True)]


async def forget_person(context: CommandContext, subject: str) -> list[Reply]:
    """Forget the asker, now that they have said yes twice."""
    if subject != SURE:
        raise RefusalError("refusal-button")
    forgotten = await context.store.personal_data.forget(context.main)
    with contextlib.suppress(BlobError):  # an engine goes on with what is left
        await context.services.blobs.delete(forgotten.uploads)
        await context.store.gallery.mark_uploads_removed(forgotten.uploads)
    text = context.say("forget-done", count=forgotten.paintings, minted=forgotten.minted)
    return [Reply(text=text, is_private=True, replaces=True)]
