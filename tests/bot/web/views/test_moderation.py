"""Reports, blocks, settings, rounds and invitations on the page, without any chat."""

import asyncio
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from bot.commands.invite import invite
from bot.core.dispatcher import Dispatcher, DispatcherOptions
from ganshare.errors import ParameterError
from ganshare.store import open_store

OWNER = "web:owner"
ADMIN = {"admins": (OWNER,)}


@pytest.fixture
async def owner(place: Any) -> Any:
    front = place.front
    options = DispatcherOptions(guests_per_day=50, admins=frozenset({OWNER}))
    dispatcher = Dispatcher(front.store, front.blobs, front.words, front.moderation, options)
    place.front = replace(front, dispatcher=dispatcher)
    return await place.member(OWNER, **ADMIN)


async def do(visitor: Any, deed: str, subject: str, **values: str) -> Any:
    form = {"deed": deed, "subject": subject, **values}
    return await visitor.send("/moderation", form, from_page="/moderation")


def address_in(text: str) -> str:
    return re.findall(r"http://[^<\s]*(/sign-in/[\w-]{43})", text)[0]


async def test_who_was_invited_signs_in_votes_reports_and_is_moderated(
    place: Any, owner: Any
) -> None:
    art = await place.engine.publish_painting("an owl", person="web:painter")
    made = await do(owner, "invite", "Mia")
    mia = await place.visitor()
    token = address_in(made.text).rpartition("/")[2]
    assert (await mia.send("/sign-in", {"sign_in": token})).status_code == 303
    assert "Mia" in (await mia.page("/")).first("header", class_="top").text
    await mia.send("/press", {"data": f"vote:{art.id}"}, from_page=f"/paintings/{art.id}")
    assert (await place.store.votes.count([art.id]))[art.id] == 1
    await mia.send("/press", {"data": f"report:{art.id}"}, from_page=f"/paintings/{art.id}")
    page = await owner.page("/moderation")
    assert "an owl" in page.first("main").text
    await do(owner, "hide", art.id)
    assert (await place.store.gallery.get(art.id)).hidden is not None
    assert (await owner.page("/moderation")).all("button", value="hide") == []
    assert (await mia.get("/moderation")).status_code == 403


async def test_an_invitation_works_once_and_a_member_invites_their_other_devices(
    place: Any,
) -> None:
    member, phone, thief = await place.member("web:mia"), *[await place.visitor() for _ in "12"]
    made = await member.send("/invite", {}, from_page="/link")
    token = address_in(made.text).rpartition("/")[2]
    assert (await phone.send("/sign-in", {"sign_in": token})).status_code == 303
    assert "web:mia" in (await phone.page("/link")).first("main").text
    assert (await thief.send("/sign-in", {"sign_in": token})).status_code == 400
    guest = await place.visitor()
    assert (await guest.send("/invite", {})).headers["location"] == "/sign-in"


async def test_people_are_blocked_and_unblocked(place: Any, owner: Any) -> None:
    await do(owner, "block", "web:rude", reason="because")
    page = await owner.page("/moderation")
    assert "because" in page.first("main").text
    assert await place.store.community.block_of("web:rude") is not None
    await do(owner, "unblock", "web:rude")
    assert await place.store.community.block_of("web:rude") is None
    wrong = await do(owner, "block", "somebody")
    assert wrong.status_code == 400


async def test_reports_of_the_page_are_counted_for_admins_and_told_in_a_chat(
    place: Any, owner: Any
) -> None:
    await (await place.visitor()).send("/paint", {"prompt": "an owl"})
    art = await place.engine.finish(await place.engine.claim())
    assert (await owner.page("/gallery")).all("span", class_="badge") == []
    mia = await place.member("web:mia", **ADMIN)
    refused = await do(owner, "change", "moderation_place", value="here")
    assert refused.status_code == 400
    assert "name a channel or group" in refused.text
    await do(owner, "change", "moderation_place", value="discord:7")
    await mia.send("/press", {"data": f"report:{art.id}"}, from_page=f"/paintings/{art.id}")
    (alert,) = await place.store.community.alerts("discord")
    assert (alert.place, alert.kind, alert.about, alert.text) == (
        "discord:7", "report", "web", art.id,
    )  # fmt: skip
    badge = (await owner.page("/gallery")).first("span", class_="badge")
    assert badge.text == "1(one reported painting)"
    assert (await mia.page("/gallery")).all("span", class_="badge") == []
    await do(owner, "keep", art.id)
    assert (await owner.page("/gallery")).all("span", class_="badge") == []


