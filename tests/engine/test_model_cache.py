"""Warm models: loaded once, offered by name, withdrawn when they are damaged."""

import shutil
from pathlib import Path

import pytest

from engine.model_cache import ModelCache
from engine.testing import SMALL_MODEL, Scene
from ganshare.domain.jobs import JobState
from ganshare.errors import ModelError, WorldError


@pytest.fixture
def installed(small_models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Three further VQGANs."""
    folder = tmp_path / "models"
    for name in ("first", "second", "third"):
        shutil.copytree(small_models / SMALL_MODEL, folder / name)
        card = folder / name / "model.json"
        card.write_text(card.read_text().replace(f'"{SMALL_MODEL}"', f'"{name}"'))
    monkeypatch.setenv("GANSHARE_MODELS_DIR", str(folder))
    return folder


def test_a_model_is_loaded_once(warm: ModelCache) -> None:
    assert warm.painter(SMALL_MODEL) is warm.painter(SMALL_MODEL)


def test_the_default_is_offered_first(installed: Path) -> None:
    assert ModelCache().names == ("paintings-f8", "first", "second", "third")
    assert ModelCache(vqgan="second").names == ("second",)
    with pytest.raises(ModelError, match="unknown"):
        ModelCache(vqgan="fourth")


def test_the_last_few_stay_and_share_their_perceptor(installed: Path) -> None:
    models = ModelCache()
    first, second = models.painter("first"), models.painter("second")
    assert first.perceptor is second.perceptor
    assert models.painter("first") is first
    models.painter("third")  # takes the place of the second
    assert models.painter("first") is first
    assert models.painter("second") is not second


def test_models_are_ready_once_they_are_warm() -> None:
    models = ModelCache()
    with pytest.raises(WorldError, match="not loaded"):
        models.check_warm()
    models.warm()
    models.check_warm()
    assert models.load_upscaler() is models.load_upscaler()


async def test_a_damaged_model_is_no_fault_of_the_askers(scene: Scene, installed: Path) -> None:
    scene.warm = ModelCache()
    weights = installed / "first" / "weights.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1])
    bad, good = await scene.submit(model="first"), await scene.submit(model="second")
    worker = scene.worker()
    await worker.run()
    assert "first" not in worker.report().models
    queued = await scene.job(bad)
    assert queued.state is JobState.QUEUED
    assert queued.error is not None
    assert "could not load its models" in queued.error
    assert (await scene.job(good)).state is JobState.DONE
