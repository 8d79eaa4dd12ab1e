"""The command line: prompts are printed, painting is handed over, failures are one sentence."""

import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Never

import click
import pytest
from click.testing import CliRunner

from ganshare import __version__
from ganshare.cli import ganshare, run_cli
from ganshare.errors import InternalError, ModelError, WorldError
from ganshare.prompts import draw_prompt
from ganshare.testing import TIMEOUT

ROOT = Path(__file__).parents[2]


def failing(error: BaseException) -> click.Command:
    @click.command()
    def command() -> None:
        raise error

    return command


# --- ganshare prompt --------------------------------------------------------------------------


def test_json_prints_one_object_a_line_from_consecutive_seeds() -> None:
    result = CliRunner().invoke(ganshare, ["prompt", "-n", "3", "--seed", "5", "--json"])
    printed = [json.loads(line) for line in result.stdout.splitlines()]
    assert [entry["seed"] for entry in printed] == [5, 6, 7]
    for entry in printed:
        drawn = draw_prompt(entry["seed"])
        assert entry["prompt"] == drawn.text
        assert entry["attributes"] == drawn.attributes.as_traits()


def test_plain_output_shows_the_prompt_then_its_attributes() -> None:
    result = CliRunner().invoke(ganshare, ["prompt", "--seed", "5"])
    first, second = result.stdout.splitlines()
    assert first == draw_prompt(5).text
    assert f"Style {draw_prompt(5).attributes.style}" in second
    assert second.endswith("Seed 5")


def test_a_category_narrows_the_subject() -> None:
    result = CliRunner().invoke(ganshare, ["prompt", "-n", "9", "--category", "shapes", "--json"])
    categories = {json.loads(line)["attributes"]["Category"] for line in result.stdout.splitlines()}
    assert categories == {"Shapes"}


def test_without_a_seed_two_calls_differ() -> None:
    outputs = {CliRunner().invoke(ganshare, ["prompt", "-n", "5"]).stdout for _ in range(2)}
    assert len(outputs) == 2


