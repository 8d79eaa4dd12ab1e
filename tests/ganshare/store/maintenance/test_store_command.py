"""`ganshare store`: what operators type, and what they get for it."""

import asyncio
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ganshare.cli import ganshare, run_cli
from ganshare.store import open_store
from ganshare.testing import PostgresServer, make_report, make_request


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)


@pytest.fixture
def use(monkeypatch: pytest.MonkeyPatch) -> Any:
    return lambda url: monkeypatch.setenv("GANSHARE_DATABASE_URL", url)


async def fill(url: str) -> None:
    async with open_store(url) as store:
        await store.queue.report_engine(make_report(rate=0.25))
        for number in range(3):
            await store.queue.submit("ann", "bot", make_request(), key=str(number))


def test_migrate_makes_the_tables_once(
    empty_url: str, use: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    use(empty_url)
    assert run_cli(ganshare, ["store", "status"]) == 3
    assert "missing; this GANshare needs version" in capsys.readouterr().out
    assert run_cli(ganshare, ["store", "migrate"]) == 0
    assert capsys.readouterr().out.startswith("applied 0001_jobs\napplied 0002_community\n")
    assert run_cli(ganshare, ["store", "migrate"]) == 0
    assert "applied" not in capsys.readouterr().out
    assert run_cli(ganshare, ["store", "status"]) == 0


def test_status_sums_up_the_store(url: str, use: Any, capsys: pytest.CaptureFixture[str]) -> None:
    use(url)
    asyncio.run(fill(url))
    assert run_cli(ganshare, ["store", "status"]) == 0
    text = capsys.readouterr().out
    assert "3 queued, 0 running" in text
    assert "engine-1 on here: paintings-f8; 0.250 work units/s" in text
    assert run_cli(ganshare, ["store", "status", "--json"]) == 0
    status = json.loads(capsys.readouterr().out)
    assert status["schema"] == status["newest_schema"]
    assert status["jobs"]["queued"] == 3
    assert status["engines"][0]["id"] == "engine-1"
    assert status["size"] > 10_000


def test_a_backup_of_sqlite_is_a_store(
    tmp_path: Path, templates: dict[str, str], use: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copy(templates["sqlite"].partition(":///")[2], tmp_path / "store.db")
    url = f"sqlite+aiosqlite:///{tmp_path}/store.db"
    use(url)
    asyncio.run(fill(url))
    assert run_cli(ganshare, ["store", "backup"]) == 0
    written = Path(capsys.readouterr().out.strip())
    assert written.suffix == ".db"

    async def read() -> int:
        async with open_store(f"sqlite+aiosqlite:///{written}") as store:
            return len(await store.queue.jobs())

    assert asyncio.run(read()) == 3


def test_a_backup_under_way_is_of_one_moment(
    tmp_path: Path, templates: dict[str, str], use: Any
) -> None:
    shutil.copy(templates["sqlite"].partition(":///")[2], tmp_path / "store.db")
    url = f"sqlite+aiosqlite:///{tmp_path}/store.db"
    use(url)

    async def work() -> int:
        async with open_store(url) as store:
            writing = asyncio.create_task(fill(url))
            code = await asyncio.to_thread(
                subprocess.run,
                [sys.executable, "-m", "ganshare", "store", "backup", "--to", "copy.db"],
                check=False,
            )
            await writing
            await store.queue.submit("bob", "bot", make_request(), key="after")
        async with open_store("sqlite+aiosqlite:///copy.db") as copy:
            assert await copy.queue.get_by_key("after") is None
        return code.returncode

    assert asyncio.run(work()) == 0


def test_a_backup_of_postgresql_can_be_restored(
    postgres: PostgresServer, templates: dict[str, str], use: Any
) -> None:
    if shutil.which("pg_dump") is None:
        pytest.skip("pg_dump is not installed")
    name = "original"
    url = postgres.create_database(name)
    use(url)
    assert run_cli(ganshare, ["store", "migrate"]) == 0
    asyncio.run(fill(url))
    assert run_cli(ganshare, ["store", "backup", "--to", "copy.dump"]) == 0
    copy = postgres.create_database("copy")
    restore = [str(postgres.binaries / "pg_restore"), "-h", str(postgres.folder), "-U", "postgres"]
    subprocess.run([*restore, "-d", "copy", "copy.dump"], check=True)

    async def read() -> int:
        async with open_store(copy) as store:
            return len(await store.queue.jobs())

    assert asyncio.run(read()) == 3


def test_without_pg_dump_it_is_named(
    monkeypatch: pytest.MonkeyPatch, use: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    use("postgresql+asyncpg://me:secret@127.0.0.1:1/db")
    monkeypatch.setattr("shutil.which", lambda _name: None)
    assert run_cli(ganshare, ["store", "backup", "--to", "x.dump"]) == 3
    assert "needs the program pg_dump" in capsys.readouterr().err
    assert list(Path().iterdir()) == []


def test_a_backup_that_fails_leaves_the_older_one(
    tmp_path: Path, use: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("copy.db").write_text("older")
    (tmp_path / "store.db").write_text("no database at all, whatever its name says " * 40)
    use(f"sqlite+aiosqlite:///{tmp_path}/store.db")
    assert run_cli(ganshare, ["store", "backup", "--to", "copy.db"]) == 3
    assert "is not an SQLite database" in capsys.readouterr().err
    assert [file.name for file in Path().iterdir()] == ["copy.db"]
    assert Path("copy.db").read_text() == "older"


@pytest.mark.parametrize(("to", "code"), [(".", 2), ("nowhere/copy.db", 3)])
def test_a_backup_needs_a_file_that_can_be_written(
    to: str, code: int, tmp_path: Path, templates: dict[str, str], use: Any
) -> None:
    use(templates["sqlite"])
    assert run_cli(ganshare, ["store", "backup", "--to", to]) == code


def test_a_database_is_not_its_own_backup(templates: dict[str, str], use: Any) -> None:
    use(templates["sqlite"])
    file = templates["sqlite"].partition(":///")[2]
    before = Path(file).read_bytes()
    assert run_cli(ganshare, ["store", "backup", "--to", file]) == 2
    assert Path(file).read_bytes() == before
