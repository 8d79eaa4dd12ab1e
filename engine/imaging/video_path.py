"""Checks an animation's path without torch, before anything heavy is loaded."""

from pathlib import Path

from ganshare.errors import ParameterError, quoted
from ganshare.extras import check_extra

__all__ = ["VIDEO_SUFFIXES", "check_video_path"]

VIDEO_SUFFIXES = (".mp4", ".gif", ".webp")


def check_video_path(path: Path) -> None:
    """Check the suffix before anything is painted.

    Raises:
        ParameterError: no format that we write.
        SettingsError: .mp4 without the extra `video`.
    """
    if path.suffix.lower() not in VIDEO_SUFFIXES:
        raise ParameterError(
            f"The animation {quoted(path.name)} must end in .mp4, .gif or .webp.",
            given=path.suffix,
            allowed=VIDEO_SUFFIXES,
        )
    if path.suffix.lower() == ".mp4":
        check_extra("video")
