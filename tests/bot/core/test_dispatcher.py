"""Commands and buttons: what is queued, what is refused, what people read; over a real store."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from bot.core.commands.definitions import COMMANDS
from bot.core.messages import Action, Person, Place, Rank, Reply, parse_data
from bot.core.moderation.prompt_filter import open_moderation
from ganshare.domain.jobs import JobState
from ganshare.prompts import draw_prompt
from ganshare.store.db.tables_queue import jobs

ANN = Person("discord:1", "Ann")
BEN = Person("discord:2", "Ben")
ADMIN = Person("discord:9", "Ada", Rank.ADMIN)
HALL = Place("discord:100")
PAGE = Place("web")

Hall = Any  # of conftest.py, which importlib mode does not let others import


def only(replies: list[Reply]) -> Reply:
    (reply,) = replies
    return reply


def field(reply: Reply, name: str) -> str | None:
    return dict(reply.fields).get(name)


def actions(reply: Reply) -> dict[Action, str]:
    return {button.action: button.subject for row in reply.buttons for button in row}


# --- asking -----------------------------------------------------------------------------------


async def test_a_prompt_is_queued_and_answered_with_everything_about_it(hall: Hall) -> None:
    await hall.engine()
    reply = only(
        await hall.ask(
            "paint", prompt="Cubist Painting of a City in Teal", size="320x256", steps=200, seed=7
        )
    )
    job = await hall.job(reply.job)
    assert job.reply_to == {
        "channel": 100,
        "desk": {"person": "discord:1", "locale": "en", "place": "discord:100", "name": "Ann"},
    }
    assert (job.origin, job.person, job.request.seed) == ("discord", "discord:1", 7)
    assert reply.title == "Waiting: 1 of 1"
    assert reply.text.startswith("Cubist Painting of a City in Teal\n\n")
    assert reply.fields == (
        ("Requested by", "Ann"),
        ("Seed", "7"),
        ("Steps", "200"),
        ("Size", "320x256"),
        ("Style", "Cubist"),
        ("Subject", "a City"),
        ("Colour", "Teal"),
        ("Model", "paintings-f8"),
    )
    assert reply.colour == 0x008080
    assert actions(reply) == {Action.QUEUE: job.id, Action.CANCEL: job.id}
    assert not reply.is_private


@pytest.mark.parametrize(
    ("engines", "sentence"),
    [
        (0, "No engine is running; your painting waits until one starts."),
        (1, "An engine is working; there is no estimate of the wait yet."),
        (2, "Painting starts in about 4 minutes."),
    ],
)
async def test_the_wait_is_told_honestly(hall: Hall, engines: int, sentence: str) -> None:
    if engines:
        await hall.engine(rate=None if engines == 1 else 1 / 120)
    for number in range(2):
        await hall.ask_one(person=replace(BEN, id=f"discord:{number + 10}"))
    assert sentence in only(await hall.ask("paint", prompt="a cat")).text


async def test_a_repeated_delivery_gives_the_same_job(hall: Hall) -> None:
    first, second = [await hall.ask("paint", prompt="a cat", key="m") for _ in range(2)]
    assert only(first).job == only(second).job
    together = await asyncio.gather(*(hall.ask("random", count=3, key="r") for _ in range(4)))
    assert len({reply.job for replies in together for reply in replies if reply.job}) == 3
    assert sum((await hall.store.queue.counts()).values()) == 4


async def test_random_prompts_are_those_of_their_seeds(hall: Hall) -> None:
    replies = await hall.ask("random", category="places", count=3)
    assert len(replies) == 3
    for reply in replies:
        job = await hall.job(reply.job)
        assert draw_prompt(job.request.seed, "places").text == job.request.prompt


async def test_a_picture_to_begin_from_is_stored_clean(hall: Hall, png: Callable[..., Any]) -> None:
    job = await hall.ask_one(picture=png(size=(3000, 1500)))
    assert job.request.init_image.startswith("inputs/")
    stored = await hall.blobs.get(job.request.init_image)
    assert stored.startswith(b"\x89PNG")
    refused = only(await hall.ask("paint", prompt="x", picture=b"GIF89a, or is it"))
    assert "cannot be read as a picture" in refused.text


async def test_the_model_is_the_askers_the_owners_or_an_engines(hall: Hall) -> None:
    await hall.engine(models=("wikiart",))
    assert (await hall.ask_one()).request.model == "wikiart"
    refused = only(await hall.ask("paint", prompt="x", model="wikiarts"))
    assert "did you mean 'wikiart'" in refused.text
    hall.open(model="wikiart")
    assert (await hall.ask_one()).request.model == "wikiart"


# --- limits -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("setting", "value", "asked", "sentence"),
    [
        ("allowed", "off", {}, "Painting is not allowed here"),
        ("max_side", "128", {}, "longer side may have at most 128 pixels here (got 256)"),
        ("max_steps", "50", {"steps": 51}, "At most 50 steps are allowed here (got 51)"),
    ],
)
async def test_what_an_admin_sets_holds_in_that_place_only(
    hall: Hall, setting: str, value: str, asked: dict[str, Any], sentence: str
) -> None:
    changed = only(await hall.ask("settings", ADMIN, setting=setting, value=value))
    assert changed.text.startswith("Changed:")
    refused = only(await hall.ask("paint", prompt="a cat", **asked))
    assert sentence in refused.text
    assert (refused.is_private, refused.job) == (True, None)
    elsewhere = only(await hall.ask("paint", prompt="a cat", place=Place("discord:7"), **asked))
    assert elsewhere.job
    again = await hall.press(Action.AGAIN, elsewhere.job)
    assert (sentence in only(again).text) == (setting != "max_steps" or "steps" in asked)


async def test_a_daily_quota_counts_all_of_a_count(hall: Hall) -> None:
    await hall.ask("settings", ADMIN, setting="daily_quota", value="3")
    assert len(await hall.ask("random", count=2)) == 2
    refused = only(await hall.ask("random", count=2))
    assert refused.text == (
        "You have asked for 2 paintings in the last 24 hours, and 3 per day are allowed here; "
        "please come back later."
    )
    assert only(await hall.ask("paint", prompt="a cat")).job
    assert only(await hall.ask("paint", BEN, prompt="a cat")).job


async def test_who_is_blocked_looks_but_does_not_ask(hall: Hall) -> None:
    artwork = await hall.painted()
    hall.open(admins=frozenset({ADMIN.id}))
    await hall.ask("block", ADMIN, person="discord:1", reason="spam")
    for refused in (
        await hall.ask("paint", prompt="a cat"),
        await hall.ask("random"),
        await hall.press(Action.AGAIN, artwork.id),
        await hall.press(Action.VARY, artwork.id),
    ):
        said = "You may not ask for paintings here; the admins decided this."
        assert only(refused).text == said  # the reason is for the other admins
    assert only(await hall.ask("gallery")).pictures
    await hall.ask("unblock", ADMIN, person="discord:1")
    assert only(await hall.ask("paint", prompt="a cat")).job


async def test_guests_paint_only_where_the_owner_lets_them(hall: Hall) -> None:
    guest = Person("web:abc", "", Rank.GUEST)
    refused = only(await hall.ask("paint", guest, place=PAGE, prompt="a cat"))
    assert "sign in" in refused.text
    hall.open(guests_per_day=1)
    assert only(await hall.ask("paint", guest, place=PAGE, prompt="a cat")).job
    assert "1 paintings per day" in only(await hall.ask("random", guest, place=PAGE)).text
    assert "signed in" in only(await hall.ask("link", guest, place=PAGE)).text


async def test_a_blocked_prompt_is_refused_and_logged(hall: Hall) -> None:
    hall.open(open_moderation())
    refused = only(await hall.ask("paint", prompt="child porn"))
    assert "not painted here" in refused.text
    (note,) = await hall.store.community.read_log()
    assert (note.kind, note.person, note.place) == ("prompt", "discord:1", "discord:100")
    assert sum((await hall.store.queue.counts()).values()) == 0


async def test_too_many_at_once_ends_with_a_sentence_after_those_that_fit(hall: Hall) -> None:
    for _ in range(3):
        await hall.ask_one()
    replies = await hall.ask("random", count=5)
    assert [bool(reply.job) for reply in replies] == [True, True, False]
    assert "at most 5 are allowed" in replies[-1].text


# --- buttons ----------------------------------------------------------------------------------


async def test_again_has_a_new_seed_and_vary_begins_from_the_painting(hall: Hall) -> None:
    artwork = await hall.painted("a castle", size="320x256", steps=50)
    again = await hall.job(only(await hall.press(Action.AGAIN, artwork.id, BEN)).job)
    assert (again.request.prompt, again.request.width, again.request.steps) == ("a castle", 320, 50)
    assert (again.person, again.request.seed == artwork.seed) == ("discord:2", False)
    varied = await hall.job(only(await hall.press(Action.VARY, artwork.id)).job)
    assert varied.request.init_image == artwork.blob
    await hall.store.queue.cancel(again.id, by="discord:2")
    retried = await hall.job(only(await hall.press(Action.AGAIN, again.id)).job)
    assert retried.request.prompt == "a castle"


async def test_again_is_refused_where_the_picture_to_begin_from_is_gone(hall: Hall) -> None:
    artwork = await hall.painted()
    varied = only(await hall.press(Action.VARY, artwork.id))
    assert only(await hall.press(Action.AGAIN, varied.job)).job
    await hall.press(Action.DELETE, f"{artwork.id}-sure")
    assert "no longer stored" in only(await hall.press(Action.AGAIN, varied.job)).text


async def test_a_button_that_is_delivered_twice_acts_once(hall: Hall) -> None:
    artwork = await hall.painted()
    first, second = [await hall.press(Action.AGAIN, artwork.id, key="p") for _ in range(2)]
    assert only(first).job == only(second).job


async def test_the_master_is_the_stored_png(hall: Hall) -> None:
    artwork = await hall.painted()
    reply = only(await hall.press(Action.MASTER, artwork.id, BEN))
    assert reply.document is not None
    assert reply.document.data == await hall.blobs.get(artwork.blob)
    assert field(reply, "Seed") == str(artwork.seed)


async def test_deleting_is_for_requester_and_admins_and_asks_back(hall: Hall) -> None:
    artwork = await hall.painted()
    await hall.store.queue.ack(await hall.store.queue.inbox("discord"))
    refused = only(await hall.press(Action.DELETE, artwork.id, BEN))
    assert "only the member who asked for it" in refused.text
    asked = only(await hall.press(Action.DELETE, artwork.id))
    assert (asked.is_private, asked.replaces) == (True, False)
    sure = parse_data(asked.buttons[0][0].data)
    assert only(await hall.press(*sure, BEN)).text == refused.text
    assert only(await hall.press(*sure)).replaces
    assert not await hall.blobs.exists(artwork.blob)
    assert [job.artwork for job in await hall.store.queue.inbox("discord")] == [artwork.id]
    assert not only(await hall.ask("gallery")).pictures
    gone = only(await hall.press(Action.MASTER, artwork.id))
    assert "perhaps it was deleted" in gone.text
    other = await hall.painted()
    assert only(await hall.press(Action.DELETE, other.id + "-sure", ADMIN)).replaces


async def test_an_admin_of_one_place_has_no_power_over_what_was_asked_for_in_another(
    hall: Hall,
) -> None:
    mallory = Person("discord:66", "Mallory", Rank.ADMIN)  # of a server of their own
    own = Place("discord:666")
    artwork, job = await hall.painted(), await hall.ask_one()
    for action, subject in (
        (Action.DELETE, artwork.id),
        (Action.DELETE, f"{artwork.id}-sure"),
        (Action.CANCEL, job.id),
    ):
        refused = only(await hall.press(action, subject, mallory, place=own))
        assert "only the member who asked for it" in refused.text
    blocked = only(await hall.ask("block", mallory, place=own, person="discord:1"))
    assert "in this server" in blocked.text  # and nowhere else, as seen below
    far = {"person": "discord:1", "where": "everywhere"}
    refused = only(await hall.ask("block", mallory, place=own, **far))
    assert "BOT_ADMINS" in refused.text
    given = {"setting": "curation_place", "value": HALL.id}
    refused = only(await hall.ask("settings", mallory, place=own, **given))
    assert "BOT_ADMINS" in refused.text
    await hall.store.gallery.hide(artwork.id, "the check", "as a test")
    assert "perhaps" in only(await hall.press(Action.MASTER, artwork.id, mallory, place=own)).text
    assert (await hall.job(job.id)).state is JobState.QUEUED
    assert await hall.blobs.exists(artwork.blob)
    assert only(await hall.ask("paint", prompt="a cat")).job
    hall.open(admins=frozenset({mallory.id}))  # now the owner has named them
    assert only(await hall.press(Action.DELETE, f"{artwork.id}-sure", mallory, place=own)).replaces
    assert "Cancelled" in only(await hall.press(Action.CANCEL, job.id, mallory, place=own)).text


async def test_a_report_counts_once(hall: Hall) -> None:
    artwork = await hall.painted()
    assert "Thank you" in only(await hall.press(Action.REPORT, artwork.id, BEN)).text
    assert "already" in only(await hall.ask("report", BEN, artwork=artwork.id)).text
    assert len(await hall.store.community.reports()) == 1
    assert "no painting 'x'" in only(await hall.ask("report", BEN, artwork="x")).text


async def test_forged_buttons_are_one_sentence(hall: Hall) -> None:
    for action in Action:
        for subject in ("", "nothing-here", "-", "0" * 22, "z-y"):
            reply = only(await hall.press(action, subject))
            assert "sorry" not in reply.text, (action, subject)


# --- looking ----------------------------------------------------------------------------------


async def test_the_queue_shows_where_each_of_ones_jobs_stands(hall: Hall) -> None:
    assert "no paintings waiting" in only(await hall.ask("queue")).text
    first, second = await hall.ask_one("a cat"), await hall.ask_one("a dog")
    await hall.ask_one(person=BEN)
    (job,) = await hall.claim()
    await hall.frame(job, 40)
    reply = only(await hall.ask("queue"))
    assert reply.is_private
    assert [name for name, _ in reply.fields] == [f"1 · {first.id}", f"2 · {second.id}"]
    assert reply.fields[0][1] == "step 40 of 120 · a cat"
    assert "of 2 · a dog" in reply.fields[1][1]
    assert "2 paintings are waiting, one is being painted, and no engine" in reply.text
    told = only(await hall.press(Action.QUEUE, second.id))
    assert told.text.startswith("Waiting: ")
    assert (told.is_private, told.job) == (True, None)


async def test_cancel_takes_the_newest_unless_one_is_named(hall: Hall) -> None:
    first, second = await hall.ask_one(), await hall.ask_one()
    assert only(await hall.ask("cancel")).text == "Cancelled."
    assert (await hall.job(second.id)).state is JobState.CANCELLED
    refused = only(await hall.ask("cancel", BEN, job=first.id))
    assert "not yours" in refused.text
    (running,) = await hall.claim()
    assert only(await hall.press(Action.CANCEL, running.id)).text == "Cancelled."
    assert (await hall.job(first.id)).state is JobState.CANCELLED
    assert "no painting to cancel" in only(await hall.ask("cancel")).text
    assert "already ended" in only(await hall.ask("cancel", job=first.id)).text


async def test_the_gallery_is_paged_by_buttons(hall: Hall) -> None:
    made = [await hall.painted(f"a castle {number}") for number in range(9)]
    await hall.painted("a dog", person=BEN)
    seen, reply = [], only(await hall.ask("gallery", query="castle"))
    while True:
        seen += [button.subject for button in reply.buttons[0]]
        assert len(reply.pictures) == len(reply.buttons[0]) <= 4
        older = [each for row in reply.buttons[1:] for each in row if each.label == "Older"]
        if not older:
            break
        reply = only(await hall.press(*parse_data(older[0].data)))
        assert reply.replaces
    assert seen == [each.id for each in reversed(made)]
    assert "matches 'unicorn'" in only(await hall.ask("gallery", query="unicorn")).text
    long = only(await hall.ask("gallery", query="castle castle castle castle castle"))
    assert "use fewer words" in long.text


async def test_mine_shows_ones_own_and_each_has_its_buttons(hall: Hall) -> None:
    assert "no paintings yet" in only(await hall.ask("mine")).text
    artwork = await hall.painted()
    await hall.painted(person=BEN)
    reply = only(await hall.ask("mine"))
    assert reply.is_private
    assert [button.subject for button in reply.buttons[0]] == [artwork.id]
    shown = only(await hall.press(*parse_data(reply.buttons[0][0].data)))
    assert shown.pictures
    assert shown.job is None
    assert set(actions(shown)) == {
        Action.VOTE,
        Action.AGAIN, Action.VARY, Action.EDIT, Action.MASTER, Action.REPORT, Action.DELETE,
    }  # fmt: skip


# --- accounts ---------------------------------------------------------------------------------


async def test_linked_accounts_are_one_person(hall: Hall) -> None:
    hall.open(web_url="https://paint.example")
    artwork = await hall.painted()
    telegram, chat = Person("telegram:5", "Ann"), Place("telegram:5", is_private=True)
    offer = only(await hall.ask("link"))
    assert offer.is_private
    assert "https://paint.example/sign-in/" in offer.text
    code = offer.text.split("/link ")[1].split()[0]
    asked = only(await hall.ask("link", telegram, place=chat, code=code.lower()))
    assert "discord:1" in asked.text
    done = only(await hall.press(*parse_data(asked.buttons[0][0].data), telegram, place=chat))
    assert "now one person" in done.text
    mine = only(await hall.ask("mine", telegram, place=chat))
    assert [button.subject for button in mine.buttons[0]] == [artwork.id]
    job = await hall.ask_one(person=telegram, place=chat)
    assert (job.person, job.reply_to["desk"]["person"]) == ("discord:1", "telegram:5")
    assert job.origin == "telegram"
    assert "Cancelled" in only(await hall.ask("cancel")).text
    used = only(await hall.ask("link", telegram, place=chat, code=code))
    assert not used.buttons


async def test_shares_tell_what_is_left_of_today(hall: Hall) -> None:
    await hall.ask_one()
    assert "one painting in the last 24 hours" in only(await hall.ask("shares")).text
    await hall.ask("settings", ADMIN, setting="daily_quota", value="20")
    assert "1 of 20" in only(await hall.ask("shares")).text
    await hall.claim()
    ago = sa.update(jobs).values(started=jobs.c.started - 185)
    await hall.store.database.write(ago)
    assert "Engines worked 3 minutes for you." in only(await hall.ask("shares")).text


# --- help, settings, errors -------------------------------------------------------------------


@pytest.mark.parametrize("locale", ["en", "zh-CN"])
async def test_help_explains_every_command_one_may_use(hall: Hall, locale: str) -> None:
    reply = only(await hall.ask("help", replace(ANN, locale=locale)))
    names = [usage.split()[0] for usage, _ in reply.fields]
    assert names == [f"/{each.name}" for each in COMMANDS if each.rank <= Rank.MEMBER]
    full = only(await hall.ask("help", replace(ADMIN, locale=locale)))
    assert len(full.fields) == len(COMMANDS)
    for command in COMMANDS:
        one = only(await hall.ask("help", replace(ADMIN, locale=locale), command=command.name))
        assert [name for name, _ in one.fields] == [each.name for each in command.parameters]


async def test_a_command_that_is_not_there_is_told_with_the_nearest_one_may_use(
    hall: Hall,
) -> None:
    told = "There is no command 'pant' (did you mean /paint?); /help lists them all."
    assert only(await hall.ask("help", command="/pant")).text == told.replace("pant'", "/pant'", 1)
    assert only(await hall.ask("pant")).text == told
    assert "'unblok' (did you mean /unblock?)" in only(await hall.ask("unblok", ADMIN)).text
    assert "unblock?" not in only(await hall.ask("unblok")).text
    assert (
        only(await hall.ask("xyzzy")).text == "There is no command 'xyzzy'; /help lists them all."
    )
    chinese = only(await hall.ask("pant", replace(ANN, locale="zh"))).text
    assert "您是想用 /paint 吗" in chinese


async def test_settings_are_shown_and_refused_in_words(hall: Hall) -> None:
    shown = only(await hall.ask("settings", ADMIN))
    assert dict(shown.fields)["Maximum steps (max_steps)"] == "general limit"
    assert dict(shown.fields)["Painting allowed (allowed)"] == "on"
    refused = only(await hall.ask("settings", ADMIN, setting="max_side", value="huge"))
    assert "huge" in refused.text
    assert "Only admins" in only(await hall.ask("settings", setting="max_side", value="64")).text
    hall.open(admins=frozenset({ADMIN.id}))
    assert "discord:42" in only(await hall.ask("block", ADMIN, person="Ann")).text


async def test_a_place_has_a_language(hall: Hall) -> None:
    await hall.ask("settings", ADMIN, setting="language", value="zh")
    reply = only(await hall.ask("paint", prompt="a cat in teal"))
    assert reply.title == "排队中\uff1a第 1 位\uff0c共 1 位"
    assert field(reply, "种子")
    assert (await hall.job(reply.job)).reply_to["desk"]["locale"] == "zh"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"prompt": "x", "size": "100x100"}, "不提供 100x100 这个尺寸"),
        ({"prompt": "x", "size": "big"}, "不提供 'big' 这个尺寸"),
        ({"prompt": "|".join("x" * 20)}, "提示词有 20 个部分"),
        ({"prompt": "x:-1"}, "提示词的所有权重"),
        ({}, "/paint 缺少 prompt"),
    ],
)
async def test_mistakes_are_told_in_the_readers_language(
    hall: Hall, arguments: dict[str, str], sentence: str
) -> None:
    reply = only(await hall.ask("paint", replace(ANN, locale="zh"), **arguments))
    assert reply.text.startswith(sentence)


async def test_a_store_that_is_away_is_told_honestly_and_nothing_is_leaked(
    hall: Hall, tmp_path: Path
) -> None:
    await hall.store.__aexit__()
    (tmp_path / "store.db").unlink()
    (tmp_path / "store.db").mkdir()
    reply = only(await hall.ask("queue"))
    assert reply.text == "This does not work right now; please try again in a moment."
    assert await hall.dispatcher.complete("paint", "model", "", ANN) == []
    await hall.dispatcher.save_message("job", "discord", {"message": 1})


async def test_our_own_mistakes_are_an_apology_with_the_id_in_the_log(
    hall: Hall, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(hall.store.queue, "counts", None)
    reply = only(await hall.ask("queue"))
    number = reply.text.rpartition(" ")[2].rstrip(".")
    assert "Sorry" in reply.text
    assert len(number) == 8
    assert number in "".join(capsys.readouterr())


async def test_commands_that_are_none_are_one_sentence(hall: Hall) -> None:
    assert "/help lists them" in only(await hall.ask("pain\u202e[t")).text
    assert "has no 'x'" in only(await hall.ask("paint", prompt="a", x="1")).text


# --- completion -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("command", "parameter", "typed", "expected"),
    [
        ("paint", "prompt", "Cub", "Cubist Painting of "),
        ("paint", "prompt", "Cubist Painting of a cas", "Cubist Painting of a Castle"),
        ("paint", "prompt", "a castle in tea", "a castle in Teal"),
        ("gallery", "query", "castle te", "castle Teal"),
        ("random", "category", "pl", "places"),
        ("paint", "model", "paint", "paintings-f8"),
    ],
)
async def test_what_could_be_meant_is_offered(
    hall: Hall, command: str, parameter: str, typed: str, expected: str
) -> None:
    await hall.engine()
    assert expected in await hall.dispatcher.complete(command, parameter, typed, ANN)


@pytest.mark.parametrize("typed", ["", "a", "in ", "x" * 3000, "a castle", "\u202e"])
async def test_offers_fit_the_platforms(hall: Hall, typed: str) -> None:
    for command in COMMANDS:
        for parameter in command.parameters:
            found = await hall.dispatcher.complete(command.name, parameter.name, typed, ADMIN)
            assert len(found) <= 25
            assert all(1 <= len(each) <= 100 for each in found)
    assert await hall.dispatcher.complete("settings", "setting", "", ANN) == []
    assert await hall.dispatcher.complete("paint", "none", "", ANN) == []


async def test_a_late_answer_takes_no_messages_place(hall: Hall) -> None:
    job = await hall.ask_one()
    await hall.store.posts.save_of_job(job.id, "discord", {"message": 2})  # the painting's
    assert not await hall.dispatcher.save_message(job.id, "discord", {"message": 1})
    post = await hall.store.posts.of_job(job.id)
    assert post is not None
    assert post.address == {"message": 2}
    # what it has written over is shown anew
    (claimed,) = await hall.claim()
    await hall.finish(claimed)
    done = await hall.job(job.id)
    await hall.store.queue.ack([done])
    assert await hall.dispatcher.save_message(job.id, "discord", {"message": 2})
    assert (await hall.job(job.id)).revision > done.revision
