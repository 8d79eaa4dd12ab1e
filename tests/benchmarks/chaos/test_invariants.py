"""The rules of `benchmarks.chaos` hold after a calm run, and each notices what breaks it."""

import asyncio
import hashlib
import itertools
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
import torch

from benchmarks.chaos.evidence import collect
from benchmarks.chaos.history import install
from benchmarks.chaos.invariants import RULES, judge
from benchmarks.chaos.journal import Event, Journal
from benchmarks.chaos.plan import ATTEMPT_KEY, ORIGINS, Fate, Scene, origin_of
from engine.imaging.codecs import encode_png
from ganshare.blobs import open_blobs, picture_key, thumbnail_key
from ganshare.domain.jobs import Job
from ganshare.domain.queue_limits import QueueLimits
from ganshare.store import Store, open_store
from ganshare.testing import MODEL, make_artwork

JOBS = 12
A_DONE_JOB = "id = (SELECT id FROM jobs WHERE state = 'done' ORDER BY id LIMIT 1)"
SECOND_ARTWORK = """
    CREATE TABLE copies AS SELECT * FROM artworks;  -- without its constraints
    DROP TABLE artworks;
    ALTER TABLE copies RENAME TO artworks;
    CREATE TEMP TABLE forged AS SELECT * FROM artworks ORDER BY job LIMIT 1;
    UPDATE forged SET id = 'forged', job = OF_WHICH_JOB;
    INSERT INTO artworks SELECT * FROM forged;
"""
LIMITS = QueueLimits(per_person_active=JOBS, max_attempts=2)


