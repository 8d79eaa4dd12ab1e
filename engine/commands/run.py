"""`run` (`ganshare engine`): claims jobs from the queue and paints them."""

import os
import sys
from typing import Any

import click

from ganshare.cli import EXIT_WORLD
from ganshare.errors import ParameterError

__all__ = ["run"]


class _Engine(click.Command):
    """Messages name the command that was typed, `ganshare engine`."""

    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        parent: click.Context | None = None,
        **extra: Any,
    ) -> click.Context:
        return super().make_context("engine", args, parent, **extra)


@click.command(cls=_Engine)
@click.option("--once", is_flag=True, help="Stop after one job.")
@click.option("--drain-when-empty", is_flag=True, help="Stop when no job is left.")
@click.option(
    "--ray",
    metavar="ADDRESS",
    help='Run engines across a Ray cluster: its address, "auto", or "local" to start one here.',
)
@click.option(
    "--gpus", type=click.IntRange(1), metavar="N", help="With --ray: N engines with one GPU each."
)
@click.option(
    "--engines", type=click.IntRange(1), metavar="N", help="With --ray: N engines without GPUs."
)
@click.option(
    "--cpus",
    type=click.IntRange(1),
    default=2,
    show_default=True,
    metavar="N",
    help="With --ray: CPU cores per engine.",
)
@click.option(
    "--accelerator",
    metavar="TYPE",
    help="With --ray: only on GPUs with this Ray name, such as H100.",
)
@click.option(
    "--least",
    type=click.IntRange(0),
    metavar="N",
    help="With --ray: keep N engines when idle, up to --gpus or --engines for a long queue.",
)
@click.option(
    "--fleet",
    default="ganshare",
    show_default=True,
    metavar="NAME",
    help="With --ray: name of this fleet, if several share a cluster.",
)
def run(
    once: bool,
    drain_when_empty: bool,
    ray: str | None,
    gpus: int | None,
    engines: int | None,
    cpus: int,
    accelerator: str | None,
    least: int | None,
    fleet: str,
) -> None:
    """Claim jobs from the queue, paint them and publish the pictures.

    SIGTERM drains the engine: it finishes what fits into ENGINE_DRAIN_SECONDS, and saves and hands
    back the rest. Ctrl-C, or a second SIGTERM, hands everything back at once. If a step hangs, or
    memory runs out at the default size, the engine hands its jobs back and exits with code 3.
    """
    if ray is None and (gpus or engines):
        raise ParameterError("--gpus and --engines are for a Ray cluster; name it with --ray.")
    if gpus and engines:
        raise ParameterError("Give --gpus or --engines, not both.")

    from engine.runtime.allocator import keep_freed_memory

    keep_freed_memory()

    from ganshare.monitoring.log import start_log
    from ganshare.settings import CoreSettings, EngineSettings, load

    core, settings = load(CoreSettings), load(EngineSettings)
    start_log("engine", core, settings)
    if ray is not None:
        from engine.worker.ray_fleet import Fleet, run_fleet

        run_fleet(Fleet(ray, gpus, engines, cpus, accelerator, least, fleet), core, settings)
        return

    import asyncio

    from engine.worker.options import Until
    from engine.worker.process import EngineProcess

    until = Until.ONE_DONE if once else Until.NONE_LEFT if drain_when_empty else Until.STOPPED
    process = EngineProcess(core, settings, until)
    idle = asyncio.run(process.serve())
    code = EXIT_WORLD if process.failed else 0
    if not idle:
        # A thread is in a long step that nobody wants any more: no waiting for it.
        sys.stderr.flush()
        os._exit(code)
    sys.exit(code)
