"""Helpers for tests of the engine: small requests and models, a queue with workers.

Nothing here is imported by the engine itself.
"""

import asyncio
import itertools
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, closing
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch

from engine.model_cache import ModelCache
from engine.model_folder import ModelFolder, find_model
from engine.model_import.add import write_model_folder
from engine.perceptor.bpe import BASE
from engine.perceptor.clip import CLIP, ClipConfig, TowerConfig
from engine.synthesis.pipeline import Models, Outputs, draft_manifest, paint
from engine.synthesis.request import PaintingRequest, attributes_of
from engine.vqgan import VQGAN, VQGANConfig
from engine.vqgan.blocks import AutoencoderConfig
from engine.worker.job_runner import Pace
from engine.worker.options import Until, WorkerOptions
from engine.worker.worker import Worker
from ganshare.blobs import Blobs
from ganshare.domain.jobs import Artwork, Job, JobRequest
from ganshare.store import Store
from ganshare.testing import TIMEOUT

__all__ = [
    "MERGES",
    "PROMPT",
    "SMALL_MODEL",
    "Scene",
    "alone",
    "save_small_vqgan",
    "small_request",
    "tiny_clip",
]

PROMPT = "Cubist Painting of a Castle in Teal"
SMALL_MODEL = "small-f8"  # of `save_small_vqgan`


def small_request(**overrides: Any) -> JobRequest:
    """A request that takes some tenths of a second."""
    values: dict[str, Any] = {
        "prompt": PROMPT, "seed": 1, "model": SMALL_MODEL, "steps": 4, "width": 64,
        "height": 64, "num_cutouts": 2, "upscale": False,
    }  # fmt: skip
    return JobRequest(**(values | overrides))


_painted_alone: dict[tuple[ModelCache, JobRequest], bytes] = {}


def alone(warm: ModelCache, request: JobRequest, folder: Path) -> bytes:
    """The PNG that `ganshare paint --no-upscale` writes for the same request; painted once."""
    if found := _painted_alone.get((warm, request)):
        return found
    painting = PaintingRequest(
        request.prompts, attributes_of(request.prompts), request.seed, request.width,
        request.height, request.steps, request.num_cutouts,
    )  # fmt: skip
    painter = warm.painter(request.model)
    models = Models(find_model(request.model, "vqgan"), warm.perceptor, None, warm.compute)
    out = folder / "alone.png"
    draft = draft_manifest(painting, request.prompt, models)
    paint(painting, draft, models, Outputs(out), load_painter=lambda *_: painter)
    _painted_alone[warm, request] = out.read_bytes()
    return _painted_alone[warm, request]


@dataclass
class Scene:
    """A store, blobs, and workers on them."""

    store: Store
    blobs: Blobs
    folder: Path
    warm: ModelCache
    url: str
    numbers: "itertools.count[int]" = field(default_factory=itertools.count)

    async def submit(self, *, person: str | None = None, **overrides: Any) -> Job:
        """Queue a request, of a new person if none is named."""
        number = next(self.numbers)
        submitted = await self.store.queue.submit(
            person or f"person-{number}", "test", small_request(**overrides), key=f"key-{number}"
        )
        return submitted.job

    def worker(
        self,
        *,
        blobs: Blobs | None = None,
        store: Store | None = None,
        name: str | None = None,
        **options: Any,
    ) -> Worker:
        """A worker that ends with the queue by default."""
        values: dict[str, Any] = {
            "until": Until.NONE_LEFT, "max_area": 512 * 512, "parallel_steps": 2,
            "pace": Pace(preview=0.1, save=1000.0), "drain_seconds": 30.0,
        }  # fmt: skip
        return Worker(
            store or self.store,
            blobs or self.blobs,
            self.warm,
            WorkerOptions(**(values | options)),
            name=name,
        )

    @asynccontextmanager
    async def at_work(self, worker: Worker) -> AsyncIterator[Worker]:
        """Run a worker beside the block, and wait for its own end; an error cuts it short."""
        task = asyncio.create_task(worker.run())
        try:
            yield worker
            await task
        finally:
            worker.hurry()
            await asyncio.gather(task, return_exceptions=True)

    async def job(self, job: Job) -> Job:
        """Read a job again."""
        found = await self.store.queue.get(job.id)
        if found is None:
            raise LookupError(job.id)
        return found

    async def artwork(self, job: Job) -> Artwork:
        """What a job became; LookupError if nothing."""
        current = await self.job(job)
        found = await self.store.gallery.get(current.artwork or "")
        if found is None:
            raise LookupError(f"The job is {current.state}: {current.error}")
        return found

    async def png(self, job: Job) -> bytes:
        """The picture that a job became."""
        return await self.blobs.get((await self.artwork(job)).blob)

    async def until(self, true: Callable[[], Awaitable[object]], seconds: float = TIMEOUT) -> None:
        """Look again and again until it is true; TimeoutError if it does not get true."""
        async with asyncio.timeout(seconds):
            while not await true():  # noqa: ASYNC110 - nobody would set an event for us
                await asyncio.sleep(0.01)

    async def until_step(self, job: Job, step: int) -> None:
        """Wait until the store knows that a job has got so far."""

        async def reached() -> bool:
            return (await self.job(job)).step >= step

        await self.until(reached)

    async def execute(self, statement: str) -> None:
        """Change the store's tables; in a thread, so that transactions under way can end."""

        def run() -> None:
            path = self.folder / "store.db"
            with closing(sqlite3.connect(path, timeout=TIMEOUT)) as database, database:
                database.execute(statement)

        await asyncio.to_thread(run)

    async def expire_leases(self) -> None:
        """Let time pass, as far as leases go."""
        await self.execute("UPDATE jobs SET lease_until = 0 WHERE lease_until IS NOT NULL")

    async def keys(self) -> set[str]:
        """Every blob."""
        return {found.key async for found in self.blobs.list()}


def save_small_vqgan(models: Path) -> ModelFolder:
    """Save a VQGAN of random weights, which decodes ten times as fast as the embedded one."""
    sizes = AutoencoderConfig(8, (1, 1, 2, 2), 1, 64, 16, num_groups=4, mid_attention=False)
    config = VQGANConfig(sizes, 256, 16, "unit")
    with torch.random.fork_rng(devices=()):
        torch.manual_seed(0)
        weights = VQGAN(config).state_dict()
    card = {
        "name": SMALL_MODEL, "kind": "vqgan", "architecture": asdict(config),
        "licence": "CC0-1.0", "may_sell": True, "source": "random",
    }  # fmt: skip
    return write_model_folder(models / SMALL_MODEL, weights, card)


MERGES = [("c", "a"), ("s", "t"), ("l", "e</w>"), ("ca", "st"), ("cast", "le</w>"), ("a", "n")]


def tiny_clip() -> CLIP:
    """A CLIP of 32 px and two layers, its random weights of a size at which gradients arrive."""
    sizes = ClipConfig(
        dim=16, patch=8, grid=4, vision=TowerConfig(64, 2, 256), text=TowerConfig(128, 2, 512),
        max_tokens=12, vocabulary_size=BASE + len(MERGES),
    )  # fmt: skip
    clip, generator = CLIP(sizes), torch.Generator().manual_seed(0)
    for name, parameter in clip.named_parameters():
        noise = torch.randn(parameter.shape, generator=generator)
        if "embedding" not in name and parameter.ndim:
            noise *= parameter[0].numel() ** -0.5 if parameter.ndim > 1 else 0.1
        parameter.data = noise + float(".ln_" in f".{name}" and name.endswith("weight"))
    return clip.eval().requires_grad_(False)