class CalmRun:
    """A run without a storm, in this process, that can be falsified afterwards."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.journal = Journal(scene.journal("bot-0"))
        self.blobs = open_blobs(scene.blobs_url)
        self.crashes: list[str] = []

    async def run(self) -> None:
        async with open_store(self.scene.url, LIMITS, migrate=True) as store:
            await install(self.scene.url)
            await self._ask(store)
            while jobs := await store.queue.claim(
                "engine", models=[MODEL], max_area=512**2, count=3
            ):
                for job in jobs:
                    await self._paint(store, job)
            for origin in map(origin_of, range(ORIGINS)):
                news = await store.queue.inbox(origin)
                for job in news:
                    self.journal.note(
                        Event.SHOWN, job=job.id, revision=job.revision, state=str(job.state)
                    )
                await store.queue.ack(news)

    async def _ask(self, store: Store) -> None:
        for request in self.scene.requests:
            job = (
                await store.queue.submit(
                    request.person, request.origin, request.request, key=request.key
                )
            ).job
            self.journal.note(Event.SUBMITTED, key=request.key, job=job.id)
            if request.cancel_after is not None:
                self.journal.note(Event.CANCELLING, key=request.key, job=job.id)
                job = await store.queue.cancel(job.id, by=request.person)
                self.journal.note(
                    Event.CANCELLED, key=request.key, job=job.id, state=str(job.state)
                )

    async def _paint(self, store: Store, job: Job) -> None:
        fate = Fate(job.request.prompt)
        if fate is not Fate.PAINTED:
            await store.queue.fail(job, fate.reason, retry=fate is Fate.FAILS)
            return
        key, small = picture_key(job.id, job.attempt), thumbnail_key(job.id, job.attempt)
        text = {ATTEMPT_KEY: f"{job.id} {job.attempt}"}
        png = encode_png(torch.zeros(3, 2, 2), text)
        await self.blobs.put(key, png)
        await self.blobs.put(small, b"small")
        digest = hashlib.sha256(png).hexdigest()
        assert await store.queue.finish(job, make_artwork(blob=key, preview=small, sha256=digest))

    async def broken(self) -> set[str]:
        evidence = await collect(self.scene, self.crashes, starts=1)
        return {finding.rule for finding in judge(evidence) if finding.violations}

    # --- falsifying ---------------------------------------------------------------------------

    def sql(self, script: str) -> None:
        with closing(sqlite3.connect(self.scene.folder / "store.db")) as database:
            database.executescript(script.replace("A_DONE_JOB", A_DONE_JOB))

    def ask_sql(self, question: str) -> str:
        with closing(sqlite3.connect(self.scene.folder / "store.db")) as database:
            return str(database.execute(question).fetchone()[0])

    @property
    def picture(self) -> Path:
        """Of one of the jobs."""
        key = self.ask_sql("SELECT blob FROM artworks ORDER BY job LIMIT 1")
        return self.scene.folder / "blobs" / key


def has_everything(scene: Scene) -> bool:
    """Whether all fates are among what will be asked for, and something to cancel."""
    wanted = [request for request in scene.requests if request.cancel_after is None]
    fates = {request.fate for request in wanted}
    return fates == {Fate.PAINTED, Fate.FAILS, Fate.REFUSED} and len(wanted) < JOBS


def scene_in(folder: Path, seed: int) -> Scene:
    url = f"sqlite+aiosqlite:///{folder}/store.db"
    return Scene(url, f"file://{folder}/blobs", folder, seed, JOBS, LIMITS)


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    folder = tmp_path_factory.mktemp("calm")
    scenes = (scene_in(folder, seed) for seed in itertools.count())
    scene = next(each for each in scenes if has_everything(each))
    asyncio.run(CalmRun(scene).run())
    return scene


@pytest.fixture
def run(finished: Scene, tmp_path: Path) -> CalmRun:
    """A copy, to be falsified."""
    shutil.copytree(finished.folder, tmp_path, dirs_exist_ok=True)
    return CalmRun(scene_in(tmp_path, finished.seed))


async def test_a_calm_run_breaks_no_rule(run: CalmRun) -> None:
    assert await run.broken() == set()


def crowd(state: str, jobs: int) -> Callable[[CalmRun], None]:
    """History in which a person has more jobs in a state than their limit."""

    def forge(run: CalmRun) -> None:
        lines = [(f"forged-{number}", state, number) for number in range(jobs)]
        with closing(sqlite3.connect(run.scene.folder / "store.db")) as database, database:
            database.executemany(
                "INSERT INTO chaos_history (job, person, state, attempt, slot, revision, seen) "
                "VALUES (?, 'ann', ?, 0, ?, 1, 0)",
                lines,
            )

    return forge


def overwrite(run: CalmRun) -> None:
    run.picture.write_bytes(b"something else")


def paint_for_another(run: CalmRun) -> None:
    png = encode_png(torch.zeros(3, 2, 2), {ATTEMPT_KEY: "another 1"})
    run.picture.write_bytes(png)
    digest = hashlib.sha256(png).hexdigest()
    run.sql("UPDATE artworks SET sha256 = 'DIGEST'".replace("DIGEST", digest))


def answer_wrongly(run: CalmRun) -> None:
    run.journal.note(Event.SUBMITTED, key="message-0", job="another")


def say_cancelled(run: CalmRun) -> None:
    job = run.ask_sql("SELECT id FROM jobs WHERE state = 'done'")
    run.journal.note(Event.CANCELLED, job=job, state="cancelled")


def forget_what_was_shown(run: CalmRun) -> None:
    path = run.scene.journal("bot-0")
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(line for line in lines if '"shown"' not in line))


def fall_over(run: CalmRun) -> None:
    run.crashes.append("engine-0 ended with exit code 1")


# What is done to a run (`A_DONE_JOB` is always the same one), and the rule that must notice.
FALSE: dict[str, tuple[str | Callable[[CalmRun], None], str]] = {
    "a job is lost": (
        "DELETE FROM jobs WHERE state = 'cancelled'",
        "every key has exactly one job",
    ),
    "a job that nobody asked for": (
        "UPDATE jobs SET key = 'unknown' WHERE A_DONE_JOB",
        "every key has exactly one job",
    ),
    "somebody else's job": (
        "UPDATE jobs SET person = 'somebody else' WHERE A_DONE_JOB",
        "every key has exactly one job",
    ),
    "a bot was told of another job": (answer_wrongly, "every submit of a key named that job"),
    "a job is still queued": (
        "UPDATE jobs SET state = 'queued' WHERE A_DONE_JOB",
        "every job came to its end",
    ),
    "a job is done again": (
        "UPDATE jobs SET state = 'queued' WHERE A_DONE_JOB;"
        "UPDATE jobs SET state = 'done' WHERE state = 'queued';",
        "every job ended exactly once",
    ),
    "a change after the end": (
        "UPDATE jobs SET revision = revision + 1 WHERE A_DONE_JOB",
        "every job ended exactly once",
    ),
    "an attempt that nobody claimed": (
        "UPDATE jobs SET attempt = attempt + 1 WHERE A_DONE_JOB",
        "every change of a job was legal",
    ),
    "from one end to another": (
        "UPDATE jobs SET state = 'dead' WHERE A_DONE_JOB",
        "every change of a job was legal",
    ),
    "back to an earlier revision": (
        "UPDATE jobs SET revision = 1 WHERE A_DONE_JOB",
        "every change of a job was legal",
    ),
    "dead without a word": (
        "UPDATE jobs SET error = NULL WHERE state = 'dead'",
        "the dead have their reason",
    ),
    "dead before the last attempt": (
        "UPDATE jobs SET max_attempts = 100 WHERE state = 'dead'",
        "the dead have their reason",
    ),
    "dead for another reason": (
        "UPDATE jobs SET error = 'The disk is full.' WHERE state = 'dead'",
        "the dead have their reason",
    ),
    "something harmless is dead": (
        "UPDATE jobs SET state = 'dead' WHERE A_DONE_JOB",
        "nothing harmless is dead",
    ),
    "a slot is lost": (
        "UPDATE jobs SET state = 'running', slot = 0, lease_until = 1 WHERE A_DONE_JOB",
        "no slot lost",
    ),
    "cancelled by nobody": (
        "UPDATE jobs SET state = 'cancelled' WHERE A_DONE_JOB",
        "cancelled as asked, and only then",
    ),
    "painted though it was cancelled": (say_cancelled, "cancelled as asked, and only then"),
    "a lease without an engine": (
        "UPDATE jobs SET lease_until = 1 WHERE A_DONE_JOB",
        "no orphaned lease",
    ),
    "a job in nobody's hands": (
        "UPDATE jobs SET state = 'running', lease_until = 1 WHERE A_DONE_JOB",
        "no orphaned lease",
    ),
    "three at once": (crowd("running", 3), "running limit per person never exceeded"),
    "too many at once": (crowd("queued", 13), "active limit per person never exceeded"),
    "a miracle": (
        "UPDATE jobs SET state = 'done' WHERE state = 'dead'",
        "what always fails is never done",
    ),
    "an artwork is lost": (
        "DELETE FROM artworks WHERE job IN (SELECT id FROM jobs WHERE A_DONE_JOB)",
        "one artwork for each done job, none for others",
    ),
    "a second artwork": (
        SECOND_ARTWORK.replace("OF_WHICH_JOB", "job"),
        "one artwork for each done job, none for others",
    ),
    "an artwork of a dead job": (
        SECOND_ARTWORK.replace("OF_WHICH_JOB", "(SELECT id FROM jobs WHERE state = 'dead')"),
        "one artwork for each done job, none for others",
    ),
    "an artwork of nothing": (
        SECOND_ARTWORK.replace("OF_WHICH_JOB", "'unknown'"),
        "one artwork for each done job, none for others",
    ),
    "another artwork's id": (
        "UPDATE jobs SET artwork = 'another' WHERE A_DONE_JOB",
        "one artwork for each done job, none for others",
    ),
    "a picture of a stale attempt": (
        "UPDATE artworks SET attempt = attempt + 1",
        "pictures are there, and of the attempt that finished",
    ),
    "a picture is lost": (
        lambda run: run.picture.unlink(),
        "pictures are there, and of the attempt that finished",
    ),
    "a thumbnail is lost": (
        lambda run: run.picture.with_suffix(".jpg").unlink(),
        "pictures are there, and of the attempt that finished",
    ),
    "a picture was overwritten": (
        overwrite,
        "pictures are there, and of the attempt that finished",
    ),
    "a picture of another job": (
        paint_for_another,
        "pictures are there, and of the attempt that finished",
    ),
    "nobody was shown anything": (forget_what_was_shown, "every end was shown by a bot"),
    "an ack from the future": (
        "UPDATE jobs SET seen = revision + 1 WHERE A_DONE_JOB",
        "acks never beyond what was shown",
    ),
    "an ack of what was not shown": (forget_what_was_shown, "acks never beyond what was shown"),
    "an ack is forgotten": (
        "UPDATE jobs SET seen = 0 WHERE A_DONE_JOB",
        "acks never beyond what was shown",
    ),
    "an engine fell over": (fall_over, "no process fell over, no error went unseen"),
}


@pytest.mark.parametrize("lie", FALSE)
async def test_a_broken_rule_is_noticed(run: CalmRun, lie: str) -> None:
    falsify, rule = FALSE[lie]
    if isinstance(falsify, str):
        run.sql(falsify)
    else:
        falsify(run)
    assert rule in await run.broken()


def test_every_rule_can_be_broken() -> None:
    assert {rule.says for rule in RULES} == {rule for _, rule in FALSE.values()}
