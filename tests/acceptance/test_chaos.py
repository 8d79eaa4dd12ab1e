"""`make chaos` in short: no job is lost and none is done twice, whoever is killed meanwhile."""

import json
import subprocess
import sys
from typing import Any

import pytest

from ganshare.testing import postgres_binaries

pytestmark = [pytest.mark.acceptance, pytest.mark.slow]

JOBS = 20
COMMAND = [sys.executable, "-m", "benchmarks.chaos", "--json", "--seed", "1", "--minutes", "1"]
SHORT = ["--jobs", str(JOBS), "--engines", "3", "--crashes", "1", "--pause", "0.15", "0.5"]
CRASHES = {
    "sqlite": "all engines and bots killed at once",
    "postgresql": "PostgreSQL killed (SIGKILL)",
}


@pytest.fixture(scope="module")
def reports() -> dict[str, Any]:
    """By database; both in one go, since starting takes seconds."""
    database = "both" if postgres_binaries() else "sqlite"
    command = [*COMMAND, *SHORT, "--database", database]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=500)
    assert done.returncode == 0, done.stderr
    return {report["database"]: report for report in json.loads(done.stdout)}


@pytest.mark.parametrize("database", CRASHES)
def test_each_job_is_done_once_whatever_is_killed(reports: dict[str, Any], database: str) -> None:
    if database not in reports:
        pytest.skip("PostgreSQL's server programs are not installed")
    report = reports[database]
    assert report["holds"]
    assert [finding["violations"] for finding in report["findings"] if finding["violations"]] == []
    assert sum(report["states"].values()) == JOBS
    assert report["states"]["done"] > JOBS / 2


@pytest.mark.parametrize("database", CRASHES)
def test_it_was_no_calm_day(reports: dict[str, Any], database: str) -> None:
    if database not in reports:
        pytest.skip("PostgreSQL's server programs are not installed")
    strikes = reports[database]["strikes"]
    assert strikes[CRASHES[database]] == 1
    assert sum(times for name, times in strikes.items() if "SIGKILL" in name) > 2
