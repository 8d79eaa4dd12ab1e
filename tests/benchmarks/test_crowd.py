"""A crowd on both platforms: everybody is heard at once and gets a painting, within the limits."""

import json
import subprocess
import sys
from typing import Any

import pytest

from benchmarks.crowd import Platform, Report

pytestmark = pytest.mark.heavy

COMMAND = [sys.executable, "-m", "benchmarks.crowd", "--json"]
FEW = ["--people", "6", "--seconds", "2", "--paint-seconds", "1.5", "--heard-within", "60"]


def run(*options: str) -> dict[str, Any]:
    done = subprocess.run(
        [*COMMAND, *options], capture_output=True, text=True, check=False, timeout=900
    )
    assert done.returncode == 0, done.stderr
    report: dict[str, Any] = json.loads(done.stdout)
    return report


@pytest.mark.parametrize(
    ("options", "people"),
    [(FEW, 6), pytest.param([], 200, marks=[pytest.mark.slow, pytest.mark.serial])],
)
def test_everybody_is_heard_and_gets_a_painting(options: list[str], people: int) -> None:
    report = run(*options)
    assert report["faults"] == []
    for platform in ("discord", "telegram"):
        figures = report[platform]
        assert (figures["people"], figures["got no painting"]) == (people, 0)
        assert figures["heard after, most s"] >= figures["heard after, p50 s"] > 0
        assert figures["edits"] >= people
        assert figures["refused with 429"] == 0


@pytest.mark.parametrize(
    ("platform", "memory", "fault"),
    [
        (Platform(heard=[0.1], lost=["ann sees nothing"]), [100, 100], "ann sees nothing"),
        (Platform(heard=[0.1, 1.2]), [100, 100], "somebody was heard after 1.20 s"),
        (Platform(heard=[0.1], refused=3), [100, 100], "refused 3 requests"),
        (Platform(heard=[0.1]), [100, 70_000_000], "memory has grown"),
    ],
)
def test_what_was_not_as_promised_is_named(
    platform: Platform, memory: list[int], fault: str
) -> None:
    report = Report({"discord": Platform(heard=[0.1]), "telegram": platform}, memory)
    assert len(report.faults) == 1
    assert fault in report.faults[0]


def test_the_table_has_both_platforms_side_by_side() -> None:
    report = Report({"discord": Platform([0.1], [5.0]), "telegram": Platform([0.2], [6.0])}, [7, 9])
    assert "| heard after, most s | 0.1 | 0.2 |" in report.markdown()
