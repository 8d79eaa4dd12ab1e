"""Images in and out: every mode becomes RGB in [0, 1], damage is one sentence, files are whole."""

import errno
import io
import os
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from engine.imaging.codecs import (
    decode_image,
    encode_jpeg,
    encode_png,
    fit_cover,
    fit_image,
    read_image,
    to_png,
)
from engine.imaging.video import write_video
from ganshare.errors import ImageError, InternalError, ParameterError, WorldError


def gradient(height: int = 24, width: int = 32) -> torch.Tensor:
    rows, columns = torch.meshgrid(
        torch.linspace(0, 1, height), torch.linspace(0, 1, width), indexing="ij"
    )
    return torch.stack([rows, columns, 1 - rows])


def save(image: Image.Image, path: Path, **options: object) -> Path:
    image.save(path, **options)
    return path


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "YCbCr", "I;16", "F"])
def test_every_mode_is_read_as_rgb(mode: str, tmp_path: Path) -> None:
    grey = np.full((4, 6), 128, np.uint8)
    if mode == "I;16":
        image = Image.fromarray(grey.astype(np.uint16) * 257)
    elif mode == "F":
        image = Image.fromarray(grey.astype(np.float32) / 255)
    else:
        image = Image.fromarray(grey).convert("RGB")
        image = image.quantize() if mode == "P" else image.convert(mode)
    suffix = {"CMYK": "jpg", "YCbCr": "jpg", "F": "tiff"}.get(mode, "png")
    read = read_image(save(image, tmp_path / f"image.{suffix}"))
    assert read.shape == (3, 4, 6)
    assert read.dtype == torch.float32
    if mode != "1":
        assert (read - 128 / 255).abs().max() < 0.03


def test_transparency_becomes_white(tmp_path: Path) -> None:
    image = Image.new("RGBA", (4, 4), (255, 0, 0, 0))
    assert (read_image(save(image, tmp_path / "clear.png")) == 1).all()


def test_exif_orientation_is_applied(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was held on its side
    path = save(Image.new("RGB", (6, 4)), tmp_path / "turned.jpg", exif=exif)
    assert read_image(path).shape == (3, 6, 4)


def test_an_animation_gives_its_first_frame(tmp_path: Path) -> None:
    frames = [Image.new("RGB", (4, 4), colour) for colour in ("red", "blue")]
    path = save(frames[0], tmp_path / "two.gif", save_all=True, append_images=frames[1:])
    assert read_image(path)[0].min() > 0.9


def png_header(width: int, height: int) -> bytes:
    header = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + header + struct.pack(
        ">I", zlib.crc32(header)
    )  # fmt: skip


@pytest.mark.parametrize("size", [(8001, 8000), (11_000, 11_000), (60_000, 60_000)])
def test_a_decompression_bomb_is_found_in_the_header(size: tuple[int, int], tmp_path: Path) -> None:
    path = tmp_path / "bomb.png"
    data = zlib.compress(bytes(1000))
    chunk = struct.pack(">I", len(data)) + b"IDAT" + data + struct.pack(">I", zlib.crc32(data))
    path.write_bytes(png_header(*size) + chunk)
    with pytest.raises(ImageError, match="at most 64 megapixels are allowed"):
        read_image(path)


def test_missing_and_wrong_files_are_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "text.png").write_text("no image")
    (tmp_path / "empty.png").write_bytes(b"")
    whole = tmp_path / "whole.jpg"
    noise = torch.rand(3, 64, 64).mul(255).byte().permute(1, 2, 0).numpy()
    Image.fromarray(noise).save(whole)
    (tmp_path / "cut.jpg").write_bytes(whole.read_bytes()[:-900])
    for name, match in {
        "none.png": "There is no image",
        "text.png": "is not an image",
        "empty.png": "is not an image",
        "cut.jpg": "damaged or incomplete",
        ".": "cannot be read: Is a directory",
    }.items():
        with pytest.raises(ImageError, match=match) as caught:
            read_image(tmp_path / name)
        assert "\n" not in str(caught.value)


def test_a_picture_survives_the_way_to_png_and_back(tmp_path: Path) -> None:
    image = gradient()
    to_png(image, tmp_path / "new" / "one.png", {"ganshare": "Ünïcode"})
    to_png(image, tmp_path / "two.png", {"ganshare": "Ünïcode"})
    written = (tmp_path / "new" / "one.png").read_bytes()
    assert written == (tmp_path / "two.png").read_bytes()
    assert (read_image(tmp_path / "two.png") - image).abs().max() <= 0.5 / 255 + 1e-6
    with Image.open(tmp_path / "two.png") as png:
        assert png.info["ganshare"] == "Ünïcode"


def test_nan_is_never_written(tmp_path: Path) -> None:
    with pytest.raises(InternalError):
        to_png(torch.full((3, 4, 4), torch.nan), tmp_path / "nan.png")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("failure", [OSError(errno.ENOSPC, "No space left"), KeyboardInterrupt()])
