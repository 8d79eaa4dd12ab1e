"""`ganshare demo`: a picture, its manifest and frames by a real engine; nothing stays behind."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from PIL import Image

from ganshare.commands.demo import demo
from ganshare.domain.jobs import JobRequest
from ganshare.prompts import draw_prompt
from ganshare.testing import TIMEOUT
from wordlists import demo_prompts

pytestmark = pytest.mark.heavy

SMALL = ["--steps", "4", "--size", "64x64", "--seed", "7"]


def start(folder: Path, *arguments: str, **environment: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "ganshare", "demo", "--folder", str(folder / "demo"), *arguments],
        cwd=folder,
        env={**os.environ, "OMP_NUM_THREADS": "1", "ENGINE_PREVIEW_SECONDS": "0", **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def until(true: Callable[[], object]) -> None:
    deadline = time.monotonic() + TIMEOUT
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.mark.slow
def test_a_demo_leaves_picture_manifest_and_frames(tmp_path: Path) -> None:
    (tmp_path / "demo").mkdir()
    (tmp_path / "demo/painting.png").write_text("of an earlier run")
    process = start(tmp_path, *SMALL)
    out, told = process.communicate(timeout=300)
    assert process.returncode == 0, told
    picture, manifest = (Path(line) for line in out.splitlines())
    with Image.open(picture) as png:
        assert png.size == (1024, 1024)
    fields = json.loads(manifest.read_text())
    assert (fields["seed"], fields["steps"], fields["path"]) == (7, 4, str(picture))
    assert fields["prompt"] in told
    assert "painting 4/4" in told
    assert all(Path(frame).stat().st_size < 80_000 for frame in fields["frames"])
    assert fields["frames"]
    assert not (tmp_path / "ganshare.db").exists()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_demo_that_is_ended_leaves_no_process(tmp_path: Path, number: signal.Signals) -> None:
    process = start(tmp_path, *SMALL)
    engines: list[psutil.Process] = []

    def has_engine() -> bool:
        engines[:] = psutil.Process(process.pid).children(recursive=True)
        return any("engine" in each.cmdline() for each in engines)

    until(has_engine)
    process.send_signal(number)
    _, told = process.communicate(timeout=TIMEOUT)
    assert process.returncode == 130, told
    assert told.splitlines()[-1] == "error: interrupted"
    assert not any(each.is_running() and each.status() != "zombie" for each in engines)


def test_an_engine_that_cannot_start_is_one_sentence(tmp_path: Path) -> None:
    process = start(tmp_path, *SMALL, ENGINE_MODEL="none-such")
    _, told = process.communicate(timeout=TIMEOUT)
    assert process.returncode == 3
    assert "The engine ended too early" in told.splitlines()[-1]
    assert "none-such" in told.splitlines()[-1]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [(["a", "--random"], "not both"), (["--seed", "-1"], "seed must be"), (["a:-1"], "above zero"),
     (["a", "--size", "37x41"], "not offered"), (["a", "--steps", "0"],
     "steps must be between")],
)  # fmt: skip
def test_a_mistake_is_answered_before_anything_is_started(
    arguments: list[str], message: str, tmp_path: Path
) -> None:
    process = start(tmp_path, *arguments)
    _, told = process.communicate(timeout=TIMEOUT)
    assert process.returncode == 2
    assert message in told
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("options", [[], ["--random"]])
def test_a_seed_draws_its_prompt_from_those_that_come_out_well_or_from_all(
    options: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    drawn: list[str] = []

    class ToldError(Exception):
        pass

    class FakeDemo:
        def __init__(
            self, folder: Path, make_request: Callable[[str], JobRequest], *_: object
        ) -> None:
            drawn.append(make_request("any").prompt)
            raise ToldError

    monkeypatch.setattr("ganshare.demo.Demo", FakeDemo)
    for seed in (*range(20), *range(20)):
        with pytest.raises(ToldError):
            demo.main(["--quiet", "--seed", str(seed), *options], standalone_mode=False)
    assert drawn[:20] == drawn[20:]
    if options:
        assert drawn[:20] == [draw_prompt(seed).text for seed in range(20)]
    else:
        assert set(drawn) <= set(demo_prompts())
        assert len(set(drawn)) > 10
