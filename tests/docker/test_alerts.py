"""The alert rules: Prometheus reads them, and each speaks of what is measured."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from ganshare.monitoring.metrics import Metrics

DOCKER = Path(__file__).parents[2] / "docker"


def test_each_alert_speaks_of_what_is_measured_and_says_what_to_do() -> None:
    metrics = Metrics("engine")
    metrics.count_queue({"queued": 1})
    metrics.count_engines({"engine-1": "1.0"})
    families = text_string_to_metric_families(metrics.text().decode())
    measured = {sample.name for family in families for sample in family.samples}
    (group,) = yaml.safe_load((DOCKER / "alerts.yml").read_text("utf-8"))["groups"]
    rules: list[dict[str, Any]] = group["rules"]
    for rule in rules:
        assert set(re.findall(r"\b(?:ganshare|process)_[a-z_]+", rule["expr"])) <= measured
        assert {"summary", "what_to_do"} <= set(rule["annotations"])
        assert rule["labels"]["severity"] in ("warning", "critical")


def test_prometheus_loads_the_alerts() -> None:
    config = yaml.safe_load((DOCKER / "prometheus.yml").read_text("utf-8"))
    mounted = yaml.safe_load((DOCKER / "compose.yaml").read_text("utf-8"))
    (rules,) = config["rule_files"]
    assert mounted["services"]["prometheus"]["configs"] == [{"source": "alerts", "target": rules}]
    assert (DOCKER / mounted["configs"]["alerts"]["file"]).is_file()


def test_prometheus_own_checker_accepts_them() -> None:
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("promtool is not installed (Debian has it in prometheus)")
    subprocess.run([promtool, "check", "rules", str(DOCKER / "alerts.yml")], check=True)
