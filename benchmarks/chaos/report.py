"""Reports a run: faults, outcomes of the jobs, and which invariants held."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.chaos.evidence import Evidence
from benchmarks.chaos.invariants import Finding
from benchmarks.chaos.journal import Event
from benchmarks.chaos.storm import Strike
from ganshare.domain.jobs import JobState

__all__ = ["Report", "markdown"]

SHOWN_VIOLATIONS = 10


@dataclass(frozen=True)
class Report:
    """One run.

    Args:
        states: how many jobs ended how.
        strikes: how many of each kind.
        figures: what else is worth knowing, by name.
    """

    database: str
    seed: int
    jobs: int
    seconds: float
    states: Mapping[str, int]
    strikes: Mapping[str, int]
    figures: Mapping[str, int]
    findings: Sequence[Finding]

    @classmethod
    def of(
        cls,
        database: str,
        evidence: Evidence,
        findings: Sequence[Finding],
        strikes: Mapping[Strike, int],
        seconds: float,
    ) -> "Report":
        """Sum up."""
        states = Counter(job["state"] for job in evidence.jobs)
        return cls(
            database,
            evidence.scene.seed,
            len(evidence.requests),
            round(seconds, 1),
            {state: states[state] for state in JobState if states[state]},
            {strike: strikes.get(strike, 0) for strike in Strike if strikes.get(strike)},
            _figures(evidence),
            findings,
        )

    @property
    def holds(self) -> bool:
        """Whether every rule held."""
        return not any(finding.violations for finding in self.findings)

    def to_json(self) -> dict[str, Any]:
        """As one JSON object."""
        return {"holds": self.holds, **asdict(self)}

    def show(self, console: Console) -> None:
        """Print two tables, and what breaks the rules."""
        console.print(self._events())
        console.print(self._rules())
        for finding in self.findings:
            for violation in finding.violations[:SHOWN_VIOLATIONS]:
                console.print(f"BROKEN: {finding.rule}: {violation}", markup=False)

    def _events(self) -> Table:
        states = ", ".join(f"{number} {state}" for state, number in self.states.items())
        table = Table(title=f"{self.database}: {states}; {self.seconds:.0f} s, seed {self.seed}")
        table.add_column("what happened")
        table.add_column("times", justify="right")
        for name, number in {**self.strikes, **self.figures}.items():
            table.add_row(name, str(number))
        return table

    def _rules(self) -> Table:
        table = Table()
        table.add_column("rule")
        table.add_column("tried on", justify="right")
        table.add_column("broken", justify="right")
        for finding in self.findings:
            broken = str(len(finding.violations))
            table.add_row(finding.rule, str(finding.tried), broken)
        return table


def markdown(reports: Sequence[Report]) -> str:
    """One table for all databases, a column for each, and which rules held."""
    ends = [{"seconds": f"{each.seconds:.0f}", **each.states} for each in reports]
    events = [{**each.strikes, **each.figures} for each in reports]
    broken = [
        {finding.rule: len(finding.violations) for finding in each.findings} for each in reports
    ]
    columns = " | ".join(each.database for each in reports)
    lines = [f"| | {columns} |", "|---|" + "---:|" * len(reports)]
    lines += _rows(ends) + _rows(events)
    lines += [
        "",
        f"| rule: how often it was broken | {columns} |",
        "|---|" + "---:|" * len(reports),
    ]
    return "\n".join(lines + _rows(broken))


def _rows(columns: Sequence[Mapping[str, object]]) -> list[str]:
    """A row for each name in any of the columns, in the order of their first mention."""
    names = dict.fromkeys(name for column in columns for name in column)
    return [
        f"| {name} | " + " | ".join(str(column.get(name, "–")) for column in columns) + " |"
        for name in names
    ]


def _figures(evidence: Evidence) -> dict[str, int]:
    told = evidence.noted(Event.SUBMITTED)
    shown = Counter((note.job, note.revision) for note in evidence.noted(Event.SHOWN))
    kept = ("blob", "preview", "film")
    published = {row[name] for row in evidence.artworks for name in kept}
    poison = Counter(note.state for note in evidence.noted(Event.POISON))
    started = Counter(note.state for note in evidence.noted(Event.STARTED))
    silent = [line for line in _ends(evidence) if line == JobState.QUEUED]
    return {
        "process killed in the middle of a write, by itself": len(evidence.noted(Event.DYING)),
        "engine killed by the job that it painted": poison["kills"],
        "step that never returned": poison["hangs"],
        "memory ran out for a job that is too large": poison["too_large"],
        "memory ran out for once": len(evidence.noted(Event.OUT_OF_MEMORY)),
        "engine ended itself": len(evidence.noted(Event.ENDED)),
        "processes in all": evidence.starts,
        "processes of the newer version": started["newer"],
        "jobs with which an engine fell silent": sum(job["suspect"] for job in evidence.jobs),
        "stale engines fenced off": len(evidence.noted(Event.FENCED)),
        "attempts": sum(job["attempt"] for job in evidence.jobs),
        "attempts that ended with the job queued again": len(silent),
        "submits of a key that was there already": len(told) - len({note.key for note in told}),
        "submits refused for now": len(evidence.noted(Event.REFUSED)),
        "revisions shown": len(shown),
        "revisions shown again": shown.total() - len(shown),
        "pictures of attempts that were not published": len(evidence.pictures.keys() - published),
    }


def _ends(evidence: Evidence) -> list[str]:
    """What jobs became after having been running."""
    return [
        after["state"]
        for lines in evidence.lines.values()
        for before, after in pairwise(lines)
        if before["state"] == JobState.RUNNING != after["state"]
    ]
