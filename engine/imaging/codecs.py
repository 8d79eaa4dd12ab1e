"""Reads and writes images: files to (3, height, width) tensors in [0, 1], and back."""

import io
import warnings
from functools import cache
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F
from PIL import Image, ImageOps, UnidentifiedImageError
from PIL.PngImagePlugin import PngInfo
from torch import Tensor

from engine.imaging.atomic_write import write_bytes
from ganshare.domain.ai_mark import AI_XMP
from ganshare.errors import ImageError, InternalError, quoted
from ganshare.sentences import sentence

__all__ = [
    "MAX_PIXELS",
    "decode_image",
    "encode_jpeg",
    "encode_png",
    "fit_cover",
    "fit_image",
    "open_rgb",
    "read_image",
    "to_pil",
    "to_png",
]

MAX_PIXELS = 64_000_000

# Named, because Pillow would hand some of its other formats (EPS) to outside programs.
FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "PPM", "ICO", "AVIF", "TGA", "JPEG2000")


def read_image(path: Path) -> Tensor:
    """Read a picture as (3, height, width) float32 in [0, 1].

    EXIF orientation is applied, transparency becomes white, an animation gives its first frame.

    Raises:
        ImageError: missing, not an image, damaged, or above `MAX_PIXELS`.
    """
    what = quoted(str(path))
    try:
        with path.open("rb") as file:
            image = open_rgb(file, what)
    except FileNotFoundError as error:
        raise ImageError(f"There is no image {what}.", given=str(path)) from error
    except (OSError, ValueError) as error:  # ValueError: a null byte in the name
        reason = getattr(error, "strerror", None) or str(error)
        raise ImageError(f"The image {what} cannot be read: {reason}.", given=str(path)) from error
    return _to_tensor(image)


def decode_image(data: bytes, what: str) -> Tensor:
    """Read the bytes of a picture as `read_image` does; `what` names it in messages."""
    return _to_tensor(open_rgb(io.BytesIO(data), what))


def _to_tensor(image: Image.Image) -> Tensor:
    pixels = torch.from_numpy(np.array(image))  # (height, width, 3) uint8
    return pixels.permute(2, 0, 1).contiguous().float().div(255.0)


