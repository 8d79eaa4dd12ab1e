"""Every picture that leaves a bot or the page says that a trained model made it."""

import asyncio
import io
from collections.abc import Callable

import pytest
from PIL import Image

from admin.minting.collection_metadata import contact_sheet as collection_sheet
from bot.core.messages import File
from bot.core.rendering.contact_sheet import sheet_of
from bot.discord.messages.attachments import fitting
from bot.telegram.photos import as_photo, contact_sheet
from bot.web.picture_sizes import PictureSizes
from ganshare.domain.ai_mark import AI_XMP


def attachment(png: bytes, share: float) -> bytes:
    fitted = fitting(as_file(png), int(len(png) * share))
    assert fitted is not None
    return fitted.data


def as_file(png: bytes) -> File:
    return File(png, "painting.png", "image/png")


WAYS: dict[str, Callable[[bytes], bytes | None]] = {
    "Discord, lossless": lambda png: attachment(png, 0.99),
    "Discord, smaller": lambda png: attachment(png, 0.5),
    "Telegram": lambda png: as_photo(as_file(png)),
    "Telegram, several": lambda png: contact_sheet([as_file(png)] * 4),
    "winners": lambda png: sheet_of([png, png]),
    "page": lambda png: asyncio.run(PictureSizes().get("large", png, "a")),
    "card": lambda png: asyncio.run(PictureSizes().get("card", png, "a")),
    "collection": lambda png: collection_sheet([png] * 4),
}


@pytest.mark.parametrize("way", WAYS)
def test_a_picture_is_marked(way: str) -> None:
    written = io.BytesIO()
    Image.effect_noise((96, 96), 90).convert("RGB").save(written, "PNG")
    data = WAYS[way](written.getvalue())
    assert data is not None
    with Image.open(io.BytesIO(data)) as picture:
        assert picture.info["xmp"] == AI_XMP.encode()
