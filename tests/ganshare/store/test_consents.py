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
