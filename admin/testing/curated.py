"""A community's paintings, made, voted for and approved, in a database that environment names."""

import hashlib
import io
from collections.abc import Mapping

from PIL import Image

from ganshare.blobs import open_blobs
from ganshare.domain.votes import RoundRules, VoteEvent, Voter
from ganshare.store import open_store
from ganshare.testing import MODEL, make_artwork, make_request

__all__ = ["PAINTINGS", "curate"]

PAINTINGS = 4  # the last one's model may not be sold


async def curate(environment: Mapping[str, str]) -> list[bytes]:
    """Let four paintings win a round and be approved; gives their pictures."""
    blobs = open_blobs(environment["GANSHARE_BLOBS_URL"])
    pictures = []
    async with open_store(environment["GANSHARE_DATABASE_URL"], migrate=True) as store:
        rules = RoundRules(min_age=0.0, quorum=1, views=0, winners=PAINTINGS, per_person=10)
        round_ = await store.rounds.open("discord:9", "discord:1", 3_600.0, rules)
        for number in range(PAINTINGS):
            picture = io.BytesIO()
            Image.new("RGB", (8, 8), (number, 0, 0)).save(picture, "PNG")
            data = picture.getvalue()
            pictures.append(data)
            await blobs.put(f"pictures/{number:032x}/1.png", data)
            request = make_request(prompt=f"a Cubist painting of a Castle in Red, {number}")
            await store.queue.submit("discord:1", "test", request, key=str(number))
            (job,) = await store.queue.claim("engine", models=[MODEL], max_area=10**6)
            made = await store.queue.finish(
                job,
                make_artwork(
                    blob=f"pictures/{number:032x}/1.png",
                    sha256=hashlib.sha256(data).hexdigest(),
                    may_sell=number < PAINTINGS - 1,
                ),
            )
            if made is None:
                raise LookupError(job.id)
            await store.rounds.entries.enter(round_.id, made.id, "discord:1")
            for voter in range(3):
                event = VoteEvent(made.id, Voter(f"discord:{50 + voter}"), "discord:2", True, 5.0)
                await store.votes.cast(event)
            await store.consents.record(made.job, "discord:1", "10", agreed=True)
        await store.rounds.close(round_.id, "discord:1", early=True)
        for standing in await store.rounds.curation.to_decide():
            await store.rounds.curation.approve(standing.artwork, "discord:1")
    return pictures
