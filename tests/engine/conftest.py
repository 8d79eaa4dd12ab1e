"""A queue of its own for each test of the worker, and models that are loaded once for all."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from engine.model_cache import ModelCache
from engine.model_folder import default_model, load_model_folder
from engine.runtime.compute import choose_compute
from engine.synthesis.loop import load_painter
from engine.synthesis.painter import Painter
from engine.testing import SMALL_MODEL, Scene, save_small_vqgan
from ganshare.blobs import open_blobs
from ganshare.domain.queue_limits import QueueLimits
from ganshare.store import open_store


@pytest.fixture(scope="session")
def small_models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of models with a small VQGAN; what it paints is no more than noise."""
    folder = tmp_path_factory.mktemp("models")
    save_small_vqgan(folder)
    return folder


@pytest.fixture(scope="session")
def small_painter(small_models: Path) -> Painter:
    return load_painter(load_model_folder(small_models / SMALL_MODEL), default_model("perceptor"))


@pytest.fixture
def warm(
    loaded_models: ModelCache, small_models: Path, monkeypatch: pytest.MonkeyPatch
) -> ModelCache:
    """The small VQGAN with the embedded perceptor."""
    monkeypatch.setenv("GANSHARE_MODELS_DIR", str(small_models))
    return loaded_models


@pytest.fixture(scope="session")
def loaded_models(small_models: Path) -> ModelCache:
    # one thread, as `one_thread` and the engines of these tests have it
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setenv("GANSHARE_MODELS_DIR", str(small_models))
        models = ModelCache(replace(choose_compute("cpu"), threads=1), vqgan=SMALL_MODEL)
        models.painter(SMALL_MODEL)
    return models


@pytest.fixture
def one_thread() -> Iterator[None]:
    """Small canvases gain nothing from several threads, which wait for each other on busy cores."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture
async def scene(
    tmp_path: Path, sqlite_url: str, warm: ModelCache, one_thread: None
) -> AsyncIterator[Scene]:
    limits = QueueLimits(lease_seconds=20.0, per_person_running=100)
    async with open_store(sqlite_url, limits) as store:
        yield Scene(store, open_blobs(f"file://{tmp_path}/blobs"), tmp_path, warm, sqlite_url)
