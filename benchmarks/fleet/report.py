"""Reports a fleet's run as tables, Markdown and JSON."""

import math
import statistics
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from benchmarks.fleet.load import Load
from benchmarks.fleet.record import Record, percentile
from benchmarks.fleet.watch import Watch

__all__ = ["Report", "jain"]

# In the order in which they are shown.
TIMED = (
    "submit, accepted",
    "submit, refused",
    "place",
    "claim",
    "beat",
    "finish",
    "inbox",
    "ack",
    "end to shown",
    "submit to claimed",
)


@dataclass(frozen=True)
class Latency:
    """Milliseconds of one kind of call."""

    calls: int
    p50: float
    p95: float
    p99: float
    most: float

    @classmethod
    def of(cls, seconds: Iterable[float]) -> "Latency":
        """Sum up."""
        found = [1000 * each for each in seconds]
        p50, p95, p99 = (round(percentile(found, percent), 1) for percent in (50, 95, 99))
        return cls(len(found), p50, p95, p99, round(max(found), 1))


@dataclass(frozen=True)
class Report:
    """One run.

    Args:
        latencies: by what was timed.
        figures: everything else, by its name.
        told: the messages of refusals, by their kind.
        errors: how many of each; there must be none.
    """

    load: Mapping[str, Any]
    latencies: Mapping[str, Latency]
    figures: Mapping[str, float | int]
    told: Mapping[str, str]
    errors: Mapping[str, int]

    @classmethod
    def of(cls, load: Load, record: Record, watch: Watch, server_cpu: float) -> "Report":
        """Sum up what all processes measured."""
        record.seconds["submit to claimed"] = list(record.waited.values())
        latencies = {
            what: Latency.of(record.seconds[what]) for what in TIMED if record.seconds.get(what)
        }
        values = {name: value for name, value in asdict(load).items() if name != "url"}
        figures = _figures(load, record) | {
            "database connections (most)": max(watch.connections, default=0),
            "database connections allowed": load.connections,
            "database connections opened": watch.sessions,
            "transactions per second": _ratio(watch.transactions, watch.seconds),
            "CPU of PostgreSQL (cores)": _ratio(server_cpu, load.seconds),
        }
        return cls(values, latencies, figures, record.told, dict(record.errors))

    @property
    def holds(self) -> bool:
        """Whether there was work, no error, and no connection too many."""
        connections = self.figures["database connections (most)"]
        within = connections <= self.figures["database connections allowed"]
        return not self.errors and self.figures["jobs finished"] > 0 and within

    def to_json(self) -> dict[str, Any]:
        """As one JSON object."""
        return asdict(self)

    def markdown(self) -> str:
        """Two tables."""
        lines = ["| | calls | p50 ms | p95 ms | p99 ms | most |", "|---|---|---|---|---|---|"]
        lines += [
            f"| {what} | {each.calls} | {each.p50} | {each.p95} | {each.p99} | {each.most} |"
            for what, each in self.latencies.items()
        ]
        lines += ["", "| figure | value |", "|---|---|"]
        lines += [f"| {name} | {value} |" for name, value in self.figures.items()]
        lines += [f"| told, {reason} | {text} |" for reason, text in self.told.items()]
        lines += [f"| error | {times} x {text} |" for text, times in self.errors.items()]
        return "\n".join(lines)


def jain(shares: Iterable[float]) -> float:
    """Jain's index of fairness: 1 if all have the same, 1/n if one has everything."""
    found = list(shares)
    squares = math.fsum(each * each for each in found)
    return math.fsum(found) ** 2 / (len(found) * squares) if squares else math.nan


def _figures(load: Load, record: Record) -> dict[str, float | int]:
    accepted = len(record.seconds.get("submit, accepted", ()))
    refused = len(record.seconds.get("submit, refused", ()))
    finished = record.finished
    reasons = {name: times for name, times in record.counts.items() if name.startswith("refused")}
    return {
        "asked per second": _ratio(accepted + refused, load.seconds),
        "accepted per second": _ratio(accepted, load.seconds),
        **{f"{name} (per second)": _ratio(times, load.seconds) for name, times in reasons.items()},
        "jobs claimed": len(record.waited),
        "jobs finished": finished.total(),
        "work done, of what the engines can do": _ratio(
            finished.total(), load.capacity * load.seconds
        ),
        "statements a minute": round(60 * _ratio(record.counts["statements"], load.seconds)),
        "LISTs of blobs a minute": round(60 * _ratio(record.counts["LISTs"], load.seconds), 1),
        "jobs lost to the lease": record.counts["jobs reaped"],
        "people who asked": len(record.asked),
        "people who were admitted": len(record.admitted),
        "people who got a painting": len(finished),
        "Jain's index, asked for": _index(record.asked, record.asked),
        "Jain's index, admitted (of all who asked)": _index(record.admitted, record.asked),
        "Jain's index, painted (of all who asked)": _index(finished, record.asked),
        "Jain's index, painted (of all who were admitted)": _index(finished, record.admitted),
        **_promises(record),
    }


def _index(given: Counter[str], people: Iterable[str]) -> float:
    return round(jain(given[person] for person in people), 3) if given else 0.0


def _promises(record: Record) -> dict[str, float]:
    """Waiting times of claimed jobs, compared with the estimates."""
    kept = [
        record.waited[job] - record.promised[job]
        for job in record.promised.keys() & record.waited.keys()
    ]
    if not kept:
        return {}
    return {
        "promised wait (mean seconds)": round(statistics.fmean(record.promised.values()), 1),
        "waited longer than promised (median seconds)": round(statistics.median(kept), 1),
        "waited longer than promised (p95 seconds)": round(percentile(kept, 95), 1),
    }


def _ratio(number: float, seconds: float) -> float:
    return round(number / seconds, 2) if seconds else math.nan
