"""Four jobs on one engine: in sequence, interleaved, and interleaved on two threads.

Each way runs in a process of its own, with a queue, blobs and a worker as in production. What is
painted must be the same bytes each time. `--parts` asks why: the parts of a step with one canvas
and with several in one tensor, and whether their bits agree.
"""

import asyncio
import hashlib
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from engine.runtime.allocator import keep_freed_memory
from engine.runtime.openmp import in_brief_thread
from ganshare.domain.jobs import JobRequest
from ganshare.domain.limits import DEFAULT_STEPS, parse_size

PROMPT = "Fauvist Painting of a Canyon in Maximum Purple"
REPEATS = 5


@dataclass(frozen=True)
class Way:
    """How the jobs share the engine."""

    name: str
    batch: int
    parallel_steps: int


def ways(jobs: int) -> tuple[Way, ...]:
    """What is compared; the first is what the others are measured by."""
    return (
        Way("one after another", 1, 1),
        Way("at once, one step at a time", jobs, 1),
        Way("at once, two steps at a time", jobs, 2),
    )


@dataclass(frozen=True)
class Figures:
    """What one way showed."""

    name: str
    seconds: float  # from the first claim to the last picture
    first_frame: float  # the latest of all first frames, since the first claim
    peak_mib: float
    digests: tuple[str, ...]


def measure(way: Way, jobs: int, size: str, steps: int, *, upscale: bool) -> Figures:
    """Run one way in a process of its own."""
    values = json.dumps([asdict(way), jobs, size, steps, upscale])
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.batching", "--way", values],
        check=True,
        capture_output=True,
        text=True,
    )
    fields = json.loads(done.stdout.splitlines()[-1])
    return Figures(**{**fields, "digests": tuple(fields["digests"])})


def run_way(way: Way, jobs: int, size: str, steps: int, *, upscale: bool) -> Figures:
    """Queue the jobs and let a worker paint them."""
    import resource

    from engine.model_cache import ModelCache
    from engine.worker.options import Until, WorkerOptions
    from engine.worker.worker import Worker
    from ganshare.blobs import open_blobs
    from ganshare.domain.queue_limits import QueueLimits
    from ganshare.store import open_store

    keep_freed_memory()
    width, height = parse_size(size)
    models = ModelCache()
    options = WorkerOptions(
        batch=way.batch, parallel_steps=way.parallel_steps, until=Until.NONE_LEFT
    )

    async def paint(folder: str) -> Figures:
        limits = QueueLimits(per_person_running=jobs)
        url = f"sqlite+aiosqlite:///{folder}/queue.db"
        async with open_store(url, limits, migrate=True) as store:
            blobs = open_blobs(f"file://{folder}/blobs")
            await in_brief_thread(models.warm)
            ids = []
            for seed in range(jobs):
                request = JobRequest(
                    PROMPT, seed, models.names[0], steps, width, height, upscale=upscale
                )
                ids.append(
                    (await store.queue.submit("she", "benchmark", request, key=str(seed))).job.id
                )
            began = time.perf_counter()
            start = await store.now()
            await Worker(store, blobs, models, options).run()
            seconds = time.perf_counter() - began
            done = [await store.queue.get(each) for each in ids]
            pictures = [await store.gallery.get(job.artwork or "") for job in done if job]
            frames = [
                each.created - start for job in ids for each in (await store.queue.frames(job))[:1]
            ]
            digests = [
                hashlib.sha256(await blobs.get(picture.blob)).hexdigest()
                for picture in pictures
                if picture
            ]
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        return Figures(way.name, seconds, max(frames, default=0.0), peak, tuple(digests))

    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(paint(folder))


# --- the parts of a step ----------------------------------------------------------------------


@dataclass(frozen=True)
class Part:
    """One part of a step, forwards and backwards."""

    name: str
    threads: int
    alone: float  # seconds for one canvas
    together: float  # seconds for each of several in one tensor
    same_bits: bool  # whether it is the same in company


def measure_parts(canvases: int, side: int) -> list[Part]:
    """Decoder and perceptor with one canvas' tensors and with several's, on one core and all."""
    import torch

    from engine.model_folder import default_model
    from engine.synthesis.loop import load_painter

    painter = load_painter(default_model("vqgan"), default_model("perceptor"))
    generator = torch.Generator().manual_seed(0)
    cells, size = side // painter.vqgan.factor, painter.perceptor.input_size
    latents = painter.normalise(
        torch.randn(canvases, painter.codebook.shape[1], cells, cells, generator=generator)
    )
    views = torch.rand(16 * canvases, 3, size, size, generator=generator)
    parts = []
    for threads in sorted({1, torch.get_num_threads()}):
        torch.set_num_threads(threads)
        for name, compute, values in (
            (f"decode, {side} px", painter.decode, latents),
            ("perceive, 16 views", painter.embed, views),
        ):
            parts.append(_part(name, threads, compute, values, canvases))
    return parts


