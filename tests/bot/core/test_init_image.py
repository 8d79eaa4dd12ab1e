"""Strangers' pictures: cleaned or refused in one sentence, bombs before they are decoded."""

import io
import struct
import zlib
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from bot.core.init_image import LONGEST_SIDE, MAX_BYTES, clean_png
from ganshare.errors import ParameterError

Png = Callable[..., bytes]


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(clean_png(data)))


def encoded(image: Image.Image, form: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, form, **options)
    return out.getvalue()


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP", "GIF"])
def test_every_allowed_form_becomes_a_plain_png(form: str) -> None:
    image = opened(encoded(Image.new("RGB", (40, 20), "teal"), form))
    assert (image.format, image.mode, image.size, image.info) == ("PNG", "RGB", (40, 20), {})


def test_large_pictures_get_smaller_and_keep_their_shape(png: Png) -> None:
    assert opened(png(size=(4000, 1000))).size == (LONGEST_SIDE, LONGEST_SIDE // 4)


def test_transparency_is_white_and_pictures_stand_upright() -> None:
    clear = opened(encoded(Image.new("RGBA", (8, 8), (255, 0, 0, 0)), "PNG"))
    assert clear.getpixel((0, 0)) == (255, 255, 255)
    turned = Image.new("RGB", (40, 20))
    exif = turned.getexif()
    exif[0x0112] = 6  # turned by a quarter
    assert opened(encoded(turned, "JPEG", exif=exif)).size == (20, 40)


def test_what_else_is_in_a_picture_stays_behind() -> None:
    image = Image.new("RGB", (8, 8))
    exif = image.getexif()
    exif[0x010E] = "51.5 N, 0.1 W"
    dirty = encoded(image, "JPEG", exif=exif, comment=b"a secret")
    assert b"secret" in dirty
    clean = clean_png(dirty)
    assert b"secret" not in clean
    assert b"51.5" not in clean


def bomb(width: int, height: int) -> bytes:
    """A PNG of some bytes whose header promises many pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    data = chunk(b"IDAT", zlib.compress(b"\0" * 100_000))
    return b"\x89PNG\r\n\x1a\n" + header + data + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (bomb(30_000, 30_000), "pixels; at most 40,000,000 are allowed"),
        (bomb(8_000, 8_000), "64,000,000 pixels"),
        (b"x" * (MAX_BYTES + 1), "10.0 MB; at most 10 MB are allowed"),
        (b"", "cannot be read as a picture; use PNG"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "cannot be read as a picture"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "cannot be read as a picture"),
        (bomb(200, 200)[:-60], "cannot be read as a picture"),
        (encoded(Image.new("RGB", (90, 90)), "TIFF"), "cannot be read as a picture"),
        (encoded(Image.effect_noise((90, 90), 9), "JPEG")[:700], "cannot be read as a picture"),
    ],
    ids=["bomb", "bomb below Pillow's own limit", "heavy", "empty", "svg", "eps", "cut png",
         "tiff", "cut jpeg"],
)  # fmt: skip
def test_what_cannot_be_used_is_one_sentence(data: bytes, sentence: str) -> None:
    with pytest.raises(ParameterError, match=r"^The (picture|attachment) [^\n]+$") as caught:
        clean_png(data)
    assert sentence in str(caught.value)


@settings(deadline=None, max_examples=50)
@given(
    st.binary(max_size=300), st.sampled_from([b"", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"\xff\xd8"])
)
def test_no_bytes_do_anything_else(data: bytes, head: bytes) -> None:
    try:
        clean_png(head + data)
    except ParameterError:
        return
