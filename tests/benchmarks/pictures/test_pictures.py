"""The fixed prompts and their contact sheet."""

from collections import Counter
from pathlib import Path

import pytest
from click.testing import CliRunner
from PIL import Image, ImageFont

from benchmarks.pictures.__main__ import (
    PROMPTS,
    attributes,
    main,
    picture_path,
    read_pictures,
    read_prompts,
    side_by_side,
)
from benchmarks.pictures.sheet import (
    CAPTION,
    CELL,
    cell_corner,
    contact_sheet,
    save_sheet,
    sheet_size,
    wrapped,
)
from ganshare.errors import AskerError
from wordlists import word_lists


def test_the_prompts_are_drawn_from_the_word_lists() -> None:
    asked = attributes()
    assert Counter(each.category for each in asked) == {"shapes": 4, "places": 6, "things": 10}
    assert {each.style for each in asked} == set(word_lists().styles)
    assert len({each.subject for each in asked}) == len({each.hex for each in asked}) == 20
    for prompt, each in zip(PROMPTS, asked, strict=True):
        connective = "with" if each.category == "shapes" else "of"
        assert prompt == f"{each.style} Painting {connective} {each.subject} in {each.colour}"


def test_the_sheet_has_five_columns_and_room_for_each_caption() -> None:
    pictures = [Image.new("RGB", (40, 30), "red")] * 20
    sheet = contact_sheet(pictures, ["a caption"] * 20)
    assert sheet.size == sheet_size(20)
    assert sheet_size(20)[0] // CELL == 5
    assert sheet_size(20)[1] // (CELL + CAPTION) == 4
    left, top = cell_corner(19)
    assert left + CELL < sheet.width
    assert top + CELL + CAPTION <= sheet.height
    assert sheet.getpixel((left, top)) == sheet.getpixel((left + CELL - 1, top + CELL - 1))


def test_every_caption_fits_into_two_lines() -> None:
    font = ImageFont.load_default(14)
    for seed, prompt in enumerate(PROMPTS):
        lines = wrapped(f"seed {seed}: {prompt}", font, CELL).split("\n")
        assert len(lines) <= 2
        assert all(font.getlength(line) <= CELL for line in lines)


def test_other_prompts_are_read_line_by_line(tmp_path: Path) -> None:
    listed = tmp_path / "prompts.txt"
    listed.write_text("Cubist Painting of a Guitar in Coral\n\nFauvist Painting of a Cow in Teal\n")
    prompts = read_prompts(listed)
    assert len(prompts) == 2
    assert picture_path(tmp_path, 1, prompts).name == "01-fauvist-painting-of-a-cow-in-teal.png"
    listed.write_text("in teal\n")
    with pytest.raises(AskerError, match="'in teal' must name a subject"):
        read_prompts(listed)
    listed.write_text("\n")
    with pytest.raises(AskerError, match="contains no prompts"):
        read_prompts(listed)


def test_the_free_prompts_have_subjects_and_no_palette() -> None:
    prompts = read_prompts(Path(__file__).parents[3] / "benchmarks" / "free-text.txt")
    assert len(prompts) == 10
    assert [each.colour for each in attributes(prompts)] == [None] * 10


def test_before_and_after_stand_side_by_side() -> None:
    before, after = ([Image.new("RGB", (30, 30), colour)] * 3 for colour in ("red", "blue"))
    sheet = side_by_side(before, after, ["a", "b", "c"])
    assert sheet.size == sheet_size(6, 4)
    pairs = [(cell_corner(2 * at, 4), cell_corner(2 * at + 1, 4)) for at in range(3)]
    for left, right in pairs:
        assert sheet.getpixel(left) == (255, 0, 0)
        assert sheet.getpixel(right) == (0, 0, 255)


def test_the_first_sheets_prompts_can_be_judged() -> None:
    assert len(read_prompts(Path(__file__).parents[3] / "benchmarks" / "first-sheet.txt")) == 20


def test_a_folder_that_lacks_a_picture_is_named(tmp_path: Path) -> None:
    with pytest.raises(AskerError, match="00-abstract"):
        read_pictures(tmp_path)


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".webp"])
def test_the_sheet_is_saved_in_the_format_of_its_name(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"sheet{suffix}"
    save_sheet(contact_sheet([Image.new("RGB", (8, 8))], ["one"]), path)
    with Image.open(path) as opened:
        assert opened.size == sheet_size(1)


def test_without_data_the_verdict_is_skipped_with_a_sentence(tmp_path: Path) -> None:
    for seed in range(len(PROMPTS)):
        Image.new("RGB", (32, 32), "teal").save(picture_path(tmp_path, seed))
    result = CliRunner().invoke(main, ["--pictures", str(tmp_path), "--judge"])
    assert result.exit_code == 0
    assert "Judging was skipped" in result.stderr
    assert (tmp_path / "contact-sheet.png").exists()
