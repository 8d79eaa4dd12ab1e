"""The tables of `benchmarks.machines`, and a painting that it measures."""

import sys

import pytest

from benchmarks.machines import MACHINES, Run, Way, measure, table


def test_ratios_are_taken_within_a_round() -> None:
    rounds = [
        [Run(10.0, 1.0, "bfloat16"), Run(20.0, 2.0, "float32")],
        [Run(20.0, 2.0, "bfloat16"), Run(40.0, 4.0, "float32")],  # a slow moment
    ]
    lines = table(MACHINES[:2], rounds).splitlines()
    assert lines[2] == "| as this machine is | bfloat16 | 15.0 | 1.50 | 1.00 |"
    assert lines[3].endswith("| float32 | 30.0 | 3.00 | 2.00 |")


@pytest.mark.parametrize("at_once", [False, True])
def test_paintings_are_made_in_processes_of_their_own(
    at_once: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    import subprocess

    started: list[list[str]] = []
    alive = [0]

    class Painting:
        """Counts how many live at the same time."""

        returncode = 0

        def __init__(self, command: list[str], **_: object) -> None:
            started.append(command)
            alive[0] += 1
            assert at_once or alive[0] == 1

        def communicate(self) -> tuple[str, None]:
            alive[0] -= 1
            told = (
                '{"seconds": {"synthesise": 6}, "steps_taken": 3, "compute": {"dtype": "float32"}}'
            )
            return told, None

    monkeypatch.setattr(subprocess, "Popen", Painting)
    run = measure(Way("two", count=2, at_once=at_once), 3, "64x64")
    assert (run.step, run.dtype) == (2.0, "float32")
    assert [command[:4] for command in started] == [[sys.executable, "-m", "engine", "paint"]] * 2
    assert all(command[-1].endswith(f"{number}.png") for number, command in enumerate(started))
