"""Sentences come out of the database as they went in, with code and values; old ones as text."""

from typing import Any

import pytest
import sqlalchemy as sa

from ganshare.domain.jobs import Job
from ganshare.sentences import Sentence, sentence
from ganshare.store import Store
from ganshare.store.db.tables_community import notes
from ganshare.store.db.tables_queue import artworks, jobs
from ganshare.testing import make_artwork

NUDITY = sentence("unsafe-label", label="nudity", score="0.98")
UNSAFE = sentence("picture-unsafe", reason=NUDITY)


def parts(text: str | None) -> tuple[str, Any, Any]:
    assert isinstance(text, Sentence)
    return str(text), text.code, text.values


async def fail(asker: Any, error: str) -> Job:
    await asker.ask()
    job = await asker.claim_one()
    assert await asker.store.queue.fail(job, error, retry=False)
    dead: Job = await asker.store.queue.get(job.id)
    return dead


async def test_why_a_job_is_dead_keeps_code_values_and_what_is_within(asker: Any) -> None:
    dead = await fail(asker, UNSAFE)
    assert parts(dead.error) == parts(UNSAFE)
    assert isinstance(dead.error, Sentence)
    assert parts(dead.error.values["reason"]) == parts(NUDITY)  # type: ignore[arg-type]


async def test_a_silent_engine_is_named_whatever_it_is_called(another: Any, asker: Any) -> None:
    name = 'gpu "1" \\ Ω {step}'
    store = await another(lease_seconds=-1.0)
    await asker.ask()
    (job,) = await store.queue.claim(name, models=["paintings-f8"], max_area=512 * 512)
    await store.queue.reap()
    silent = await store.queue.get(job.id)
    expected = sentence("engine-silent", engine=name, step=0, attempt=1)
    assert parts(silent.error) == parts(expected)


async def test_what_ends_well_has_no_reason_any_more(asker: Any) -> None:
    await asker.ask()
    job = await asker.claim_one()
    await asker.store.queue.fail(job, UNSAFE, retry=True)
    await asker.store.queue.finish(await asker.claim_one(), make_artwork())
    rows = await asker.store.database.rows(sa.select(jobs.c.error, jobs.c.error_details))
    assert [tuple(row.values()) for row in rows] == [(None, None)]


async def test_an_older_engine_that_writes_only_text_is_not_given_the_words_of_another(
    asker: Any,
) -> None:
    dead = await fail(asker, UNSAFE)
    older = jobs.update().where(jobs.c.id == dead.id).values(error="Out of paint.")
    await asker.store.database.write(older)
    (read,) = await asker.store.queue.dead_letters()
    assert read.error == "Out of paint."
    assert not isinstance(read.error, Sentence)


@pytest.mark.parametrize(
    "damaged",
    ["", "{", "7", "[" * 100_000, '{"sentence":"x","code":1,"values":{}}',
     '{"sentence":"x","code":"y","values":{"a":[]}}'],
)  # fmt: skip
async def test_details_that_somebody_damaged_leave_the_text(asker: Any, damaged: str) -> None:
    dead = await fail(asker, sentence("engine-memory"))
    broken = jobs.update().where(jobs.c.id == dead.id).values(error="x", error_details=damaged)
    await asker.store.database.write(broken)
    read = await asker.store.queue.get(dead.id)
    assert (read.error, type(read.error)) == ("x", str)


async def test_a_hidden_painting_and_the_log_keep_theirs(store: Store, asker: Any) -> None:
    await asker.ask()
    made = await store.queue.finish(await asker.claim_one(), make_artwork(hidden=NUDITY))
    assert made is not None
    assert parts(made.hidden) == parts(NUDITY)
    await store.gallery.show(made.id, "admin")
    rows = await store.database.rows(sa.select(artworks.c.hidden, artworks.c.hidden_details))
    assert [tuple(row.values()) for row in rows] == [(None, None)]
    hidden = await store.gallery.hide(made.id, "admin", "not in words of ours")
    assert hidden.hidden == "not in words of ours"
    assert [type(each.reason) for each in await store.community.read_log()] == [str, str, Sentence]
    older = notes.insert().values(
        id="0", kind="hide", person="ann", place="", text="", reason="it was reported", created=1.0
    )
    await store.database.write(older)
    assert (await store.community.read_log())[-1].reason == "it was reported"
