"""Leaderboards, on every kind of database."""

from ganshare.store import Store
from ganshare.testing import MODEL, make_artwork, make_request


async def test_persons_are_ranked_by_their_public_paintings(store: Store) -> None:
    for number, person in enumerate(("discord:1", "discord:2", "discord:2")):
        kept = {"desk": {"name": person.upper()}}
        await store.queue.submit(person, "bot", make_request(), key=f"{number}", reply_to=kept)
        (job,) = await store.queue.claim("engine", models=[MODEL], max_area=2**20)
        assert await store.queue.finish(job, make_artwork()) is not None
    ranked = await store.leaderboards.painters(3600.0, 5)
    assert [(each.person, each.name, each.count) for each in ranked] == [
        ("discord:2", "DISCORD:2", 2),
        ("discord:1", "DISCORD:1", 1),
    ]
    assert await store.leaderboards.painters(-1.0, 5) == []
    assert await store.leaderboards.voters(3600.0, 5) == []
    assert await store.leaderboards.tasters(3600.0, 5) == []
