"""The invariants that every run is checked against, with how often each applied."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from benchmarks.chaos import queue_rules as queue
from benchmarks.chaos import result_rules as results
from benchmarks.chaos.evidence import Evidence
from benchmarks.chaos.journal import Event
from ganshare.domain.jobs import JobState

__all__ = ["RULES", "Finding", "Rule", "judge"]

Count = Callable[[Evidence], int]


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule found: how many things it was tried on, and what breaks it."""

    rule: str
    tried: int
    violations: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """Something that must be true.

    Args:
        says: the rule itself.
        tried: counts what it is tried on.
        broken: names what breaks it.
    """

    says: str
    tried: Count
    broken: Callable[[Evidence], Iterable[str]]

    def judge(self, evidence: Evidence) -> Finding:
        """Try it."""
        return Finding(self.says, self.tried(evidence), tuple(self.broken(evidence)))


def judge(evidence: Evidence) -> list[Finding]:
    """Try every rule."""
    return [rule.judge(evidence) for rule in RULES]


def _jobs(evidence: Evidence) -> int:
    return len(evidence.jobs)


def _changes(evidence: Evidence) -> int:
    return len(evidence.history)


def _in_state(state: JobState) -> Count:
    return lambda evidence: sum(job["state"] == state for job in evidence.jobs)


def _noted(event: Event) -> Count:
    return lambda evidence: len(evidence.noted(event))


def _people(evidence: Evidence) -> int:
    return len({request.person for request in evidence.scene.requests})


def _starts(evidence: Evidence) -> int:
    return evidence.starts


RULES = (
    Rule("every key has exactly one job", lambda it: len(it.requests), queue.one_job_for_each_key),
    Rule(
        "every submit of a key named that job",
        _noted(Event.SUBMITTED),
        queue.one_answer_for_each_key,
    ),
    Rule("every job came to its end", _jobs, queue.each_came_to_its_end),
    Rule("every job ended exactly once", _jobs, queue.each_ended_once),
    Rule("every change of a job was legal", _changes, queue.each_step_is_legal),
    Rule("the dead have their reason", _in_state(JobState.DEAD), queue.dead_for_a_reason),
    Rule(
        "cancelled as asked, and only then", _in_state(JobState.CANCELLED), queue.cancelled_as_asked
    ),
    Rule("nothing harmless is dead", _jobs, queue.harmless_is_done),
    Rule("no slot lost", _people, queue.no_slot_is_lost),
    Rule("no orphaned lease", _jobs, queue.no_orphaned_lease),
    Rule("running limit per person never exceeded", _changes, queue.running_limit_kept),
    Rule("active limit per person never exceeded", _changes, queue.active_limit_kept),
    Rule(
        "what always fails is never done",
        _in_state(JobState.DONE),
        results.only_what_can_be_painted_is_done,
    ),
    Rule(
        "one artwork for each done job, none for others",
        _jobs,
        results.one_artwork_for_each_done_job,
    ),
    Rule(
        "pictures are there, and of the attempt that finished",
        lambda it: len(it.artworks),
        results.pictures_are_of_the_last_attempt,
    ),
    Rule("every end was shown by a bot", _jobs, results.each_end_was_shown),
    Rule("acks never beyond what was shown", _changes, results.acks_are_true),
    Rule("no process fell over, no error went unseen", _starts, results.nobody_crashed),
)
