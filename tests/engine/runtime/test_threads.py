"""OpenMP's threads spin on an idle machine only."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from engine.runtime.threads import IdleTeams, seconds_of_others

linux = pytest.mark.skipif(not Path("/proc/stat").exists(), reason="Linux tells how busy it is")

STAT = """cpu  900 0 0 0 0 0 0 0 0 0
cpu0 100 20 30 1000 500 4 6 40 77 0
cpu1 100 0 0 1000 0 0 0 0 0 0
cpu11 7 7 7 7 7 7 7 7 7 7
intr 15 0
"""

SPUN = """
import os, sys, threading, time
import torch
from engine.runtime import threads
from engine.runtime.compute import choose_compute

others = 0.0
threads.SAMPLE, threads.seconds_of_others = 0.02, lambda cores: others
own_threads = lambda: len(os.listdir("/proc/self/task"))

def wait_for(count):
    deadline = time.monotonic() + 60
    while own_threads() != count and time.monotonic() < deadline:
        if others:
            others_moves()
        time.sleep(0.01)
    print(own_threads() == count)

def others_moves():
    global others
    others += 1.0

choose_compute("cpu", "float32", 2)
choose_compute("cpu", "float32", 2)  # watches once
torch.ones(1 << 20).add_(1)
alone = own_threads()
teams = (len(os.sched_getaffinity(0)) - 1) * 2
others_moves()
wait_for(alone + teams)
others = 0.0
wait_for(alone)
"""


@linux
def test_only_what_others_use_of_the_own_cores_counts() -> None:
    own = os.times()
    ticks = os.sysconf("SC_CLK_TCK")
    assert seconds_of_others({0}, STAT) == pytest.approx(200 / ticks - own.user - own.system, abs=1)
    both = seconds_of_others({0, 1}, STAT) - seconds_of_others({0}, STAT)
    assert both == pytest.approx(100 / ticks, abs=1)


@pytest.mark.parametrize(("threads", "cores"), [(2, 2), (8, 16), (16, 16), (2, 16), (5, 64)])
def test_idle_teams_and_the_one_that_computes_outnumber_the_cores(threads: int, cores: int) -> None:
    held = IdleTeams(threads, cores).count
    members = 1 + (held + 1) * (threads - 1)  # as libgomp counts: teams share the first thread
    assert cores < members <= cores + threads


@linux
@pytest.mark.skipif(os.cpu_count() == 1, reason="one core has nothing to share")
def test_teams_are_kept_while_others_are_busy_and_end_after() -> None:
    done = subprocess.run([sys.executable, "-c", SPUN], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", "True"]


@linux
@pytest.mark.parametrize("name", ["OMP_WAIT_POLICY", "GOMP_SPINCOUNT"])
def test_what_the_environment_says_of_waiting_stays(name: str) -> None:
    script = (
        "from engine.runtime import threads; threads.share_cores(2); print(threads._watch is None)"
    )
    environment = {**os.environ, name: "7"}
    done = subprocess.run(
        [sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "True"
