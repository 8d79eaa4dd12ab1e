"""Figures go between their marks, and docs/benchmarks.md has marks for each benchmark."""

from pathlib import Path

import click
import pytest

from benchmarks.page import PAGE, circumstances, marks, write_figures

BEGIN, END = marks("queue")


def test_figures_take_the_place_of_older_ones(tmp_path: Path) -> None:
    page = tmp_path / "benchmarks.md"
    page.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n")
    write_figures("queue", "new", page)
    write_figures("queue", "newer", page)
    assert page.read_text() == f"before\n{BEGIN}\n\nnewer\n\n{END}\nafter\n"


def test_a_page_without_marks_is_left_alone(tmp_path: Path) -> None:
    page = tmp_path / "benchmarks.md"
    page.write_text("no marks")
    with pytest.raises(click.ClickException, match="lacks the marks"):
        write_figures("queue", "new", page)
    assert page.read_text() == "no marks"


@pytest.mark.parametrize("benchmark", ["queue", "chaos", "fleet", "crowd"])
def test_the_page_has_the_marks(benchmark: str) -> None:
    text = PAGE.read_text(encoding="utf-8")
    begin, end = marks(benchmark)
    assert text.count(begin) == text.count(end) == 1
    assert text.index(begin) < text.index(end)


def test_the_circumstances_name_date_machine_and_load() -> None:
    assert "load average 0.5 at the start" in circumstances(0.5)
