"""A queue of its own for each test of the worker, and models that are loaded once for all."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from engine.model_cache import ModelCache
from engine.runtime.compute import choose_compute
from engine.testing import Scene
from ganshare.blobs import open_blobs
from ganshare.domain.queue_limits import QueueLimits
from ganshare.store import open_store


@pytest.fixture(scope="session")
def warm() -> ModelCache:
    # one thread, as `one_thread` and the engines of these tests have it
    models = ModelCache(replace(choose_compute("cpu"), threads=1))
    models.painter(models.names[0])
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
