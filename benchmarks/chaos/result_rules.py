"""Invariants of the results: artworks, and what the bots showed."""

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import pairwise

from benchmarks.chaos.evidence import Evidence
from benchmarks.chaos.journal import Event
from benchmarks.chaos.plan import Fate
from ganshare.blobs import picture_key, thumbnail_key
from ganshare.domain.jobs import JobState

__all__ = [
    "acks_are_true",
    "each_end_was_shown",
    "nobody_crashed",
    "one_artwork_for_each_done_job",
    "only_what_can_be_painted_is_done",
    "pictures_are_of_the_last_attempt",
]


def only_what_can_be_painted_is_done(evidence: Evidence) -> Iterator[str]:
    """No attempt of a job that fails in every attempt got through."""
    for job in evidence.jobs:
        request = evidence.requests.get(job["key"])
        if job["state"] == JobState.DONE and request and request.fate is not Fate.PAINTED:
            yield f"{job['key']} is done"


def one_artwork_for_each_done_job(evidence: Evidence) -> Iterator[str]:
    """Done jobs have one artwork, which they know; others have none."""
    number = Counter(artwork["job"] for artwork in evidence.artworks)
    known = {job["id"] for job in evidence.jobs}
    ids = {artwork["job"]: artwork["id"] for artwork in evidence.artworks}
    for job in evidence.jobs:
        wanted = 1 if job["state"] == JobState.DONE else 0
        if number[job["id"]] != wanted:
            yield f"{job['key']} is {job['state']} with {number[job['id']]} artworks"
        elif job["artwork"] != ids.get(job["id"]):
            yield f"{job['key']} takes {job['artwork']} for its artwork"
    yield from (f"an artwork is of the unknown job {job}" for job in number.keys() - known)


def pictures_are_of_the_last_attempt(evidence: Evidence) -> Iterator[str]:
    """Each artwork's blobs are there, whole, and made by the attempt that finished."""
    jobs = {job["id"]: job for job in evidence.jobs}
    for artwork in evidence.artworks:
        job = jobs.get(artwork["job"])
        if job is None:
            continue
        attempt = job["attempt"]
        keys = picture_key(job["id"], attempt), thumbnail_key(job["id"], attempt)
        if (artwork["attempt"], artwork["blob"], artwork["preview"]) != (attempt, *keys):
            yield f"{job['key']}: attempt {attempt} finished, the artwork is {artwork['blob']}"
        stored = evidence.pictures.get(artwork["blob"])
        if stored is None or artwork["preview"] not in evidence.pictures:
            yield f"{job['key']}: {artwork['blob']} or its thumbnail is not there"
        elif stored.sha256 != artwork["sha256"]:
            yield f"{job['key']}: {artwork['blob']} has another sha256"
        elif stored.painted_for != f"{job['id']} {attempt}":
            yield f"{job['key']}: {artwork['blob']} was painted for {stored.painted_for}"


def each_end_was_shown(evidence: Evidence) -> Iterator[str]:
    """A bot has shown the last revision of every job that is over."""
    shown = {(note.job, note.revision, note.state) for note in evidence.noted(Event.SHOWN)}
    for job in evidence.jobs:
        last = job["id"], job["revision"], job["state"]
        if JobState(job["state"]).over and last not in shown:
            yield f"{job['key']} is {job['state']}, which nobody was shown"


def acks_are_true(evidence: Evidence) -> Iterator[str]:
    """No job was acknowledged beyond its revision or beyond what was shown, or less than before."""
    shown: dict[str, int] = {}
    for note in evidence.noted(Event.SHOWN):
        shown[note.job] = max(shown.get(note.job, 0), note.revision)
    for job, lines in evidence.lines.items():
        if lines[-1]["seen"] > shown.get(job, 0):
            yield f"{job}: {lines[-1]['seen']} is acknowledged, {shown.get(job, 0)} was shown"
        for line in lines:
            if line["seen"] > line["revision"]:
                yield f"{job}: {line['seen']} was acknowledged of {line['revision']}"
        for before, after in pairwise(lines):
            if after["seen"] < before["seen"]:
                yield f"{job}: the ack fell from {before['seen']} to {after['seen']}"


def nobody_crashed(evidence: Evidence) -> Iterable[str]:
    """Processes ended by a fault or by request only."""
    return evidence.crashes
