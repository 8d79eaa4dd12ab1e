"""Leaderboards, on every kind of database."""

from ganshare.domain.visibility import Visibility
from ganshare.domain.votes import Voter
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


async def test_a_group_or_server_has_leaderboards_of_its_own(store: Store) -> None:
    server = {"place": "discord:7", "within": ["discord:5", "discordserver:1"]}
    for number, (person, where) in enumerate(
        (
            ("discord:1", server),
            ("discord:1", server),
            ("discord:2", {"place": "discord:5", "within": ["discordserver:1"]}),
            ("telegram:3", {"place": "telegram:-9", "name": '"discordserver:1"'}),
            ("web:4", {}),
        )
    ):
        kept = {"desk": {"name": person, **where}}
        await store.queue.submit(person, "bot", make_request(), key=f"{number}", reply_to=kept)
        (job,) = await store.queue.claim("engine", models=[MODEL], max_area=2**20)
        art = await store.queue.finish(job, make_artwork())
        await store.votes.toggle(art.id, Voter(f"discord:{10 + number}"), key=f"{number}")
    boards = store.leaderboards

    async def painters(place: str | None) -> list[str]:
        return [each.person for each in await boards.painters(3600.0, 9, place)]

    assert await painters("discordserver:1") == ["discord:1", "discord:2"]
    assert await painters("discord:7") == ["discord:1"]
    assert await painters("discord:5") == ["discord:1", "discord:2"]
    assert await painters("telegram:-9") == ["telegram:3"]
    assert await painters("discordserver:") == []
    assert len(await painters(None)) == 4
    voters = await boards.voters(3600.0, 9, "telegram:-9")
    assert [each.person for each in voters] == ["discord:13"]


async def test_who_only_voted_is_called_as_they_signed_in(store: Store) -> None:
    await store.queue.submit("web:1", "web", make_request(), key="1")
    (job,) = await store.queue.claim("engine", models=[MODEL], max_area=2**20)
    art = await store.queue.finish(job, make_artwork())
    await store.accounts.redeem_sign_in(await store.accounts.new_sign_in("web:mia", "Mia"))
    for person in ("web:mia", "web:nobody"):
        await store.votes.toggle(art.id, Voter(person), key=person)
    ranked = await store.leaderboards.voters(3600.0, 5)
    assert [each.name for each in ranked] == ["Mia", ""]


async def test_who_only_voted_is_called_as_they_voted_unless_they_keep_to_themselves(
    store: Store,
) -> None:
    await store.queue.submit("discord:1", "bot", make_request(), key="1")
    (job,) = await store.queue.claim("engine", models=[MODEL], max_area=2**20)
    art = await store.queue.finish(job, make_artwork())
    for person, name in (("discord:2", "Ben"), ("discord:3", "Cy"), ("discord:4", "")):
        await store.votes.toggle(art.id, Voter(person), key=person)
        for _ in range(2):
            await store.people.note_name(person, name)
    await store.people.choose_visibility("discord:3", Visibility.ONLY_ME)

    async def names() -> list[str]:
        return [each.name for each in await store.leaderboards.voters(3600.0, 5)]

    assert await names() == ["Ben", "", ""]
    await store.people.note_name("discord:2", "Benno")
    assert await names() == ["Benno", "", ""]
    assert "Benno" in str(await store.personal_data.export("discord:2"))
    await store.personal_data.forget("discord:2")
    assert "Benno" not in await names()
