"""Who sees what: chosen for one painting, by the person or by the place, and kept everywhere."""

import asyncio
import json
from typing import Any

import pytest
from sqlalchemy import text

from bot.core.commands.privacy import split_export
from bot.core.delivery.renewals import PaintingMessages
from bot.core.delivery.vote_counts import VoteCounts
from bot.core.messages import Action, Person, Place, Rank
from ganshare.blob_cleanup import sweep_forgotten
from ganshare.domain.community import FORGOTTEN, ShownMessage
from ganshare.domain.jobs import Artwork
from ganshare.domain.visibility import Visibility
from ganshare.domain.votes import RoundRules, Voter
from ganshare.errors import BlobError, VoteError
from ganshare.queue_view import look
from ganshare.testing import make_request

Hall = Any  # of conftest.py

ANN, BEN = Person("discord:1", "Ann"), Person("discord:2", "Ben")
ADMIN = Person("discord:9", "Ada", Rank.ADMIN)
HALL, ALONE = Place("discord:100"), Place("discord:55", is_private=True)
PUBLIC, UNLISTED, ONLY_ME = Visibility


async def paint(hall: Hall, person: Person = ANN, place: Place = HALL, **options: Any) -> Artwork:
    job = await hall.ask_one("a castle in teal", person, place=place, **options)
    (claimed,) = await hall.claim()
    made: Artwork = await hall.finish(claimed)
    assert made.job == job.id
    return made


async def words(hall: Hall, command: str, person: Person = BEN, **arguments: Any) -> str:
    replies = await hall.ask(command, person, **arguments)
    return "\n".join(
        "\n".join([each.title, each.text, *(f"{n} {v}" for n, v in each.fields)])
        for each in replies
    )


async def is_in_gallery(hall: Hall, person: Person = BEN, command: str = "gallery") -> bool:
    (page,) = await hall.ask(command, person)
    return bool(page.artworks)


async def test_what_is_painted_in_a_private_chat_is_in_no_gallery(hall: Hall) -> None:
    (first,) = await hall.ask("paint", ANN, place=ALONE, prompt="a castle")
    assert "in no gallery and no round" in first.text
    assert "/privacy" in first.text
    await hall.finish((await hall.claim())[0])
    (second,) = await hall.ask("paint", ANN, place=ALONE, prompt="a hill")
    assert "/privacy" not in second.text
    assert not await is_in_gallery(hall)
    assert await is_in_gallery(hall, ANN, "mine")


async def test_the_place_the_person_and_the_command_choose(hall: Hall) -> None:
    assert (await paint(hall)).visibility is PUBLIC
    await hall.ask("settings", ADMIN, setting="visibility", value="unlisted")
    assert (await paint(hall)).visibility is UNLISTED
    await hall.ask("privacy", ANN, visibility="only-me")
    assert (await paint(hall)).visibility is ONLY_ME
    assert (await paint(hall, visibility="public")).visibility is PUBLIC
    await hall.ask("privacy", ANN, visibility="default")
    assert (await paint(hall)).visibility is UNLISTED
    (job,) = [await hall.ask_one("a hill --visibility only-me --seed 3", BEN)]
    assert (job.request.prompt, job.request.seed) == ("a hill", 3)
    assert job.visibility is ONLY_ME
    refused = await words(hall, "paint", prompt="a hill --visibility nobody")
    assert "public, unlisted, only-me" in refused
    refused = await words(hall, "settings", ADMIN, setting="visibility", value="secret")
    assert "only-me" in refused


@pytest.mark.parametrize("action", [Action.SHOW, Action.MASTER, Action.VARY, Action.AGAIN,
                                    Action.REPORT, Action.VOTE, Action.ENTER])  # fmt: skip
async def test_nobody_else_opens_what_is_for_one_alone(hall: Hall, action: Action) -> None:
    artwork = await paint(hall, visibility="only-me")
    for person in (BEN, ADMIN):
        for subject in (artwork.id, artwork.job):
            (reply,) = await hall.press(action, subject, person)
            assert (reply.pictures, reply.document, reply.job) == ((), None, None)
            assert "castle" not in reply.text
    if action in (Action.SHOW, Action.MASTER):
        (reply,) = await hall.press(action, artwork.id, ANN)
        assert reply.is_private
        assert reply.pictures or reply.document


async def test_an_unlisted_one_opens_by_its_id_and_nowhere_else(hall: Hall) -> None:
    artwork = await paint(hall, visibility="unlisted")
    assert not await is_in_gallery(hall)
    (shown,) = await hall.press(Action.SHOW, artwork.id, BEN)
    assert shown.pictures
    (master,) = await hall.press(Action.MASTER, artwork.id, BEN)
    assert master.is_private
    (varied,) = await hall.press(Action.VARY, artwork.id, BEN)
    assert (await hall.job(varied.job)).visibility is UNLISTED


