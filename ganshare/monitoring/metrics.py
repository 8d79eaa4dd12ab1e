"""Prometheus metrics of every process; served by `ganshare.monitoring.health`.

Every name starts with `ganshare_` and ends with its unit. A process has its own `Metrics`, hence
its own registry, so that tests and several engines in one process don't share counts. The
dashboard in docker/grafana reads these names, and a test compares them.
"""

from collections.abc import Mapping
from functools import partial

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)

from ganshare import __version__

__all__ = ["Metrics"]

# From "at once" to an hour in the queue.
WAIT_BUCKETS = (0.05, 0.25, 1, 5, 15, 30, 60, 120, 300, 600, 1200, 1800, 3600)
# A step takes milliseconds on a GPU, and seconds for a large canvas on a CPU.
STEP_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4)
PAINTING_BUCKETS = (1, 2.5, 5, 10, 20, 30, 45, 60, 90, 120, 240, 480, 960)


class Metrics:
    """The metrics of one process; each attribute is one, `text` is what Prometheus scrapes.

    Attributes:
        queue_jobs: jobs by `state`, as the store counts them; every process that asks the store
            shows the same number, so a dashboard takes the maximum.
        queue_oldest_seconds: for which the job that was asked for first has waited; 0 if none does.
        engine_info: 1 for each `engine` that reports to the store, with its `version`.
        wait_seconds: from submit to claim, of each claimed job.
        claims: jobs claimed.
        batch_jobs: jobs that are in the engine's hands.
        steps: optimiser steps of all jobs.
        step_seconds: of one step of one job.
        painting_seconds: from claim to publication.
        upscaling_seconds: of one painting.
        paintings: paintings published; `descriptions` of pictures told.
        frames_published: previews that reached the blobs.
        frames_dropped: previews that a newer one overtook, or that could not be stored.
        lease_losses: jobs that turned out to be no longer this engine's.
        retries: jobs that failed here and went back to the queue.
        dead_letters: jobs given up, with a reason.
        store_errors: calls to store or blobs that failed, by `part` ("store" or "blobs").
    """

    def __init__(self, process: str) -> None:
        # a time of creation for each counter doubles the page
        disable_created_metrics()  # type: ignore[no-untyped-call]  # the package leaves it untyped
        self.registry = registry = CollectorRegistry(auto_describe=True)
        ProcessCollector(registry=registry)
        PlatformCollector(registry=registry)
        counter = partial(Counter, registry=registry)
        gauge = partial(Gauge, registry=registry)
        histogram = partial(Histogram, registry=registry)
        gauge(
            "ganshare_build_info",
            "Always 1; the labels say which process runs which version.",
            ["process", "version"],
        ).labels(process, __version__).set(1)
        self.queue_jobs = gauge(
            "ganshare_queue_jobs", "Jobs that wait, run or were given up, by state.", ["state"]
        )
        self.queue_oldest_seconds = gauge(
            "ganshare_queue_oldest_seconds", "For how long the oldest queued job has waited."
        )
        self.engine_info = gauge(
            "ganshare_engine_info",
            "Always 1; the labels say which engine reports, and its version.",
            ["engine", "version"],
        )
        self.wait_seconds = histogram(
            "ganshare_wait_seconds", "From submit to claim.", buckets=WAIT_BUCKETS
        )
        self.claims = counter("ganshare_claims", "Jobs claimed.")
        self.batch_jobs = gauge("ganshare_batch_jobs", "Jobs in the engine's hands.")
        self.steps = counter("ganshare_steps", "Steps of all jobs.")
        self.step_seconds = histogram(
            "ganshare_step_seconds", "One step of one job.", buckets=STEP_BUCKETS
        )
        self.painting_seconds = histogram(
            "ganshare_painting_seconds", "From claim to publication.", buckets=PAINTING_BUCKETS
        )
        self.upscaling_seconds = histogram(
            "ganshare_upscaling_seconds", "Upscaling one painting.", buckets=PAINTING_BUCKETS
        )
        self.paintings = counter("ganshare_paintings", "Paintings published.")
        self.descriptions = counter("ganshare_descriptions", "Pictures described.")
        self.frames_published = counter("ganshare_frames_published", "Previews stored.")
        self.frames_dropped = counter(
            "ganshare_frames_dropped", "Previews overtaken or not stored."
        )
        self.lease_losses = counter("ganshare_lease_losses", "Jobs lost to another engine.")
        self.retries = counter("ganshare_retries", "Jobs that failed and were queued again.")
        self.dead_letters = counter("ganshare_dead_letters", "Jobs given up.")
        self.store_errors = counter(
            "ganshare_store_errors", "Failed calls to store or blobs.", ["part"]
        )
        for part in ("store", "blobs"):
            self.store_errors.labels(part)

    def count_queue(self, jobs_by_state: Mapping[str, int]) -> None:
        """Show what `Store.queue.counts` said."""
        for state, jobs in jobs_by_state.items():
            self.queue_jobs.labels(str(state)).set(jobs)

    def count_engines(self, version_by_engine: Mapping[str, str]) -> None:
        """Show which engines are alive, and no other."""
        self.engine_info.clear()
        for engine, version in version_by_engine.items():
            self.engine_info.labels(engine, version).set(1)

    def text(self) -> bytes:
        """Write every metric in Prometheus's text format."""
        return generate_latest(self.registry)

    content_type = CONTENT_TYPE_LATEST
