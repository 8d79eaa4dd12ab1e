"""`ganshare admin audit` and `curate`, as somebody types them, on a real store."""

import asyncio
import csv
import io
import json
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from admin.__main__ import admin
from ganshare.cli import run_cli
from ganshare.domain.jobs import Artwork
from ganshare.domain.votes import RoundRules, VoteEvent, Voter
from ganshare.store import Store, open_store
from ganshare.testing import MODEL, make_artwork, make_request


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GANSHARE_DATABASE_URL", f"sqlite+aiosqlite:///{tmp_path}/store.db")
    return tmp_path


async def paint(store: Store, prompt: str) -> Artwork:
    request = make_request(prompt=prompt)
    await store.queue.submit("discord:1", "test", request, key=prompt)
    (job,) = await store.queue.claim("engine", models=[MODEL], max_area=10**6)
    made = await store.queue.finish(job, make_artwork())
    assert made is not None
    return made


async def _community(folder: Path) -> list[str]:
    async with open_store(f"sqlite+aiosqlite:///{folder}/store.db", migrate=True) as store:
        rules = RoundRules(min_age=0.0, quorum=1, views=0, winners=1)
        round_ = await store.rounds.open("discord:9", "discord:1", 3_600.0, rules)
        ids = []
        for place, prompt in enumerate(["=cmd|' /C calc'!A0", "a harbour, at night"]):
            painting = await paint(store, prompt)
            ids.append(painting.id)
            await store.rounds.entries.enter(round_.id, painting.id, "discord:1")
            for number in range(3 - place):
                voter = Voter(f"discord:{50 + number}")
                await store.votes.cast(VoteEvent(painting.id, voter, "discord:2", True, 5.0))
        await store.rounds.close(round_.id, "discord:1", early=True)
        return ids


@pytest.fixture
def paintings(place: Path) -> list[str]:
    return asyncio.run(_community(place))


