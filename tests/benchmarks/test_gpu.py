"""The benchmark of GPUs runs on a CPU, small, and prints a table."""

from pathlib import Path

import pytest
import torch

from benchmarks.gpu import main
from engine.runtime.precision import fastest_dtype
from engine.testing import SMALL_MODEL, save_small_vqgan


def rows_of(text: str) -> list[list[str]]:
    return [[cell.strip() for cell in line.split("|")[1:-1]] for line in text.splitlines()[4:]]


@pytest.mark.heavy
def test_a_table_comes_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GANSHARE_MODELS_DIR", str(tmp_path))
    save_small_vqgan(tmp_path)
    options = ["--device", "cpu", "--model", SMALL_MODEL, "--sizes", "64", "--cutouts", "2"]
    main([*options, "--at-once", "1,2", "--steps", "1"])
    out = capsys.readouterr().out
    dtype = str(fastest_dtype(torch.device("cpu"))).removeprefix("torch.")
    assert out.startswith(f"cpu, {dtype}, small-f8, lite-minilm, torch ")
    rows = rows_of(out)
    assert [row[:3] for row in rows] == [["64", "2", "1"], ["64", "2", "2"]]
    assert all(float(cell) > 0 for row in rows for cell in row)


@pytest.mark.slow
def test_the_shapes_of_clip_need_no_files(capsys: pytest.CaptureFixture[str]) -> None:
    options = ["--device", "cpu", "--shapes", "clip", "--sizes", "64", "--cutouts", "1"]
    main([*options, "--at-once", "1", "--steps", "1"])
    (row,) = rows_of(capsys.readouterr().out)
    assert len(row) == 9
    assert all(float(cell) > 0 for cell in row)
