"""Turns an uploaded picture into a small, clean PNG to start a painting from."""

import contextlib
import hashlib
import io
import warnings

from PIL import Image, ImageOps, UnidentifiedImageError

from bot.core.rendering.errors import RefusalError
from ganshare.blobs import Blobs, input_key
from ganshare.errors import BlobExists

__all__ = ["MAX_BYTES", "clean_png", "store_picture"]

MAX_BYTES = 10 * 1024**2
MAX_PIXELS = 40_000_000
LONGEST_SIDE = 1024
# Named, since Pillow hands some of its other formats to outside programs.
FORMATS = ("PNG", "JPEG", "WEBP", "GIF")


def clean_png(data: bytes) -> bytes:
    """Decode a picture and write it again: RGB, upright, nothing but its pixels.

    Transparency becomes white, an animation its first frame, and what is larger than
    `LONGEST_SIDE` smaller.

    Raises:
        RefusalError: it is too large, in bytes or by its header's pixels, damaged, or no picture.
    """
    if len(data) > MAX_BYTES:
        raise RefusalError(
            "refusal-picture-large",
            given=f"{len(data) / 1024**2:.1f}",
            allowed=str(MAX_BYTES // 1024**2),
        )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # damaged metadata, and pixels, which we count below
            with Image.open(io.BytesIO(data), formats=FORMATS) as image:
                return _encode(_decode(image))
    except (OSError, ValueError, SyntaxError, EOFError, UnidentifiedImageError) as error:
        raise RefusalError("refusal-picture-broken") from error
    except Image.DecompressionBombError as error:
        raise RefusalError(
            "refusal-picture-pixels", given=f">{MAX_PIXELS:,}", allowed=f"{MAX_PIXELS:,}"
        ) from error


async def store_picture(blobs: Blobs, png: bytes) -> str:
    """Store a clean picture under a key made from its bytes, once; gives the key."""
    key = input_key(hashlib.sha256(png).hexdigest())
    with contextlib.suppress(BlobExists):  # the same bytes
        await blobs.put(key, png)
    return key


def _decode(image: Image.Image) -> Image.Image:
    pixels = image.width * image.height
    if pixels > MAX_PIXELS:  # known from the header, before anything is decoded
        raise RefusalError("refusal-picture-pixels", given=f"{pixels:,}", allowed=f"{MAX_PIXELS:,}")
    image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))  # a JPEG is decoded smaller at once
    upright = ImageOps.exif_transpose(image)
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    if upright.has_transparency_data:
        with_alpha = upright.convert("RGBA")
        white = Image.new("RGBA", with_alpha.size, "white")
        return Image.alpha_composite(white, with_alpha).convert("RGB")
    return upright.convert("RGB")


def _encode(image: Image.Image) -> bytes:
    out = io.BytesIO()
    Image.frombytes("RGB", image.size, image.tobytes()).save(out, "PNG")
    return out.getvalue()
