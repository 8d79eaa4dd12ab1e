"""The queue's figures come from whatever process reads the store, engines or none."""

from pathlib import Path

from ganshare.monitoring.metrics import Metrics
from ganshare.queue_metrics import measure_queue
from ganshare.store import open_store
from ganshare.store.db.tables_queue import jobs
from ganshare.testing import make_report, make_request


async def test_depth_age_and_engines_are_measured_without_an_engine(tmp_path: Path) -> None:
    metrics = Metrics("bot")

    def value(name: str, **labels: str) -> float | None:
        return metrics.registry.get_sample_value(f"ganshare_{name}", labels)

    async with open_store(f"sqlite+aiosqlite:///{tmp_path}/store.db", migrate=True) as store:
        await measure_queue(store, metrics)
        assert value("queue_oldest_seconds") == 0.0
        for number in range(3):
            await store.queue.submit("ann", "bot", make_request(), key=str(number))
        await store.database.write(jobs.update().values(created=jobs.c.created - 500.0))
        await store.queue.report_engine(make_report())
        await measure_queue(store, metrics)
        assert value("queue_jobs", state="queued") == 3.0
        assert 500.0 <= (value("queue_oldest_seconds") or 0.0) < 1000.0
        assert value("engine_info", engine="engine-1", version="") == 1.0
        await store.queue.forget_engine("engine-1")
        await measure_queue(store, metrics)
        assert value("engine_info", engine="engine-1", version="") is None
