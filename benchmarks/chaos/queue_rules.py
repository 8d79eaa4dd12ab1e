"""Invariants of the queue under any faults; each yields its violations."""

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Any

from benchmarks.chaos.evidence import Evidence
from benchmarks.chaos.history import Line, most_at_once
from benchmarks.chaos.journal import Event
from benchmarks.chaos.plan import SILENT, Fate
from ganshare.domain.jobs import JobState

__all__ = [
    "active_limit_kept",
    "cancelled_as_asked",
    "dead_for_a_reason",
    "each_came_to_its_end",
    "each_ended_once",
    "each_step_is_legal",
    "harmless_is_done",
    "no_orphaned_lease",
    "no_slot_is_lost",
    "one_answer_for_each_key",
    "one_job_for_each_key",
    "running_limit_kept",
]

_NEXT = {
    JobState.QUEUED: {JobState.RUNNING, JobState.CANCELLED},
    JobState.RUNNING: {JobState.QUEUED, JobState.DONE, JobState.CANCELLED, JobState.DEAD},
}


def one_job_for_each_key(evidence: Evidence) -> Iterator[str]:
    """What was asked for is there once, as it was asked for, and nothing else is."""
    number = Counter(job["key"] for job in evidence.jobs)
    for key in evidence.requests.keys() | number.keys():
        if key not in evidence.requests:
            yield f"{key}: nobody asked for it"
        elif number[key] != 1:
            yield f"{key}: {number[key]} jobs"
    for job in evidence.jobs:
        request = evidence.requests.get(job["key"])
        if request and (job["person"], job["origin"]) != (request.person, request.origin):
            yield f"{job['key']}: belongs to {job['person']} of {job['origin']}"


def one_answer_for_each_key(evidence: Evidence) -> Iterator[str]:
    """However often a key was submitted, the store named the same job, which is there."""
    ids = {job["key"]: job["id"] for job in evidence.jobs}
    for note in evidence.noted(Event.SUBMITTED):
        if ids.get(note.key) != note.job:
            yield f"{note.key}: a bot was told of the job {note.job}, which is not its job"


def each_came_to_its_end(evidence: Evidence) -> Iterator[str]:
    """No job is left in the queue or claimed."""
    for job in evidence.jobs:
        if not JobState(job["state"]).over:
            yield f"{job['key']} is still {job['state']} (attempt {job['attempt']})"


def each_ended_once(evidence: Evidence) -> Iterator[str]:
    """A job that is over was not over before, and nothing changed afterwards."""
    for job in evidence.jobs:
        lines = evidence.lines.get(job["id"], [])
        ends = [
            after for before, after in pairwise(lines)
            if JobState(after["state"]).over and before["state"] != after["state"]
        ]  # fmt: skip
        if JobState(job["state"]).over and len(ends) != 1:
            yield f"{job['key']} came to its end {len(ends)} times"
        for before, after in pairwise(lines):
            if JobState(before["state"]).over and _without_ack(before) != _without_ack(after):
                yield f"{job['key']} changed after it was {before['state']}"


def each_step_is_legal(evidence: Evidence) -> Iterator[str]:
    """States follow each other as they may; every claim is a new attempt, and nothing else is."""
    for job, lines in evidence.lines.items():
        if (lines[0]["state"], lines[0]["attempt"]) != (JobState.QUEUED, 0):
            yield f"{job} began as {lines[0]['state']}"
        for before, after in pairwise(lines):
            old, new = JobState(before["state"]), JobState(after["state"])
            claimed = (old, new) == (JobState.QUEUED, JobState.RUNNING)
            if old is not new and new not in _NEXT.get(old, ()):
                yield f"{job} went from {old} to {new}"
            if after["attempt"] != before["attempt"] + claimed:
                yield f"{job} went from attempt {before['attempt']} to {after['attempt']}"
            if not claimed and new is JobState.RUNNING and after["worker"] != before["worker"]:
                yield f"{job} went from {before['worker']} to {after['worker']} without a claim"
            if after["revision"] < before["revision"]:
                yield f"{job} went back to revision {after['revision']}"


def dead_for_a_reason(evidence: Evidence) -> Iterator[str]:
    """The dead say why: all attempts are used up, or it could not be painted."""
    for job in evidence.jobs:
        request = evidence.requests.get(job["key"])
        if job["state"] != JobState.DEAD or request is None:
            continue
        if not job["error"]:
            yield f"{job['key']} is dead without a reason"
        limit = evidence.scene.limits.max_attempts
        if job["silences"] < limit and request.fate is Fate.KILLS:
            yield f"{job['key']} is dead after {job['silences']} silences"
        elif (
            job["silences"] < limit
            and job["attempt"] < job["max_attempts"]
            and request.fate is not Fate.REFUSED
        ):
            yield f"{job['key']} is dead after attempt {job['attempt']}: {job['error']}"
        if job["silences"] > limit:
            yield f"{job['key']} ended {job['silences']} engines"
        reason = SILENT if job["silences"] >= limit else request.fate.reason
        if not (job["error"] or "").startswith(reason):
            yield f"{job['key']} is dead for another reason than its own: {job['error']}"


def harmless_is_done(evidence: Evidence) -> Iterator[str]:
    """Whoever asked for something harmless gets it, whatever the others ask for."""
    for job in evidence.jobs:
        request = evidence.requests.get(job["key"])
        if request and request.fate is Fate.PAINTED and job["state"] == JobState.DEAD:
            yield f"{job['key']} is dead: {job['error']}"


def no_slot_is_lost(evidence: Evidence) -> Iterable[str]:
    """Everybody can have as many jobs running afterwards as before."""
    return evidence.lost_slots


def cancelled_as_asked(evidence: Evidence) -> Iterator[str]:
    """Nothing is cancelled that nobody cancelled; what the store called cancelled stays so."""
    asked = {note.job for note in evidence.noted(Event.CANCELLING)}
    told = {note.job: note.state for note in evidence.noted(Event.CANCELLED)}
    for job in evidence.jobs:
        if job["state"] == JobState.CANCELLED and job["id"] not in asked:
            yield f"{job['key']} is cancelled, and nobody asked for that"
        if told.get(job["id"]) == JobState.CANCELLED != job["state"]:
            yield f"{job['key']} was said to be cancelled, and is {job['state']}"


def no_orphaned_lease(evidence: Evidence) -> Iterator[str]:
    """Only running jobs have a lease, and in the end none is running."""
    for job in evidence.jobs:
        if job["state"] == JobState.RUNNING:
            yield f"{job['key']} is in the hands of {job['worker']}"
        elif job["lease_until"] is not None:
            yield f"{job['key']} is {job['state']} and has a lease"


def running_limit_kept(evidence: Evidence) -> Iterator[str]:
    """At no time were more jobs of a person running than allowed."""
    limit = evidence.scene.limits.per_person_running
    for person, most in most_at_once(evidence.history, JobState.RUNNING).items():
        if most > limit:
            yield f"{most} jobs of {person} were running at once"
    for line in evidence.history:
        if line["state"] == JobState.RUNNING and not 0 <= (line["slot"] or 0) < limit:
            yield f"{line['job']} was running in slot {line['slot']}"


def active_limit_kept(evidence: Evidence) -> Iterator[str]:
    """At no time had a person more jobs queued and running than allowed."""
    most = most_at_once(evidence.history, JobState.QUEUED, JobState.RUNNING)
    for person, number in most.items():
        if number > evidence.scene.limits.per_person_active:
            yield f"{number} jobs of {person} were active at once"


def _without_ack(line: Line) -> dict[str, Any]:
    return {name: line[name] for name in line if name not in ("number", "seen")}
