"""`python -m benchmarks.fleet`: a hundred sleeping engines, ten thousand people."""

import asyncio
import json
import os
import random
import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import click
from rich.console import Console

from benchmarks.fleet.bots import run_bots
from benchmarks.fleet.engines import run_engines
from benchmarks.fleet.load import Load
from benchmarks.fleet.record import Record
from benchmarks.fleet.report import Report
from benchmarks.fleet.watch import Watch, cpu_until_stopped
from benchmarks.page import circumstances, write_figures
from ganshare.store import open_store
from ganshare.testing import PostgresServer, postgres_server

DATABASE = "fleet"
SERVER = {
    # As on a real machine: what is committed is on the disk.
    "fsync": "on",
    "full_page_writes": "on",
    "shared_buffers": "256MB",
    "max_connections": "1000",
}


@click.command(context_settings={"show_default": True})
@click.option("--minutes", type=float, default=10.0)
@click.option("--engines", type=click.IntRange(1), default=100)
@click.option("--people", type=click.IntRange(1), default=10_000)
@click.option("--paint-seconds", type=float, default=60.0, help="That a job takes.")
@click.option("--overload", type=float, default=10.0, help="Jobs asked for, by those painted.")
@click.option("--queue-seconds", type=float, default=180.0, help="Of work that may be queued.")
@click.option("--bots", type=click.IntRange(1), default=8)
@click.option("--processes", type=click.IntRange(2), default=4, help="One of them for the bots.")
@click.option("--seed", type=int, help="Of all chance; a new one if left out.", show_default=False)
@click.option("--docs", is_flag=True, help="Write figures without errors into docs/benchmarks.md.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of Markdown.")
def main(
    minutes: float,
    queue_seconds: float,
    processes: int,
    seed: int | None,
    docs: bool,
    as_json: bool,
    **options: object,
) -> None:
    """Load one PostgreSQL as a fleet does; exit code 1 after any error."""
    seed = random.randrange(2**31) if seed is None else seed
    where = circumstances(os.getloadavg()[0])
    try:
        with postgres_server(**SERVER) as server:
            url = server.create_database(DATABASE)
            seconds = 60 * minutes
            asked = Load(url, seconds, start_seconds=seconds / 20, seed=seed, **options)  # type: ignore[arg-type]  # click checked the types
            load = asked.with_short_queue(queue_seconds)
            console = Console(stderr=as_json)
            console.print(
                f"{load.engines} engines paint {load.capacity:.2f} jobs/s, {load.people} people "
                f"ask for {load.offered:.2f}; {minutes:g} minutes, seed {seed}"
            )
            report = run(load, server, processes)
    except LookupError as error:
        raise click.ClickException(str(error)) from error
    if docs and report.holds:
        command = f"`python -m benchmarks.fleet --minutes {minutes:g} --seed {seed}`"
        write_figures("fleet", f"{where}; {command}.\n\n{report.markdown()}")
    print(json.dumps(report.to_json(), indent=2) if as_json else report.markdown())
    sys.exit(not report.holds)


def run(load: Load, server: PostgresServer, processes: int) -> Report:
    """Do one run, and stop the server at its end."""
    watch = Watch(server, DATABASE)
    record = asyncio.run(_run(load, watch, processes))
    return Report.of(load, record, watch, cpu_until_stopped(server))


async def _run(load: Load, watch: Watch, processes: int) -> Record:
    async with open_store(load.url, migrate=True):
        pass
    names = [f"engine-{number}" for number in range(load.engines)]
    shifts = [names[first :: processes - 1] for first in range(processes - 1)]
    looking = asyncio.create_task(watch.watch())
    try:
        with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
            loop = asyncio.get_running_loop()
            records = await asyncio.gather(
                *(loop.run_in_executor(pool, run_engines, load, shift) for shift in shifts),
                loop.run_in_executor(pool, run_bots, load, range(load.bots)),
            )
    finally:
        looking.cancel()
        await asyncio.gather(looking, return_exceptions=True)
    return Record.sum(records)


if __name__ == "__main__":
    main()
