"""What requesters say of a sale is kept with what was promised then; the last word counts."""

from typing import Any

import pytest

from ganshare.errors import VoteError
from ganshare.testing import make_artwork, make_sale

Asker = Any  # of conftest.py


async def test_the_last_word_counts_until_the_painting_is_planned(asker: Asker) -> None:
    store = asker.store
    await asker.submit("ann", key="a")
    job = await asker.claim_one()
    await store.consents.record(job.id, "ann", "10", agreed=True)  # by asking, before it is painted
    artwork = (await store.queue.finish(job, make_artwork())).id
    said = (await store.consents.of_artworks([artwork, "nobody"]))[artwork]
    assert (said.person, said.agreed, said.share) == ("ann", True, "10")
    await store.consents.record(job.id, "ann", "12.5", agreed=False)
    said = (await store.consents.of_artworks([artwork]))[artwork]
    assert (said.agreed, said.share) == (False, "12.5")
    assert await store.consents.to_answer(["ann"], 5) == []
    await make_sale(store, artwork, state="planned")
    with pytest.raises(VoteError, match="planned for minting"):
        await store.consents.record(job.id, "ann", "12.5", agreed=True)


async def test_it_goes_with_a_job_that_was_never_painted(asker: Asker) -> None:
    store = asker.store
    submitted = await asker.submit("ann", key="a")
    await store.consents.record(submitted.job.id, "ann", "10", agreed=True)
    await store.queue.cancel(submitted.job.id, by="ann")
    assert (await store.queue.prune(-1.0)).jobs == 1
    assert await store.queue.get(submitted.job.id) is None
