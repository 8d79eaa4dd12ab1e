"""Contact sheets: pictures in rows, each above its caption."""

import io
from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont, ImageOps

from engine.imaging.atomic_write import write_bytes

__all__ = ["contact_sheet", "save_sheet", "sheet_size"]

COLUMNS = 5
CELL = 320  # pixels, the picture's side
GAP = 12
CAPTION = 40  # two lines
FONT_SIZE = 14
INK, GROUND = "#202020", "#ffffff"


def sheet_size(count: int, columns: int = COLUMNS) -> tuple[int, int]:
    """(width, height) of the contact sheet of so many pictures."""
    rows = -(-count // columns)
    return columns * (CELL + GAP) + GAP, rows * (CELL + CAPTION + GAP) + GAP


def cell_corner(index: int, columns: int = COLUMNS) -> tuple[int, int]:
    """(left, top) of a picture on the sheet."""
    row, column = divmod(index, columns)
    return GAP + column * (CELL + GAP), GAP + row * (CELL + CAPTION + GAP)


def wrapped(text: str, font: ImageFont.FreeTypeFont | ImageFont.ImageFont, width: int) -> str:
    """The text broken between words into lines of at most `width` pixels."""
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if font.getlength(longer) <= width or not lines[-1]:
            lines[-1] = longer
        else:
            lines.append(word)
    return "\n".join(lines)


def contact_sheet(
    pictures: Sequence[Image.Image], captions: Sequence[str], columns: int = COLUMNS
) -> Image.Image:
    """Every picture with its caption below, `columns` in a row."""
    sheet = Image.new("RGB", sheet_size(len(pictures), columns), GROUND)
    pen, font = ImageDraw.Draw(sheet), ImageFont.load_default(FONT_SIZE)
    for index, (picture, caption) in enumerate(zip(pictures, captions, strict=True)):
        left, top = cell_corner(index, columns)
        sheet.paste(ImageOps.fit(picture, (CELL, CELL), Image.Resampling.LANCZOS), (left, top))
        pen.multiline_text((left, top + CELL + 4), wrapped(caption, font, CELL), INK, font)
    return sheet


def save_sheet(sheet: Image.Image, path: Path) -> None:
    """Write the sheet in the format of the suffix, whole or not at all."""
    content = io.BytesIO()
    sheet.save(content, Image.registered_extensions()[path.suffix.lower()], quality=88)
    write_bytes(path, content.getvalue())
