"""`ganshare admin critic` on real pictures, the real perceptor, a community that likes red."""

import asyncio
import io
import json
import random
from pathlib import Path

import pytest
import sqlalchemy as sa
from PIL import Image

from admin.__main__ import admin
from ganshare.blobs import open_blobs
from ganshare.cli import run_cli
from ganshare.domain.critics import Opinion
from ganshare.domain.votes import RoundRules
from ganshare.store import open_store
from ganshare.store.db.tables_queue import artworks, jobs
from ganshare.store.db.tables_votes import round_entries
from ganshare.testing import MODEL, make_artwork, make_request

COUNT = 120


def picture(redness: float, dice: random.Random) -> bytes:
    """More or less red, with some dots of any colour."""
    image = Image.new("RGB", (64, 64), (int(255 * redness), 60, int(255 * (1 - redness))))
    for _ in range(40):
        image.putpixel(
            (dice.randrange(64), dice.randrange(64)), tuple(dice.randrange(256) for _ in "rgb")
        )
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


async def _community(folder: Path) -> None:
    dice = random.Random(1)
    blobs = open_blobs(f"file://{folder}/blobs")
    async with open_store(f"sqlite+aiosqlite:///{folder}/store.db", migrate=True) as store:
        await store.queue.submit("discord:0", "test", make_request(), key="0")
        (job,) = await store.queue.claim("engine", models=[MODEL], max_area=10**6)
        await store.queue.finish(job, make_artwork())
        database = store.database
        names = [f"p{number:03}" for number in range(COUNT)]
        for table in (jobs, artworks):
            row = dict((await database.rows(sa.select(table)))[0])
            rows = [
                row | {"id": name, "person": f"discord:{n % 20}"} for n, name in enumerate(names)
            ]
            for each in rows:
                key = {"key": each["id"]} if table is jobs else {"job": each["id"]}
                each |= key if table is jobs else key | {"preview": f"pictures/{each['id']}/1.png"}
            await database.write_each(table.insert(), rows)
        round_ = await store.rounds.open("discord:9", "discord:0", 3_600.0, RoundRules())
        await store.rounds.close(round_.id, "discord:0", early=True)
        liked = [dice.random() for _ in names]
        order = sorted(range(COUNT), key=lambda n: -liked[n] - 0.2 * dice.random())
        entry = {
            "round": round_.id, "entered_by": "discord:0", "entered": 0.0, "dealt": 0, "posted": 0,
            "final": False, "votes": 9, "views": 40, "shown_votes": 9, "rate": 0.5,
            "has_quorum": True, "won": False,
        }  # fmt: skip
        await database.write_each(
            round_entries.insert(),
            [
                entry | {"artwork": names[n], "place": place, "bound": 1 - place / COUNT}
                for place, n in enumerate(order, 1)
            ],
        )
        for name, redness in zip(names, liked, strict=True):
            await blobs.put(f"pictures/{name}/1.png", picture(redness, dice))


@pytest.mark.slow
def test_a_taste_for_red_is_learned_and_its_worth_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GANSHARE_DATABASE_URL", f"sqlite+aiosqlite:///{tmp_path}/store.db")
    monkeypatch.setenv("GANSHARE_BLOBS_URL", f"file://{tmp_path}/blobs")
    monkeypatch.setenv("GANSHARE_MODELS_DIR", str(tmp_path / "models"))
    asyncio.run(_community(tmp_path))
    assert run_cli(admin, ["critic", "report", "--json", "--phrase", "a red painting"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["paintings"], found["requesters"], found["rounds"]) == (COUNT, 20, 1)
    assert found["helps"]
    assert found["head"]["low"] > 1.5
    assert found["phrase"]["lift"] > 1.0
    assert run_cli(admin, ["critic", "train"]) == 0
    assert f"learned from {COUNT} paintings" in capsys.readouterr().out
    assert run_cli(admin, ["critic", "score", "--phrase", "a red painting"]) == 0
    # The first of all, which the community was copied from, has no picture.
    scored = capsys.readouterr().out
    assert scored == f"{COUNT} paintings scored, 1 no longer have a picture.\n"
    likeness, taste = asyncio.run(_opinions(tmp_path))
    assert (likeness.critic.phrase, likeness.critic.helps) == ("a red painting", False)
    assert taste.critic.helps
    assert taste.place <= COUNT // 4
    assert (taste.of, likeness.of) == (COUNT, COUNT)
    assert run_cli(admin, ["critic", "score", "--phrase", "a red painting"]) == 0
    assert capsys.readouterr().out.startswith("0 paintings scored")


async def _opinions(folder: Path) -> list[Opinion]:
    """What the critics think of the painting that the community liked best."""
    async with open_store(f"sqlite+aiosqlite:///{folder}/store.db") as store:
        (round_,) = await store.rounds.recent()
        best = (await store.rounds.standings(round_.id))[0].artwork
        return (await store.rounds.critics.opinions(round_.id, [best]))[best]