async def test_only_what_is_public_is_in_rounds_and_minted(hall: Hall) -> None:
    rounds = hall.store.rounds
    round_ = await rounds.open(HALL.id, "discord:9", 3600, RoundRules(min_age=0, quorum=1))
    for visibility in ("unlisted", "only-me"):
        hers = await paint(hall, visibility=visibility)
        with pytest.raises(VoteError, match="not public"):
            await rounds.entries.enter(round_.id, hers.id, ANN.id)
        assert not await rounds.entries.is_free(hers.id)
        assert await rounds.entries.enter_finished(hers.id, HALL.id) is None
    first, second = await paint(hall), await paint(hall)
    for each in (first, second):
        await rounds.entries.enter(round_.id, each.id, ANN.id)
        await hall.store.votes.toggle(each.id, Voter(BEN.id), key=each.id)
    await hall.store.gallery.change_visibility(first.id, ANN.id, UNLISTED)
    assert (await rounds.exposure.next_to_show("discord:3", round_.id)).id == second.id
    await rounds.close(round_.id, "discord:9", early=True)
    assert [each.artwork for each in await rounds.curation.to_decide()] == [second.id]
    await rounds.curation.approve(second.id, "discord:9", named=True)
    assert [each.id for each in await rounds.curation.approved()] == [second.id]
    await hall.store.gallery.change_visibility(second.id, ANN.id, ONLY_ME)
    assert await rounds.curation.approved() == []
    (ended,) = await hall.ask("round", BEN)
    assert ended.artworks == ()


async def test_in_a_channel_its_message_shows_nothing(hall: Hall) -> None:
    (reply,) = await hall.ask("paint", ANN, prompt="a castle", visibility="only-me")
    assert "castle" not in f"{reply.title}{reply.text}{reply.fields}"
    (reply,) = await hall.ask("paint", BEN, place=ALONE, prompt="a castle", visibility="only-me")
    assert "castle" in reply.text
    view = json.dumps((await look(hall.store)).to_json(), default=str)
    assert "castle" not in view


async def test_a_choice_changes_all_messages_that_show_it(hall: Hall) -> None:
    artwork = await paint(hall)
    message = ShownMessage("discord", "100:7", {"channel": 100, "message": 7}, "", "en", {},
                           (artwork.id,))  # fmt: skip
    due = await hall.store.shown.begin(message)
    await hall.store.shown.end("discord", "100:7", due)
    assert await hall.store.shown.due("discord") == []
    said = await words(hall, "privacy", ANN, visibility="unlisted", artwork=artwork.id)
    assert "unlisted" in said
    (due_now,) = await hall.store.shown.due("discord")
    messages = PaintingMessages(hall.store, hall.blobs, hall.words)
    assert (await messages.render(due_now)).text == "This painting is no longer shown."
    refused = await words(hall, "privacy", BEN, visibility="public", artwork=artwork.id)
    assert "not yours" in refused


async def test_no_vote_brings_buttons_back_to_what_is_not_public_any_more(hall: Hall) -> None:
    artwork, relabelled = await paint(hall), []

    class Board:
        origin = "discord"

        async def relabel(self, *given: object) -> None:
            relabelled.append(given)

    await hall.store.posts.save(artwork.id, "discord", "100:7", {"message": 7}, "en")
    await hall.store.gallery.change_visibility(artwork.id, ANN.id, UNLISTED)
    counts = VoteCounts(hall.store, hall.words, Board(), look=0.02)  # type: ignore[arg-type]
    running = asyncio.create_task(counts.run())
    await asyncio.sleep(0.05)
    await hall.store.votes.toggle(artwork.id, Voter(BEN.id), key="vote")
    await asyncio.sleep(0.2)
    running.cancel()
    assert relabelled == []


async def test_an_export_has_all_of_one_person_and_nothing_of_others(hall: Hall) -> None:
    hers, his = await paint(hall, visibility="only-me"), await paint(hall, BEN)
    await hall.store.votes.toggle(his.id, Voter(ANN.id), key="vote")
    await hall.store.community.report(his.id, ANN.id, "too teal")
    (reply,) = await hall.ask("export", ANN)
    assert reply.is_private
    found = json.loads(reply.document.data)
    assert [each["id"] for each in found["paintings"]] == [hers.id]
    assert found["jobs"][0]["request"]["prompt"] == "a castle in teal"
    assert found["votes"][0]["artwork"] == his.id
    assert found["reports"][0]["reason"] == "too teal"
    assert BEN.id not in reply.document.data.decode()


