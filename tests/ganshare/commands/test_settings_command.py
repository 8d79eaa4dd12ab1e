"""`ganshare settings`: the same facts as lines, as JSON and as a table; typing errors are said."""

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from ganshare.cli import ganshare, run_cli
from ganshare.settings.listing import listing
from ganshare.testing import TIMEOUT

ROOT = Path(__file__).parents[3]


@pytest.fixture(autouse=True)
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("SPECS", "PAINTINGS", "SCREENSHOTS", "CHAIN_TOOLS"):  # of other tests
        monkeypatch.delenv(f"GANSHARE_{name}", raising=False)
    monkeypatch.setenv("BOT_DISCORD_TOKEN", "opensesame")


def test_json_is_one_object_for_each_setting(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_cli(ganshare, ["settings", "--json"]) == 0
    printed = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [each["variable"] for each in printed] == [entry.variable for entry in listing()]
    token = next(each for each in printed if each["variable"] == "BOT_DISCORD_TOKEN")
    assert token["value"] == "**********"
    assert token["source"] == "environment"


def test_a_pipe_gets_one_line_for_each_setting(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_cli(ganshare, ["settings"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len(list(listing()))
    assert "BOT_DISCORD_TOKEN=**********\tenvironment\tToken of the Discord bot." in lines


def test_a_terminal_gets_a_table() -> None:
    ours, theirs = pty.openpty()
    environment = {**os.environ, "COLUMNS": "150", "TERM": "xterm", "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(
        [sys.executable, "-m", "ganshare", "settings"], stdout=theirs, env=environment
    )
    os.close(theirs)
    shown = b""
    try:
        while block := os.read(ours, 65536):
            shown += block
    except OSError:  # the other end was closed
        pass
    assert process.wait(TIMEOUT) == 0
    os.close(ours)
    text = shown.decode()
    assert "Setting" in text
    assert "Meaning" in text
    assert "ENGINE_BATCH" in text
    assert "opensesame" not in text


def test_a_mistyped_variable_is_warned_about(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ENGINE_DEVCE", "cuda")
    assert run_cli(ganshare, ["settings"]) == 0
    warned = capsys.readouterr().err
    assert warned == "warning: ENGINE_DEVCE is not a setting (did you mean ENGINE_DEVICE?).\n"


def test_a_broken_file_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "ganshare.toml").write_text("[engine]\nbatch = \n", encoding="utf-8")
    assert run_cli(ganshare, ["settings"]) == 2
    message = capsys.readouterr().err
    assert message.startswith("error: ganshare.toml is not valid TOML: ")
    assert message.count("\n") == 1
