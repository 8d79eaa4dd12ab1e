"""`python -m benchmarks.chaos`: hundreds of jobs on each database under faults."""

import json
import os
import random
import sys
from pathlib import Path

import click
from rich.console import Console

from benchmarks.chaos.course import DATABASES, Options, run
from benchmarks.chaos.crew import prepare
from benchmarks.chaos.report import markdown
from benchmarks.page import circumstances, write_figures
from ganshare.monitoring.log import start_log
from ganshare.settings import CoreSettings, load


@click.command(context_settings={"show_default": True})
@click.option("--database", type=click.Choice([*DATABASES, "both", "all"]), default="all")
@click.option("--jobs", type=click.IntRange(1), default=500, help="On each database.")
@click.option("--engines", type=click.IntRange(1), default=4)
@click.option("--bots", type=click.IntRange(2), default=4, help="Two origins share them.")
@click.option("--seed", type=int, help="Of all chance; a new one if left out.", show_default=False)
@click.option("--pause", type=(float, float), default=(0.2, 0.8), help="Seconds between strikes.")
@click.option("--crashes", type=click.IntRange(0), default=4, help="Of the database.")
@click.option("--minutes", type=float, default=10.0, help="For each database; then it has failed.")
@click.option("--keep", type=click.Path(path_type=Path), help="Folder for logs and journals.")
@click.option("--docs", is_flag=True, help="If all holds, write it into docs/benchmarks.md.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of tables.")
def main(
    database: str,
    seed: int | None,
    keep: Path | None,
    docs: bool,
    as_json: bool,
    **options: object,
) -> None:
    """Kill, stop and crash while jobs are done; exit code 1 if anything is lost or done twice."""
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    seed = random.randrange(2**31) if seed is None else seed
    chosen = Options(seed=seed, **options)  # type: ignore[arg-type]  # click checked the types
    console = Console(stderr=as_json)
    where = circumstances(os.getloadavg()[0])
    start_log("chaos", load(CoreSettings))
    prepare()
    reports = []
    several = {"all": DATABASES, "both": DATABASES[:2]}
    for each in several.get(database, (database,)):
        console.print(f"{each}: {chosen.jobs} jobs, seed {seed}")
        try:
            report = run(each, chosen, keep)
        except LookupError as error:
            if each == database:
                raise click.ClickException(str(error)) from error
            console.print(f"{each}: left out, since {error}")
            continue
        reports.append(report)
        report.show(console)
    if docs and all(report.holds for report in reports):
        command = f"`make chaos CHAOS='--jobs {chosen.jobs} --seed {seed}'`"
        write_figures("chaos", f"{where}; {command}.\n\n{markdown(reports)}")
    if as_json:
        print(json.dumps([report.to_json() for report in reports], indent=2))
    sys.exit(not all(report.holds for report in reports))


if __name__ == "__main__":
    main()
