"""The bot as a process of its own, killed and started again: nobody loses anything."""

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

from bot.testing.hanging import plain_picture
from bot.testing.telegram_people import shown, someone
from bot.testing.telegram_town import Town
from bot.testing.telegram_world import BOT_ID

START = 120.0  # seconds, on a busy machine


@contextmanager
def bot(town: Town) -> Iterator["subprocess.Popen[bytes]"]:
    process = town.process()
    try:
        yield process
    finally:
        process.kill()
        process.wait()


async def test_a_bot_that_is_killed_while_it_works_goes_on_where_it_was(town: Town) -> None:
    ann = someone(town.world, "Ann")
    painting = plain_picture("#226688", (256, 256))
    with bot(town) as process:
        await ann.say("/paint a castle")
        first = await ann.receives(lambda m: "castle" in shown(m), seconds=START)
        job = await town.claim()
        await town.hand.show(job, 50)
        await ann.receives(lambda m: "step 50" in shown(m))
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    await town.hand.finish(job, painting)
    await ann.say("/paint a bridge")  # while nobody is there
    with bot(town) as process:
        done = await ann.receives(lambda m: "Painted" in shown(m), seconds=START)
        assert done["message_id"] == first["message_id"]
        await ann.receives(lambda m: "bridge" in shown(m))
        await town.acknowledged(job)
        second = await town.claim()
        await town.hand.finish(second, painting)
        await town.acknowledged(second)
        mine = [m for m in ann.chat.messages.values() if m["from"]["id"] == BOT_ID]
        assert len(mine) == 2
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=START) == 0
    log = town.log
    assert town.telegram.token not in log
    assert "Traceback" not in log


async def test_a_token_that_telegram_refuses_ends_the_process_with_a_sentence(town: Town) -> None:
    town.environment["BOT_TELEGRAM_TOKEN"] = "7:wrong"
    with bot(town) as process:
        await town.world.until(lambda: town.world.requests, START)
        assert process.wait(timeout=START) == 2
    log = town.log
    assert "error: Telegram refuses BOT_TELEGRAM_TOKEN" in log
    assert "7:wrong" not in log
