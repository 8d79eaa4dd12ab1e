"""docs/operations.md says what the code does: its tables, its commands, its variables."""

import os
import re
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from ganshare.cli import ganshare
from ganshare.monitoring.metrics import Metrics
from ganshare.settings.listing import listing
from ganshare.settings.toml_file import CONFIG_VARIABLE

PAGE = (Path(__file__).parents[2] / "docs/operations.md").read_text("utf-8")


@pytest.fixture(autouse=True)
def defaults_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in list(os.environ):
        if name.startswith(("GANSHARE_", "ENGINE_")):
            monkeypatch.delenv(name)


def test_the_metrics_are_all_there_and_as_they_are() -> None:
    expected = []
    for family in text_string_to_metric_families(Metrics("engine").text().decode()):
        if family.name.startswith("ganshare_"):
            name = f"{family.name}_total" if family.type == "counter" else family.name
            expected.append(f"| `{name}` | {family.documentation} |")
    assert [line for line in PAGE.splitlines() if line.startswith("| `ganshare_")] == expected


def test_every_variable_that_is_mentioned_exists() -> None:
    known = {entry.variable for entry in listing()} | {CONFIG_VARIABLE}
    mentioned = set(re.findall(r"\b(?:GANSHARE|ENGINE|BOT|ADMIN)_[A-Z_]+\b", PAGE))
    assert mentioned - known == set()


def test_every_command_that_is_mentioned_exists() -> None:
    mentioned = set(re.findall(r"(?:^    |`)ganshare ([a-z]+)", PAGE, re.MULTILINE))
    assert mentioned >= {"up", "queue", "settings", "store"}
    assert mentioned - set(ganshare.commands) == set()
