"""The protocol's prompts, what is measured of pictures, and when a change is sure."""

from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image, ImageFilter

from benchmarks.quality.__main__ import main
from benchmarks.quality.figures import change, summarise
from benchmarks.quality.measures import Measures, detail, lattice, rivals
from benchmarks.quality.protocol import FREE, names, protocol, screened, works
from ganshare.prompts import draw_prompt

MEASURED = Measures(
    own=True,
    own_grey=False,
    named=True,
    named_grey=False,
    margin=3.0,
    colour_error=0.1,
    style=None,
    detail=0.2,
    lattice=1.5,
    seed_distance=0.4,
)


def test_fifteen_of_each_category_are_drawn_and_the_rest_is_free_text() -> None:
    groups = Counter(each.group for each in protocol())
    assert groups == {"shapes": 15, "places": 15, "things": 15, FREE: 35}
    assert len({each.subject for each in protocol()}) == 80
    assert protocol()[15].text == draw_prompt(0, "places").text
    assert Counter(each.group for each in screened()) == {
        "shapes": 4, "places": 4, "things": 4, FREE: 8,
    }  # fmt: skip
    assert len(set(names())) == 163


def test_a_subject_is_ranked_among_others_and_never_against_itself() -> None:
    for each in protocol():
        among, named = rivals(each)
        assert len(set(among)) == (34 if each.group == FREE else 19)
        assert each.number not in among
        kinds = {protocol()[number].group for number in among}
        assert kinds == ({FREE} if each.group == FREE else {"shapes", "places", "things"})
        assert len(named) in (162, 163)
    orange = next(each for each in protocol() if each.subject == "an Orange")
    assert 80 + names().index("orange") not in rivals(orange)[1]


def test_detail_is_what_a_blur_takes_away(tmp_path: Path) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (200, 200), np.uint8)
    sharp = Image.fromarray(noise).convert("RGB")
    assert detail(sharp.filter(ImageFilter.GaussianBlur(4))) < 0.05 * detail(sharp)
    assert detail(sharp.resize((400, 400))) == pytest.approx(detail(sharp), rel=0.5)


def test_a_lattice_shows_as_a_peak() -> None:
    rng = np.random.default_rng(0)
    plain = rng.normal(128, 20, (256, 256))
    woven = plain + 10 * (np.arange(256) % 4 == 0)
    flat, high = (
        lattice(Image.fromarray(pixels.clip(0, 255).astype(np.uint8))) for pixels in (plain, woven)
    )
    assert high > 12 > flat


def test_a_figure_has_its_spread_over_prompts_and_over_seeds() -> None:
    first = [replace(MEASURED, margin=margin) for margin in (1.0, 2.0, 3.0)]
    second = [replace(MEASURED, margin=margin) for margin in (3.0, 4.0, 5.0)]
    figure = summarise([first, second], "margin")
    assert figure is not None
    assert figure.mean == 3.0
    assert figure.seeds == (2.0, 4.0)
    assert figure.error == pytest.approx(1 / 3**0.5)
    assert summarise([first], "style") is None


def test_a_change_counts_above_two_standard_errors_in_its_own_direction() -> None:
    before = [[replace(MEASURED, margin=float(n), lattice=9.0 + n) for n in range(8)]]
    after = [
        [
            replace(each, margin=each.margin + 1 + n % 2, lattice=each.lattice - 2 + n % 2)
            for n, each in enumerate(before[0])
        ]
    ]
    margin, peak = (change(before, after, name) for name in ("margin", "lattice"))
    assert margin is not None
    assert margin.better("margin")
    assert peak is not None
    assert peak.better("lattice")
    back = change(after, before, "margin")
    assert back is not None
    assert back.sure
    assert not back.better("margin")
    same = change(before, before, "margin")
    assert same is not None
    assert not same.sure


def test_what_is_painted_is_not_painted_again(tmp_path: Path) -> None:
    planned = works(tmp_path, screened(), 1)
    for work in planned:
        Image.new("RGB", (32, 32), "#803020").save(work.path)
    done = CliRunner().invoke(main, [str(tmp_path), "--screen", "--seeds", "1"])
    assert done.exit_code == 0, done.output
    assert "Judging needs --data" in done.output
    assert (tmp_path / "contact-sheet.jpg").stat().st_size > 1000
