"""Looking after a community: /settings, /block, reports, and taking paintings away."""

import contextlib
import re

from bot.core.context import Errand
from bot.core.messages import Action, Reply
from bot.core.rendering.errors import RefusalError
from ganshare.domain.community import PlaceSettings
from ganshare.errors import BlobError, quoted

__all__ = ["SETTINGS", "block", "delete", "settings", "unblock"]

SETTINGS = (
    "allowed",
    "max_side",
    "max_steps",
    "daily_quota",
    "language",
    "curation_place",
    "automatic_entry",
    "guests_per_day",
)

SURE = "-sure"
_PERSON = re.compile(r"(discord|telegram|web|terminal):[\w-]{1,64}", re.ASCII)


async def settings(errand: Errand, name: str, value: str) -> list[Reply]:
    """Show what is allowed here, or change one of it."""
    title, current = errand.say("settings-title"), errand.settings
    if not name:
        text = errand.say("settings-how")
        fields = tuple((_name(errand, each), _value(errand, current, each)) for each in SETTINGS)
        return [Reply(title=title, text=text, fields=fields, is_private=True)]
    if value:
        if name == "curation_place" and value != errand.place.id:
            _check_everywhere(errand, "settings curation_place")
        changes = {name: value}
        current = await errand.store.places.change(errand.place.id, changes, by=errand.person.id)
        text = errand.say(
            "settings-changed",
            setting=_name(errand, name),
            value=_value(errand, current, name),
        )
        return [Reply(title=title, text=text, is_private=True)]
    fields = ((_name(errand, name), _value(errand, current, name)),)
    return [Reply(title=title, text=errand.say("settings-how"), fields=fields, is_private=True)]


def _name(errand: Errand, setting: str) -> str:
    message = f"setting-{setting.replace('_', '-')}"
    return f"{errand.say(message)} ({setting})"


def _value(errand: Errand, current: PlaceSettings, setting: str) -> str:
    value = getattr(current, setting)
    if isinstance(value, bool):
        return errand.say("value-on" if value else "value-off")
    if value is not None:
        return str(value)
    match setting:
        case "daily_quota":
            return errand.say("value-no-limit")
        case "language":
            return errand.say("value-own")
        case "curation_place":
            return errand.say("value-here")
        case "automatic_entry":
            return errand.say("value-as-round")
        case "guests_per_day":
            return str(errand.tools.options.guests_per_day)
        case _:
            return errand.say("value-any")


async def block(errand: Errand, person: str, reason: str) -> list[Reply]:
    """Take no more requests of somebody, in no place."""
    _check_everywhere(errand, "block")
    await errand.store.community.block(_person(person), errand.person.id, reason)
    return [errand.quietly("block-done", person=person)]


async def unblock(errand: Errand, person: str) -> list[Reply]:
    """Take requests of somebody again."""
    _check_everywhere(errand, "unblock")
    was_blocked = await errand.store.community.unblock(_person(person), errand.person.id)
    return [errand.quietly("unblock-done" if was_blocked else "unblock-none", person=person)]


def _check_everywhere(errand: Errand, command: str) -> None:
    if not errand.is_admin_everywhere:
        raise RefusalError("refusal-rank-owner", command=command)


def _person(given: str) -> str:
    if not _PERSON.fullmatch(given):
        raise RefusalError("refusal-person", given=quoted(given))
    return given


async def delete(errand: Errand, subject: str) -> list[Reply]:
    """Take a painting away for good, once its requester, or an admin, has said yes twice."""
    artwork = await errand.artwork(subject.removesuffix(SURE))
    oversees = errand.oversees(await errand.job(artwork.job))
    if not (errand.owns(artwork.person) or oversees):
        raise RefusalError("refusal-not-yours")
    if not subject.endswith(SURE):
        button = errand.button(Action.DELETE, artwork.id + SURE, "delete-sure")
        text = errand.say("delete-sure")
        return [Reply(text=text, buttons=((button,),), is_private=True)]
    await errand.store.gallery.delete(artwork.id, errand.main, oversees)
    await errand.store.queue.renew(artwork.job)  # its message in the chat goes, too
    with contextlib.suppress(BlobError):  # the sweeping does it later
        await errand.tools.blobs.delete([artwork.blob, artwork.preview])
        await errand.store.gallery.mark_removed([artwork.id])
    return [Reply(text=errand.say("delete-done"), is_private=True, replaces=True)]
