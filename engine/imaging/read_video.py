"""Reads the frames of a film: animated pictures with Pillow, all else with ffmpeg."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageSequence
from torch import Tensor

from engine.imaging.codecs import MAX_PIXELS, read_image
from ganshare.errors import ImageError, quoted
from ganshare.extras import check_extra

__all__ = ["MAX_FRAMES", "read_init", "read_video"]

MAX_FRAMES = 2000
PICTURES = (".gif", ".webp", ".png", ".apng")


def read_video(path: Path) -> Iterator[Tensor]:
    """Yield the frames of a film, each (3, height, width) in [0, 1].

    Raises:
        ImageError: it cannot be read, or has no frame, or more than `MAX_FRAMES`.
        SettingsError: it is no animated picture, and the extra `video` is missing.
    """
    frames = _of_picture(path) if path.suffix.lower() in PICTURES else _of_film(path)
    number = 0
    for number, frame in enumerate(frames, start=1):
        if number > MAX_FRAMES:
            message = f"The film {quoted(str(path))} has more than {MAX_FRAMES} frames."
            raise ImageError(message, given=str(path), allowed=MAX_FRAMES)
        yield torch.from_numpy(frame).movedim(2, 0).float() / 255
    if not number:
        raise _unreadable(path)


def read_init(path: Path, frame: int | None) -> Tensor:
    """The picture of a file, or the frame of this number (from 1) of a film."""
    if frame is None:
        return read_image(path)
    for number, image in enumerate(read_video(path), start=1):
        if number == frame:
            return image
    message = f"The film {quoted(str(path))} has no frame {frame}."
    raise ImageError(message, given=frame)


def _of_picture(path: Path) -> Iterator[np.ndarray]:
    try:
        with Image.open(path) as film:
            _check_pixels(path, film.size)
            for frame in ImageSequence.Iterator(film):
                yield np.asarray(frame.convert("RGB")).copy()
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise _unreadable(path) from error


def _of_film(path: Path) -> Iterator[np.ndarray]:
    check_extra("video")
    import imageio_ffmpeg

    try:
        reader = imageio_ffmpeg.read_frames(str(path))
        width, height = next(reader)["size"]
        _check_pixels(path, (width, height))
        for frame in reader:
            yield np.frombuffer(frame, np.uint8).reshape(height, width, 3).copy()
    except (OSError, ValueError, RuntimeError, StopIteration, KeyError) as error:
        raise _unreadable(path) from error


def _check_pixels(path: Path, size: tuple[int, int]) -> None:
    if size[0] * size[1] > MAX_PIXELS:
        message = f"The frames of {quoted(str(path))} have {size[0]}x{size[1]} pixels; at most"
        raise ImageError(f"{message} {MAX_PIXELS} are allowed.", given=size, allowed=MAX_PIXELS)


def _unreadable(path: Path) -> ImageError:
    return ImageError(f"The film {quoted(str(path))} cannot be read.", given=str(path))
