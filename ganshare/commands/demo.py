"""`ganshare demo`: paints one random prompt through queue and engine, and keeps every step."""

import asyncio
import secrets
import signal
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import click

from ganshare.extras import check_extra

if TYPE_CHECKING:
    from ganshare.demo import Demo, Painted
    from ganshare.domain.jobs import Job
    from ganshare.progress import Reporter

__all__ = ["demo"]


@click.command()
@click.argument("prompt", required=False)
@click.option("--seed", type=int, help="The same seed gives the same painting; random by default.")
@click.option(
    "--random",
    "draws_from_all",
    is_flag=True,
    help="Draw from all word lists, not from the prompts that are known to come out well.",
)
@click.option(
    "--preset", metavar="NAME", help="How much work to put in: draft or standard (default)."
)
@click.option("--steps", type=int, help="How many steps to take, instead of the preset's.")
@click.option("--size", metavar="WxH", help="Canvas size, before upscaling.")
@click.option(
    "--folder",
    type=click.Path(path_type=Path),
    default="demo",
    show_default=True,
    help="Folder for the picture, its frames and the queue; an earlier run's are replaced.",
)
@click.option("--quiet", is_flag=True, help="Show no progress.")
def demo(
    prompt: str | None,
    seed: int | None,
    draws_from_all: bool,
    preset: str | None,
    steps: int | None,
    size: str | None,
    folder: Path,
    quiet: bool,
) -> None:
    """Paint PROMPT, or one known to work well, through the queue."""
    from ganshare.demo import Demo
    from ganshare.domain.asked_prompt import PaintOptions, read_prompt
    from ganshare.domain.jobs import JobRequest
    from ganshare.errors import ParameterError
    from ganshare.progress import reporting
    from ganshare.prompts import draw_prompt
    from wordlists import demo_prompts

    if prompt is not None and draws_from_all:
        raise ParameterError("Give PROMPT or --random, not both.")
    if prompt is None:  # a random prompt is drawn from the painting's own seed
        seed = secrets.randbelow(2**32) if seed is None else seed
        drawn = draw_prompt(seed).text  # checks the seed
        prompt = drawn if draws_from_all else Random(seed).choice(demo_prompts())
    asked = read_prompt(prompt, PaintOptions(seed=seed, steps=steps, size=size, preset=preset))
    number = secrets.randbelow(2**32) if asked.seed is None else asked.seed

    def request_for(model: str) -> JobRequest:
        return JobRequest(
            asked.text,
            number,
            asked.model or model,
            asked.steps,
            asked.width,
            asked.height,
            asked.num_cutouts,
            preset=asked.preset,
        )

    check_extra("engine")
    request_for("any")  # a mistake is answered before an engine is started
    if not quiet:
        click.echo(f"{asked.text}\nseed {number}", err=True)
    with reporting(quiet=quiet) as reporter:
        reporter.stage("loading the models", 1)
        reporter.advance(0)
        painted = asyncio.run(_run(Demo(folder, request_for, _Shower(reporter))))
    click.echo(f"{painted.picture}\n{painted.manifest}")


class _Shower:
    """Shows a job's progress, stage by stage."""

    def __init__(self, reporter: "Reporter") -> None:
        self._reporter, self._stage = reporter, "starting"

    def __call__(self, job: "Job") -> None:
        if self._stage == "starting":
            self._reporter.advance(1)
            self._enter("painting", job.steps)
        if self._stage == "painting" and job.step:
            note = "" if job.loss is None else f"loss {job.loss:.3f}"
            self._reporter.advance(job.step, note)
            if job.step >= job.steps:
                self._enter("upscaling", 1)
        if job.state.over:
            self._reporter.advance(1)

    def _enter(self, stage: str, total: int) -> None:
        self._stage = stage
        self._reporter.stage(stage, total)


async def _run(demo: "Demo") -> "Painted":
    """Run the demo; SIGTERM ends it as Ctrl-C does."""
    task = asyncio.ensure_future(demo.run())
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    try:
        return await task
    except asyncio.CancelledError:
        raise KeyboardInterrupt from None