def _part(name: str, threads: int, compute: Any, values: Any, canvases: int) -> Part:
    import torch

    def run(given: Any) -> Any:
        given = given.detach().requires_grad_(True)
        result = compute(given)
        return torch.cat([result.detach().flatten(), *_gradient(result, given)])

    count = len(values) // canvases
    pieces = [values[i * count : (i + 1) * count] for i in range(canvases)]
    apart = [run(piece) for piece in pieces]
    whole = values.detach().requires_grad_(True)
    result = compute(whole)
    gradient = torch.autograd.grad(result.square().sum(), whole)[0]
    same = all(
        torch.equal(
            one, torch.cat([result[i * count : (i + 1) * count].detach().flatten(),
                            gradient[i * count : (i + 1) * count].flatten()])
        )
        for i, one in enumerate(apart)
    )  # fmt: skip
    together = _median(lambda: run(values)) / canvases
    return Part(name, threads, _median(lambda: run(pieces[0])), together, same)


def _gradient(result: Any, given: Any) -> list[Any]:
    import torch

    return [torch.autograd.grad(result.square().sum(), given)[0].flatten()]


def _median(do: Callable[[], object]) -> float:
    do()
    times = []
    for _ in range(REPEATS):
        began = time.perf_counter()
        do()
        times.append(time.perf_counter() - began)
    return statistics.median(times)


# --- what is printed --------------------------------------------------------------------------


@click.command()
@click.option("--jobs", type=int, default=4, show_default=True)
@click.option("--size", default="256x256", show_default=True)
@click.option("--steps", type=int, default=DEFAULT_STEPS, show_default=True)
@click.option("--upscale/--no-upscale", default=True, show_default=True)
@click.option(
    "--rounds",
    type=int,
    default=1,
    show_default=True,
    help="Times that each way is taken, in turns; the fastest counts.",
)
@click.option("--parts", is_flag=True, help="Measure the parts of a step instead.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--way", hidden=True)
def main(
    jobs: int,
    size: str,
    steps: int,
    upscale: bool,
    rounds: int,
    parts: bool,
    as_json: bool,
    way: str | None,
) -> None:
    """Compare four jobs at once with four jobs one after another."""
    console = Console()
    if way is not None:
        values = json.loads(way)
        fields, values = Way(**values[0]), values[1:]
        print(json.dumps(asdict(run_way(fields, *values[:3], upscale=values[3]))))
    elif parts:
        found = [part for side in (128, 256) for part in measure_parts(jobs, side)]
        if as_json:
            print(json.dumps([asdict(part) for part in found]))
        else:
            console.print(_parts_table(found, jobs))
    else:
        taken = [
            [measure(each, jobs, size, steps, upscale=upscale) for each in ways(jobs)]
            for _ in range(rounds)
        ]
        figures = [
            min(of_way, key=lambda each: each.seconds) for of_way in zip(*taken, strict=True)
        ]
        if as_json:
            print(json.dumps([asdict(each) for each in figures]))
        else:
            console.print(_table(figures))


def _table(figures: list[Figures]) -> Table:
    table = Table("", "seconds", "of the first", "first frames", "peak memory", "same bytes")
    for each in figures:
        table.add_row(
            each.name,
            f"{each.seconds:.1f}",
            f"{each.seconds / figures[0].seconds:.2f}",
            f"{each.first_frame:.1f} s",
            f"{each.peak_mib:.0f} MiB",
            "yes" if each.digests == figures[0].digests else "NO",
        )
    return table


def _parts_table(parts: list[Part], canvases: int) -> Table:
    table = Table("part", "threads", "alone", f"each of {canvases} in one tensor", "same bits")
    for part in parts:
        table.add_row(
            part.name,
            str(part.threads),
            f"{part.alone * 1000:.0f} ms",
            f"{part.together * 1000:.0f} ms",
            "yes" if part.same_bits else "no",
        )
    return table


if __name__ == "__main__":
    main(prog_name="python -m benchmarks.batching")