def test_a_failed_write_leaves_the_old_file_and_nothing_else(
    failure: BaseException, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "painting.png"
    path.write_bytes(b"old")

    def fsync(_: int) -> None:
        raise failure

    monkeypatch.setattr(os, "fsync", fsync)
    with pytest.raises((WorldError, KeyboardInterrupt)):
        to_png(gradient(), path)
    assert path.read_bytes() == b"old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["painting.png"]


@pytest.mark.parametrize(("width", "height"), [(32, 24), (16, 16), (64, 16), (100, 200)])
def test_fit_cover_gives_the_size_and_stays_in_range(width: int, height: int) -> None:
    fitted = fit_cover(gradient(), width, height)
    assert fitted.shape == (3, height, width)
    assert fitted.min() >= 0
    assert fitted.max() <= 1


def test_fit_cover_keeps_the_centre() -> None:
    image = torch.zeros(3, 10, 30)
    image[:, :, 10:20] = 1
    assert fit_cover(image, 5, 5).min() > 0.99


def disc(height: int, width: int, radius: float) -> torch.Tensor:
    """White, in the middle of black."""
    y, x = torch.arange(height)[:, None] - (height - 1) / 2, torch.arange(width) - (width - 1) / 2
    return (x**2 + y**2 < radius**2).float().expand(3, height, width)


def extent(image: torch.Tensor) -> tuple[int, int]:
    """(height, width) of what is bright."""
    bright = image[0] > 0.5
    return int(bright.any(1).sum()), int(bright.any(0).sum())


@pytest.mark.parametrize("sides", [(60, 120), (120, 60), (61, 90), (90, 90)])
@pytest.mark.parametrize("canvas", [(64, 64), (64, 96), (96, 48)])
@pytest.mark.parametrize("how", ["cover", "contain"])
def test_a_disc_stays_a_disc(how: str, sides: tuple[int, int], canvas: tuple[int, int]) -> None:
    fitted = fit_image(disc(*sides, radius=7), canvas[1], canvas[0], how)
    assert fitted.shape == (3, *canvas)
    assert 0 <= fitted.min() <= fitted.max() <= 1
    middle = canvas[0] // 2, canvas[1] // 2  # around it, "contain" has mirror images
    high, wide = extent(fitted[:, middle[0] - 12 : middle[0] + 12, middle[1] - 12 : middle[1] + 12])
    assert abs(high - wide) <= 2
    assert 4 < high < 23


def test_a_stretched_disc_is_none() -> None:
    high, wide = extent(fit_image(disc(60, 120, radius=20), 64, 64, "stretch"))
    assert high > 1.8 * wide


def test_contain_shows_all_and_mirrors_it_around() -> None:
    image = gradient(20, 60)
    image[:, :, :3] = image[:, :, -3:] = 1.0  # at the far ends, which a crop would lose
    fitted = fit_image(image, 60, 60, "contain")
    assert torch.equal(fitted[:, 20:40], image)
    assert torch.equal(fitted[:, :20], image.flip(1))
    assert torch.equal(fitted[:, 40:], image.flip(1))


@pytest.mark.parametrize("how", ["cover", "contain", "stretch"])
@pytest.mark.parametrize("sides", [(1, 1), (1, 500), (500, 1), (3, 2)])
def test_odd_images_fill_a_canvas_too(sides: tuple[int, int], how: str) -> None:
    fitted = fit_image(torch.full((3, *sides), 0.25), 48, 32, how)
    torch.testing.assert_close(fitted, torch.full((3, 32, 48), 0.25))


@pytest.mark.parametrize("suffix", [".gif", ".webp", ".mp4"])
def test_animations_are_written(suffix: str, tmp_path: Path) -> None:
    if suffix == ".mp4":
        pytest.importorskip("imageio_ffmpeg")
    path = tmp_path / f"frames{suffix}"
    write_video([gradient(32, 48), gradient(32, 48).flip(1)], path, fps=4)
    assert [entry.name for entry in tmp_path.iterdir()] == [path.name]
    if suffix == ".mp4":
        assert b"ftyp" in path.read_bytes()[:12]
    else:
        with Image.open(path) as animation:
            assert animation.size == (48, 32)
            assert animation.n_frames >= 2


def test_another_suffix_names_the_three(tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match=r"must end in .mp4, .gif or .webp"):
        write_video([gradient()], tmp_path / "frames.avi")


# --- bytes, for blobs and chats ---------------------------------------------------------------


def test_a_png_in_bytes_is_the_png_in_a_file(tmp_path: Path) -> None:
    to_png(gradient(), tmp_path / "a.png", {"key": "värde"})
    data = encode_png(gradient(), {"key": "värde"})
    assert data == (tmp_path / "a.png").read_bytes()
    assert torch.equal(decode_image(data, "a.png"), read_image(tmp_path / "a.png"))


@pytest.mark.parametrize("sides", [(64, 80), (1024, 1024), (256, 1024)])
def test_a_preview_of_any_picture_is_small_enough_for_a_chat(sides: tuple[int, int]) -> None:
    noise = torch.rand(3, *sides, generator=torch.Generator().manual_seed(1))  # compresses worst
    data = encode_jpeg(noise, 80_000)
    preview = decode_image(data, "preview")
    assert len(data) <= 80_000
    assert b"trainedAlgorithmicMedia" in Image.open(io.BytesIO(data)).info["xmp"]
    assert max(preview.shape[1:]) == min(512, max(sides))
    assert preview.shape[1] * sides[1] == preview.shape[2] * sides[0]


def test_a_preview_that_may_be_large_is_good() -> None:
    preview = decode_image(encode_jpeg(gradient(256, 256), 80_000), "preview")
    assert (preview - gradient(256, 256)).abs().max() < 0.03
