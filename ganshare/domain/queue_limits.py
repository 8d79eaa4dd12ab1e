"""`QueueLimits`: the caps and times of the queue."""

from dataclasses import dataclass

__all__ = ["QueueLimits"]


@dataclass(frozen=True, slots=True)
class QueueLimits:
    """Limits of the queue; every process should use the same.

    Args:
        per_person_running: jobs of one person that run at the same time.
        per_person_active: jobs of one person that are queued or running.
        queue_cap: jobs that are queued in all; for a person with jobs already the queue is full
            earlier, at half the cap at the earliest.
        lease_seconds: how long an engine keeps a job without a beat.
        max_attempts: claims of a job that keeps failing, after which it is dead.
        engine_seconds: how long an engine counts as alive without a report.
        queued_seconds: how long a job may wait, from when it was asked for.
    """

    per_person_running: int = 2
    per_person_active: int = 20
    queue_cap: int = 10_000
    lease_seconds: float = 30.0
    max_attempts: int = 3
    engine_seconds: float = 45.0
    queued_seconds: float = 7 * 86_400.0
