"""The judges' pure parts: palette, ranking, and the split of the style judge's paintings."""

from pathlib import Path

import pytest
import torch
from PIL import Image

from benchmarks.pictures.judge import (
    cannot_judge,
    palette_distance,
    ranks_first,
    z_scores,
)
from engine.training.second_eye.text_mapping import find_tar
from engine.training.style_reader import (
    StyleClassifier,
    balanced_accuracy,
    rarest_styles,
    split_by_artist,
)


def test_the_palette_is_nearest_to_the_colour_that_fills_half_the_picture() -> None:
    picture = Image.new("RGB", (64, 64), "#2453c8")
    picture.paste("#000000", (0, 0, 64, 32))
    blue, red, black = palette_distance(picture, ["#2453c8", "#d01c1f", "#000000"]).tolist()
    assert blue == pytest.approx(0.0, abs=1e-3)
    assert black == pytest.approx(0.0, abs=1e-3)
    assert red > 0.2


def test_z_scores_put_measures_on_one_scale() -> None:
    likeness = torch.tensor([[3.0, 1.0], [0.0, 5.0]])
    scores = z_scores(likeness)
    assert scores.mean().item() == pytest.approx(0.0, abs=1e-6)
    assert scores.std().item() == pytest.approx(1.0)
    assert torch.allclose(scores, z_scores(100 * likeness - 7))


def test_equal_likeness_gives_no_nan() -> None:
    assert torch.equal(z_scores(torch.ones(3, 3)), torch.zeros(3, 3))


def test_a_picture_is_right_where_its_own_prompt_ranks_first() -> None:
    likeness = torch.tensor([[0.9, 0.1, 0.2], [0.5, 0.4, 0.1], [0.0, 0.1, 0.2]])
    assert ranks_first(likeness).tolist() == [True, False, True]


def test_a_measure_can_settle_what_the_other_leaves_open() -> None:
    subject = torch.tensor([[1.0, 1.1], [0.0, 1.0]])
    palette = -torch.tensor([[0.1, 0.9], [0.9, 0.1]])
    assert ranks_first(z_scores(subject) + z_scores(palette)).all()


def test_without_data_there_is_a_reason() -> None:
    assert "Judging was skipped" in (cannot_judge(None) or "")


def test_paintings_without_styles_are_passed_over(tmp_path: Path) -> None:
    folder = tmp_path / "paintings"
    folder.mkdir()
    for name, columns in (("a", "file,artist"), ("b", "file,style"), ("c", "file,style")):
        (folder / f"{name}.tar").touch()
        (folder / f"{name}.csv").write_text(f"{columns}\n1.jpg,x\n")
    assert find_tar(tmp_path, "paintings") == folder / "b.tar"
    (tmp_path / "objects").mkdir()
    assert find_tar(tmp_path, "objects") is None


def test_a_painting_of_several_styles_counts_for_the_rarest() -> None:
    styles = [["abstract", "expressionist"], ["expressionist"], [], ["expressionist"]]
    assert rarest_styles(styles) == ["abstract", "expressionist", None, "expressionist"]


def test_no_artist_is_on_both_sides() -> None:
    styles = ["cubist"] * 8 + ["fauvist"] * 20
    artists = list("aabbccdd") + [f"f{index % 5}" for index in range(20)]
    train, held = split_by_artist(styles, artists, 0.25)
    assert sorted(train + held) == list(range(28))
    assert not {artists[index] for index in train} & {artists[index] for index in held}
    for side in (train, held):
        assert {styles[index] for index in side} == {"cubist", "fauvist"}


def test_a_style_of_one_artist_is_all_for_training() -> None:
    train, held = split_by_artist(["geometric"] * 4, ["one"] * 4, 0.25)
    assert (train, held) == ([0, 1, 2, 3], [])


def test_the_classifier_learns_what_can_be_told_apart() -> None:
    generator = torch.Generator().manual_seed(0)
    labels = torch.arange(60) % 3
    features = torch.randn(60, 8, generator=generator) + 6 * torch.eye(8)[labels]
    classifier = StyleClassifier.fit(features, labels, 3)
    assert balanced_accuracy(classifier.guess(features), labels) == {0: 1.0, 1: 1.0, 2: 1.0}
