"""`make chaos` in short: no job is lost and none is done twice, whoever is killed meanwhile."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.chaos.cluster import PGBOUNCER
from ganshare.testing import postgres_binaries

pytestmark = [pytest.mark.serial, pytest.mark.slow]  # many processes at once

JOBS = 30
COMMAND = [sys.executable, "-m", "benchmarks.chaos", "--json", "--seed", "1", "--minutes", "4"]
SHORT = ["--jobs", str(JOBS), "--engines", "3", "--crashes", "1", "--pause", "0.15", "0.5"]
STRIKES = {
    "sqlite": ["all engines and bots killed at once"],
    "postgresql": ["PostgreSQL killed (SIGKILL)", "failover to the other PostgreSQL"],
    "pgbouncer": ["PostgreSQL killed (SIGKILL)", "failover to the other PostgreSQL"],
}
POISON = [
    "engine killed by the job that it painted",
    "step that never returned",
    "memory ran out for a job that is too large",
]


@pytest.mark.parametrize(
    "database", [pytest.param("sqlite", marks=pytest.mark.acceptance), "postgresql", "pgbouncer"]
)
def test_each_job_is_done_once_whatever_happens(database: str) -> None:
    if database != "sqlite" and postgres_binaries() is None:
        pytest.skip("PostgreSQL's server programs are not installed")
    if database == "pgbouncer" and not Path(PGBOUNCER).exists():
        pytest.skip("pgbouncer is not installed")
    command = [*COMMAND, *SHORT, "--database", database]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=500)
    assert done.returncode == 0, done.stderr
    (report,) = json.loads(done.stdout)
    assert report["holds"]
    assert [finding["violations"] for finding in report["findings"] if finding["violations"]] == []
    assert sum(report["states"].values()) == JOBS
    assert report["states"]["done"] > JOBS / 2
    # It was no calm day.
    for strike in [*STRIKES[database], "tables renewed, then process by process"]:
        assert report["strikes"][strike] == 1
    assert sum(n for name, n in report["strikes"].items() if "SIGKILL" in name) > 2
    for name in [*POISON, "processes of the newer version"]:
        assert report["figures"][name] > 0
