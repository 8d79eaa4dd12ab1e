"""The bot as a process of its own, killed and started again: nobody loses anything."""

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from bot.testing.fake_engine import plain_picture
from bot.testing.telegram_harness import TelegramHarness
from bot.testing.telegram_people import shown, someone
from bot.testing.telegram_world import BOT_ID
from ganshare.testing import TIMEOUT

pytestmark = pytest.mark.heavy


@contextmanager
def bot(harness: TelegramHarness) -> Iterator["subprocess.Popen[bytes]"]:
    process = harness.process()
    try:
        yield process
    finally:
        process.kill()
        process.wait()


async def test_a_bot_that_is_killed_while_it_works_goes_on_where_it_was(
    harness: TelegramHarness,
) -> None:
    ann = someone(harness.world, "Ann")
    painting = plain_picture("#226688", (256, 256))
    with bot(harness) as process:
        await ann.say("/paint a castle")
        first = await ann.receives(lambda m: "castle" in shown(m), seconds=TIMEOUT)
        job = await harness.claim()
        await harness.engine.show(job, 50)
        await ann.receives(lambda m: "step 50" in shown(m))
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    await harness.engine.finish(job, painting)
    await ann.say("/paint a bridge")  # while nobody is there
    with bot(harness) as process:
        done = await ann.receives(lambda m: "Painted" in shown(m), seconds=TIMEOUT)
        assert done["message_id"] == first["message_id"]
        await ann.receives(lambda m: "bridge" in shown(m))
        await harness.acknowledged(job)
        second = await harness.claim()
        await harness.engine.finish(second, painting)
        await harness.acknowledged(second)
        mine = [m for m in ann.chat.messages.values() if m["from"]["id"] == BOT_ID]
        assert len(mine) == 2
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=TIMEOUT) == 0
    log = harness.log
    assert harness.telegram.token not in log
    assert "Traceback" not in log


async def test_a_token_that_telegram_refuses_ends_the_process_with_a_sentence(
    harness: TelegramHarness,
) -> None:
    harness.environment["BOT_TELEGRAM_TOKEN"] = "7:wrong"
    with bot(harness) as process:
        await harness.world.until(lambda: harness.world.requests)
        assert process.wait(timeout=TIMEOUT) == 2
    log = harness.log
    assert "error: Telegram refuses BOT_TELEGRAM_TOKEN" in log
    assert "7:wrong" not in log
