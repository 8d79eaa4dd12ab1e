"""Fits pictures into Discord's file size limit: unchanged if possible, else re-encoded."""

import io
from pathlib import PurePath
from typing import Any

from PIL import Image

from bot.core.messages import File
from ganshare.domain.ai_mark import AI_XMP

__all__ = ["LARGEST", "fitting"]

LARGEST = 10 * 1024**2  # bytes of one attachment, where nobody pays for more
_FORMS: tuple[dict[str, Any], ...] = (
    {"format": "WEBP", "lossless": True, "quality": 50},
    {"format": "WEBP", "quality": 95},
    {"format": "WEBP", "quality": 80},
    {"format": "JPEG", "quality": 70},
)
_TYPES = {"WEBP": "image/webp", "JPEG": "image/jpeg"}


def fitting(file: File, largest: int = LARGEST) -> File | None:
    """Give a picture in at most so many bytes, lossless if it can be; None if nothing fits."""
    if len(file.data) <= largest:
        return file
    if not file.media_type.startswith("image/"):
        return None
    with Image.open(io.BytesIO(file.data)) as image:
        picture = image.convert("RGB")
    for form in _FORMS:
        out = io.BytesIO()
        picture.save(out, xmp=AI_XMP.encode(), **form)
        if out.tell() <= largest:
            kind = str(form["format"])
            name = PurePath(file.name).with_suffix(f".{kind.lower()}").name
            return File(out.getvalue(), name, _TYPES[kind], file.description)
    return None
