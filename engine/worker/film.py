"""Makes the film of a painting, how it came about, from a dozen of its previews."""

import asyncio
import io
from collections.abc import Sequence

from PIL import Image

from engine.runtime.openmp import in_brief_thread
from ganshare.blobs import Blobs, preview_key
from ganshare.domain.ai_mark import AI_XMP
from ganshare.domain.jobs import Job
from ganshare.errors import BlobError
from ganshare.monitoring.log import get_logger

__all__ = ["encode_film", "make_film"]

FRAMES, FEWEST = 12, 3
SIDE = 320  # pixels of the longer one
FILM_BYTES = 150_000
FRAME_MS, LAST_MS = 300, 2500
SECONDS = 5.0  # for which a picture waits for its film

_log = get_logger(__name__)


async def make_film(blobs: Blobs, job: Job, last: bytes) -> bytes | None:
    """Give an animated WebP of previews of all attempts and the finished picture, a JPEG.

    None if there are too few previews, or if blobs are away: a picture does not wait for its film.
    """
    prefix = preview_key(job.id, 0, 0).rpartition("/")[0] + "/"
    try:
        async with asyncio.timeout(SECONDS):
            shown = [found.key async for found in blobs.list(prefix)]
            by_step = {_step(key): key for key in sorted(shown)}
            chosen = _evenly([by_step[step] for step in sorted(by_step)], FRAMES - 1)
            frames = [*await asyncio.gather(*map(blobs.get, chosen)), last]
            return await in_brief_thread(encode_film, frames) if len(frames) >= FEWEST else None
    except (BlobError, OSError, ValueError) as error:  # of Pillow, too; TimeoutError is an OSError
        _log.warning("a painting is published without its film", reason=str(error))
        return None


def _step(key: str) -> int:
    return int(key.rpartition("-")[2].removesuffix(".jpg"))


def _evenly(keys: Sequence[str], most: int) -> list[str]:
    """The first, the last, and others with equal steps between them."""
    if len(keys) <= most:
        return list(keys)
    return [keys[round(n * (len(keys) - 1) / (most - 1))] for n in range(most)]


def encode_film(frames: Sequence[bytes]) -> bytes:
    """Pictures as an animated WebP, at most so large, as good as that allows; the last one stays.

    Raises:
        OSError, ValueError: one is no picture.
    """
    first, *others = [_small(frame, SIDE) for frame in frames]
    others = [each.resize(first.size) for each in others]
    times, film = [FRAME_MS] * len(others) + [LAST_MS], io.BytesIO()
    for quality in (75, 60, 40, 20, 5):
        film = io.BytesIO()
        first.save(
            film, "WEBP", save_all=True, append_images=others, duration=times, loop=0,
            quality=quality, xmp=AI_XMP.encode(),
        )  # fmt: skip
        if film.tell() <= FILM_BYTES:
            break
    return film.getvalue()


def _small(data: bytes, side: int) -> Image.Image:
    with Image.open(io.BytesIO(data), formats=("JPEG",)) as image:
        picture = image.convert("RGB")
    picture.thumbnail((side, side), Image.Resampling.LANCZOS)
    return picture
