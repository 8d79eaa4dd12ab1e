"""/privacy, /export and /forget: who sees what a person asks for, and what is stored of them."""

import contextlib
import json
import re

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
    "split_visibility",
]

SURE = "sure"
_OPTION = re.compile(r"(?:^|\s)(?:--|[\u2013\u2014])visibility(?:=|\s+)(\S+)", re.IGNORECASE)


def split_visibility(prompt: str) -> tuple[str, str]:
    """Divide a typed prompt into itself and the value of `--visibility` in it, "" without."""
    match = _OPTION.search(prompt)
    if match is None:
        return prompt, ""
    return f"{prompt[: match.start()]} {prompt[match.end() :]}".strip(), match[1].lower()


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
    """Give all that is stored about the asker, as a file."""
    found = await context.store.personal_data.export(context.main)
    data = json.dumps(found, ensure_ascii=False, indent=1).encode()
    document = File(data, "ganshare-export.json", "application/json")
    title, text = context.say("export-title"), context.say("export-text")
    return [Reply(title=title, text=text, document=document, is_private=True)]


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
    with contextlib.suppress(BlobError):
        await context.services.blobs.delete(forgotten.uploads)
    text = context.say("forget-done", count=forgotten.paintings, minted=forgotten.minted)
    return [Reply(text=text, is_private=True, replaces=True)]
