"""The benchmark of steps and weights: what is there is not painted again."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

import benchmarks.objective as objective


@pytest.mark.heavy
def test_a_run_goes_on_where_the_last_one_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(objective, "PAIRS", (("a cat", "a stormy sea"),))
    out = tmp_path / "parts.jsonl"
    options = ["parts", "--out", str(out), "--size", "64x64", "--steps", "1", "--num-cutouts", "1"]
    first = CliRunner().invoke(objective.main, [*options, "--at-most", "1"])
    assert first.exit_code == 0, first.output
    assert len(out.read_text().splitlines()) == 1
    assert CliRunner().invoke(objective.main, options).exit_code == 0
    there, back, leaning = map(json.loads, out.read_text().splitlines())
    assert there["likeness"] == back["likeness"]
    assert there["loss"] == back["loss"] != leaning["loss"]
    assert there["likeness"].keys() == {"a cat", "a stormy sea"}
    assert there["steps_taken"] == 1


def test_what_is_wanted_is_each_number_of_steps_and_each_order() -> None:
    assert [steps for _, steps, _ in objective.wanted_steps()][:3] == [120, 240, 480]
    prompts = [prompt for prompt, _, _ in objective.wanted_parts()]
    assert len(prompts) == 15
    assert prompts[:3] == [
        "a cat | a stormy sea", "a stormy sea | a cat", "a cat:0.2 | a stormy sea"
    ]  # fmt: skip
