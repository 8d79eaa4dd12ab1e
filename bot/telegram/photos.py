"""Fits pictures into Telegram's limits: photos of at most 10 MB, several on one sheet."""

import io
import math
from collections.abc import Sequence
from functools import cache

from PIL import Image, ImageOps

from bot.core.messages import File
from ganshare.domain.ai_mark import AI_XMP

__all__ = ["LARGEST_PHOTO", "as_photo", "blank_card", "contact_sheet"]

LARGEST_PHOTO = 10 * 1024 * 1024
_QUALITY = 92  # Telegram compresses photos once more
_SHEET_SIDE = 1280  # larger photos are made smaller by Telegram
_GAP = 8
_PAPER = (24, 24, 27)


def as_photo(file: File) -> bytes:
    """Give a picture as a JPEG that is small enough; JPEGs stay as they are."""
    if file.media_type == "image/jpeg" and len(file.data) <= LARGEST_PHOTO:
        return file.data
    with Image.open(io.BytesIO(file.data)) as image:
        return _jpeg(image.convert("RGB"))


def contact_sheet(files: Sequence[File]) -> bytes:
    """Lay pictures out in rows, in their order, as one photo.

    An album would do, too, but it carries no buttons, cannot be turned over in its place, and each
    of its pictures counts against the group's 20 messages a minute.
    """
    columns = math.ceil(math.sqrt(len(files)))
    rows = math.ceil(len(files) / columns)
    side = (_SHEET_SIDE - _GAP * (columns + 1)) // columns
    size = (side + _GAP) * columns + _GAP, (side + _GAP) * rows + _GAP
    sheet = Image.new("RGB", size, _PAPER)
    for number, file in enumerate(files):
        row, column = divmod(number, columns)
        with Image.open(io.BytesIO(file.data)) as image:
            image.draft("RGB", (side, side))
            small = ImageOps.pad(image.convert("RGB"), (side, side), color=_PAPER)
        sheet.paste(small, (_GAP + column * (side + _GAP), _GAP + row * (side + _GAP)))
    return _jpeg(sheet)


@cache
def blank_card() -> bytes:
    """Stands where a picture is gone, since a photo cannot become a text again."""
    return _jpeg(Image.new("RGB", (640, 64), _PAPER))


def _jpeg(image: Image.Image) -> bytes:
    written = io.BytesIO()
    image.save(written, "JPEG", quality=_QUALITY, xmp=AI_XMP.encode())
    return written.getvalue()
