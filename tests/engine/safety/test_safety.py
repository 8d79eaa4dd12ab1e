"""Pictures that a safety check refuses are kept and not shown, or not begun from."""

import asyncio
import io
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from engine.model_cache import ModelCache
from engine.safety import PerceptorCheck, Probe, safety_check
from engine.testing import Scene
from engine.worker.job_runner import Pace
from ganshare.domain.jobs import JobState
from ganshare.errors import ImageError, SettingsError
from ganshare.safety import GROUP, Verdict

IMAGES = Path(__file__).parents[3] / "docs" / "images"


def check_with(warm: ModelCache, threshold: float) -> PerceptorCheck:
    """The real check, easier or harder to please."""
    return PerceptorCheck(replace(Probe.read(), threshold=threshold), warm.load_perceptor())


def png(colour: str = "teal", size: tuple[int, int] = (80, 64)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, "PNG")
    return out.getvalue()


def test_the_probe_knows_the_embedded_perceptor(warm: ModelCache) -> None:
    """Another perceptor's embeddings mean something else: fit the probe anew."""
    probe = Probe.read()
    assert (probe.perceptor, probe.sha256) == (warm.perceptor.name, warm.perceptor.identity)
    assert len(probe.weights) == 512


def test_a_verdict_has_a_score_and_a_reason_from_the_threshold_on(warm: ModelCache) -> None:
    easy, hard = check_with(warm, 1000.0)(png()), check_with(warm, -1000.0)(png())
    assert (easy.label, easy.reason) == ("nudity", None)
    assert hard.reason == "it looks like nudity (1.00)"
    assert 0.0 <= easy.score < 0.5 < hard.score <= 1.0


def test_the_projects_own_pictures_pass(warm: ModelCache) -> None:
    check = PerceptorCheck.of(warm)
    found = [path for path in IMAGES.iterdir() if path.suffix in (".jpg", ".png")]
    assert found
    assert [path.name for path in found if check(path.read_bytes()).reason] == []


def test_what_is_no_picture_is_the_askers_mistake(warm: ModelCache) -> None:
    with pytest.raises(ImageError):
        PerceptorCheck.of(warm)(b"no picture")


async def test_a_painting_that_fails_is_kept_for_admins_and_not_shown(
    scene: Scene, warm: ModelCache
) -> None:
    job = await scene.submit()
    worker = scene.worker()
    worker.safety = check_with(warm, -1000.0)
    await worker.run()
    artwork = await scene.artwork(job)
    assert artwork.hidden == "it looks like nudity (1.00)"
    assert await scene.png(job)
    assert await scene.store.gallery.search() == []
    (note,) = await scene.store.community.read_log()
    assert (note.kind, note.person, note.reason) == ("picture", job.person, artwork.hidden)


@pytest.mark.heavy
async def test_previews_are_judged_like_the_painting(scene: Scene, warm: ModelCache) -> None:
    """Nobody sees on the way what nobody is to see in the end."""
    judged = {}
    for threshold in (-1000.0, 1000.0):
        job = await scene.submit(steps=8)
        worker = scene.worker(pace=Pace(preview=0.0, save=1000.0))
        worker.safety = check_with(warm, threshold)
        await worker.run()
        frames = await scene.store.queue.frames(job.id)
        judged[threshold] = bool(frames), (await scene.job(job)).preview is not None
        assert (await scene.job(job)).state is JobState.DONE
    assert judged == {-1000.0: (False, False), 1000.0: (True, True)}


async def test_a_painting_that_passes_is_shown(scene: Scene, warm: ModelCache) -> None:
    job = await scene.submit()
    worker = scene.worker()
    worker.safety = check_with(warm, 1000.0)
    await worker.run()
    assert await scene.store.gallery.search() == [await scene.artwork(job)]
    assert await scene.store.community.read_log() == []


async def test_a_check_that_fails_lets_nothing_pass(scene: Scene) -> None:
    def broken(picture: bytes) -> Verdict:
        raise RuntimeError(f"no idea about {len(picture)} bytes")

    job = await scene.submit()
    worker = scene.worker()
    worker.safety = broken
    await worker.run()
    assert (await scene.artwork(job)).hidden == "it could not be checked"


async def test_a_picture_to_begin_from_that_fails_is_refused_at_once(
    scene: Scene, warm: ModelCache
) -> None:
    await scene.blobs.put("inputs/1.png", png())
    job = await scene.submit(init_image="inputs/1.png")
    worker = scene.worker()
    worker.safety = check_with(warm, -1000.0)
    await worker.run()
    refused = await scene.job(job)
    assert (refused.state, refused.attempt) == (JobState.DEAD, 1)
    assert refused.error is not None
    assert refused.error.startswith("The picture is not accepted: it looks like")
    (note,) = await scene.store.community.read_log()
    assert (note.kind, note.text) == ("picture", "inputs/1.png")


# --- the choice of a check --------------------------------------------------------------------


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An installed package that offers two checks, one of them broken."""
    module = "class Strict:\n    def __call__(self, picture):\n        return ('judged', picture)\n"
    (tmp_path / "strictness.py").write_text(module)
    info = tmp_path / "strictness-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: strictness\nVersion: 1.0\n")
    points = f"[{GROUP}]\nstrict = strictness:Strict\nbroken = strictness:Missing\n"
    (info / "entry_points.txt").write_text(points)
    monkeypatch.syspath_prepend(str(tmp_path))


async def test_an_installed_packages_check_is_found_by_its_name(
    package: None, warm: ModelCache
) -> None:
    check = await asyncio.to_thread(safety_check, "strict", warm)
    assert check is not None
    assert check(b"x") == ("judged", b"x")


def test_a_check_that_is_not_there_or_broken_is_named(package: None, warm: ModelCache) -> None:
    with pytest.raises(SettingsError, match=r"'stict' is unknown; .* \(did you mean 'strict'\?\)"):
        safety_check("stict", warm)
    with pytest.raises(SettingsError, match="The safety check broken cannot be loaded"):
        safety_check("broken", warm)


def test_a_check_can_be_turned_off(warm: ModelCache) -> None:
    assert safety_check("off", warm) is None
    assert isinstance(safety_check("embedded", warm), PerceptorCheck)
