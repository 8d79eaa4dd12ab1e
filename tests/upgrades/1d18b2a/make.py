"""Made the files beside this one, with the code of commit 1d18b2a; it runs with no other.

PYTHONPATH=CHECKOUT python make.py FOLDER
"""

import asyncio
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

from admin.ledger import Collection, Ledger
from admin.testing.making import make_token
from ganshare.store import open_store
from ganshare.testing import make_report, make_request
from ganshare.voting import RoundRules, Voter

FOLDER = Path(sys.argv[1]).absolute()
URL = f"sqlite+aiosqlite:///{FOLDER}/ganshare.db"
SMALL = {"steps": 4, "width": 64, "height": 64, "num_cutouts": 2, "upscale": False}


async def main() -> None:
    environment = {
        **os.environ,
        "GANSHARE_DATABASE_URL": URL,
        "GANSHARE_BLOBS_URL": f"file://{FOLDER}/blobs",
        "ENGINE_HEALTH_LISTEN": "off",
    }
    async with open_store(URL, migrate=True) as store:
        engine = subprocess.Popen([sys.executable, "-m", "engine", "run"], env=environment)
        while not await store.engines():
            await asyncio.sleep(0.2)
        made = []
        for number, prompt in enumerate(("a castle in teal", "a boat | fog:0.5 | people:-0.3")):
            request = make_request(prompt=prompt, seed=number + 1, **SMALL)
            reply_to = {"channel": "7", "message": str(number)}
            submitted = await store.submit(
                f"discord:{number}", "discord", request, key=f"key {number}", reply_to=reply_to
            )
            made.append(submitted.job.id)
        while not all([(await store.get(each)).artwork for each in made]):
            await asyncio.sleep(0.2)
        engine.terminate()
        engine.wait()
        await store.report(make_report())
        await store.submit("telegram:9", "telegram", make_request(seed=9), key="waits")
        gone = (await store.submit("telegram:9", "telegram", make_request(), key="gone")).job
        await store.cancel(gone.id, by="telegram:9")
        first, second = [(await store.get(each)).artwork for each in made]
        await store.redeem_link(await store.new_link("discord:0"), "telegram:8")
        rules = RoundRules(quorum=1, winners=1, min_age=0, views=0)
        round_ = await store.open_round("discord:7", "discord:5", 3600, rules)
        for artwork in (first, second):
            await store.enter(round_.id, artwork, by="discord:5", curator=True)
        for person in range(20, 24):
            await store.toggle(first, Voter(f"discord:{person}", born=1.0), key=f"press {person}")
        await store.close_round(round_.id, by="discord:5", early=True)
        await store.approve(first, by="discord:5", reason="it won")
    async with Ledger(URL) as ledger:
        collection = Collection(137, "0x" + "11" * 20)
        async with ledger.held():
            token = make_token(collection, 5, artwork=first)
            await ledger.plan([token, make_token(collection, 6, artwork=second)])
            await ledger.pin(
                token, image_cid="bafyimage", metadata_cid="bafymetadata", metadata="{}"
            )
    database = sqlite3.connect(FOLDER / "ganshare.db")
    dump = "\n".join(database.iterdump())
    (FOLDER / "ganshare.sql").write_text(dump + "\n", "utf-8")
    database.close()
    for left in FOLDER.glob("ganshare.db*"):
        left.unlink()


asyncio.run(main())
