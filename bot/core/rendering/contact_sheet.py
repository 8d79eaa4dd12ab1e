"""Several paintings on one sheet, the best one large: what announcements show."""

import asyncio
import io
import math
from collections.abc import Sequence

from PIL import Image, ImageOps

from bot.core.messages import File
from ganshare.blobs import Blobs
from ganshare.domain.ai_mark import AI_XMP
from ganshare.domain.jobs import Artwork
from ganshare.errors import BlobError

__all__ = ["sheet_of", "winners_sheet"]

MOST = 9  # paintings on a sheet
MOST_IN_A_COLUMN = 4
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
    """Draw the sheet: the first one large, the others beside it."""
    boxes = _boxes(len(pictures))
    height = max(top + side for _, top, side in boxes) + GAP
    sheet = Image.new("RGB", (SIDE if len(pictures) > 1 else boxes[0][2] + 2 * GAP, height), _PAPER)
    for data, (left, top, side) in zip(pictures, boxes, strict=True):
        with Image.open(io.BytesIO(data)) as image:
            small = ImageOps.fit(image.convert("RGB"), (side, side), Image.Resampling.LANCZOS)
        sheet.paste(small, (left, top))
    written = io.BytesIO()
    sheet.save(written, "JPEG", quality=90, optimize=True, xmp=AI_XMP.encode())
    return written.getvalue()


def _boxes(count: int) -> list[tuple[int, int, int]]:
    """Left, top and side of each painting."""
    if count == 1:
        return [(GAP, GAP, SIDE * 4 // 5)]
    columns = 1 if count <= MOST_IN_A_COLUMN + 1 else 2
    rows = math.ceil((count - 1) / columns)
    side = (SIDE - (columns + 2) * GAP - (rows - 1) * GAP) // (rows + columns)
    large = rows * side + (rows - 1) * GAP
    boxes = [(GAP, GAP, large)]
    for number in range(count - 1):
        column, row = divmod(number, rows)
        boxes.append((2 * GAP + large + column * (side + GAP), GAP + row * (side + GAP), side))
    return boxes
