"""/settings, and deleting paintings."""

import contextlib

from bot.core.context import CommandContext
from bot.core.messages import Action, Place, Reply
from bot.core.rendering.errors import RefusalError
from ganshare.domain.community import PlaceSettings
from ganshare.errors import BlobError, quoted

__all__ = ["SETTINGS", "WHERE", "delete", "settings"]

SETTINGS = (
    "allowed",
    "max_side",
    "max_steps",
    "daily_quota",
    "language",
    "curation_place",
    "automatic_entry",
    "consent_by_asking",
    "guests_per_day",
    "visibility",
    "moderation_place",
)
PLACES = ("curation_place", "moderation_place")  # settings that name a place

SERVER = "server"
WHERE = ("here", SERVER)
SURE = "-sure"


async def settings(context: CommandContext, name: str, value: str, where: str = "") -> list[Reply]:
    """Show what is allowed here, or in the whole server, or change one of it."""
    title, current, place = context.say("settings-title"), context.settings, context.place
    if where == SERVER:
        if place.server is None:
            raise RefusalError("refusal-no-server")
        place = Place(place.server)
        title, current = (
            context.say("settings-title-server"),
            await context.store.places.settings(place.id),
        )
    if not name:
        text = context.say("settings-how")
        fields = tuple((_name(context, each), _value(context, current, each)) for each in SETTINGS)
        return [Reply(title=title, text=text, fields=fields, is_private=True)]
    if value:
        if name in PLACES:
            value = context.place.id if value == "here" else value
            if value not in (context.place.id, "default"):
                _check_everywhere(context, f"settings {name}")
            if name == "moderation_place" and ":" not in value and value != "default":
                raise RefusalError("refusal-moderation-place")
        changes = {name: value}
        await context.store.places.change(place.id, changes, by=context.person.id)
        current = await context.store.places.settings(place.id, place.within)
        text = context.say(
            "settings-changed",
            setting=_name(context, name),
            value=_value(context, current, name),
        )
        return [Reply(title=title, text=text, is_private=True)]
    fields = ((_name(context, name), _value(context, current, name)),)
    return [Reply(title=title, text=context.say("settings-how"), fields=fields, is_private=True)]


def _name(context: CommandContext, setting: str) -> str:
    message = f"setting-{setting.replace('_', '-')}"
    return f"{context.say(message)} ({setting})"


def _value(context: CommandContext, current: PlaceSettings, setting: str) -> str:
    value = getattr(current, setting)
    if isinstance(value, bool):
        return context.say("value-on" if value else "value-off")
    if value is not None:
        return str(value)
    match setting:
        case "daily_quota":
            return context.say("value-no-limit")
        case "language":
            return context.say("value-own")
        case "curation_place":
            return context.say("value-here")
        case "moderation_place":
            return context.say("value-nowhere")
        case "automatic_entry":
            return context.say("value-as-round")
        case "visibility":
            return context.say("value-visibility")
        case "guests_per_day":
            return str(context.services.options.guests_per_day)
        case _:
            return context.say("value-any")


def _check_everywhere(context: CommandContext, command: str) -> None:
    if not context.is_admin_everywhere:
        raise RefusalError("refusal-rank-owner", command=command)


async def delete(context: CommandContext, subject: str) -> list[Reply]:
    """Take a painting away for good, once its requester, or an admin, has said yes twice."""
    artwork = await context.artwork(subject.removesuffix(SURE))
    oversees = context.oversees(await context.job(artwork.job))
    if not (context.owns(artwork.person) or oversees):
        raise RefusalError("refusal-not-yours", given=quoted(artwork.id))
    if not subject.endswith(SURE):
        button = context.button(Action.DELETE, artwork.id + SURE, "delete-sure")
        text = context.say("delete-sure")
        return [Reply(text=text, buttons=((button,),), is_private=True)]
    deleted = await context.store.gallery.delete(artwork.id, context.main, oversees)
    with contextlib.suppress(BlobError):  # the sweeping does it later
        await context.services.blobs.delete(deleted.blobs)
        await context.store.gallery.mark_removed([artwork.id])
    return [Reply(text=context.say("delete-done"), is_private=True, replaces=True)]
