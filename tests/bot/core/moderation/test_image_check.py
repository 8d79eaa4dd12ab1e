"""Uploaded pictures are judged before the queue if the owner chose a check for that."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageStat

from bot.core.moderation.image_check import upload_check
from bot.core.moderation.prompt_filter import Moderation
from ganshare.errors import SettingsError
from ganshare.safety import GROUP, Verdict


class NoDarkness:
    """A small check of its own: dark pictures are refused."""

    def __call__(self, picture: bytes) -> Verdict:
        brightness = ImageStat.Stat(Image.open(io.BytesIO(picture)).convert("L")).mean[0]
        reason = "it is too dark" if brightness < 40 else None
        return Verdict(1 - brightness / 255, "darkness", reason)


def broken(picture: bytes) -> Verdict:
    raise MemoryError(f"{len(picture)} bytes")


async def test_a_picture_that_fails_is_refused_noted_and_not_queued(
    hall: Any, png: Callable[..., bytes]
) -> None:
    hall.open(Moderation(safety=NoDarkness()))
    (reply,) = await hall.ask("paint", prompt="a castle", picture=png("black"))
    assert reply.job is None
    assert reply.is_private
    assert reply.text.startswith("The picture is not accepted: it is too dark;")
    (note,) = await hall.store.community.read_log()
    assert (note.kind, note.person, note.place) == ("picture", "discord:1", "discord:100")
    assert (note.reason, "darkness" in note.text) == ("it is too dark", True)
    assert await hall.store.queue.active("discord:1") == []
    assert [blob async for blob in hall.blobs.list("inputs")] == []


async def test_a_picture_that_passes_is_queued(hall: Any, png: Callable[..., bytes]) -> None:
    hall.open(Moderation(safety=NoDarkness()))
    (reply,) = await hall.ask("paint", prompt="a castle", picture=png("white"))
    job = await hall.store.queue.get(reply.job)
    assert job.request.init_image.startswith("inputs/")
    assert await hall.store.community.read_log() == []


async def test_a_check_that_fails_lets_nothing_pass(hall: Any, png: Callable[..., bytes]) -> None:
    hall.open(Moderation(safety=broken))
    (reply,) = await hall.ask("paint", prompt="a castle", picture=png("white"))
    assert reply.job is None
    assert await hall.store.queue.active("discord:1") == []


def test_a_check_is_found_by_the_name_that_its_package_gives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "strictness_check.py").write_text(
        "class Strict:\n    def __call__(self, picture):\n        return ('judged', picture)\n"
    )
    info = tmp_path / "strictness_check-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: strictness-check\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[{GROUP}]\nstrict = strictness_check:Strict\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    check = upload_check("strict")
    assert check is not None
    assert check(b"x") == ("judged", b"x")
    assert upload_check("off") is None
    with pytest.raises(SettingsError, match="safety check 'embedded' is unknown; allowed are off"):
        upload_check("embedded")
