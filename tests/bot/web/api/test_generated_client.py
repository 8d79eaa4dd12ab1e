"""A client that openapi-python-client generates from the served document paints and votes."""

import asyncio
import importlib
import json
import os
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from ganshare.domain.community import Scope

GENERATOR = os.environ.get("CLIENT_GENERATOR", "")
PACKAGE = "generated_ganshare_client"
CONFIG = {
    # What answers with pictures and events is bytes to it.
    "content_type_overrides": dict.fromkeys(
        ("image/*", "image/jpeg", "text/event-stream"), "application/octet-stream"
    ),
    "post_hooks": [],
}

pytestmark = [
    pytest.mark.heavy,
    pytest.mark.skipif(
        not GENERATOR, reason="CLIENT_GENERATOR names no generator; make acceptance does"
    ),
]


async def generate(url: str, folder: Path) -> None:
    config = folder / "config.json"
    config.write_text(json.dumps(CONFIG))
    process = await asyncio.create_subprocess_exec(
        *(GENERATOR, "generate", "--url", f"{url}/api/v1/openapi.json", "--meta", "none"),
        *("--config", str(config), "--output-path", str(folder / PACKAGE), "--fail-on-warning"),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    told, _ = await process.communicate()
    assert process.returncode == 0, told.decode()


def operation(name: str) -> ModuleType:
    return importlib.import_module(f"{PACKAGE}.api.default.{name}")


async def test_it_paints_finds_and_votes(
    place: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tokens, scopes = place.store.api_tokens, (Scope.READ, Scope.WRITE)
    secrets = [(await tokens.create(f"discord:{n}", "Ann", "a test", scopes))[1] for n in (1, 2)]
    async with place.served() as url:
        await generate(url, tmp_path)
        monkeypatch.syspath_prepend(str(tmp_path))
        package, models = (importlib.import_module(f"{PACKAGE}{part}") for part in ("", ".models"))
        ann, ben = (package.AuthenticatedClient(f"{url}/api/v1", each) for each in secrets)
        async with ann, ben:
            body = models.PaintJsonBody(prompt="an owl", seed=7)
            job = await operation("paint").asyncio(client=ann, body=body)
            assert (job.state, job.seed, job.position) == (models.JobState.QUEUED, 7, 1)
            await place.engine.finish(await place.engine.claim())
            done = await operation("get_job").asyncio(job.id, client=ann)
            events = await operation("follow_job").asyncio_detailed(job.id, client=ann)
            assert done.painting in events.content.decode()
            vote = await operation("vote").asyncio(done.painting, client=ben)
            assert (vote.votes, vote.voted, vote.counts) == (1, True, True)
            found = await operation("search_paintings").asyncio(
                client=ben, tab=models.SearchPaintingsTab.VOTED
            )
            (painting,) = found.items
            assert (painting.id, painting.artist, painting.voted) == (done.painting, "Ann", True)
            picture = await operation("get_picture").asyncio(painting.id, client=ben)
            assert picture.payload.read().startswith(b"\x89PNG")
            own = await operation("vote").asyncio(done.painting, client=ann)
            assert (own.status, own.code) == (409, "vote-own")
