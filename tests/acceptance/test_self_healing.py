"""`ganshare up` with a real engine that is killed, stopped or hangs: it paints again by itself."""

import asyncio
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import psutil
import pytest

from ganshare.domain.jobs import Job
from ganshare.store import Store, open_store
from ganshare.testing import TIMEOUT, make_request, running_process

ROOT = Path(__file__).parents[2]
WITHIN_SECONDS = 60.0
# Once the file is there, the next step of whatever engine is running never returns.
HANG = """
    import pathlib, sys, threading, time
    def patch():
        while "engine.worker.worker" not in sys.modules:
            time.sleep(0.05)
        from engine.synthesis.canvas import Canvas
        advance = Canvas.advance
        def hang(canvas):
            if pathlib.Path("hang").exists():
                pathlib.Path("hang").unlink()
                threading.Event().wait()
            advance(canvas)
        Canvas.advance = hang
    if "engine" in sys.orig_argv:
        threading.Thread(target=patch, daemon=True).start()
"""


@pytest.mark.slow
@pytest.mark.parametrize("fault", ["kill -9", "kill -STOP", "hang"])
async def test_it_paints_again_within_a_minute(fault: str, tmp_path: Path) -> None:
    (tmp_path / "hook").mkdir()
    (tmp_path / "hook" / "sitecustomize.py").write_text(textwrap.dedent(HANG), "utf-8")
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("GANSHARE_", "ENGINE_"))}
    async with running_process(
        *(sys.executable, "-m", "ganshare", "up", "--no-bot", "--no-web"),
        cwd=tmp_path,
        env={**clean, "PYTHONPATH": f"{tmp_path}/hook:{ROOT}", "OMP_NUM_THREADS": "1",
             "ENGINE_HEALTH_LISTEN": "off", "ENGINE_SAVE_SECONDS": "1"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:  # fmt: skip
        while not (tmp_path / "ganshare.db").exists():  # noqa: ASYNC110
            await asyncio.sleep(0.1)
        await asyncio.sleep(1)
        async with open_store(f"sqlite+aiosqlite:///{tmp_path}/ganshare.db") as store:
            request = make_request(steps=2000, width=64, height=64, num_cutouts=2, upscale=False)
            job = (await store.queue.submit("chat:1", "chat", request, key="key")).job
            painting = await until(store, job, attempt=1, step=10)
            (engine,) = psutil.Process(process.pid).children()
            began = time.monotonic()
            if fault == "hang":
                (tmp_path / "hang").touch()
            else:
                engine.send_signal(signal.SIGKILL if fault == "kill -9" else signal.SIGSTOP)
            await until(store, job, attempt=2, step=painting.step + 1)
            assert time.monotonic() - began < WITHIN_SECONDS


async def until(store: Store, job: Job, *, attempt: int, step: int) -> Job:
    async with asyncio.timeout(TIMEOUT):
        while True:
            found = await store.queue.get(job.id) or job
            assert not found.state.over, found.error
            if found.attempt >= attempt and found.step >= step:
                return found
            await asyncio.sleep(0.1)
