"""What is forgotten is gone from both databases, and what is minted stays."""

import json
from typing import Any

import sqlalchemy as sa

from ganshare.domain.community import FORGOTTEN
from ganshare.domain.jobs import JobState
from ganshare.domain.visibility import Visibility
from ganshare.domain.votes import Voter
from ganshare.store.db.dialect import now
from ganshare.store.db.tables_community import notes
from ganshare.store.db.tables_ledger import tokens
from ganshare.testing import make_artwork

Asker = Any  # of conftest.py, which importlib mode does not let others import


async def painted(asker: Asker, person: str, number: int) -> Any:
    await asker.submit(person, key=f"{person}-{number}")
    job = await asker.claim_one()
    made = make_artwork(blob=f"pictures/{job.id}.png", film=f"pictures/{job.id}.webp")
    return await asker.store.queue.finish(job, made)


async def mint(asker: Asker, artwork: str, **values: Any) -> None:
    texts = {column.name: "" for column in tokens.columns if str(column.type) == "TEXT"}
    numbers = {column.name: 0 for column in tokens.columns if column.name not in texts}
    every = {**numbers, **texts, "artwork": artwork, "created": now(), "updated": now(), **values}
    known = {name: value for name, value in every.items() if name in tokens.c}
    await asker.store.database.write(tokens.insert().values(known))


async def test_all_goes_but_what_is_minted(asker: Asker) -> None:
    store = asker.store
    kept, gone, other = [
        await painted(asker, person, number) for number, person in enumerate(("ann", "ann", "ben"))
    ]
    await mint(asker, kept.id)
    await store.votes.toggle(other.id, Voter("ann"), key="vote")
    waiting = await asker.submit("ann", key="waiting")
    running = await asker.submit("ann", key="running")
    await asker.claim_one()
    forgotten = await store.personal_data.forget("ann")
    assert (forgotten.paintings, forgotten.minted) == (1, 1)
    for submitted in (waiting, running):
        job = await store.queue.get(submitted.job.id)
        assert job.state is JobState.CANCELLED
        assert job.request.prompt == "forgotten"
    kept = await store.gallery.get(kept.id)
    assert (kept.shown, kept.person.startswith(FORGOTTEN)) == (True, True)
    assert (await store.gallery.get(gone.id)).deleted is not None
    assert (await store.gallery.get(gone.id)).prompt == ""
    (forgotten,) = await store.gallery.forgotten_blobs()
    assert set(forgotten.keys) == set(gone.blobs) >= {gone.film}
    assert (await store.votes.count([other.id]))[other.id] == 1
    assert (await store.votes.audit()).differences == ()
    await store.votes.toggle(other.id, Voter("cid"), key="later")  # the log is sealed as before
    found = await store.personal_data.export("ann")
    assert not any(found.values())


async def test_what_is_planned_and_not_minted_goes_too(asker: Asker) -> None:
    planned = await painted(asker, "ann", 1)
    item = {"prompt": "a secret garden", "attributes": {"Style": "Cubist"}, "votes": 3}
    text = json.dumps(item)
    await mint(asker, planned.id, state="pinned", item=text, metadata=text)
    forgotten = await asker.store.personal_data.forget("ann")
    assert (forgotten.paintings, forgotten.minted) == (1, 0)
    assert (await asker.store.gallery.get(planned.id)).deleted is not None
    (row,) = await asker.store.database.rows(sa.select(tokens))
    assert "secret" not in str(dict(row))
    assert json.loads(row["item"])["votes"] == 3


async def test_a_longer_account_is_somebody_else(asker: Asker) -> None:
    store, short, long = asker.store, "chat:1", "chat:12"
    minted = await painted(asker, short, 1)
    await mint(asker, minted.id)
    item = {"requester": short, "approved_by": long}
    await store.database.write(tokens.update().values(item=json.dumps(item)))
    for by in (short, long):
        await store.gallery.hide(minted.id, by, "shown by mistake")
        await store.gallery.show(minted.id, by)
        theirs = await painted(asker, "ben", hash(by))
        await store.gallery.delete(theirs.id, by, admin=True)
    await store.personal_data.forget(short)
    rows = await store.database.rows(sa.select(notes)) + await store.database.rows(
        sa.select(tokens.c.item)
    )
    told = " ".join(str(value) for row in rows for value in row.values())
    assert short not in told.replace(long, "")
    assert told.count(long) >= 4
    assert await store.gallery.search(person=short) == []
    assert [each.id for each in await store.gallery.search()] == [minted.id]


async def test_visibility_goes_from_the_job_to_the_painting(asker: Asker) -> None:
    await asker.store.queue.submit(
        "ann",
        "bot",
        (await asker.submit("ben")).job.request,
        key="mine",
        visibility=Visibility.ONLY_ME,
    )
    for _ in range(2):
        job = await asker.claim_one()
        artwork = await asker.store.queue.finish(job, make_artwork(blob=f"pictures/{job.id}.png"))
        assert artwork.visibility is job.visibility
    assert [each.person for each in await asker.store.gallery.search()] == ["ben"]
    assert len(await asker.store.gallery.search(person="ann")) == 1
