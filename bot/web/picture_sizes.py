"""Makes smaller pictures of a painting for its page, and cards for other sites; kept in memory."""

import asyncio
import io
from collections import OrderedDict

from PIL import Image, ImageFilter, ImageOps

from ganshare.domain.ai_mark import AI_XMP

__all__ = ["CARD", "PictureSizes"]

CARD = (1200, 630)  # pixels, as social networks crop them
_LARGE = 1024  # pixels of the longer side
_MOST_BYTES = 150_000
_KEPT = 100  # pictures, of some 100 kB each
_QUALITIES = (88, 82, 74, 64, 52, 40, 25, 10)
_MARGIN = 24


class PictureSizes:
    """Makes JPEGs of "large" and "card" size, one at a time, and keeps those asked for last."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, bytes] = OrderedDict()
        self._one_at_a_time = asyncio.Lock()

    async def get(self, name: str, png: bytes, tag: str) -> bytes:
        """Make a picture of a size, or give the one that was made; raises OSError if it is none.

        Args:
            name: "large" or "card".
            tag: names the painting's bytes.
        """
        key = f"{tag}-{name}"
        async with self._one_at_a_time:
            if key not in self._kept:
                self._kept[key] = await asyncio.to_thread(_jpeg, png, name)
                while len(self._kept) > _KEPT:
                    self._kept.popitem(last=False)
            self._kept.move_to_end(key)
            return self._kept[key]


def _jpeg(png: bytes, name: str) -> bytes:
    with Image.open(io.BytesIO(png), formats=("PNG",)) as image:
        picture = image.convert("RGB")
    if name == "card":
        picture = _card(picture)
    else:
        picture.thumbnail((_LARGE, _LARGE), Image.Resampling.LANCZOS)
    for quality in _QUALITIES:
        data = io.BytesIO()
        picture.save(
            data, "JPEG", quality=quality, optimize=True, progressive=True, xmp=AI_XMP.encode()
        )
        if data.tell() <= _MOST_BYTES:
            break
    return data.getvalue()


def _card(picture: Image.Image) -> Image.Image:
    """All of the picture, before itself out of focus."""
    ground = ImageOps.fit(picture.resize((120, 120)), CARD).filter(ImageFilter.GaussianBlur(30))
    card = Image.blend(ground, Image.new("RGB", CARD, (20, 18, 16)), 0.55)
    inner = ImageOps.contain(picture, (CARD[0], CARD[1] - 2 * _MARGIN), Image.Resampling.LANCZOS)
    card.paste(inner, ((CARD[0] - inner.width) // 2, (CARD[1] - inner.height) // 2))
    return card
