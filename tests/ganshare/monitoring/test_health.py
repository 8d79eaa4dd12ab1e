"""Health over real HTTP: alive is not ready, a stuck loop is neither, a taken port says so."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager

import httpx
import pytest
from structlog.testing import capture_logs

from ganshare.errors import WorldError
from ganshare.monitoring.health import Check, HealthServer, Pulse
from ganshare.monitoring.metrics import Metrics
from ganshare.settings import Listen
from ganshare.testing import TIMEOUT

ANY_PORT = Listen("127.0.0.1", 0)


@asynccontextmanager
async def served(
    checks: Sequence[Check] = (), pulse: Pulse | None = None, metrics: Metrics | None = None
) -> AsyncIterator[httpx.AsyncClient]:
    server = HealthServer(ANY_PORT, metrics or Metrics("test"), pulse or Pulse(TIMEOUT), checks)
    async with (
        server,
        httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{server.port}", trust_env=False, timeout=TIMEOUT
        ) as client,
    ):
        yield client


async def well() -> None:
    await asyncio.sleep(0)


async def away() -> None:
    raise WorldError("The store postgresql://ann:opensesame@db/x does not answer.")


async def broken() -> None:
    raise KeyError("opensesame")


async def never() -> None:
    await asyncio.Event().wait()


async def test_a_ticking_process_is_alive_and_a_silent_one_is_not() -> None:
    now = 100.0
    async with served(pulse=Pulse(5.0, lambda: now)) as client:
        now += 5.0
        answer = await client.get("/healthz")
        assert (answer.status_code, answer.json()["alive"]) == (200, True)
        now += 0.5
        answer = await client.get("/healthz")
        assert (answer.status_code, answer.json()["alive"]) == (503, False)
        assert answer.json()["silent_seconds"] == 5.5


def test_a_tick_ends_the_silence() -> None:
    now = 100.0
    pulse = Pulse(5.0, lambda: now)
    now += 6.0
    assert not pulse.alive
    pulse.tick()
    assert pulse.alive


async def test_ready_means_that_every_check_passed() -> None:
    async with served([Check("store", well), Check("blobs", well)]) as client:
        answer = await client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json()["ready"] is True
    assert set(answer.json()["checks"]) == {"store", "blobs"}


async def test_an_alive_process_whose_store_is_away_is_not_ready_and_says_why() -> None:
    checks = [Check("store", away), Check("blobs", well), Check("models", broken)]
    async with served(checks) as client:
        answer = await client.get("/readyz")
        assert (await client.get("/healthz")).status_code == 200
    assert answer.status_code == 503
    said = answer.json()["checks"]
    assert said["store"]["why"] == "The store postgresql://ann:***@db/x does not answer."
    assert said["models"]["why"] == "Failed with KeyError."
    assert said["blobs"]["ok"] is True
    assert "opensesame" not in answer.text


async def test_a_check_that_hangs_fails_at_its_limit_and_holds_up_no_other() -> None:
    async with served([Check("store", never, seconds=0.2), Check("blobs", well)]) as client:
        answer = await client.get("/readyz")
    assert answer.json()["checks"]["store"]["why"] == "No answer within 0.2 s."
    assert answer.json()["checks"]["blobs"]["ok"] is True


async def test_health_answers_while_the_main_loop_is_stuck_and_it_is_not_ready() -> None:
    """The main loop computes for longer than a request takes: the thread answers meanwhile."""
    async with served([Check("store", well, seconds=0.1)], Pulse(0.3)) as client:
        url = str(client.base_url)

        def ask() -> tuple[int, int]:
            with httpx.Client(base_url=url, trust_env=False, timeout=TIMEOUT) as client:
                return client.get("/readyz").status_code, client.get("/healthz").status_code

        with ThreadPoolExecutor(1) as asking:  # this loop is stuck until it has its answers
            assert asking.submit(ask).result(TIMEOUT) == (503, 503)


async def test_checks_run_on_the_loop_that_started_the_server() -> None:
    seen: list[asyncio.AbstractEventLoop] = []

    async def look() -> None:
        seen.append(asyncio.get_running_loop())

    async with served([Check("store", look)]) as client:
        await client.get("/readyz")
    assert seen == [asyncio.get_running_loop()]


async def test_metrics_are_served_in_prometheus_format() -> None:
    metrics = Metrics("test")
    metrics.claims.inc(3)
    async with served(metrics=metrics) as client:
        answer = await client.get("/metrics")
    assert "ganshare_claims_total 3.0" in answer.text
    assert answer.headers["content-type"].startswith("text/plain")


async def test_a_taken_port_is_one_sentence_that_names_the_setting() -> None:
    first = HealthServer(ANY_PORT, Metrics("a"), Pulse(60))
    async with first:
        second = HealthServer(Listen("127.0.0.1", first.port), Metrics("b"), Pulse(60))
        with pytest.raises(WorldError) as caught:
            await second.__aenter__()
    assert str(caught.value) == (
        f"127.0.0.1:{first.port} is taken by another process;"
        " choose another HOST:PORT with ENGINE_HEALTH_LISTEN, or off."
    )


async def test_a_port_that_nobody_chose_gives_way_with_a_warning() -> None:
    async with HealthServer(ANY_PORT, Metrics("a"), Pulse(60)) as first:
        listen = Listen("127.0.0.1", first.port)
        second = HealthServer(listen, Metrics("b"), Pulse(60), is_chosen=False)
        with capture_logs() as logs:
            async with second, httpx.AsyncClient(trust_env=False, timeout=TIMEOUT) as client:
                answer = await client.get(f"http://127.0.0.1:{second.port}/healthz")
    assert answer.status_code == 200
    assert first.port < second.port < first.port + 16
    (said,) = (entry["event"] for entry in logs if entry["log_level"] == "warning")
    assert said == (f"port {first.port} is taken; health is served at port {second.port} instead")


async def test_without_any_free_port_that_nobody_chose_the_process_goes_on() -> None:
    unreachable = Listen("192.0.2.1", 9100)
    with capture_logs() as logs:
        async with HealthServer(unreachable, Metrics("a"), Pulse(60), is_chosen=False):
            pass
    assert [entry["event"] for entry in logs if entry["log_level"] == "warning"] == [
        "health is not served: 192.0.2.1:9115 cannot be listened on (Cannot assign requested "
        "address); choose another HOST:PORT with ENGINE_HEALTH_LISTEN, or off."
    ]


async def test_the_port_is_free_again_after_the_server_ended() -> None:
    first = HealthServer(ANY_PORT, Metrics("a"), Pulse(60))
    async with first:
        port = first.port
    async with HealthServer(Listen("127.0.0.1", port), Metrics("b"), Pulse(60)) as second:
        assert second.port == port


async def test_an_address_that_is_not_of_this_machine_is_one_sentence() -> None:
    with pytest.raises(WorldError, match="cannot be listened on"):
        await HealthServer(Listen("192.0.2.1", 0), Metrics("a"), Pulse(60)).__aenter__()
