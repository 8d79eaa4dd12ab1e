"""A child engine: gets its options, says why it died, and is interrupted at the end."""

import asyncio
import time
from pathlib import Path

import pytest

from ganshare.processes.child_engine import child_engine, last_words

ENGINE = """
    import os, sys, time
    try:
        print("up", flush=True)
        if "--once" in sys.argv:
            sys.exit(f"error: {sys.argv[1:]}, health {os.environ['ENGINE_HEALTH_LISTEN']}")
        time.sleep(600)
    except KeyboardInterrupt:
        print("handed back")
"""


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """In a folder whose `engine` is a script of a few lines."""
    (tmp_path / "engine.py").write_text(f"if True:{ENGINE}")
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)  # as with `python -m`: children look here first, too
    return tmp_path / "engine.log"


def wait_for_words(log: Path) -> None:
    while not last_words(log):
        time.sleep(0.01)


async def test_an_engine_that_dies_says_why(log: Path) -> None:
    died = asyncio.Queue[str]()
    async with child_engine(log, "--once", on_death=died.put_nowait) as engine:
        assert await died.get() == "['run', '--once'], health off"
        assert engine.returncode == 1


async def test_the_end_of_the_block_interrupts_the_engine(log: Path) -> None:
    died = asyncio.Queue[str]()
    async with child_engine(log, on_death=died.put_nowait) as engine:
        await asyncio.to_thread(wait_for_words, log)
    assert engine.returncode == 0
    assert last_words(log) == "handed back"
    assert died.empty()
