"""Writes frames as an animation: .mp4 with ffmpeg, .gif and .webp with Pillow."""

import contextlib
from collections.abc import Sequence
from pathlib import Path

from torch import Tensor

from engine.imaging.atomic_write import atomic_path
from engine.imaging.codecs import to_pil
from engine.imaging.video_path import check_video_path
from ganshare.domain.ai_mark import AI_XMP
from ganshare.errors import InternalError, WorldError

__all__ = ["write_video"]

HOLD_SECONDS = 2.0  # how long the finished picture stays


def write_video(frames: Sequence[Tensor], path: Path, fps: float = 12.0) -> None:
    """Write frames, each (3, height, width) in [0, 1]; the suffix chooses the format.

    Raises:
        ParameterError: another suffix.
        SettingsError: .mp4 without the extra `video`.
        WorldError: it cannot be written; then nothing of it is left.
    """
    check_video_path(path)
    if not frames:
        raise InternalError("An animation needs at least one frame.")
    held = [*frames, *[frames[-1]] * round(HOLD_SECONDS * fps)]
    with atomic_path(path) as temporary:
        if path.suffix.lower() == ".mp4":
            _write_mp4(held, temporary, fps)
        else:
            _write_pillow(held, temporary, fps)


def _write_pillow(frames: Sequence[Tensor], path: Path, fps: float) -> None:
    first, *others = [to_pil(frame) for frame in frames]
    duration = round(1000 / fps)
    if path.suffix.lower() == ".gif":
        first.save(path, "GIF", save_all=True, append_images=others, duration=duration, loop=0)
    else:
        first.save(
            path,
            "WEBP",
            save_all=True,
            append_images=others,
            duration=duration,
            loop=0,
            quality=90,
            xmp=AI_XMP.encode(),
        )


def _write_mp4(frames: Sequence[Tensor], path: Path, fps: float) -> None:
    import imageio_ffmpeg

    # H.264 stores colour at half the resolution, so both sides must be even.
    height, width = (side // 2 * 2 for side in frames[0].shape[1:])
    writer = imageio_ffmpeg.write_frames(
        str(path),
        (width, height),
        fps=fps,
        codec="libx264",
        macro_block_size=1,
        output_params=["-crf", "18", "-preset", "medium"],
    )
    try:
        with contextlib.closing(writer):
            writer.send(None)
            for frame in frames:
                writer.send(to_pil(frame[:, :height, :width]).tobytes())
    except OSError as error:
        raise WorldError(f"ffmpeg could not write the animation: {error}.") from error
