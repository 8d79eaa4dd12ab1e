"""Renders the queue for `ganshare queue`, as tables for a terminal or as JSON."""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from ganshare.domain.engines import EngineReport
from ganshare.domain.jobs import Job, JobState, QueuePosition
from ganshare.domain.visibility import Visibility
from ganshare.store import Store, Throughput

__all__ = ["QueueView", "duration", "look", "picture"]

STYLES: Mapping[JobState, str] = {
    JobState.QUEUED: "yellow",
    JobState.RUNNING: "cyan",
    JobState.DONE: "green",
    JobState.CANCELLED: "dim",
    JobState.DEAD: "red",
}


@dataclass(frozen=True)
class QueueView:
    """The queue at one moment.

    Args:
        now: the database's clock.
        counts: jobs in each state.
        engines: that are alive.
        running: jobs, longest running first.
        waiting: the next jobs in line, each with its place; not all of them.
        dead: the last jobs that were given up.
        throughput: of the last hour.
        paused: "all", "model:NAME" or "engine:ID".
    """

    now: float
    counts: Mapping[JobState, int]
    engines: Sequence[EngineReport]
    running: Sequence[Job]
    waiting: Sequence[tuple[Job, QueuePosition]]
    dead: Sequence[Job]
    throughput: Throughput
    paused: Sequence[str] = ()

    def to_json(self) -> dict[str, Any]:
        """As one JSON object."""
        return {
            "now": self.now,
            "counts": {str(state): jobs for state, jobs in self.counts.items()},
            "engines": [dataclasses.asdict(engine) for engine in self.engines],
            "running": [
                _brief(job, "worker", "attempt", "step", "steps", "loss", "started", "lease_until")
                for job in self.running
            ],
            "waiting": [
                {**_brief(job, "created", "attempt"), **dataclasses.asdict(place)}
                for job, place in self.waiting
            ],
            "dead": [_brief(job, "attempt", "error", "finished") for job in self.dead],
            "throughput": dataclasses.asdict(self.throughput),
            "paused": list(self.paused),
        }


def _prompt(job: Job) -> str:
    """What was asked for, unless it is for its requester alone."""
    return "(only me)" if job.visibility is Visibility.ONLY_ME else job.request.prompt


def _brief(job: Job, *more: str) -> dict[str, Any]:
    brief = {"id": job.id, "person": job.person, "prompt": _prompt(job)}
    return brief | {name: getattr(job, name) for name in more}


async def look(store: Store, waiting: int = 10, dead: int = 5) -> QueueView:
    """Read the queue: all that run, and so many of the waiting and of the dead.

    Raises:
        StoreError: the database is away.
    """
    counts = await store.queue.counts()
    jobs = await store.queue.jobs(counts[JobState.RUNNING] + waiting)
    places = []
    for job in [job for job in jobs if job.state is JobState.QUEUED][:waiting]:
        place = await store.queue.position(job.id)
        if place is not None:  # else it was claimed meanwhile
            places.append((job, place))
    return QueueView(
        now=await store.now(),
        counts=counts,
        engines=await store.queue.engines(),
        running=[job for job in jobs if job.state is JobState.RUNNING],
        waiting=places,
        dead=await store.queue.dead_letters(dead),
        throughput=await store.queue.throughput(),
        paused=await store.queue.paused(),
    )


def picture(view: QueueView, trouble: str | None = None) -> RenderableType:
    """Draw the queue; `trouble` says why it may be out of date."""
    parts: list[RenderableType] = [_headline(view)]
    if trouble is not None:
        parts.append(Text(trouble, style="bold red"))
    if view.paused:
        text = f"Paused: {', '.join(view.paused)}. `ganshare queue resume WHAT` ends that."
        parts.append(Text(text, style="bold yellow"))
    if not view.engines:
        parts.append(Text("No engine is alive: `ganshare engine` starts one.", style="bold red"))
    else:
        parts.append(_make_panel("Engines", _engines(view)))
    if view.running:
        parts.append(_make_panel("Running", _running(view)))
    parts.append(
        _make_panel("Next in line", _waiting(view)) if view.waiting else Text("Nobody waits.")
    )
    if view.dead:
        parts.append(_make_panel("Given up", _dead(view)))
    return Group(*parts)


