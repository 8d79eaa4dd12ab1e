"""A fleet of a few engines for a few seconds, and the sums that its report is made of."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.fleet.load import Load
from benchmarks.fleet.record import Record, percentile
from benchmarks.fleet.report import Report, jain
from benchmarks.fleet.watch import Watch
from ganshare.errors import AdmissionError, StoreError
from ganshare.testing import PostgresServer, postgres_binaries

pytestmark = pytest.mark.heavy

SMALL = ["--minutes", "0.06", "--engines", "4", "--people", "20", "--bots", "2"]
QUICK = [
    "--processes",
    "2",
    "--paint-seconds",
    "0.5",
    "--overload",
    "8",
    "--queue-seconds",
    "1",
    "--json",
]


@pytest.mark.serial
@pytest.mark.skipif(postgres_binaries() is None, reason="PostgreSQL is not installed")
def test_a_small_fleet_paints_without_errors() -> None:
    command = [sys.executable, "-m", "benchmarks.fleet", *SMALL, *QUICK]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=500)
    assert done.returncode == 0, done.stderr + done.stdout
    report = json.loads(done.stdout)
    assert report["errors"] == {}
    figures, latencies = report["figures"], report["latencies"]
    assert figures["jobs finished"] > 5
    assert figures["people who got a painting"] <= figures["people who asked"] <= 20
    assert figures["refused: the queue is full (per second)"] > 0
    assert "takes about" in report["told"]["the queue is full"]
    assert figures["database connections (most)"] >= 6  # one for each engine and bot at least
    assert figures["database connections allowed"] == 2 * 4 + 9 * 2
    assert figures["statements a minute"] > 100
    assert figures["LISTs of blobs a minute"] > 0
    assert {"submit, accepted", "claim", "beat", "finish", "inbox", "ack"} <= latencies.keys()
    assert all(0 < each["p50"] <= each["p95"] <= each["most"] for each in latencies.values())


def test_a_hundred_engines_are_asked_for_ten_times_what_they_can_do() -> None:
    load = Load("", 600.0).with_short_queue(180.0)
    assert load.capacity == pytest.approx(1.67, abs=0.01)
    assert load.offered == pytest.approx(16.7, abs=0.1)
    assert load.limits.queue_cap == 300  # three minutes of work


def test_a_tenth_of_the_people_asks_for_half_of_all() -> None:
    load = Load("", 600.0)
    asked = [load.appetites(load.people_of(bot)) for bot in range(load.bots)]
    everybody = [appetite for appetites in asked for appetite in appetites]
    eager = [appetite for appetite in everybody if appetite > 1]
    assert len(everybody) == 10_000
    assert len(eager) == pytest.approx(1000, abs=8)
    assert sum(eager) == pytest.approx(sum(everybody) / 2, rel=0.1)


def test_jains_index_is_one_for_equal_shares_and_a_part_for_one_of_many() -> None:
    assert jain([3, 3, 3]) == pytest.approx(1.0)
    assert jain([5, 0, 0, 0, 0]) == pytest.approx(0.2)


def test_percentiles_are_among_the_values() -> None:
    assert percentile(range(100), 50) == 50
    assert percentile(range(100), 99) == 99
    assert percentile([7.0], 95) == 7.0


def test_records_of_all_processes_are_added_up() -> None:
    first, second = Record(), Record()
    first.add("claim", 0.1)
    second.add("claim", 0.2)
    first.finished["ann"] += 1
    second.finished["ann"] += 2
    second.waited["job"] = 3.0
    second.refuse(AdmissionError("The queue is full."), full=True)
    total = Record.sum([first, second])
    assert total.seconds == {"claim": [0.1, 0.2]}
    assert total.finished == {"ann": 3}
    assert total.waited == {"job": 3.0}
    assert total.counts == {"refused: the queue is full": 1}
    assert total.told == {"the queue is full": "The queue is full."}


def test_an_error_is_counted_and_spoils_the_run(tmp_path: Path) -> None:
    record, watch = Record(), Watch(PostgresServer(tmp_path, tmp_path), "fleet")
    record.finished["ann"] += 1
    assert Report.of(Load("", 1.0), record, watch, 0.5).holds
    with record.timed("claim"):
        raise StoreError("The database is away.")
    assert "claim" not in record.seconds
    report = Report.of(Load("", 1.0), record, watch, 0.5)
    assert report.errors == {"claim: The database is away.": 1}
    assert not report.holds
    assert "| error | 1 x claim: The database is away. |" in report.markdown()
