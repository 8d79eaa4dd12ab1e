"""The README: each sentence is a promise with a test, or known to be none: docs/promises.md."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from ganshare.testing import TIMEOUT

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")
TABLES = (ROOT / "docs/promises.md").read_text("utf-8").replace("&#124;", "|")
ROW = re.compile(r"^\| (.+) \| (.+) \|$", re.MULTILINE)
ROWS = [row for row in ROW.findall(TABLES) if row[0] not in ("Promise", "Sentence", "---")]
NO_NETWORK = """
import socket
def refuse(*arguments):
    raise OSError("no network here")
socket.socket.connect = socket.getaddrinfo = refuse
"""


def plain(text: str) -> str:
    """Without links and line breaks, as one reads it."""
    return " ".join(re.sub(r"\[([^]]+)\]\([^)]*\)", r"\1", text).split())


def sentences() -> list[str]:
    """The README's text: no headings, tables, commands and pictures; not whose work it is."""
    text = README.partition("## Licence")[0]
    kept = [line for line in text.splitlines() if not re.match(r"#|\||!|    |中", line)]
    kept = [re.sub(r"[\u3000-\uffff]+\[.*", "", line) for line in kept]  # the line in Chinese
    paragraphs = [plain(each) for each in "\n".join(kept).split("\n\n")]
    return [
        each for text in paragraphs for each in re.split(r"(?<=[.:])\s+(?=[A-Z`])", text) if each
    ]


def test_each_sentence_is_a_promise_with_a_test_or_known_to_be_none() -> None:
    known = [plain(phrase) for phrase, _ in ROWS]
    text = " ".join(sentences())
    assert [each for each in known if each not in text] == []
    assert [
        each
        for each in sentences()
        if not any(phrase in each or each.rstrip(".:") in phrase for phrase in known)
    ] == []


@pytest.mark.parametrize(("promise", "test"), [row for row in ROWS if "::" in row[1]])
def test_what_proves_a_promise_exists_and_runs_in_ci(promise: str, test: str) -> None:
    path, _, name = test.strip("`").partition("::")
    text = (ROOT / path).read_text("utf-8")
    found = re.search(rf"^((?:[@ )].*\n)*)(async )?def {name}\(", text, re.MULTILINE)
    assert found
    marks = found[1] + "".join(re.findall(r"^pytestmark = .*", text, re.MULTILINE))
    assert "mark.slow" not in marks or re.search(r"mark\.(acceptance|browser|chain)\b", marks)


def test_the_models_are_small_and_here() -> None:
    weights = list((ROOT / "engine/models").rglob("*.safetensors"))
    assert len({path.parent for path in weights}) == 3
    assert 42e6 < sum(path.stat().st_size for path in weights) < 44e6


def test_ci_tests_checks_and_builds_the_site() -> None:
    run = (ROOT / ".ci/run").read_text("utf-8")
    typed = set(" ".join(re.findall(r"^ *run (.+)$", run, re.MULTILINE)).split())
    assert {"demo", "check", "docs", "dist", "browser", "acceptance", "chain"} <= typed
    makefile = (ROOT / "Makefile").read_text("utf-8")
    assert "make-parts,test $(LINTS)" in makefile.partition("\ncheck: ")[2].partition("\n\n")[0]


@pytest.mark.heavy
def test_painting_asks_nothing_of_the_network(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(NO_NETWORK)
    small = ("--steps", "2", "--size", "64x64", "--num-cutouts", "2", "--no-upscale")
    done = subprocess.run(
        [sys.executable, "-m", "ganshare", "paint", "一座城堡 | a castle", "--seed", "1", *small],
        cwd=tmp_path,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": f"{tmp_path}:{ROOT}", "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
        timeout=TIMEOUT,
    )
    assert done.returncode == 0, done.stderr
    assert list(tmp_path.glob("*.png"))
