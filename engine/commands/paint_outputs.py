"""The files that `paint` writes: their names, and whether they can be written."""

import re
import unicodedata
from pathlib import Path

from engine.commands.method_options import Options, check_film
from engine.imaging.atomic_write import check_writable
from engine.imaging.video_path import check_video_path
from ganshare.domain.limits import MAX_STEPS, check_range
from ganshare.errors import ParameterError, quoted

__all__ = ["check_outputs", "slug"]


def slug(text: str) -> str:
    """A prompt as a file name: "A Castle | fog:0.5" -> "a-castle-fog-0-5"."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain)[:60].strip("-") or "painting"


def check_outputs(out: Path, options: Options) -> None:
    """Raise AskerError unless all can be written."""
    check_film(options)
    if options.save_every is not None:
        check_range("save_every", options.save_every, 1, MAX_STEPS)
    if out.suffix.lower() != ".png":
        message = f"The picture {quoted(out.name)} must end in .png."
        raise ParameterError(message, given=out.suffix, allowed=(".png",))
    check_writable(out)
    if options.video is not None:
        check_video_path(options.video)
        check_writable(options.video)
    if options.frames_dir is not None:
        check_writable(options.frames_dir / "frame.png")
