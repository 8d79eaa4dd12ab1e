"""Figures are what their definitions say, and don't depend on how images are batched."""

import csv
import io
import math
import tarfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor

from engine.evaluation.perceptor import evaluate_perceptor, match_rows
from engine.evaluation.vqgan import centre_crop, evaluate_vqgan, frechet_distance, psnr, ssim
from engine.imaging.colours import BASIC_COLOURS, hex_to_rgb
from engine.imaging.dataset import ImageSet, read_labels, read_rows, split_held_out
from engine.perceptor.styles import STYLE_SIDE
from engine.vqgan import VQGAN, VQGANConfig
from ganshare.errors import ImageError

CONFIG = VQGANConfig.from_json(
    {
        "autoencoder": {
            "ch": 32,
            "ch_mult": [1, 1],
            "num_res_blocks": 1,
            "resolution": 16,
            "z_channels": 4,
        },
        "codebook_size": 16,
        "embed_dim": 4,
    }
)


def encode(pixels: np.ndarray) -> bytes:
    content = io.BytesIO()
    Image.fromarray(pixels).save(content, "PNG")
    return content.getvalue()


def image_set(*arrays: np.ndarray) -> ImageSet:
    names = tuple(f"set/{index:03}.png" for index in range(len(arrays)))
    return ImageSet(names, tuple(encode(array) for array in arrays), Path("set"))


