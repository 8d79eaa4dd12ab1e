"""The dashboard shows what the processes measure: no panel is empty, no metric is forgotten."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from ganshare.monitoring.metrics import Metrics

DASHBOARD = Path(__file__).parents[2] / "docker/grafana/ganshare.json"


@pytest.fixture(scope="module")
def panels() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(DASHBOARD.read_text("utf-8"))["panels"]
    return found


def samples() -> set[str]:
    """The name of every sample that a process serves, those of labels not yet used included."""
    metrics = Metrics("engine")
    metrics.count_queue({"queued": 1})
    families = text_string_to_metric_families(metrics.text().decode())
    return {sample.name for family in families for sample in family.samples}


def used(panels: list[dict[str, Any]]) -> set[str]:
    queries = " ".join(target["expr"] for panel in panels for target in panel["targets"])
    return set(re.findall(r"\b(?:ganshare|process)_\w+", queries))


def test_every_metric_of_the_dashboard_is_measured(panels: list[dict[str, Any]]) -> None:
    assert used(panels) - samples() == set()


def test_every_metric_of_ours_is_on_the_dashboard(panels: list[dict[str, Any]]) -> None:
    ours = {name for name in samples() if name.startswith("ganshare_")}
    shown = used(panels)
    # Of a histogram one of its series is enough.
    forgotten = {
        name for name in ours if not shown & {name, re.sub(r"_(sum|count)$", "_bucket", name)}
    }
    assert forgotten == set()


def test_panels_fill_the_grid_and_do_not_overlap(panels: list[dict[str, Any]]) -> None:
    cells = [
        (x, y)
        for place in (panel["gridPos"] for panel in panels)
        for x in range(place["x"], place["x"] + place["w"])
        for y in range(place["y"], place["y"] + place["h"])
    ]
    assert len(cells) == len(set(cells))
    assert all(x < 24 for x, _ in cells)
    assert len({panel["id"] for panel in panels}) == len(panels)