def test_an_unknown_category_names_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_cli(ganshare, ["prompt", "--category", "shape"]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err == (
        "error: The category 'shape' is unknown; allowed are shapes, places and things"
        " (did you mean 'shapes'?).\n"
    )


# --- what there is ----------------------------------------------------------------------------


def test_help_lists_every_command_with_a_line() -> None:
    listed = CliRunner().invoke(ganshare, ["--help"]).stdout
    for name, command in ganshare.commands.items():
        assert name in listed
        assert command.get_short_help_str(limit=80) in listed
    assert set(ganshare.commands) == {
        "admin", "bot", "chat", "demo", "dream", "engine", "models", "paint", "prompt", "queue",
        "settings", "store", "train", "up", "verify", "web",
    }  # fmt: skip


def test_the_version_is_that_of_the_project() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert __version__ == project["version"]
    assert f"\nversion: {__version__}\n" in (ROOT / "CITATION.cff").read_text("utf-8")
    assert f"\n## [{__version__}] - " in (ROOT / "CHANGELOG.md").read_text("utf-8")
    deeper = (["store", "status"], ["queue", "pause"], ["admin", "shares", "grant"])
    for command in ([], *([name] for name in ganshare.commands), *deeper):
        result = CliRunner().invoke(ganshare, [*command, "--version"])
        assert result.stdout == f"ganshare, version {__version__}\n"


@pytest.mark.parametrize(
    ("name", "becomes"),
    [
        ("paint", ["engine", "paint"]),
        ("models", ["engine", "models"]),
        ("train", ["engine", "train"]),
        ("engine", ["engine", "run"]),
        ("bot", ["bot"]),
        ("web", ["bot", "web"]),
        ("chat", ["bot", "chat"]),
    ],
)
def test_commands_of_other_processes_are_handed_over_untouched(
    name: str, becomes: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[list[str]] = []

    def execv(path: str, arguments: list[str]) -> Never:
        assert path == sys.executable
        calls.append(arguments)
        raise SystemExit(0)

    monkeypatch.setattr(os, "execv", execv)
    given = ["--steps", "2", "--", "-x", "a | b:-1", "--help"]
    with pytest.raises(SystemExit):
        run_cli(ganshare, [name, *given])
    (arguments,) = calls
    assert arguments[arguments.index("-m") :] == ["-m", *becomes, *given]


def test_an_engine_in_the_current_folder_is_not_run(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    calls: list[list[str]] = []
    monkeypatch.setattr(os, "execv", lambda _, arguments: calls.append(arguments))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [path for path in sys.path if path])
    run_cli(ganshare, ["paint"])
    assert calls == [[sys.executable, "-P", "-m", "engine", "paint"]]


def test_importing_the_command_imports_no_engine_and_no_torch() -> None:
    code = "import sys, ganshare.cli; print(*{'engine', 'torch', 'numpy'} & set(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == ""


def test_python_m_ganshare_runs_the_command() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "ganshare", "prompt", "--seed", "1"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.startswith(draw_prompt(1).text)


# --- completion -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("ganshare mod", "models"),
        ("ganshare paint --pre", "--preset"),
        ("ganshare paint --preset dr", "draft"),
        ("ganshare models p", "pull"),
        ("ganshare bot d", "doctor"),
        ("ganshare admin shares st", "status"),
        ("ganshare admin plan --route br", "browser"),
    ],
)
def test_every_word_is_completed(
    typed: str, offered: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COMP_WORDS", typed)
    monkeypatch.setenv("COMP_CWORD", str(typed.count(" ")))
    monkeypatch.setenv("_GANSHARE_COMPLETE", "bash_complete")
    with pytest.raises(SystemExit):
        run_cli(ganshare, program="ganshare")
    assert f"plain,{offered}" in capsys.readouterr().out.splitlines()


def test_completion_needs_no_extra(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "engine.__main__", None)
    monkeypatch.setenv("COMP_WORDS", "ganshare paint --pre")
    monkeypatch.setenv("COMP_CWORD", "2")
    monkeypatch.setenv("_GANSHARE_COMPLETE", "bash_complete")
    with pytest.raises(SystemExit):
        run_cli(ganshare, program="ganshare")
    assert capsys.readouterr().out.strip() == ""


# --- reading ----------------------------------------------------------------------------------


@pytest.mark.parametrize("words", ["settings", "queue --once", "store status", "bot doctor"])
def test_what_only_reads_leaves_no_file(words: str, tmp_path: Path) -> None:
    settings = ("GANSHARE_", "BOT_", "ENGINE_")
    clean = {name: value for name, value in os.environ.items() if not name.startswith(settings)}
    done = subprocess.run(
        [sys.executable, "-m", "ganshare", *words.split()],
        cwd=tmp_path,
        env={**clean, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=TIMEOUT,
    )
    assert done.returncode in (0, 3), done.stderr  # 3: the tables are missing
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


# --- failures ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ModelError("The model 'x' is unknown."), 2),
        (WorldError("The disk is full; try again later."), 3),
    ],
)
def test_an_expected_failure_is_one_sentence(
    error: Exception, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_cli(failing(error), []) == code
    assert capsys.readouterr().err == f"error: {error}\n"


@pytest.mark.parametrize("error", [ValueError("secret"), InternalError("an impossible state")])
def test_an_unexpected_failure_gets_an_id_and_no_traceback(
    error: Exception,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("GANSHARE_DEBUG", raising=False)
    assert run_cli(failing(error), []) == 1
    said = capsys.readouterr().err
    assert "Traceback" not in said
    assert "secret" not in said
    error_id = said.partition("id ")[2][:8]
    assert f"unexpected error {error_id}: {error!r}" in caplog.text


def test_debugging_shows_the_traceback(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GANSHARE_DEBUG", "1")
    assert run_cli(failing(ValueError("secret")), []) == 1
    said = capsys.readouterr().err
    assert "Traceback" in said
    assert "ValueError: secret" in said


def test_ctrl_c_gives_130(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_cli(failing(KeyboardInterrupt()), []) == 130
    assert "Traceback" not in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments", [["nonsense"], ["prompt", "-n", "0"], ["prompt", "--seed", "x"]]
)
def test_a_usage_error_gives_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run_cli(ganshare, arguments, program="ganshare") == 2
    assert "Usage: ganshare" in capsys.readouterr().err


def test_a_command_chooses_its_exit_code() -> None:
    @click.command()
    @click.pass_context
    def command(context: click.Context) -> None:
        context.exit(7)

    assert run_cli(command, []) == 7
