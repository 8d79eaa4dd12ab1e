"""What commit 1d18b2a left behind, before the tables and manifests of today, works on.

1d18b2a/make.py made the files with that commit's code: two paintings, one approved by a curator
after a round, a job that waits and one that was cancelled, linked accounts, and a ledger.
"""

import shutil
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from admin.ledger import Collection, Ledger, TokenState
from engine.synthesis.manifest import read_manifest
from ganshare.blobs import open_blobs
from ganshare.domain.jobs import JobState
from ganshare.domain.visibility import Visibility
from ganshare.store import Store, open_store
from ganshare.testing import make_report

OLD = Path(__file__).parent / "1d18b2a"
PROMPTS = {"a castle in teal", "a boat | fog:0.5 | people:-0.3"}
WINNER = "a castle in teal"


@pytest.fixture
def url(tmp_path: Path) -> str:
    with sqlite3.connect(tmp_path / "ganshare.db") as database:
        database.executescript((OLD / "ganshare.sql").read_text("utf-8"))
    database.close()
    shutil.copytree(OLD / "blobs", tmp_path / "blobs")
    return f"sqlite+aiosqlite:///{tmp_path}/ganshare.db"


@pytest.fixture
async def store(url: str) -> AsyncIterator[Store]:
    async with open_store(url, migrate=True) as store:
        yield store


async def test_paintings_and_their_pictures_are_there(store: Store, tmp_path: Path) -> None:
    blobs = open_blobs(f"file://{tmp_path}/blobs")
    found = await store.gallery.recent()
    assert {each.prompt for each in found} == PROMPTS
    for artwork in found:
        assert artwork.visibility is Visibility.PUBLIC
        (tmp_path / "picture.png").write_bytes(await blobs.get(artwork.blob))
        manifest = read_manifest(tmp_path / "picture.png")
        assert manifest.prompt == artwork.prompt
        assert manifest.model.name == "paintings-f8"


async def test_a_job_that_waited_is_painted_by_an_engine_of_today(store: Store) -> None:
    counts = await store.queue.counts()
    assert (counts[JobState.QUEUED], counts[JobState.DONE]) == (1, 2)
    report = make_report()
    await store.queue.report_engine(report)
    [job] = await store.queue.claim(report.id, models=report.models, max_area=report.max_area)
    assert job.request.seed == 9
    assert job.person == "telegram:9"


async def test_votes_and_the_curators_decision_hold(store: Store) -> None:
    audit = await store.votes.audit()
    assert not audit.differences
    [winner] = await store.rounds.curation.approved()
    assert winner.prompt == WINNER
    assert winner.votes == 4


async def test_the_ledger_goes_on(store: Store, url: str) -> None:
    async with Ledger(url) as ledger:
        tokens = await ledger.tokens(Collection(137, "0x" + "11" * 20))
    assert {each.token: each.state for each in tokens} == {
        5: TokenState.PINNED,
        6: TokenState.PLANNED,
    }
