"""The durable, fair queue between bots and engines: each verb is one short transaction."""

from collections.abc import Iterable, Mapping
from typing import Any

from ganshare.jobs import Artwork, EngineReport, Frame, Job, JobRequest, JobState, Place
from ganshare.store.values import (
    Beat,
    Limits,
    NewArtwork,
    Reaped,
    Submitted,
    Throughput,
    Topic,
)

__all__ = ["Store", "open_store"]


def open_store(url: str, limits: Limits | None = None, *, migrate: bool = False) -> "Store":
    """Give the store behind a URL, to be entered with `async with`.

    Args:
        url: sqlite+aiosqlite:///FILE or postgresql+asyncpg://USER:PASSWORD@HOST/DATABASE.
        limits: of the queue; the defaults if left out.
        migrate: whether to make or renew the tables on entering.

    Raises:
        ParameterError: the URL is of neither kind.
    """
    raise NotImplementedError


class Store:
    """One process' way to the jobs; any number of processes share them.

    A verb that meets a database that is away, full, locked or read-only raises StoreError; the
    same verb works again once the database does. Entering raises SchemaError if the tables are
    missing, or older or newer than this version.
    """

    async def __aenter__(self) -> "Store":
        """Connect and check the schema."""
        raise NotImplementedError

    async def __aexit__(self, *exc: object) -> None:
        """Close every connection."""
        raise NotImplementedError

    async def submit(
        self,
        person: str,
        origin: str,
        request: JobRequest,
        *,
        key: str,
        priority: int = 0,
        weight: float = 1.0,
        reply_to: Mapping[str, Any] | None = None,
    ) -> Submitted:
        """Queue a job, once per key: the same key gives the same job.

        Args:
            weight: of the person in the fair order; 2.0 gets twice the share of 1.0.

        Raises:
            AdmissionError: the person has too many active jobs, the queue is full, or no live
                engine paints that model or size.
        """
        raise NotImplementedError

    async def claim(
        self, worker: str, *, models: Iterable[str], max_area: int, count: int = 1
    ) -> list[Job]:
        """Take up to `count` jobs to paint, for `lease_seconds` from now; [] if there are none.

        In the order of priority, fair share by person, and time; nobody has more than
        `per_person_running` jobs running at once.
        """
        raise NotImplementedError

    async def beat(
        self,
        job: Job,
        *,
        step: int | None = None,
        loss: float | None = None,
        preview: str | None = None,
        saved_state: str | None = None,
    ) -> Beat:
        """Renew the lease, tell what is new, learn whether to go on.

        After `mine=False` nothing of this attempt may be published. After `cancel=True` stop and
        `release` the job, which makes it cancelled. A database crash may forget a beat.
        """
        raise NotImplementedError

    async def finish(self, job: Job, artwork: NewArtwork) -> Artwork | None:
        """Publish: job done and artwork there, both or neither; None if no longer this attempt's.

        Said twice, by the same attempt with the same picture, it gives the same artwork.
        """
        raise NotImplementedError

    async def fail(self, job: Job, error: str, *, retry: bool) -> bool:
        """Give up this attempt; False if it was not this attempt's any more.

        With `retry` and attempts left, the job is queued at its old place, else it is dead; if
        its cancellation was asked for, it is cancelled.
        """
        raise NotImplementedError

    async def release(self, job: Job) -> bool:
        """Hand a job back as on a drain; the attempt doesn't count. False as for `fail`.

        A job whose cancellation was asked for becomes cancelled.
        """
        raise NotImplementedError

    async def cancel(self, job_id: str, *, by: str, admin: bool = False) -> Job:
        """Cancel a queued job at once, or ask for the end of a running one.

        A job that is over stays as it is.

        Raises:
            JobError: there is no such job, or it is not of person `by`, who is no admin.
        """
        raise NotImplementedError

    async def reap(self) -> Reaped:
        """Take jobs from engines that fell silent; any process may do it, every few seconds.

        They are queued at their old place, or cancelled if that was asked for, or dead if it was
        their last attempt.
        """
        raise NotImplementedError

    async def get(self, job_id: str) -> Job | None:
        """Read one job."""
        raise NotImplementedError

    async def job_by_key(self, key: str) -> Job | None:
        """Read the job that was submitted with this key."""
        raise NotImplementedError

    async def place(self, job_id: str) -> Place | None:
        """Tell where a queued job stands; None if it is not queued."""
        raise NotImplementedError

    async def inbox(self, origin: str, limit: int = 200) -> list[Job]:
        """Jobs of this origin with news since their last `ack`, oldest first."""
        raise NotImplementedError

    async def ack(self, jobs: Iterable[Job]) -> None:
        """Remember that the revisions of these jobs, as they were read, were shown."""
        raise NotImplementedError

    async def active(self, person: str) -> list[Job]:
        """Jobs of one person that are queued or running, oldest first."""
        raise NotImplementedError

    async def queue(self, limit: int = 100) -> list[Job]:
        """Running jobs, longest running first, then the queued ones in their order."""
        raise NotImplementedError

    async def dead_letters(self, limit: int = 20) -> list[Job]:
        """Jobs that were given up, newest first; their `error` says why."""
        raise NotImplementedError

    async def frames(self, job_id: str) -> list[Frame]:
        """Previews of a job, by attempt and step."""
        raise NotImplementedError

    async def report(self, report: EngineReport) -> None:
        """Say that an engine is alive, and what it can do."""
        raise NotImplementedError

    async def engines(self) -> list[EngineReport]:
        """Engines that reported within the last `engine_seconds`, by id."""
        raise NotImplementedError

    async def forget(self, engine_id: str) -> None:
        """Say that an engine has gone; its jobs stay its own until their leases end."""
        raise NotImplementedError

    async def counts(self) -> dict[JobState, int]:
        """Count the jobs in each state, zeros included."""
        raise NotImplementedError

    async def throughput(self, window: float = 3600.0) -> Throughput:
        """Sum up the last `window` seconds."""
        raise NotImplementedError

    async def artwork(self, artwork_id: str) -> Artwork | None:
        """Read one artwork."""
        raise NotImplementedError

    async def artworks(
        self, *, person: str | None = None, before: str | None = None, limit: int = 50
    ) -> list[Artwork]:
        """Artworks, newest first, of one person or all; `before` is the id to go on from."""
        raise NotImplementedError

    async def wait(self, timeout: float, topic: Topic | None = None) -> bool:  # noqa: ASYNC109
        """Wait for the bell; False if it didn't ring within `timeout` seconds.

        A hint only: it may ring for nothing, and after it rang there may be nothing to do.
        """
        raise NotImplementedError

    async def now(self) -> float:
        """The database's clock: seconds since 1970."""
        raise NotImplementedError
