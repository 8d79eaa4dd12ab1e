"""The drill of docs/restoring.md: all that a backup has is there on a machine of its own."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa

from ganshare.blobs import open_blobs, picture_key
from ganshare.store import open_store
from ganshare.store.db.database import Database
from ganshare.store.db.tables_ledger import tokens
from ganshare.testing import MODEL, make_artwork, make_request, make_sale

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
DRILL = ROOT / "docs" / "drill"
PASSWORD = "correct horse battery staple"


def run(folder: Path, *command: str, given: str = "") -> str:
    """Run a command as on a machine of its own, whose only settings are in its folder."""
    foreign = ("GANSHARE_", "ENGINE_", "BOT_", "ADMIN_")
    clean = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
    done = subprocess.run(
        command,
        cwd=folder,
        env={**clean, "PYTHON": sys.executable, "PYTHONPATH": str(ROOT)},
        input=given,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def ganshare(folder: Path, *arguments: str, given: str = "") -> str:
    return run(folder, sys.executable, "-m", "ganshare", *arguments, given=given)


def test_everything_is_restored_on_a_new_machine(tmp_path: Path) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    old.mkdir()
    new.mkdir()
    (old / "ganshare.toml").write_text('[ganshare]\nblobs_url = "file://./pictures-of-all"\n')
    ganshare(old, "store", "migrate")
    key = ("admin", "keys", "new", "minter.json", "--password-fd", "0")
    address = ganshare(old, *key, given=PASSWORD).strip()

    async def live() -> str:
        async with open_store(f"sqlite+aiosqlite:///{old}/ganshare.db") as store:
            for number in range(2):
                await store.queue.submit("ann", "bot", make_request(), key=str(number))
            (job,) = await store.queue.claim("engine", models=[MODEL], max_area=512**2)
            picture = picture_key(job.id, job.attempt)
            await open_blobs(f"file://{old}/pictures-of-all").put(picture, b"a painting")
            artwork = await store.queue.finish(job, make_artwork(blob=picture))
            assert artwork is not None
            await make_sale(store, artwork.id)
            return picture

    picture = asyncio.run(live())
    run(old, "sh", str(DRILL / "backup.sh"), str(tmp_path / "backup"), "minter.json")
    said = run(new, "sh", str(DRILL / "restore.sh"), str(tmp_path / "backup"))
    assert address in said
    assert "1 queued, 0 running, 1 done" in said
    assert "missing" not in said
    assert (new / "pictures-of-all" / picture).read_bytes() == b"a painting"
    assert (new / "keys" / "minter.json").stat().st_mode & 0o077 == 0

    async def look() -> None:
        database = Database(f"sqlite+aiosqlite:///{new}/ganshare.db")
        assert len(await database.rows(sa.select(tokens.c.token))) == 1
        await database.close()

    asyncio.run(look())


def test_a_damaged_backup_is_not_restored(tmp_path: Path) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    old.mkdir()
    new.mkdir()
    (old / "blobs").mkdir()
    ganshare(old, "store", "migrate")
    run(old, "sh", str(DRILL / "backup.sh"), str(tmp_path / "backup"))
    with (tmp_path / "backup" / "store.backup").open("r+b") as file:
        file.seek(5000)
        file.write(b"damage")
    done = subprocess.run(
        ["/bin/sh", str(DRILL / "restore.sh"), str(tmp_path / "backup")],
        cwd=new,
        check=False,
        capture_output=True,
    )
    assert done.returncode != 0
    assert list(new.iterdir()) == []