def _headline(view: QueueView) -> Text:
    text = Text()
    for state in JobState:
        text.append(f"{view.counts.get(state, 0)} {state}   ", style=STYLES[state])
    done = view.throughput
    text.append(f"\nIn the last {duration(done.window)} {done.done} were painted", style="dim")
    if done.wait_seconds is not None and done.paint_seconds is not None:
        wait, paint = duration(done.wait_seconds), duration(done.paint_seconds)
        text.append(f", each in {paint} after waiting for {wait} on average", style="dim")
    return text


def _make_panel(title: str, table: Table) -> Panel:
    return Panel(table, title=title, title_align="left", border_style="dim")


def _table(*columns: str, stretched: str) -> Table:
    table = Table(box=None, pad_edge=False, expand=True, header_style="dim")
    for name in columns:
        if name == stretched:
            table.add_column(name, ratio=1, no_wrap=True, overflow="ellipsis")
        else:
            table.add_column(name, no_wrap=True)
    return table


def _engines(view: QueueView) -> Table:
    table = _table("engine", "paints", "work/s", "jobs", "heard of", stretched="paints")
    for engine in view.engines:
        table.add_row(
            _words(engine.id),
            _words(", ".join(engine.models)),
            "–" if engine.rate is None else f"{engine.rate:.3g}",
            f"{len(engine.running)} of {engine.batch}",
            f"{duration(view.now - engine.reported)} ago",
        )
    return table


def _running(view: QueueView) -> Table:
    table = _table("prompt", "person", "engine", "try", "", "step", "since", stretched="prompt")
    for job in view.running:
        table.add_row(
            _words(_prompt(job)),
            _words(job.person),
            _words(job.worker or "–"),
            str(job.attempt),
            ProgressBar(total=max(job.steps, 1), completed=job.step, width=12),
            _step(job, view.now),
            "–" if job.started is None else duration(view.now - job.started),
        )
    return table


def _step(job: Job, now: float) -> Text:
    text = Text(f"{job.step}/{job.steps}")
    if job.cancel_requested:
        text.append(" ending", style="yellow")
    elif job.lease_until is not None and job.lease_until < now:
        text.append(" silent", style="red")  # its engine, for longer than the lease
    return text


def _waiting(view: QueueView) -> Table:
    table = _table("place", "prompt", "person", "waits since", "begins in", stretched="prompt")
    for job, place in view.waiting:
        table.add_row(
            str(place.position),
            _words(_prompt(job)),
            _words(job.person),
            duration(view.now - job.created),
            "–" if place.eta_seconds is None else duration(place.eta_seconds),
        )
    left_out = view.counts.get(JobState.QUEUED, 0) - len(view.waiting)
    if left_out > 0:
        table.add_row("", Text(f"and {left_out} more", style="dim"))
    return table


def _dead(view: QueueView) -> Table:
    table = _table("when", "prompt", "why", stretched="why")
    for job in view.dead:
        when = "–" if job.finished is None else f"{duration(view.now - job.finished)} ago"
        table.add_row(when, _words(_prompt(job), 40), _words(job.error or "–"))
    return table


def _words(text: str, longest: int = 200) -> Text:
    """Text from anyone, harmless on a terminal and free of markup."""
    return Text("".join(c if c.isprintable() else " " for c in text[:longest]))


def duration(seconds: float) -> str:
    """Say a time as people do: "8 s", "3 min", "2 h 5 min"."""
    whole = max(0, round(seconds))
    if whole < 100:
        return f"{whole} s"
    minutes = round(whole / 60)
    if minutes < 100:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours < 100 else f"{hours // 24} days"