def test_an_export_is_split_where_a_chat_takes_no_more() -> None:
    rows = [{"prompt": f"a castle {number}", "id": number} for number in range(100)]
    found = {"paintings": rows[:70], "votes": [], "jobs": rows[70:]}
    parts = split_export(found, 1_500)
    assert len(parts) > 3
    assert all(len(json.dumps(each, indent=1).encode()) <= 1_500 for each in parts)
    assert parts[0]["votes"] == []
    for kind, rows in found.items():
        assert [row for part in parts for row in part.get(kind, [])] == rows
    assert split_export(found, None) == [found]


async def test_a_large_export_comes_as_several_files(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        await paint(hall)
    monkeypatch.setattr("bot.core.commands.privacy.LARGEST_EXPORT", 3_000)
    replies = await hall.ask("export", ANN)
    assert len(replies) > 1
    assert replies[-1].document.name == f"ganshare-export-{len(replies)}.json"
    assert all(each.is_private for each in replies)
    paintings = [p for r in replies for p in json.loads(r.document.data).get("paintings", [])]
    assert len(paintings) == 3
    (whole,) = await hall.ask("export", ANN, place=Place("web"))
    assert len(json.loads(whole.document.data)["paintings"]) == 3


async def test_an_upload_that_could_not_be_removed_at_once_is_removed_later(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, blobs = "uploads/start.png", hall.blobs
    await blobs.put(key, b"a picture")
    request = make_request(init_image=key)
    await hall.store.queue.submit(ANN.id, "discord", request, key="from-a-picture")

    async def fail(*_: object) -> None:
        raise BlobError("the store of pictures is away")

    with monkeypatch.context() as patch:
        patch.setattr(type(blobs), "delete", fail)
        await hall.press(Action.FORGET, "sure", ANN)
    assert await blobs.exists(key)
    assert await sweep_forgotten(hall.store, blobs) == 1
    assert not await blobs.exists(key)
    assert await hall.store.gallery.forgotten_uploads() == []


async def everything(hall: Hall) -> str:
    """All that the database holds, as one text."""

    async def read(connection: Any) -> str:
        names = await connection.execute(text("SELECT name FROM sqlite_master WHERE type='table'"))
        rows = []
        for (name,) in names.all():
            every = text(f'SELECT * FROM "{name}"')  # noqa: S608  # names of our own
            rows += [str(row) for row in await connection.execute(every)]
        return "\n".join(rows)

    found: str = await hall.store.database.atomically(read)
    return found


async def test_who_is_forgotten_is_in_no_table_and_votes_still_add_up(hall: Hall) -> None:
    (reply,) = await hall.ask("forget", ANN)
    ((button,),) = reply.buttons
    hers, his = await paint(hall), await paint(hall, BEN)
    round_ = await hall.store.rounds.open(HALL.id, "discord:9", 3600, RoundRules(min_age=0))
    for each, owner in ((hers, ANN), (his, BEN)):
        await hall.store.rounds.entries.enter(round_.id, each.id, owner.id)
    await hall.store.votes.toggle(his.id, Voter(ANN.id), key="vote")
    await hall.store.votes.toggle(hers.id, Voter(BEN.id), key="vote-2")
    await hall.store.community.report(his.id, ANN.id, "it is too teal")
    await hall.store.accounts.new_sign_in(ANN.id, "Ann of the hall")
    await hall.ask("privacy", ANN, visibility="unlisted")
    await hall.ask("paint", ANN, prompt="a secret garden")
    (done,) = await hall.press(button.action, button.subject, ANN)
    assert "deleted" in done.text
    found = await everything(hall)
    for trace in ("discord:1'", '"discord:1"', "secret garden", "too teal", "Ann of the hall"):
        assert trace not in found, trace
    assert FORGOTTEN in found
    assert (await hall.store.votes.count([his.id]))[his.id] == 1
    assert (await hall.store.votes.audit()).differences == ()
    gone = await hall.store.gallery.get(hers.id)
    assert gone.deleted is not None
    assert gone.prompt == ""
    assert await hall.claim() == []
    (left,) = await hall.ask("mine", ANN)
    assert left.artworks == ()


async def test_a_blob_of_what_is_forgotten_goes_and_a_block_stays(hall: Hall) -> None:
    artwork = await paint(hall)
    await hall.store.community.block(ANN.id, "discord:9", "spam")
    await hall.press(Action.FORGET, "sure", ANN)
    (blobs,) = await hall.store.gallery.forgotten_blobs()
    assert artwork.blob in blobs.keys
    assert (await hall.store.community.block_of(ANN.id)) is not None
