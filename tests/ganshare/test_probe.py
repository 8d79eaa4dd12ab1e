"""The containers' health check: 0 for yes, 1 for no, against a real server."""

import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from ganshare.monitoring.health import HealthServer, Pulse
from ganshare.monitoring.metrics import Metrics
from ganshare.settings import Listen

ROOT = Path(__file__).parents[2]


@pytest.fixture
def pulse() -> Pulse:
    return Pulse(60)


@pytest.fixture
async def server(pulse: Pulse) -> AsyncIterator[HealthServer]:
    async with HealthServer(Listen("127.0.0.1", 0), Metrics("test"), pulse) as running:
        yield running


def probe(url: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "ganshare.probe", url],
        cwd=ROOT,
        # No proxy is asked, whatever the environment says.
        env={"PATH": "", "http_proxy": "http://127.0.0.1:9"},
        capture_output=True,
        text=True,
        check=False,
    )


async def test_a_healthy_process_gives_0_and_says_what_it_answered(server: HealthServer) -> None:
    done = probe(f"http://127.0.0.1:{server.port}/healthz")
    assert (done.returncode, done.stderr) == (0, "")
    assert '"alive":true' in done.stdout


async def test_an_answer_of_no_gives_1_and_says_why(server: HealthServer, pulse: Pulse) -> None:
    pulse.max_silence = -1
    done = probe(f"http://127.0.0.1:{server.port}/healthz")
    assert (done.returncode, done.stderr) == (1, "")
    assert '"alive":false' in done.stdout


def test_no_answer_gives_1() -> None:
    done = probe("http://127.0.0.1:9/healthz")
    assert (done.returncode, done.stderr) == (1, "")
    assert "refused" in done.stdout


def test_only_http_addresses_are_asked() -> None:
    done = probe("file:///etc/hostname")
    assert (done.returncode, done.stdout) == (2, "")
