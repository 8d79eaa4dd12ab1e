"""Reports and the moderation log, as admins see them: only what is theirs to decide about."""

import re
from dataclasses import replace
from typing import Any

from bot.core.messages import Action, Person, Place, Rank, Reply
from bot.core.moderation.prompt_filter import open_moderation
from bot.testing.fake_engine import plain_picture
from ganshare.safety import Verdict

Hall = Any  # of conftest.py

BEN, EVE = Person("discord:2", "Ben"), Person("discord:3", "Eve")
OWNER = Person("discord:9", "Ada")  # named in BOT_ADMINS
MALLORY = Person("discord:66", "Mallory", Rank.ADMIN)  # of a server of their own
THEIRS = Place("discord:666")


def only(replies: list[Reply]) -> Reply:
    (reply,) = replies
    assert reply.is_private
    return reply


def actions(reply: Reply) -> list[Action]:
    return [button.action for row in reply.buttons for button in row]


async def reported(hall: Hall, prompt: str = "a castle in teal", **options: Any) -> Any:
    artwork = await hall.painted(prompt, **options)
    await hall.press(Action.REPORT, artwork.id, BEN)
    return artwork


async def test_reports_are_gone_through_one_after_another(hall: Hall) -> None:
    hall.open(admins=frozenset({OWNER.id}))
    first, second = await reported(hall, "an owl"), await reported(hall, "a bat")
    await hall.press(Action.REPORT, second.id, EVE)
    shown = only(await hall.ask("reports", OWNER))
    assert "a bat" in shown.text
    assert "2 people" in shown.text
    assert "One more painting is waiting" in shown.text
    assert dict(shown.fields) == {
        "Requested by": "discord:1",
        "Where": "discord:100",
        "ID": second.id,
    }
    assert shown.pictures[0].data == await hall.blobs.get(second.blob)
    assert actions(shown) == [Action.HIDE, Action.KEEP, Action.REVIEW]
    later = only(await hall.press(Action.REVIEW, second.id, OWNER))
    assert (later.replaces, "an owl" in later.text) == (True, True)
    assert only(await hall.press(Action.KEEP, first.id, OWNER)).text.startswith("a bat")
    assert (
        only(await hall.press(Action.HIDE, second.id, OWNER)).text
        == "No reports are waiting for you."
    )
    assert await hall.store.community.reports() == []
    assert [each.id for each in await hall.store.gallery.search()] == [first.id]


async def test_what_is_hidden_vanishes_from_its_chat_and_is_shown_again(hall: Hall) -> None:
    hall.open(admins=frozenset({OWNER.id}))
    artwork = await reported(hall)
    seen = (await hall.job(artwork.job)).revision
    assert (
        "now hidden"
        in only(await hall.ask("reports", OWNER, artwork=artwork.id, action="hide")).text
    )
    job = await hall.job(artwork.job)
    assert job.revision > seen  # so that its message is shown anew
    assert (await hall.store.gallery.get(artwork.id)).hidden == "it was reported"
    again = only(await hall.ask("reports", replace(OWNER, locale="zh"), artwork=artwork.id))
    assert "有人举报" in again.text
    await hall.ask("reports", OWNER, artwork=artwork.id, action="keep")
    assert (await hall.store.gallery.get(artwork.id)).hidden is None
    assert (await hall.job(artwork.job)).revision > job.revision


async def test_an_admin_of_a_place_hides_what_is_from_there_and_keeps_nothing(hall: Hall) -> None:
    ours, theirs = await reported(hall, "an owl"), await reported(hall, "a bat", place=THEIRS)
    shown = only(await hall.ask("reports", MALLORY, place=THEIRS))
    assert "a bat" in shown.text
    assert actions(shown) == [Action.HIDE, Action.REVIEW]
    assert f"/reports {theirs.id} hide" in shown.text
    for action in ("hide", "keep", ""):
        given = {"artwork": ours.id} | ({"action": action} if action else {})
        refused = only(await hall.ask("reports", MALLORY, place=THEIRS, **given))
        assert "admins there decide" in refused.text or "BOT_ADMINS" in refused.text
    assert (
        "BOT_ADMINS" in only(await hall.press(Action.KEEP, theirs.id, MALLORY, place=THEIRS)).text
    )
    assert len(await hall.store.community.reports()) == 2
    only(await hall.press(Action.HIDE, theirs.id, MALLORY, place=THEIRS))
    assert [each.artwork for each in await hall.store.community.reports()] == [ours.id]


async def test_others_see_neither_reports_nor_notes(hall: Hall) -> None:
    artwork = await reported(hall)
    for command in ("reports", "notes"):
        assert "Only admins" in only(await hall.ask(command, BEN)).text
    for action in (Action.HIDE, Action.KEEP, Action.REVIEW):
        refused = only(await hall.press(action, artwork.id, BEN)).text
        assert re.search("Only admins|admins there decide|BOT_ADMINS", refused)
    assert (await hall.store.gallery.get(artwork.id)).hidden is None


async def test_what_was_deleted_meanwhile_is_no_longer_asked_about(hall: Hall) -> None:
    hall.open(admins=frozenset({OWNER.id}))
    artwork = await reported(hall)
    await hall.press(Action.DELETE, f"{artwork.id}-sure")
    assert only(await hall.ask("reports", OWNER)).text == "No reports are waiting for you."


async def test_the_log_says_what_was_refused_where_and_why(hall: Hall) -> None:
    def unsafe(picture: bytes) -> Verdict:
        return Verdict(1.0, "nudity", "it looks like nudity (0.98)")

    hall.open(open_moderation(safety=unsafe), admins=frozenset({OWNER.id}))
    refused = only(await hall.ask("paint", prompt="pornography of @everyone"))
    assert "not allowed" in refused.text
    await hall.ask("paint", BEN, place=THEIRS, prompt="an owl", picture=plain_picture())
    newest, oldest = only(await hall.ask("notes", replace(OWNER, locale="zh"))).fields
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d UTC · picture", newest[0])
    assert newest[1].splitlines()[0] == BEN.id
    assert newest[1].splitlines()[-1].startswith("看起来像裸露内容")
    assert "pornography of @everyone" in oldest[1]
    assert len(only(await hall.ask("notes", OWNER, person=BEN.id)).fields) == 1
    (theirs,) = only(await hall.ask("notes", MALLORY, place=THEIRS)).fields
    assert theirs[0] == newest[0]
    assert only(await hall.ask("notes", MALLORY, place=Place("discord:5"))).text == (
        "The log is empty."
    )
