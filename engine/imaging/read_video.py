"""Reads the frames of a film: animated pictures with Pillow, all else with ffmpeg."""

from collections.abc import Generator
from contextlib import closing
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image, ImageSequence
from torch import Tensor

from engine.imaging.codecs import MAX_PIXELS, read_image
from ganshare.errors import ImageError, quoted
from ganshare.extras import check_extra

__all__ = ["MAX_FRAMES", "count_frames", "read_init", "read_video"]

MAX_FRAMES = 2000
PICTURES = (".gif", ".webp", ".png", ".apng")
_UNREADABLE = (
    OSError, ValueError, SyntaxError, RuntimeError, StopIteration, KeyError, EOFError, IndexError,
    Image.DecompressionBombError,
)  # fmt: skip


def count_frames(path: Path) -> int:
    """How many frames a film has.

    Raises:
        ImageError: it cannot be read, or has no frame, or more than `MAX_FRAMES`.
        SettingsError: it is no animated picture, and the extra `video` is missing.
    """
    try:
        if path.suffix.lower() in PICTURES:
            with Image.open(path) as film:
                count: int = getattr(film, "n_frames", 1)
        else:
            check_extra("video")
            import imageio_ffmpeg

            count = imageio_ffmpeg.count_frames_and_secs(str(path))[0]
    except _UNREADABLE as error:
        raise _unreadable(path) from error
    if not count:
        raise _unreadable(path)
    if count > MAX_FRAMES:
        message = f"The film {quoted(str(path))} has {count} frames; at most {MAX_FRAMES} are"
        raise ImageError(f"{message} allowed.", given=count, allowed=MAX_FRAMES)
    return count


def read_video(path: Path) -> Generator[Tensor, None, None]:
    """Yield the frames of a film, each (3, height, width) in [0, 1]; raises as `count_frames`."""
    frames = _of_picture(path) if path.suffix.lower() in PICTURES else _of_film(path)
    with closing(frames):
        for frame in frames:
            yield torch.from_numpy(frame).movedim(2, 0).float() / 255


def read_init(path: Path, frame: int | None) -> Tensor:
    """The picture of a file, or the frame of this number (from 1) of a film."""
    if frame is None:
        return read_image(path)
    with closing(read_video(path)) as images:
        for number, image in enumerate(images, start=1):
            if number == frame:
                return image
    message = f"The film {quoted(str(path))} has no frame {frame}."
    raise ImageError(message, given=frame)


def _of_picture(path: Path) -> Generator[npt.NDArray[np.uint8], None, None]:
    try:
        with Image.open(path) as film:
            _check_pixels(path, film.size)
            for frame in ImageSequence.Iterator(film):
                yield np.asarray(frame.convert("RGB")).copy()
    except _UNREADABLE as error:
        raise _unreadable(path) from error


def _of_film(path: Path) -> Generator[npt.NDArray[np.uint8], None, None]:
    check_extra("video")
    import imageio_ffmpeg

    try:
        with closing(imageio_ffmpeg.read_frames(str(path))) as reader:
            width, height = next(reader)["size"]
            _check_pixels(path, (width, height))
            for frame in reader:
                yield np.frombuffer(frame, np.uint8).reshape(height, width, 3).copy()
    except _UNREADABLE as error:
        raise _unreadable(path) from error


def _check_pixels(path: Path, size: tuple[int, int]) -> None:
    if size[0] * size[1] > MAX_PIXELS:
        message = f"The frames of {quoted(str(path))} have {size[0]}x{size[1]} pixels; at most"
        raise ImageError(f"{message} {MAX_PIXELS} are allowed.", given=size, allowed=MAX_PIXELS)


def _unreadable(path: Path) -> ImageError:
    return ImageError(f"The film {quoted(str(path))} cannot be read.", given=str(path))
