"""Capacity: canvases that fit the memory, and a rate that idle time does not lower."""

from pathlib import Path

import pytest

from engine.worker import capacity
from engine.worker.capacity import (
    RECOVERY_SECONDS,
    OfferedArea,
    Rate,
    Room,
    available_memory,
)
from engine.worker.step_pool import StepPool
from ganshare.domain.limits import DEFAULT_SIDE, MAX_AREA
from ganshare.testing import make_report, make_request


def test_a_machine_offers_what_its_memory_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    def offered(gigabytes: float, parallel_steps: int) -> int:
        monkeypatch.setattr(capacity, "available_memory", lambda device: int(gigabytes * 2**30))
        return Room.of("cpu", parallel_steps).largest_area

    assert offered(64, 2) == MAX_AREA
    assert offered(0.1, 1) == DEFAULT_SIDE**2  # what everybody paints
    assert DEFAULT_SIDE**2 < offered(2, 2) < MAX_AREA
    assert offered(2, 2) < offered(2, 1)
    assert Room.of("cpu", 1, channels=128).pixels < Room.of("cpu", 1).pixels  # taming's f16


def test_cutouts_take_memory_as_the_canvas_does(monkeypatch: pytest.MonkeyPatch) -> None:
    def fits(gigabytes: float, side: int, cutouts: int) -> bool:
        monkeypatch.setattr(capacity, "available_memory", lambda device: int(gigabytes * 2**30))
        room = Room.of("cpu", 1)
        report = make_report(
            max_area=room.largest_area, room=room.pixels, cutout_area=room.cutout_area
        )
        return report.fits(make_request(width=side, height=side, num_cutouts=cutouts))

    assert fits(0.1, 256, 16)  # what everybody paints
    assert not fits(0.1, 256, 64)
    assert fits(2.0, 256, 64)
    assert not fits(2.0, 512, 256)  # 16 views were reckoned with, and 256 are allowed
    assert not fits(4.0, 256, 256)
    assert fits(8.0, 512, 256)


def test_a_lack_of_memory_for_cutouts_is_none_for_canvases() -> None:
    pool = StepPool(1)
    offered = OfferedArea(512 * 512, pool, Room(10**6, 1000))
    assert offered.shrink(256 * 256, 256) == 256 * 256 - 1  # with as many cutouts
    assert (offered.area, offered.is_starved) == (512 * 512, False)
    assert offered.room == 256 * 256 + 240 * 1000 - 1
    offered.recover()
    pool.clock.now = RECOVERY_SECONDS + 1.0
    offered.recover()
    assert offered.room == 10**6


def test_what_should_fit_is_measured_once_more(monkeypatch: pytest.MonkeyPatch) -> None:
    left = [16 * 2**30]
    monkeypatch.setattr(capacity, "available_memory", lambda device: left[0])
    room = Room.of("cpu", 1)
    offered = OfferedArea(room.largest_area, StepPool(1), room)
    left[0] = 2**30  # another program came
    assert DEFAULT_SIDE**2 < offered.shrink(512 * 512) < 300 * 300


def test_all_sizes_are_taken_again_minutes_after_memory_ran_out() -> None:
    pool = StepPool(1)  # whose clock begins at 0
    offered = OfferedArea(512 * 512, pool)
    assert offered.shrink(320 * 320) == 320 * 320 - 1
    assert (offered.area, offered.is_starved) == (320 * 320 - 1, False)
    pool.clock.now = RECOVERY_SECONDS
    offered.recover()
    assert offered.area == 320 * 320 - 1
    pool.clock.now += 1.0
    offered.recover()
    assert offered.area == 512 * 512


def test_memory_is_that_of_the_host_or_its_container(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    free = available_memory("cpu")
    assert 2**20 < free < 2**62
    monkeypatch.setattr(capacity, "_CGROUP", tmp_path)
    (tmp_path / "memory.max").write_text("5000\n")
    (tmp_path / "memory.current").write_text("2000\n")
    assert available_memory("cpu") == 3000
    (tmp_path / "memory.max").write_text("max\n")
    assert available_memory("cpu") > 2**20


def test_the_rate_is_work_by_busy_time() -> None:
    now = [0.0]
    rate = Rate(memory=100.0, clock=lambda: now[0])
    assert rate.value is None
    rate.busy(True)
    now[0] = 10.0
    assert rate.value is None
    rate.add(2.0)
    assert rate.value == pytest.approx(0.2)
    rate.busy(False)
    now[0] = 1000.0
    assert rate.value == pytest.approx(0.2)


def test_the_rate_follows_what_happens_now() -> None:
    now = [0.0]
    rate = Rate(memory=100.0, clock=lambda: now[0])
    rate.busy(True)
    for speed in (1.0, 5.0):
        for _ in range(100):
            now[0] += 10.0
            rate.add(10.0 * speed)
        assert rate.value == pytest.approx(speed, rel=0.05)
