"""A collection's own metadata can be read by whoever follows the contract's address of it."""

import io
import json

import pytest
from PIL import Image

from admin.minting.collection_metadata import collection_metadata, contact_sheet, data_uri


def picture(red: int, size: tuple[int, int] = (40, 20)) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", size, (red, 0, 0)).save(file, "PNG")
    return file.getvalue()


@pytest.mark.parametrize(("count", "side"), [(1, 1), (3, 1), (4, 2), (15, 3), (20, 4)])
def test_the_sheet_has_whole_rows_of_paintings(count: int, side: int) -> None:
    made = contact_sheet([picture(10 * number + 50) for number in range(count)])
    assert made is not None
    with Image.open(io.BytesIO(made)) as sheet:
        edge = sheet.width // side
        reds = [
            sheet.getpixel((edge * column + edge // 2, edge * row + edge // 2))[0]  # type: ignore[index]
            for row in range(side)
            for column in range(side)
        ]
    assert reds == pytest.approx([10 * number + 50 for number in range(side * side)], abs=4)


def test_without_paintings_there_is_no_sheet() -> None:
    assert contact_sheet([]) is None


def test_metadata_in_an_address_is_read_whether_or_not_its_escapes_are_undone() -> None:
    values = collection_metadata("100 % “Ours”, #1", "Größe", symbol="PAINT", image_cid="bafy")
    assert values["image"] == "ipfs://bafy"
    text = data_uri(values).removeprefix("data:application/json;utf8,")
    assert text.isascii()
    assert not set("#%") & set(text)
    assert json.loads(text) == values
