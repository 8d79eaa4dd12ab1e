"""A collection's own metadata: name, description, and a picture made from its paintings.

https://docs.opensea.io/docs/contract-level-metadata and ERC-7572.
"""

import io
import json
from collections.abc import Mapping, Sequence

from PIL import Image, ImageOps

from ganshare.domain.ai_mark import AI_XMP

__all__ = ["collection_metadata", "contact_sheet", "data_uri"]

_MOST_SIDE = 4  # paintings in a row, and rows
_EDGE = 1_400  # pixels
_GAP = 12
_PAPER = (250, 249, 246)


def contact_sheet(pictures: Sequence[bytes]) -> bytes | None:
    """Hang the first 16, 9, 4 or 1 of some paintings side by side; None if there is none.

    Returns:
        A square JPEG, the same for the same pictures.
    """
    side = min(int(len(pictures) ** 0.5), _MOST_SIDE)
    if not side:
        return None
    edge = (_EDGE - _GAP * (side + 1)) // side
    sheet = Image.new("RGB", (_EDGE, _EDGE), _PAPER)
    for number, picture in enumerate(pictures[: side * side]):
        row, column = divmod(number, side)
        with Image.open(io.BytesIO(picture)) as opened:
            painting = ImageOps.fit(opened.convert("RGB"), (edge, edge), Image.Resampling.LANCZOS)
        sheet.paste(painting, (_GAP + column * (edge + _GAP), _GAP + row * (edge + _GAP)))
    file = io.BytesIO()
    sheet.save(file, "JPEG", quality=90, xmp=AI_XMP.encode())
    return file.getvalue()


def collection_metadata(
    name: str,
    description: str,
    *,
    symbol: str | None = None,
    image_cid: str | None = None,
    site: str | None = None,
) -> dict[str, str]:
    """Build what a contract's `contractURI` leads to.

    Args:
        site: the community's web page.
    """
    image = f"ipfs://{image_cid}" if image_cid else None
    values = {
        "name": name,
        "symbol": symbol,
        "description": description,
        "image": image,
        "banner_image": image,
        "external_link": site,
    }
    return {key: value for key, value in values.items() if value}


def data_uri(values: Mapping[str, str]) -> str:
    """Write metadata into an address itself, so that nothing needs to be kept anywhere."""
    text = json.dumps(values, sort_keys=True, separators=(",", ":"))
    # Both mean something in an address, and some readers undo its escapes while others don't.
    for sign in "#%":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return f"data:application/json;utf8,{text}"
