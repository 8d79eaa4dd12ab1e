"""The sheet of winners: the best one large, all of them inside, none over another."""

import io
from collections.abc import Callable

import pytest
from PIL import Image

from bot.core.rendering.contact_sheet import MOST, sheet_of

COLOURS = ("red", "lime", "blue", "yellow", "cyan", "magenta", "white", "orange", "grey")


@pytest.mark.parametrize("count", range(1, MOST + 1))
def test_every_painting_is_there_and_the_first_is_the_largest(
    png: Callable[..., bytes], count: int
) -> None:
    pictures = [png(colour, (40, 40)) for colour in COLOURS[:count]]
    with Image.open(io.BytesIO(sheet_of(pictures))) as sheet:
        assert 0.5 < sheet.width / sheet.height < 2.1
        small = sheet.convert("RGB").quantize(32, kmeans=2).convert("RGB")
        found = small.getcolors(1 << 20)
    assert found is not None

    def area(colour: str) -> int:
        wanted = Image.new("RGB", (1, 1), colour).getpixel((0, 0))
        assert isinstance(wanted, tuple)
        near = [n for n, each in found if _distance(each, wanted) < 60]
        return sum(near)

    areas = [area(colour) for colour in COLOURS[:count]]
    assert min(areas) > 10_000
    if count > 2:
        assert areas[0] > 2 * max(areas[1:])


def _distance(one: object, other: tuple[int, ...]) -> int:
    assert isinstance(one, tuple)
    return sum(abs(a - b) for a, b in zip(one, other, strict=True))