def noise(height: int, width: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


def plain(colour: str, side: int = 16) -> np.ndarray:
    rgb = (hex_to_rgb(BASIC_COLOURS[colour]) * 255).round().byte().numpy()
    return np.broadcast_to(rgb, (side, side, 3)).copy()


# --- reconstruction ---------------------------------------------------------------------------


def test_psnr_is_that_of_its_definition() -> None:
    wanted = torch.zeros(2, 3, 16, 16)
    given = wanted.clone()
    given[0] += 0.1
    assert psnr(given, wanted).tolist() == pytest.approx([20.0, 120.0])


def test_ssim_equals_the_sum_written_out() -> None:
    generator = torch.Generator().manual_seed(0)
    given, wanted = torch.rand(2, 1, 1, 12, 11, generator=generator, dtype=torch.float64)
    offsets = np.arange(11) - 5
    window = np.exp(-(offsets[:, None] ** 2 + offsets[None] ** 2) / (2 * 1.5**2))
    window /= window.sum()
    values = []
    for top in range(2):
        x, y = (one[0, 0, top : top + 11].numpy() for one in (given, wanted))
        mean_x, mean_y = (window * x).sum(), (window * y).sum()
        var_x, var_y = (window * (x - mean_x) ** 2).sum(), (window * (y - mean_y) ** 2).sum()
        cov = (window * (x - mean_x) * (y - mean_y)).sum()
        values.append(
            ((2 * mean_x * mean_y + 1e-4) * (2 * cov + 9e-4))
            / ((mean_x**2 + mean_y**2 + 1e-4) * (var_x + var_y + 9e-4))
        )
    assert ssim(given, wanted).item() == pytest.approx(np.mean(values), abs=1e-9)


def test_ssim_equals_scikit_images() -> None:
    metrics = pytest.importorskip("skimage.metrics")
    given, wanted = (noise(40, 30, seed) / 255.0 for seed in (0, 1))
    theirs = metrics.structural_similarity(
        given, wanted, channel_axis=2, data_range=1.0, gaussian_weights=True, sigma=1.5,
        use_sample_covariance=False,
    )  # fmt: skip
    ours = ssim(*(torch.from_numpy(one).permute(2, 0, 1)[None] for one in (given, wanted)))
    assert ours.item() == pytest.approx(theirs, abs=1e-6)


def test_equal_images_are_alike_and_opposite_ones_are_not() -> None:
    image = torch.rand(1, 3, 16, 16, generator=torch.Generator().manual_seed(0))
    assert ssim(image, image).item() == pytest.approx(1.0)
    assert ssim(image, 1 - image).item() < 0


def test_images_are_cut_to_multiples_of_16() -> None:
    image = torch.arange(50 * 70).view(1, 50, 70).expand(3, 50, 70)
    cropped = centre_crop(image, 16)
    assert cropped.shape == (3, 48, 64)
    assert cropped[0, 0, 0] == image[0, 1, 3]
    assert centre_crop(torch.zeros(3, 600, 2000), 16).shape == (3, 512, 512)


def test_figures_do_not_depend_on_batches() -> None:
    torch.manual_seed(0)
    model = VQGAN(CONFIG).eval()
    arrays = [noise(20, 33, 1), noise(16, 16, 2), noise(8, 40, 3), noise(20, 33, 4)]
    together = evaluate_vqgan(model, image_set(*arrays))
    alone = [evaluate_vqgan(model, image_set(array)) for array in arrays]
    assert together.images == 4
    mean = sum(figures.psnr_mean for figures in alone) / 4
    assert together.psnr_mean == pytest.approx(mean, abs=1e-4)
    assert together.ssim_mean == pytest.approx(sum(f.ssim_mean for f in alone) / 4, abs=1e-4)
    assert max(f.codebook_use for f in alone) <= together.codebook_use <= 1
    assert 1 <= together.perplexity <= together.codebook_use * together.codebook_size + 1e-6


# --- perceptors -------------------------------------------------------------------------------


class ColourPerceptor:
    """Knows mean colours, and the words for them, and nothing else."""

    input_size = 8
    styles: tuple[str, ...] = ()

    def encode_text(self, texts: Sequence[str]) -> Tensor:
        rows = []
        for text in texts:
            known = [hex_to_rgb(code) for name, code in BASIC_COLOURS.items() if name in text]
            rows.append(known[0] if known else torch.full((3,), 0.5))
        return self._embed(torch.stack(rows))

    def encode_image(self, images: Tensor) -> Tensor:
        assert images.shape[1:] == (3, 8, 8)
        return self._embed(images.mean((2, 3)))

    @staticmethod
    def _embed(colours: Tensor) -> Tensor:
        embedded = torch.cat([colours - 0.5, 0.75 - (colours - 0.5).square().sum(1)[:, None]], 1)
        return torch.nn.functional.normalize(embedded, dim=1)


def test_a_perceptor_that_knows_colours_scores_where_colours_tell() -> None:
    names = ["red", "green", "blue", "yellow"] * 10
    images = image_set(*(plain(name) for name in names))
    rows = [
        {"label": name, "title": f"{name} no. {i}", "style": name} for i, name in enumerate(names)
    ]
    figures = evaluate_perceptor(ColourPerceptor(), images, rows)
    assert figures.label_top1 == 1.0
    assert figures.label_top5 == 1.0
    assert figures.classes == 4
    assert figures.colour_top1 > 0.7
    assert (figures.styles, figures.style_top1, figures.style_lift) == (4, 1.0, 4.0)
    assert figures.candidates == 40
    assert figures.recall_at_10 == 1.0


class ColourReader(ColourPerceptor):
    """Takes blue for one style and red for another, whatever the words say."""

    styles = ("geometric", "impressionist", "naive")

    def read_styles(self, images: Tensor) -> Tensor:
        assert images.shape[1:] == (3, STYLE_SIDE, STYLE_SIDE)
        blue = (images[:, 2].mean((1, 2)) > 0.5).float()
        return torch.stack([10 * blue, 10 - 10 * blue, torch.zeros_like(blue)], 1)


def test_styles_that_the_reader_knows_are_read() -> None:
    images = image_set(*(plain(name) for name in ["red", "blue"] * 10))
    labels = ["Impressionism", "Suprematism"]
    rows = [{"style": label} for label in labels * 10]
    read = evaluate_perceptor(ColourReader(), images, rows)
    assert (read.styles, read.style_lift, read.style_text_lift) == (2, 2.0, 1.0)


def test_between_a_style_that_is_read_and_one_unknown_texts_decide() -> None:
    images = image_set(*(plain(name) for name in ["red", "blue", "green"] * 10))
    rows = [{"style": label} for label in ["Impressionism", "Suprematism", "Green"] * 10]
    assert evaluate_perceptor(ColourReader(), images, rows).style_top1 == 1.0


class OneForBoth(ColourReader):
    """Has words for two labels, and one reading."""

    def encode_text(self, texts: Sequence[str]) -> Tensor:
        words = {"suprematism": "red", "neoplasticism": "blue"}
        return super().encode_text([words.get(text.split()[0], text) for text in texts])

    def read_styles(self, images: Tensor) -> Tensor:
        return torch.tensor([[9.0, 0.0, 0.0]]).expand(len(images), -1)


def test_labels_that_the_reader_takes_for_one_are_told_apart_by_texts() -> None:
    images = image_set(*(plain(name) for name in ["red", "blue"] * 10))
    rows = [{"style": label} for label in ["Suprematism", "Neoplasticism"] * 10]
    assert evaluate_perceptor(OneForBoth(), images, rows).style_top1 == 1.0


def test_columns_that_are_missing_give_no_figure() -> None:
    figures = evaluate_perceptor(ColourPerceptor(), image_set(plain("red")), [{}])
    assert figures.images == 1
    assert figures.label_top1 is None
    assert figures.style_top1 is None
    assert figures.recall_at_10 is None


def test_a_picture_of_two_styles_counts_for_none() -> None:
    images = image_set(*(plain(name) for name in ["red", "blue"] * 10))
    rows = [{"style": "red|blue"}, {"style": "blue"}] * 10
    assert evaluate_perceptor(ColourPerceptor(), images, rows).styles is None


def test_rows_are_found_by_path_or_file_name() -> None:
    images = image_set(plain("red"), plain("red"), plain("red"))
    rows = {"set/000.png": {"label": "a"}, "001.png": {"label": "b"}}
    assert match_rows(images, rows) == [{"label": "a"}, {"label": "b"}, {}]
    with pytest.raises(ImageError, match="None of the images has a row"):
        match_rows(images, {"other.png": {"label": "a"}})


# --- image sets -------------------------------------------------------------------------------


def test_a_tar_and_a_folder_give_the_same_images(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    (folder / "b").mkdir(parents=True)
    for name in ("b/2.png", "1.png", "._1.png", "notes.txt"):
        (folder / name).write_bytes(encode(noise(4, 6)))
    with tarfile.open(tmp_path / "set.tar", "w") as archive:
        archive.add(folder, arcname="")
    sets = [ImageSet.read(source) for source in (folder, tmp_path / "set.tar")]
    assert sets[0].names == sets[1].names == ("1.png", "b/2.png")
    contents = [[images.content(i) for i in range(len(images))] for images in sets]
    assert contents[0] == contents[1]
    assert sets[0].decode(0).shape == (4, 6, 3)
    assert sets[0].decode(0, min_side=16).shape == (16, 24, 3)


def test_data_that_cannot_be_used_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "text").write_text("no tar")
    with pytest.raises(ImageError, match="contains no image"):
        ImageSet.read(tmp_path / "empty")
    for name in ("text", "missing"):
        with pytest.raises(ImageError, match="neither a folder nor a tar"):
            ImageSet.read(tmp_path / name)
    with pytest.raises(ImageError, match=r"'a\.png' is not an image"):
        ImageSet(("a.png",), (b"nonsense",), tmp_path).decode(0)


def test_labels_name_their_missing_column(tmp_path: Path) -> None:
    path = tmp_path / "labels.csv"
    with path.open("w", newline="") as lines:
        csv.writer(lines).writerows([["file", "label"], ["1.jpg", "a"], ["2.jpg"]])
    assert read_labels(path, "label") == {"1.jpg": "a", "2.jpg": ""}
    assert read_rows(path)["1.jpg"]["label"] == "a"
    with pytest.raises(ImageError, match="has no column 'style'; it has file, label"):
        read_labels(path, "style")
    with pytest.raises(ImageError, match="cannot be read as CSV"):
        read_rows(tmp_path / "none.csv")


def test_groups_are_never_split() -> None:
    groups = [f"artist {math.isqrt(index)}" for index in range(400)]
    train, held_out = split_held_out(groups, 0.1)
    assert sorted(train + held_out) == list(range(400))
    assert 20 <= len(held_out) <= 60
    assert not {groups[i] for i in train} & {groups[i] for i in held_out}
    assert split_held_out(groups, 0.1) == (train, held_out)


def test_the_frechet_distance_of_gaussians_is_the_formulas() -> None:
    # along each axis apart: (difference of the means)² + (difference of the deviations)²
    points = torch.tensor([[1.0, 1.0], [-1.0, -1.0], [1.0, -1.0], [-1.0, 1.0]], dtype=torch.float64)
    first, second = points * torch.tensor([1.0, 2.0]), points * 3 + torch.tensor([5.0, 0.0])
    assert frechet_distance(first, second) == pytest.approx(25 + 2**2 + 1**2)
    assert frechet_distance(first, first) == pytest.approx(0, abs=1e-9)
    turned = torch.tensor([[0.6, -0.8], [0.8, 0.6]], dtype=torch.float64)
    assert frechet_distance(first @ turned, second @ turned) == pytest.approx(30)
