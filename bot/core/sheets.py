"""Several paintings on one sheet, the best one large: what announcements show."""

import asyncio
import io
import math
from collections.abc import Sequence

from PIL import Image, ImageOps

from bot.core.values import File
from ganshare.blobs import Blobs
from ganshare.errors import BlobError
from ganshare.jobs import Artwork

__all__ = ["sheet_of", "winners_sheet"]

MOST = 9  # paintings on a sheet
SIDE, GAP = 1280, 12
_PAPER = (20, 18, 16)


async def winners_sheet(blobs: Blobs, artworks: Sequence[Artwork]) -> File | None:
    """Lay out paintings, best first; None if no picture of any can be fetched."""
    found = []
    for number, artwork in enumerate(artworks[:MOST]):
        try:
            found.append(await blobs.get(artwork.blob if number == 0 else artwork.preview))
        except BlobError:
            continue
    if not found:
        return None
    data = await asyncio.to_thread(sheet_of, found)
    prompts = "; ".join(artwork.prompt for artwork in artworks[:MOST])
    return File(data, "winners.jpg", "image/jpeg", prompts[:500])


def sheet_of(pictures: Sequence[bytes]) -> bytes:
    """Draw the sheet: the first one over two thirds, the others beside it and below."""
    boxes = _boxes(len(pictures))
    height = max(top + side for _, top, side in boxes) + GAP
    sheet = Image.new("RGB", (SIDE if len(pictures) > 1 else boxes[0][2] + 2 * GAP, height), _PAPER)
    for data, (left, top, side) in zip(pictures, boxes, strict=True):
        with Image.open(io.BytesIO(data)) as image:
            small = ImageOps.fit(image.convert("RGB"), (side, side), Image.Resampling.LANCZOS)
        sheet.paste(small, (left, top))
    written = io.BytesIO()
    sheet.save(written, "JPEG", quality=90, optimize=True)
    return written.getvalue()


def _boxes(count: int) -> list[tuple[int, int, int]]:
    """Left, top and side of each painting."""
    if count == 1:
        return [(GAP, GAP, SIDE * 4 // 5)]
    if count == 2:
        side = (SIDE - 3 * GAP) // 2
        return [(GAP, GAP, side), (2 * GAP + side, GAP, side)]
    small = (SIDE - 4 * GAP) // 3
    large = 2 * small + GAP
    boxes = [(GAP, GAP, large)]
    boxes += [(2 * GAP + large, GAP + row * (small + GAP), small) for row in range(2)]
    below = count - len(boxes)
    if below <= 0:
        return boxes[:count]
    # What stands below fills the width, whatever their number is.
    columns = below if below <= 4 else math.ceil(below / 2)
    side = (SIDE - (columns + 1) * GAP) // columns
    top = large + 2 * GAP
    for number in range(below):
        row, column = divmod(number, columns)
        boxes.append((GAP + column * (side + GAP), top + row * (side + GAP), side))
    return boxes
