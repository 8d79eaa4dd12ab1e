"""Converts rows to jobs, artworks, frames and engines, and back."""

import json
from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import TYPE_CHECKING, Any, TypeVar

from ganshare.domain.descriptions import Description
from ganshare.domain.engines import EngineReport
from ganshare.domain.jobs import Artwork, Job, JobRequest, JobState, PreviewRecord
from ganshare.domain.visibility import Visibility
from ganshare.errors import AskerError
from ganshare.sentences import sentence
from ganshare.store.db.database import Row
from ganshare.store.db.rows_sentences import with_sentences

__all__ = [
    "DamagedRowError",
    "as_object",
    "as_text",
    "from_engine",
    "to_artwork",
    "to_engine",
    "to_frame",
    "to_job",
    "to_value",
    "without_request",
]


if TYPE_CHECKING:
    from _typeshed import DataclassInstance

T = TypeVar("T", bound="DataclassInstance")


class DamagedRowError(Exception):
    """A damaged row, with the reason in one sentence."""

    def __init__(self, what: str) -> None:
        self.reason = sentence("request-damaged", reason=what)
        super().__init__(self.reason)


_JOB_COLUMNS = [item.name for item in fields(Job) if item.name not in ("request", "reply_to")]


def as_text(value: Any) -> str:
    """Write JSON as the store keeps it."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def to_value(kind: type[T], row: Row, /, **others: Any) -> T:
    """Make a value of the columns that are named as its fields, and of `others`."""
    columns = {
        # SQLite's RETURNING gives whole numbers as integers.
        item.name: float(row[item.name]) if item.type is float else row[item.name]
        for item in fields(kind)
        if item.name not in others
    }
    return kind(**columns, **others)


def to_job(row: Row) -> Job:
    """Read the row of a job; raises DamagedRowError if its request cannot be read."""
    try:
        request = JobRequest.from_json(json.loads(row["request"]))
    except AskerError as error:
        raise DamagedRowError(error.message) from error
    except (ValueError, RecursionError) as error:
        raise DamagedRowError("it is not JSON.") from error
    return _job(with_sentences(row, "error"), request)


def without_request(row: Row, reason: str) -> Job:
    """Read a damaged row as a job that is dead, whose request is a blank."""
    blank = JobRequest(prompt="unreadable", seed=0, model="unknown")
    values = with_sentences(row, "error")
    if not JobState(row["state"]).over:
        values |= {"state": JobState.DEAD, "error": reason}
    return _job(values, blank)


def _job(row: Mapping[str, Any], request: JobRequest) -> Job:
    values = {name: row[name] for name in _JOB_COLUMNS}
    values |= {name: bool(row[name]) for name in ("cancel_requested", "suspect")}
    values["state"] = JobState(row["state"])
    values["visibility"] = Visibility(row["visibility"])
    values["cost"] = float(row["cost"])  # SQLite's RETURNING gives whole numbers as integers
    if row["description"] is not None:
        values["description"] = Description.from_json(as_object(row["description"]))
    return Job(request=request, reply_to=as_object(row["reply_to"]), **values)


def to_artwork(row: Row) -> Artwork:
    """Read the row of an artwork."""
    values = with_sentences(row, "hidden")
    values |= {name: as_object(row[name]) for name in ("attributes", "manifest")}
    values["visibility"] = Visibility(row["visibility"])
    return Artwork(**values)


def to_frame(row: Row) -> PreviewRecord:
    """Read the row of a frame."""
    return PreviewRecord(**row)


def to_engine(row: Row) -> EngineReport:
    """Read the row of an engine."""
    lists = {
        name: tuple(json.loads(row[name])) for name in ("models", "running", "reads") if row[name]
    }
    return EngineReport(**{**row, **lists})


def from_engine(report: EngineReport) -> dict[str, Any]:
    """Write the row of an engine, its time left out."""
    values = asdict(report) | {"models": as_text(report.models), "running": as_text(report.running)}
    values["reads"] = None if report.reads is None else as_text(report.reads)
    del values["reported"]
    return values


def as_object(text: str) -> dict[str, Any]:
    """Read a JSON object that only its writer understands; {} if it is damaged."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}
