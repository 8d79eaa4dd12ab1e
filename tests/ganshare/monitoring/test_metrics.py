"""Metrics: Prometheus can read them, names carry their unit, processes don't share counts."""

import re

from prometheus_client.parser import text_string_to_metric_families

from ganshare import __version__
from ganshare.monitoring.metrics import Metrics


def families(metrics: Metrics) -> dict[str, list[tuple[dict[str, str], float]]]:
    text = metrics.text().decode()
    return {
        sample.name: [(s.labels, s.value) for s in family.samples if s.name == sample.name]
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_what_is_counted_can_be_read_by_prometheus() -> None:
    metrics = Metrics("engine")
    metrics.count_queue({"queued": 3, "running": 1})
    metrics.claims.inc(2)
    metrics.wait_seconds.observe(4)
    metrics.store_errors.labels("blobs").inc()
    read = families(metrics)
    assert ({"state": "queued"}, 3.0) in read["ganshare_queue_jobs"]
    assert read["ganshare_claims_total"] == [({}, 2.0)]
    assert read["ganshare_wait_seconds_sum"] == [({}, 4.0)]
    assert ({"part": "blobs"}, 1.0) in read["ganshare_store_errors_total"]
    assert ({"part": "store"}, 0.0) in read["ganshare_store_errors_total"]
    assert read["ganshare_build_info"] == [({"process": "engine", "version": __version__}, 1.0)]


def test_every_name_is_ours_and_ends_with_its_unit() -> None:
    ours = {name for name in families(Metrics("engine")) if not name.startswith(("process", "pyt"))}
    unit = re.compile(r"ganshare_\w+_(jobs|total|seconds(_bucket|_sum|_count)?|info)")
    assert {name for name in ours if not unit.fullmatch(name)} == set()
    assert len(ours) > 15


def test_two_processes_in_one_interpreter_do_not_share_counts() -> None:
    first, second = Metrics("engine"), Metrics("engine")
    first.claims.inc()
    assert families(second)["ganshare_claims_total"] == [({}, 0.0)]


def test_the_memory_of_the_process_is_among_them() -> None:
    assert families(Metrics("engine"))["process_resident_memory_bytes"][0][1] > 1e6
