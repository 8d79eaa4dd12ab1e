"""The content of a message with paintings, as JSON, to render it again with or without some."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from bot.core.messages import Action, Button, File, Reply
from bot.core.rendering.contact_sheet import winners_sheet
from bot.core.rendering.job_view import fetch_picture
from ganshare.blobs import Blobs
from ganshare.domain.jobs import Artwork
from ganshare.errors import BlobError

__all__ = ["bare", "pack_content", "picture_file", "thumbnails", "unpack_content", "without"]

_PAGES = frozenset({Action.GALLERY, Action.MINE})  # whose subjects only say where a page begins


def bare(reply: Reply) -> Reply:
    """Give what stands in a message before it shows a reply: nothing of that but its buttons."""
    return Reply(text="🎨 …", buttons=reply.buttons, is_private=reply.is_private)


def pack_content(reply: Reply) -> dict[str, Any]:
    """Write a reply down, but for its pictures; `unpack_content` reads it."""
    return {
        "title": reply.title,
        "text": reply.text,
        "fields": [list(each) for each in reply.fields],
        "buttons": [[asdict(each) for each in row] for row in reply.buttons],
        "colour": reply.colour,
        "artworks": list(reply.artworks),
        "listed": reply.listed,
        "for_review": reply.for_review,
        "is_document": reply.document is not None,
        "is_sheet": len(reply.pictures) < len(reply.artworks) and bool(reply.pictures),
    }


async def unpack_content(
    content: Mapping[str, Any], shown: Mapping[str, Artwork], blobs: Blobs
) -> Reply:
    """Read a reply, with those of its paintings that may be seen, and with their pictures."""
    reply = Reply(
        title=content["title"],
        text=content["text"],
        fields=tuple((name, value) for name, value in content["fields"]),
        buttons=tuple(
            tuple(Button(**each | {"action": Action(each["action"])}) for each in row)
            for row in content["buttons"]
        ),
        colour=content["colour"],
        artworks=tuple(content["artworks"]),
        listed=content["listed"],
        for_review=content["for_review"],
    )
    reply = without(reply, set(reply.artworks) - shown.keys())
    found = [shown[each] for each in reply.artworks]
    if not found:
        return reply
    if content["is_document"]:
        png = await blobs.get(found[0].blob)
        return replace(reply, document=File(png, f"ganshare-{found[0].id}.png", "image/png"))
    if content["is_sheet"]:
        sheet = await winners_sheet(blobs, found)
        return replace(reply, pictures=(sheet,) if sheet else ())
    if content["listed"]:
        return replace(reply, pictures=await thumbnails(blobs, found))
    data = await fetch_picture(blobs, found[0])
    return replace(reply, pictures=(picture_file(found[0], data),) if data else ())


def without(reply: Reply, gone: Collection[str]) -> Reply:
    """Take paintings out of a reply: their fields and buttons, and all pictures."""
    about = [*reply.artworks[: reply.listed], *("" for _ in reply.fields[reply.listed :])]
    rows = (
        tuple(each for each in row if each.action in _PAGES or _subject(each) not in gone)
        for row in reply.buttons
    )
    return replace(
        reply,
        fields=tuple(
            field
            for field, artwork in zip(reply.fields, about, strict=False)
            if artwork not in gone
        ),
        buttons=tuple(row for row in rows if row),
        pictures=(),
        document=None,
        artworks=tuple(each for each in reply.artworks if each not in gone),
        listed=sum(each not in gone for each in reply.artworks[: reply.listed]),
    )


async def thumbnails(
    blobs: Blobs, artworks: Sequence[Artwork], describe: Mapping[str, str] | None = None
) -> tuple[File, ...]:
    """Give the small pictures of some paintings; those that cannot be fetched are left out."""
    found = []
    for artwork in artworks:
        try:
            data = await blobs.get(artwork.preview)
        except BlobError:
            continue
        found.append(picture_file(artwork, data, (describe or {}).get(artwork.id, "")))
    return tuple(found)


def picture_file(artwork: Artwork, data: bytes, description: str = "") -> File:
    """Give a painting's picture, described by its prompt unless otherwise."""
    is_png = data.startswith(b"\x89PNG")
    name, kind = ("png", "image/png") if is_png else ("jpg", "image/jpeg")
    described = description or artwork.prompt[:200]
    return File(data, f"ganshare-{artwork.id}.{name}", kind, described)


def _subject(button: Button) -> str:
    return button.subject.partition("-")[0]