def open_rgb(file: BinaryIO | io.BytesIO, what: str) -> Image.Image:
    """Decode the first frame to mode RGB, upright; `what` names it in messages.

    Raises:
        ImageError: not an image, damaged, or above `MAX_PIXELS` (found from the header alone).
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            warnings.filterwarnings("ignore", module="PIL")  # damaged metadata of a good picture
            image = Image.open(file, formats=_formats())
            _check_pixels(what, image.size)
            image.load()
            return _to_rgb(_upright(image))
    except ImageError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_large(what, None) from error
    except UnidentifiedImageError as error:
        message = sentence("image-format", what=what, allowed=", ".join(FORMATS))
        raise ImageError(message, given=what, allowed=FORMATS) from error
    except Exception as error:  # Pillow's decoders raise a dozen types on damaged files
        message = sentence("image-damaged", what=what)
        raise ImageError(message, given=what) from error


@cache
def _formats() -> tuple[str, ...]:
    Image.init()
    return tuple(name for name in FORMATS if name in Image.OPEN)  # AVIF is a build option


def _upright(image: Image.Image) -> Image.Image:
    try:
        return ImageOps.exif_transpose(image)
    except Exception:  # the pixels are whole; broken EXIF data says nothing about them
        return image


def _check_pixels(what: str, size: tuple[int, int]) -> None:
    if size[0] * size[1] > MAX_PIXELS:
        raise _too_large(what, size)


def _too_large(what: str, size: tuple[int, int] | None) -> ImageError:
    megapixels = MAX_PIXELS // 1_000_000
    message = sentence("image-large", what=what, allowed=megapixels)
    if size is not None:
        given = f"{size[0]}x{size[1]}"
        message = sentence("image-pixels", what=what, given=given, allowed=megapixels)
    return ImageError(message, given=size, allowed=MAX_PIXELS)


def _to_rgb(image: Image.Image) -> Image.Image:
    if image.mode == "RGB" and "transparency" not in image.info:
        return image
    if image.mode.startswith(("I", "F")):
        return _from_deep_grey(image).convert("RGB")
    if image.mode in ("La", "RGBa"):  # premultiplied
        image = image.convert({"La": "LA", "RGBa": "RGBA"}[image.mode])
    if image.has_transparency_data:
        layer = image.convert("RGBA")
        white = Image.new("RGBA", layer.size, "white")
        return Image.alpha_composite(white, layer).convert("RGB")
    return image.convert("RGB")


def _from_deep_grey(image: Image.Image) -> Image.Image:
    """16-bit, 32-bit and float greys to 8 bits; Pillow itself would clip them to white."""
    values = np.nan_to_num(np.asarray(image).astype(np.float64))
    highest = values.max()
    if image.mode.startswith("I"):
        top = 255.0 if image.mode == "I" and highest <= 255 else 65535.0
    else:
        top = 1.0 if highest <= 1 else 255.0
    return Image.fromarray(np.rint(np.clip(values / top, 0, 1) * 255).astype(np.uint8))


def to_pil(image: Tensor) -> Image.Image:
    """(3, height, width) in [0, 1] -> 8 bits, mode RGB.

    Raises:
        InternalError: another shape, or values that are not numbers.
    """
    if image.ndim != 3 or image.shape[0] != 3 or not torch.isfinite(image).all():
        raise InternalError(f"A picture is (3, height, width) numbers, not {tuple(image.shape)}.")
    pixels: npt.NDArray[Any] = (
        image.detach().float().clamp(0, 1).mul(255).round().byte().permute(1, 2, 0).cpu().numpy()
    )
    return Image.fromarray(np.ascontiguousarray(pixels))


def encode_png(image: Tensor, text: dict[str, str] | None = None) -> bytes:
    """(3, height, width) in [0, 1] as PNG with iTXt chunks; same input, same bytes."""
    chunks = PngInfo()
    for name, value in (text or {}).items():
        chunks.add_itxt(name, value)
    encoded = io.BytesIO()
    to_pil(image).save(encoded, "PNG", pnginfo=chunks, compress_level=6)
    return encoded.getvalue()


def to_png(image: Tensor, path: Path, text: dict[str, str] | None = None) -> None:
    """Write what `encode_png` gives.

    Raises:
        WorldError: it cannot be written; then nothing of it is left.
    """
    write_bytes(path, encode_png(image, text))


def encode_jpeg(image: Tensor, max_bytes: int, long_side: int = 512) -> bytes:
    """(3, height, width) in [0, 1] as JPEG for a chat: at most so large, as good as that allows."""
    picture = to_pil(image)
    picture.thumbnail((long_side, long_side), Image.Resampling.LANCZOS)  # never grows
    for quality in (90, 80, 70, 50, 30, 10):
        encoded = io.BytesIO()
        picture.save(encoded, "JPEG", quality=quality, optimize=True, xmp=AI_XMP.encode())
        if encoded.tell() <= max_bytes:
            return encoded.getvalue()
    return encode_jpeg(image, max_bytes, long_side // 2)


def fit_image(image: Tensor, width: int, height: int, how: str) -> Tensor:
    """Bring (3, h, w) in [0, 1] to (3, height, width) by one of `ganshare.domain.limits.INIT_FITS`.

    "cover" keeps the centre, "contain" all of it, "stretch" all of it but not its proportions.
    """
    match how:
        case "cover":
            return fit_cover(image, width, height)
        case "contain":
            return fit_contain(image, width, height)
        case _:
            return _resized(image, width, height)


def fit_cover(image: Tensor, width: int, height: int) -> Tensor:
    """Centre-crop (3, h, w) to the aspect ratio and resize, antialiased, to (3, height, width)."""
    old_height, old_width = image.shape[1:]
    scale = min(old_width / width, old_height / height)
    crop_width = min(old_width, max(1, round(width * scale)))
    crop_height = min(old_height, max(1, round(height * scale)))
    left, top = (old_width - crop_width) // 2, (old_height - crop_height) // 2
    return _resized(image[:, top : top + crop_height, left : left + crop_width], width, height)


def fit_contain(image: Tensor, width: int, height: int) -> Tensor:
    """Resize (3, h, w) to fit into (3, height, width); its mirror images fill what stays free.

    A plain border would be a straight edge, which a painting would keep as a frame.
    """
    scale = min(width / image.shape[2], height / image.shape[1])
    inner_width, inner_height = (max(1, round(side * scale)) for side in image.shape[:0:-1])
    inner = _resized(image, min(width, inner_width), min(height, inner_height))
    rows, columns = (
        _mirrored(*sides) for sides in zip(inner.shape[1:], (height, width), strict=True)
    )
    return inner[:, rows][:, :, columns]


def _mirrored(length: int, target: int) -> Tensor:
    """Places of a side of `length`, centred in one of `target` and mirrored at either end."""
    places = (torch.arange(target) - (target - length) // 2) % (2 * length)
    return torch.where(places < length, places, 2 * length - 1 - places)


def _resized(image: Tensor, width: int, height: int) -> Tensor:
    if image.shape[1:] == (height, width):
        return image.contiguous()
    resized = F.interpolate(image[None], (height, width), mode="bicubic", antialias=True)[0]
    return resized.clamp(0, 1)
