"""Times the queue: submit to engine, engine to bot, and under a full queue.

Engines are processes of their own, on SQLite and on PostgreSQL; the latter also behind a relay that
adds latency.
"""

import asyncio
import contextlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from urllib.parse import quote

import click

from benchmarks.page import circumstances, write_figures
from ganshare.domain.queue_limits import QueueLimits
from ganshare.store import Store, Topic, open_store
from ganshare.testing import (
    MODEL,
    PostgresServer,
    fill_queue,
    make_artwork,
    make_request,
    postgres_server,
)

QUEUED = 10_000
PEOPLE = 2_000
WARM_UP = 3  # trips that connect and prepare
MAX_AREA = 512 * 512
# Enough for every job of a person to run: the claims, not the limits, are measured.
LIMITS = QueueLimits(per_person_running=QUEUED // PEOPLE, queue_cap=2 * QUEUED)


@dataclass(frozen=True)
class Options:
    """How much to measure."""

    repeats: int = 40
    engines: int = 12
    seconds: float = 5.0
    round_trip: float = 0.05


@dataclass(frozen=True)
class Figures:
    """One database under one delay; times in seconds: median and 95th percentile.

    Args:
        submit_to_claimed: from the call of submit here to the end of claim in another process.
        beat_to_bot: from the call of beat in another process to the job in the inbox here.
        claims_per_second: of all engines together, at ten thousand queued.
        place: of the last of ten thousand queued jobs, asked for by one process.
    """

    database: str
    submit_to_claimed: tuple[float, float]
    beat_to_bot: tuple[float, float]
    claims_per_second: float
    place: tuple[float, float]


# --- engines, in processes of their own -------------------------------------------------------


async def echo(url: str) -> None:
    """Claim what comes, tell when, beat once with the time, finish."""
    async with open_store(url, LIMITS) as store:
        await store.wait(0.01, Topic.WORK)
        print("ready", flush=True)
        while True:
            for job in await store.queue.claim("echo", models=[MODEL], max_area=MAX_AREA):
                print(job.key, time.monotonic(), flush=True)
                await asyncio.sleep(0.4)  # the bot waits for a notification again by then
                await store.queue.beat(job, step=1, loss=time.monotonic())
                await asyncio.sleep(0.2)
                await store.queue.finish(job, make_artwork())
            await store.wait(5.0, Topic.WORK)


async def compete(url: str, engines: int, seconds: float) -> None:
    """Claim as fast as it goes, each engine with connections of its own; tell how many."""
    counts = await asyncio.gather(*(_claim_for(url, number, seconds) for number in range(engines)))
    print(sum(counts), flush=True)


async def _claim_for(url: str, number: int, seconds: float) -> int:
    async with open_store(url, LIMITS) as store:
        claimed = 0
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            claimed += len(await store.queue.claim(str(number), models=[MODEL], max_area=MAX_AREA))
        return claimed


@contextmanager
def process(*arguments: str) -> Iterator["subprocess.Popen[str]"]:
    """Run a Python module until the end of the block."""
    command = [sys.executable, "-m", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as started:
        try:
            yield started
        finally:
            started.kill()


def line_of(started: "subprocess.Popen[str]") -> str:
    """The next line that a process prints."""
    if started.stdout is None:
        raise RuntimeError("the process was started without a pipe")
    line = started.stdout.readline()
    if not line:
        raise RuntimeError("a process of the benchmark has ended too soon")
    return line


# --- measuring --------------------------------------------------------------------------------


async def measure(name: str, url: str, options: Options) -> Figures:
    """Measure one database; its tables must be empty."""
    async with open_store(url, LIMITS, migrate=True) as store:
        with process("benchmarks.queue", "--role", "echo", "--url", url) as engine:
            await asyncio.to_thread(line_of, engine)
            claimed, beaten = await _round_trips(store, engine, options.repeats)
        await fill_queue(store, QUEUED, PEOPLE)
        placed = await _places(store, options.repeats)
        claims = await asyncio.to_thread(_compete, url, options)
    return Figures(name, _summed_up(claimed), _summed_up(beaten), claims, _summed_up(placed))


async def _round_trips(
    store: Store, engine: "subprocess.Popen[str]", repeats: int
) -> tuple[list[float], list[float]]:
    """Times of submit to claimed and of beat to bot; the first trips only warm up."""
    claimed, beaten = [], []
    for number in range(repeats + WARM_UP):
        started = time.monotonic()
        submitted = await store.queue.submit("ann", "bench", make_request(), key=f"trip {number}")
        _, moment = (await asyncio.to_thread(line_of, engine)).rsplit(maxsplit=1)
        claimed.append(float(moment) - started)
        beaten.append(await _time_to_inbox(store, submitted.job.id))
    return claimed[WARM_UP:], beaten[WARM_UP:]


async def _time_to_inbox(store: Store, job_id: str) -> float:
    """As a bot: wait, read the inbox, until the beat is in it and the job done."""
    took = None
    while True:
        for job in await store.queue.inbox("bench"):
            if job.id == job_id and job.loss is not None and took is None:
                took = time.monotonic() - job.loss
            await store.queue.ack([job])
            if job.id == job_id and job.state.over and took is not None:
                return took
        await store.wait(1.0, Topic.NEWS)


async def _places(store: Store, repeats: int) -> list[float]:
    last = (await store.queue.jobs(QUEUED))[-1]
    took = []
    for _ in range(repeats + WARM_UP):
        started = time.monotonic()
        await store.queue.position(last.id)
        took.append(time.monotonic() - started)
    return took[WARM_UP:]


def _compete(url: str, options: Options) -> float:
    """Two processes share the engines; both cores are at work then."""
    shares = (options.engines // 2, options.engines - options.engines // 2)
    with contextlib.ExitStack() as stack:
        rivals = [
            stack.enter_context(
                process("benchmarks.queue", "--role", "compete", "--url", url,
                        f"--engines={share}", f"--seconds={options.seconds}")
            )
            for share in shares
            if share
        ]  # fmt: skip
        return sum(int(line_of(rival)) for rival in rivals) / options.seconds


def _summed_up(times: Sequence[float]) -> tuple[float, float]:
    return statistics.median(times), statistics.quantiles(times, n=20)[-1]


@contextmanager
def delayed(server: PostgresServer, database: str, round_trip: float) -> Iterator[str]:
    """Give the URL of a database behind a line as long as that."""
    with process("benchmarks.queue.delay", str(server.socket), str(round_trip / 2)) as relay:
        yield f"postgresql+asyncpg://postgres@127.0.0.1:{int(line_of(relay))}/{quote(database)}"


async def measure_all(options: Options) -> list[Figures]:
    """SQLite, PostgreSQL, and PostgreSQL far away."""
    figures = []
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite+aiosqlite:///{folder}/store.db"
        figures.append(await measure("SQLite", url, options))
    # As it would run elsewhere: every commit on the disk.
    with postgres_server(fsync="on", full_page_writes="on", shared_buffers="128MB") as server:
        near = server.create_database("near")
        figures.append(await measure("PostgreSQL", near, options))
        server.create_database("far")
        with delayed(server, "far", options.round_trip) as far:
            name = f"PostgreSQL, {options.round_trip * 1000:.0f} ms away"
            figures.append(await measure(name, far, options))
    return figures


# --- telling ----------------------------------------------------------------------------------


def as_markdown(figures: Sequence[Figures], options: Options, load: float) -> str:
    """The table for docs/benchmarks.md."""

    def times(both: tuple[float, float]) -> str:
        return " / ".join(f"{seconds * 1000:.1f}" for seconds in both)

    lines = [
        f"{circumstances(load)};",
        f"`python -m benchmarks.queue --repeats {options.repeats} --engines {options.engines} "
        f"--seconds {options.seconds:g}`.",
        "Times in ms: median / 95th percentile.",
        "",
        "| | submit to claimed | beat to bot | place, 10,000 queued | claims per second |",
        "|---|---:|---:|---:|---:|",
    ]
    for each in figures:
        lines.append(
            f"| {each.database} | {times(each.submit_to_claimed)} | {times(each.beat_to_bot)} | "
            f"{times(each.place)} | {each.claims_per_second:.0f} |"
        )
    return "\n".join(lines)


@click.command()
@click.option("--repeats", type=click.IntRange(2), default=Options.repeats, show_default=True)
@click.option("--engines", type=click.IntRange(1), default=Options.engines, show_default=True)
@click.option("--seconds", type=float, default=Options.seconds, show_default=True)
@click.option(
    "--round-trip", type=float, default=Options.round_trip, show_default=True,
    help="Of the PostgreSQL far away, in seconds.",
)  # fmt: skip
@click.option("--docs", is_flag=True, help="Write the table into docs/benchmarks.md.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of the table.")
@click.option("--role", type=click.Choice(["echo", "compete"]), hidden=True)
@click.option("--url", hidden=True, default="")
def main(*, docs: bool, as_json: bool, role: str | None, url: str, **fields: float) -> None:
    """Measure the queue on both databases."""
    options = Options(**fields)  # type: ignore[arg-type]  # click gives the options declared above
    if role == "echo":
        asyncio.run(echo(url))
    elif role == "compete":
        asyncio.run(compete(url, options.engines, options.seconds))
    else:
        load = os.getloadavg()[0]
        figures = asyncio.run(measure_all(options))
        text = as_markdown(figures, options, load)
        if docs:
            write_figures("queue", text)
        print(json.dumps([asdict(each) for each in figures], indent=2) if as_json else text)


if __name__ == "__main__":
    main()