def type_in(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    code = run_cli(admin, words, "ganshare admin")
    printed = capsys.readouterr()
    return code, printed.out, printed.err


def test_a_replay_says_that_the_tables_are_what_the_log_says(
    paintings: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    code, told, _ = type_in(capsys, "audit", "--replay")
    assert code == 0
    assert told.endswith("The tables are what the log says.\n")
    assert "5 votes count for 2 paintings" in told


def test_a_replay_finds_a_vote_that_somebody_wrote_into_the_table(
    paintings: list[str], place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with closing(sqlite3.connect(place / "store.db")) as database, database:
        row = (paintings[1], "discord:666", "discord:2", 1, 9.0)
        database.execute("INSERT INTO ballots VALUES (?, ?, ?, ?, ?)", row)
    code, told, _ = type_in(capsys, "audit", "--replay", "--json")
    assert code == 1
    found = json.loads(told)
    assert any("discord:666" in each for each in found["differences"])
    assert any("has 3 votes, by the log 2" in each for each in found["differences"])


def test_the_log_is_read_newest_first(
    paintings: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    _, told, _ = type_in(capsys, "audit", "--limit", "2")
    first, second = told.splitlines()
    assert "close" in first
    assert "vote" in second
    _, told, _ = type_in(capsys, "audit", "--artwork", paintings[1], "--json")
    assert {json.loads(line)["artwork"] for line in told.splitlines()} == {paintings[1]}


def test_votes_are_held_and_released_with_a_reason(
    paintings: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    code, _, error = type_in(capsys, "audit", "hold", "discord:50")
    assert (code, "--reason" in error) == (2, True)
    type_in(capsys, "audit", "hold", "discord:50", "--reason", "a second account")
    _, told, _ = type_in(capsys, "audit", "held")
    assert "discord:50" in told
    assert "a second account" in told
    _, told, _ = type_in(capsys, "audit", "--replay")
    assert "3 votes count" in told
    type_in(capsys, "audit", "release", "discord:50", "--reason", "no")
    _, told, _ = type_in(capsys, "audit", "--replay")
    assert "5 votes count" in told


def test_a_winner_is_listed_approved_and_exported(
    paintings: list[str], place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, told, _ = type_in(capsys, "curate", "list")
    assert [line.split()[0] for line in told.splitlines()] == [paintings[0]]
    code, _, error = type_in(capsys, "curate", "approve", paintings[1])
    assert (code, "has not won" in error) == (2, True)
    assert type_in(capsys, "curate", "approve", paintings[0])[0] == 0
    _, told, _ = type_in(capsys, "curate", "export")
    whole = json.loads(told)
    (item,) = whole["items"]
    assert whole["format"] == "ganshare-curated/1"
    assert item["id"] == paintings[0]
    wanted = {
        "sha256", "blob", "prompt", "attributes", "seed", "model", "may_sell", "votes", "bound",
        "round", "approved_by",
    }  # fmt: skip
    assert wanted <= item.keys()
    assert item["prompt"].startswith("=cmd")
    type_in(capsys, "curate", "export", "--to", "set.csv")
    (row,) = csv.DictReader(io.StringIO((place / "set.csv").read_text("utf-8")))
    assert row["prompt"].startswith("'=cmd")  # no spreadsheet runs it
    assert json.loads(row["attributes"]) == item["attributes"]
    assert row["sha256"] == item["sha256"]


def test_a_veto_lets_the_next_one_be_approved(
    paintings: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert type_in(capsys, "curate", "veto", paintings[0])[0] == 2
    type_in(capsys, "curate", "veto", paintings[0], "--reason", "no formulas")
    _, told, _ = type_in(capsys, "curate", "list")
    assert [line.split()[0] for line in told.splitlines()] == [paintings[1]]
    assert type_in(capsys, "curate", "approve", paintings[1])[0] == 0
    _, told, _ = type_in(capsys, "curate", "list", "--approved")
    assert "a harbour, at night" in told


def test_only_whom_the_owner_named_decides_what_is_minted(
    paintings: list[str],
    place: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def approve_there() -> None:
        async with open_store(f"sqlite+aiosqlite:///{place}/store.db") as store:
            await store.rounds.curation.approve(paintings[0], "discord:1")
            code = await store.accounts.new_link("discord:1")
            await store.accounts.redeem_link(code, "telegram:1")

    asyncio.run(approve_there())
    monkeypatch.setenv("ADMIN_COLLECTION", "0x" + "11" * 20)
    monkeypatch.setenv("BOT_CURATORS", "discord:7")
    _, told, error = type_in(capsys, "curate", "export")
    assert json.loads(told)["items"] == []
    assert f"left out: {paintings[0]}" in error
    assert "won in discord:9 and approved by discord:1" in error
    for name, value in (("BOT_CURATORS", "telegram:1"), ("ADMIN_CURATION_PLACES", "discord:9")):
        with monkeypatch.context() as named:
            named.setenv(name, value)
            _, told, error = type_in(capsys, "curate", "export", "--to", "set.json")
            (item,) = json.loads((place / "set.json").read_text("utf-8"))["items"]
            assert (item["place"], item["approved_by"]) == ("discord:9", "discord:1")
            _, told, _ = type_in(capsys, "curate", "list", "--approved")
            assert "discord:9" in told
    # a file of the store's own rounds makes nobody a curator, and shows no other place
    text = (place / "set.json").read_text("utf-8").replace("discord:9", "discord:8")
    (place / "set.json").write_text(text, "utf-8")
    _, told, _ = type_in(capsys, "plan", "--manifest", "set.json", "--dry-run")
    assert "won in discord:9 and approved by discord:1" in told
    type_in(capsys, "curate", "approve", paintings[0])
    _, told, _ = type_in(capsys, "curate", "export")
    assert json.loads(told)["items"][0]["approved_by"].startswith("terminal:")


def test_the_critic_claims_nothing_about_two_paintings(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asyncio.run(_empty(place))
    code, told, error = type_in(capsys, "critic", "report", "--json")
    assert (code, error) == (0, "")
    assert json.loads(told)["helps"] is False
    assert "nothing can be claimed" in json.loads(told)["sentence"]
    code, told, _ = type_in(capsys, "critic", "train")
    assert code == 1
    assert "100 are needed" in told


async def _empty(folder: Path) -> None:
    async with open_store(f"sqlite+aiosqlite:///{folder}/store.db", migrate=True):
        pass


def test_ganshare_admin_hands_over_without_torch_or_the_engine(place: Path) -> None:
    code = "import sys, admin.__main__; print({'torch', 'engine', 'bot'} & set(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=Path.cwd()
    )
    assert done.stdout.strip() == "set()"
    done = subprocess.run(
        [sys.executable, "-m", "ganshare", "admin", "curate", "list"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 3
    assert "ganshare store migrate" in done.stderr


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("audit", "The log of votes has no such entry."),
        ("audit held", "All votes count."),
        ("curate list", "No winner waits for a decision."),
        ("curate list --approved", "Nothing is approved yet."),
        ("rounds list", "There was no round yet."),
        (
            "shares unlockable list",
            "There is nothing for share holders yet; `unlockable add FILE` uploads a file.",
        ),
        ("shares unlockable log", "Nobody has opened anything yet."),
    ],
)
def test_an_empty_list_says_so(
    words: str, told: str, sqlite_url: str, place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert type_in(capsys, *words.split()) == (0, f"{told}\n", "")
