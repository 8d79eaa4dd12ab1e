"""A queue of its own for each test of the worker, and models that are loaded once for all."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from engine.testing import Scene
from engine.warm import WarmModels
from ganshare.blobs import open_blobs
from ganshare.store import Limits, open_store


@pytest.fixture(scope="session")
def warm() -> WarmModels:
    models = WarmModels()
    models.painter(models.names[0])
    return models


@pytest.fixture
async def scene(tmp_path: Path, warm: WarmModels) -> AsyncIterator[Scene]:
    url = f"sqlite+aiosqlite:///{tmp_path}/store.db"
    limits = Limits(lease_seconds=20.0, per_person_running=100)
    async with open_store(url, limits, migrate=True) as store:
        yield Scene(store, open_blobs(f"file://{tmp_path}/blobs"), tmp_path, warm, url)
