"""What every test can rely on, alone or beside others on the other cores."""

import asyncio
import fcntl
import logging
import os
import shutil
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
import structlog
from hypothesis import HealthCheck, settings

from ganshare.store import open_store
from ganshare.testing import PostgresServer, postgres_server

HERE = Path(__file__).parent

# How long an example takes says more about the machine than about the code.
settings.register_profile("busy", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy")


ALONE = ("serial", "acceptance", "browser", "chain")  # markers of tests that run alone
MEMORY = 2 * 2**30  # bytes that a worker may need: torch, and models that are loaded once


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):  # Linux: the cores that this process may use
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """`-n auto`: more workers than cores, since a third of the time is waiting; within memory."""
    cores = _cores()
    workers = min(cores + cores // 2, psutil.virtual_memory().available // MEMORY)
    return workers if workers > 1 else 0


def pytest_configure(config: pytest.Config) -> None:
    """Workers share the cores: each, and what it starts, computes with its share of threads.

    Ctrl-C ends what is started, also where a shell began all of this in the background and has it
    ignored.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if workers := getattr(config.option, "numprocesses", None):
        os.environ.setdefault("OMP_NUM_THREADS", str(max(1, _cores() // workers)))


# Files that are only of one suite, and import much: not even read where it is left out.
SUITES = {
    "reference": "tests/reference",
    "training": "tests/engine/training/test_vqgan_training.py",
}


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave out suites that the markers asked for leave out."""
    for suite, path in SUITES.items():
        if f"not {suite}" in config.option.markexpr and collection_path == config.rootpath / path:
            return True
    return None


def _is_alone(item: pytest.Item) -> bool:
    return any(item.get_closest_marker(name) for name in ALONE)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What runs alone comes last, when the others need not wait for it."""
    items.sort(key=_is_alone)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Among workers, a test that runs alone goes in when the others have ended, and they wait."""
    if not hasattr(item.config, "workerinput"):
        return (yield)
    how = fcntl.LOCK_EX if _is_alone(item) else fcntl.LOCK_SH
    with _opened(HERE) as door, _opened(HERE / "conftest.py") as room:
        fcntl.flock(door, how)  # who waits for an empty room keeps others from going in
        fcntl.flock(room, how)
        if how == fcntl.LOCK_SH:
            fcntl.flock(door, fcntl.LOCK_UN)
        return (yield)


@contextmanager
def _opened(path: Path) -> Iterator[int]:
    number = os.open(path, os.O_RDONLY)
    try:
        yield number
    finally:
        os.close(number)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite database with empty tables, made once: a copy takes a tenth of the time."""
    file = tmp_path_factory.mktemp("template") / "store.db"

    async def make() -> None:
        async with open_store(f"sqlite+aiosqlite:///{file}", migrate=True):
            pass

    asyncio.run(make())
    return file


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """A SQLite database of the test's own with empty tables, `store.db` in its folder."""
    shutil.copy(sqlite_template, tmp_path / "store.db")
    return f"sqlite+aiosqlite:///{tmp_path}/store.db"


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A PostgreSQL for all tests of this process; whoever stops one starts one of their own."""
    try:
        with postgres_server() as server:
            yield server
    except LookupError as error:
        pytest.skip(str(error))


@pytest.fixture(autouse=True)
def untouched_logging() -> Iterator[None]:
    """Logging is one per interpreter: put it back."""
    root = logging.getLogger()
    handlers, level, hook = list(root.handlers), root.level, threading.excepthook
    yield
    logging.captureWarnings(capture=False)
    root.handlers[:], threading.excepthook = handlers, hook
    root.setLevel(level)
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()