async def test_settings_of_the_page_are_changed_by_their_rules(place: Any, owner: Any) -> None:
    await do(owner, "change", "daily_quota", value="3")
    assert (await place.store.places.settings("web")).daily_quota == 3
    assert (await do(owner, "change", "daily_quota", value="many")).status_code == 400
    assert (await do(owner, "dance", "")).status_code == 400
    for deed in ("hide", "keep", "block", "unblock", "change", "invite"):
        member = await place.member("web:mia", **ADMIN)
        form = {"deed": deed, "subject": "web:owner"}
        assert (await member.send("/moderation", form)).status_code == 403


async def test_a_round_of_the_page_is_opened_and_ended_there(place: Any, owner: Any) -> None:
    form = {"action": "open", "title": "Owls", "hours": "24", "winners": "2", "pool": "50"}
    await owner.send("/round", form, from_page="/round")
    round_ = await place.store.rounds.current("web")
    assert (round_.title, round_.rules.winners, round_.rules.pool) == ("Owls", 2, 50)
    await owner.send("/round", {"action": "close"}, from_page="/round")
    assert await place.store.rounds.current("web") is None
    member = await place.member("web:mia", **ADMIN)
    assert (await member.page("/round")).all("form", action="/round") == []
    await member.send("/round", form, from_page="/round")
    assert await place.store.rounds.current("web") is None


async def test_the_owner_invites_the_first_one_by_a_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GANSHARE_DATABASE_URL", f"sqlite+aiosqlite:///{tmp_path}/ganshare.db")
    monkeypatch.setenv("BOT_WEB_URL", "https://paint.example")
    made = await asyncio.to_thread(CliRunner().invoke, invite, ["Mia", "--account", "web:mia"])
    (token,) = re.findall(r"^https://paint.example/sign-in/([\w-]{43})$", made.output, re.MULTILINE)
    async with open_store(f"sqlite+aiosqlite:///{tmp_path}/ganshare.db") as store:
        session = await store.accounts.redeem_sign_in(token)
    assert (session.person, session.name) == ("web:mia", "Mia")
    wrong = await asyncio.to_thread(CliRunner().invoke, invite, ["Mia", "--account", "discord:42"])
    assert isinstance(wrong.exception, ParameterError)


async def test_without_a_chat_the_sign_in_page_does_not_speak_of_one(place: Any) -> None:
    guest = await place.visitor()
    text = (await guest.page("/sign-in")).first("main").text
    assert "Telegram" not in text
    assert "the owner of this page" in text


async def test_who_is_blocked_is_told_so_in_one_sentence_without_the_reason(
    place: Any, owner: Any
) -> None:
    art = await place.engine.publish_painting("an owl", person="web:painter")
    await do(owner, "block", "web:rude", reason="a secret reason")
    rude, page = await place.member("web:rude", **ADMIN), f"/paintings/{art.id}"
    told = (await rude.send("/paint", {"prompt": "a fox"})).text
    assert "You may not ask for paintings here; the admins decided this." in told
    for deed, sentence in (("again", "the admins decided this"), ("vote", "your votes")):
        form = {"data": f"{deed}:{art.id}"}
        answer = await rude.send("/press", form, from_page=page, follow_redirects=True)
        assert sentence in answer.text
        assert "secret" not in told + answer.text
    assert (await place.store.votes.count([art.id]))[art.id] == 0
