"""Painting from the page, as the dispatcher allows it: guests, members, uploads, buttons."""

import asyncio
import io
import re
import struct
import zlib
from typing import Any

import pytest
from PIL import Image

from bot.core.commands.definitions import find_command
from bot.testing.fake_engine import plain_picture
from ganshare.domain.jobs import JobRequest, JobState
from ganshare.testing import MODEL

CASTLE = "Cubist Painting of a Castle in Teal"


def error_of(response: Any) -> str:
    found = re.search(r'role="alert">([^<]+)<', response.text)
    assert found, response.text
    return found[1]


async def test_a_prompt_becomes_a_job_that_can_be_watched(place: Any) -> None:
    visitor = await place.visitor()
    form = {"prompt": CASTLE, "size": "128x64", "steps": "50", "seed": "7"}
    answer = await visitor.send("/paint", form)
    assert answer.status_code == 303
    (job,) = await place.store.queue.jobs()
    assert answer.headers["location"] == f"/jobs/{job.id}"
    assert (job.origin, job.request.seed, job.request.steps) == ("web", 7, 50)
    assert (job.request.width, job.request.height) == (128, 64)
    page = await visitor.page(f"/jobs/{job.id}")
    assert page.first("article")["data-live"] == f"/jobs/{job.id}/events"
    assert "Waiting: 1 of 1" in page.first("main").text
    assert page.first("meta", **{"http-equiv": "refresh"})["content"] == "5"  # without scripts


async def test_a_finished_job_leads_to_its_painting(place: Any) -> None:
    visitor = await place.visitor()
    await visitor.send("/paint", {"prompt": CASTLE})
    artwork = await place.engine.finish(await place.engine.claim())
    answer = await visitor.get(f"/jobs/{artwork.job}")
    assert answer.headers["location"] == f"/paintings/{artwork.id}"
    assert len((await visitor.page("/mine")).all("img")) == 1


async def test_a_painting_that_was_hidden_or_deleted_says_so_where_it_was_watched(
    place: Any,
) -> None:
    visitor = await place.visitor()
    paths = [(await visitor.send("/paint", {"prompt": prompt})).headers["location"]
             for prompt in ("an owl", "a bat")]  # fmt: skip
    hidden = await place.engine.finish(await place.engine.claim())
    deleted = await place.engine.finish(await place.engine.claim())
    await place.store.gallery.hide(hidden.id, "discord:1", "It shows a secret.")
    await place.store.gallery.delete(deleted.id, deleted.person)
    for path, said in zip(paths, ("It shows a secret.", "was deleted"), strict=True):
        page = await visitor.page(path)
        assert said in page.first("main").text
        assert [each for each in page.all("img") if "src" in each.attributes] == []


async def test_words_alone_make_a_prompt_where_no_script_does(place: Any) -> None:
    words = {"prompt": "", "style": "Cubist", "subject": "a Castle", "colour": "Teal"}
    await (await place.visitor()).send("/paint", words)
    (job,) = await place.store.queue.jobs()
    assert job.request.prompt == CASTLE


async def test_the_same_form_sent_twice_is_one_painting(place: Any) -> None:
    visitor = await place.visitor()
    fields = (await visitor.page("/")).fields()
    sent = [
        visitor.client.post("/paint", data={**fields, "prompt": prompt})
        for prompt in (CASTLE, CASTLE, "an owl")
    ]
    answers = await asyncio.gather(*sent)
    assert [each.status_code for each in answers] == [303, 303, 303]
    assert answers[0].headers["location"] == answers[1].headers["location"]
    assert len(await place.store.queue.jobs()) == 2
    # Nobody gets another's job by sending another's form number.
    other = await place.visitor()
    mine = (await other.page("/")).fields() | {"nonce": fields["nonce"], "prompt": CASTLE}
    answer = await other.client.post("/paint", data=mine)
    assert answer.headers["location"] != answers[0].headers["location"]


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"prompt": ""}, "prompt"),
        ({"prompt": "x" * 4000}, "characters"),
        ({"prompt": "a:-1"}, "above zero"),
        ({"prompt": "a castle", "size": "37x41"}, "37x41"),
        ({"prompt": "a castle", "steps": "999999"}, "steps"),
        ({"prompt": "a castle", "seed": "many"}, "whole number"),
        ({"prompt": "a castle", "model": "../../etc/passwd"}, "passwd"),
    ],
)
async def test_a_mistake_is_one_sentence_and_what_was_typed_stays(
    place: Any, form: dict[str, str], said: str
) -> None:
    visitor = await place.visitor()
    answer = await visitor.send("/paint", form)
    assert answer.status_code == 422
    assert said in error_of(answer)
    assert "internal" not in error_of(answer)
    assert await place.store.queue.jobs() == []
    if form["prompt"] == "a castle":
        assert ">a castle</textarea>" in answer.text


async def test_guests_paint_only_where_the_owner_allows_it(place: Any) -> None:
    await place.store.places.change("web", {"guests_per_day": 0}, by="discord:1")
    visitor = await place.visitor()
    page = await visitor.page("/")
    assert [each["href"] for each in page.all("a", class_="button primary")] == ["/sign-in"]
    answer = await visitor.send("/paint", {"prompt": CASTLE})
    assert answer.status_code == 422
    assert "sign in" in error_of(answer)


async def test_guests_have_so_many_a_day_and_no_new_cookie_gives_more(place: Any) -> None:
    await place.store.places.change("web", {"guests_per_day": 2}, by="discord:1")
    visitor = await place.visitor(web_guests_per_day=2)
    statuses = [
        (await visitor.send("/paint", {"prompt": f"castle {n}"})).status_code for n in range(3)
    ]
    assert statuses == [303, 303, 422]
    for number in range(3, 8):
        visitor.client.cookies.clear()
        answer = await visitor.send("/paint", {"prompt": f"castle {number}"})
    assert answer.status_code == 429
    assert "Guests at your network address have used today" in answer.text
    member = await place.member(web_guests_per_day=2)
    assert (await member.send("/paint", {"prompt": "an owl"})).status_code == 303


async def test_what_is_refused_uses_up_nobodys_day(place: Any) -> None:
    visitor = await place.visitor(web_guests_per_day=1)  # three of an address
    for _ in range(5):
        answer = await visitor.send("/paint", {"prompt": "a castle", "size": "37x41"})
        assert answer.status_code == 422
    assert (await visitor.send("/paint", {"prompt": "a castle"})).status_code == 303


async def test_who_is_refused_for_today_or_too_fast_keeps_the_prompt(place: Any) -> None:
    visitor = await place.visitor(web_guests_per_day=1)
    for number in range(3):
        await visitor.send("/paint", {"prompt": f"castle {number}"})
    answer = await visitor.send("/paint", {"prompt": "my <long> work"})
    assert answer.status_code == 429
    assert "today" in error_of(answer)
    assert "my &lt;long&gt; work</textarea>" in answer.text
    for _ in range(15):
        answer = await visitor.send("/paint", {"prompt": "another one", "steps": "77"})
    assert answer.status_code == 429
    assert "Too many requests" in error_of(answer)
    assert int(answer.headers["retry-after"]) >= 1
    assert "another one</textarea>" in answer.text
    assert 'value="77"' in answer.text


async def test_an_empty_box_paints_the_example_that_it_shows(place: Any) -> None:
    visitor = await place.visitor()
    page = await visitor.page("/")
    answer = await visitor.client.post("/paint", data=page.fields() | {"prompt": "  "})
    assert answer.status_code == 303
    (job,) = await place.store.queue.jobs()
    assert job.request.prompt == page.first("textarea")["placeholder"]
    answer = await visitor.send("/paint", {"prompt": ""})
    assert error_of(answer) == "The prompt is empty; it needs some text."


async def test_language_and_theme_keep_what_was_refused(place: Any) -> None:
    visitor = await place.visitor()
    answer = await visitor.send("/paint", {"prompt": "a & b", "size": "37x41", "seed": "5"})
    kept = type(await visitor.page("/"))(answer.text).fields()
    for path, chosen in (("/language", {"language": "zh"}), ("/theme", {})):
        moved = await visitor.client.post(path, data=kept | chosen)
        page = await visitor.page(moved.headers["location"])
        assert page.first("textarea").text == "a & b"
        assert "selected" in page.first("option", value="37x41").attributes
        assert page.first("input", name="seed")["value"] == "5"


async def test_what_a_guest_painted_is_theirs_once_they_sign_in(place: Any) -> None:
    visitor = await place.visitor()
    await visitor.send("/paint", {"prompt": "an owl"})
    artwork = await place.engine.finish(await place.engine.claim())
    token = await place.store.accounts.new_sign_in("discord:42", "Ann")
    await visitor.send("/sign-in", {"sign_in": token})
    mine = await visitor.page("/mine")
    assert [each["href"] for each in mine.all("a") if "/paintings/" in each["href"]] == [
        f"/paintings/{artwork.id}"
    ]
    assert (await place.store.accounts.of_person("discord:42"))[0] == "discord:42"
    await visitor.send("/press", {"data": f"delete:{artwork.id}-sure"})
    assert (await place.store.gallery.get(artwork.id)).deleted is not None


async def test_a_picture_to_begin_from_travels_with_the_prompt(place: Any) -> None:
    visitor = await place.visitor()
    picture = plain_picture("#123456", (300, 200))
    files = {"init_image": ("../../evil.png", picture, "text/html")}  # neither is believed
    answer = await visitor.send("/paint", {"prompt": CASTLE}, files=files)
    assert answer.status_code == 303
    (job,) = await place.store.queue.jobs()
    stored = await place.front.blobs.get(job.request.init_image)
    with Image.open(io.BytesIO(stored)) as image:
        assert image.format == "PNG"
        assert image.convert("RGB").getpixel((5, 5)) == (0x12, 0x34, 0x56)
    assert "evil" not in job.request.init_image


def bomb() -> bytes:
    """A PNG of 30,000 x 30,000 pixels in a few kilobytes."""
    head = struct.pack(">IIBBBBB", 30_000, 30_000, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", head), (b"IDAT", zlib.compress(b"\0" * 100_000)), (b"IEND", b"")]
    parts = [
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


@pytest.mark.parametrize(
    "data",
    [bomb(), b"<svg onload=alert(1)>", b"\x89PNG\r\n\x1a\n", b"GIF89a", plain_picture()[:60]],
    ids=["bomb", "svg", "only a head", "empty gif", "cut off"],
)
async def test_what_is_no_usable_picture_is_refused_in_one_sentence(
    place: Any, data: bytes
) -> None:
    visitor = await place.visitor()
    files = {"init_image": ("a.png", data, "image/png")}
    answer = await visitor.send("/paint", {"prompt": CASTLE}, files=files)
    assert answer.status_code == 422
    assert error_of(answer).endswith(".")
    assert await place.store.queue.jobs() == []


async def test_again_and_vary_queue_the_same_prompt(place: Any) -> None:
    artwork = await place.engine.publish_painting(CASTLE, person="discord:1", seed=5)
    visitor = await place.visitor()
    path = f"/paintings/{artwork.id}"
    for action in ("again", "vary"):
        answer = await visitor.send("/press", {"data": f"{action}:{artwork.id}"}, from_page=path)
        job = await place.store.queue.get(answer.headers["location"].removeprefix("/jobs/"))
        assert job.request.prompt == CASTLE
        assert job.request.seed != 5
        assert job.request.init_image == (artwork.blob if action == "vary" else None)


async def test_only_whose_painting_it_is_may_delete_it(place: Any) -> None:
    artwork = await place.engine.publish_painting(CASTLE, person="discord:42")
    path, press = f"/paintings/{artwork.id}", {"data": f"delete:{artwork.id}-sure"}
    other = await place.member("discord:43")
    assert "Delete for good" not in (await other.page(path)).first("main").text
    answer = await other.send("/press", press, from_page=path)
    assert "not yours" in (await other.page(answer.headers["location"])).first("main").text
    assert len((await other.page("/gallery")).all("img")) == 1
    owner = await place.member("discord:42")
    assert "Delete for good" in (await owner.page(path)).first("main").text
    answer = await owner.send("/press", press, from_page=path)
    page = await owner.page(answer.headers["location"])
    assert page.first("p", class_="notice").text == "The painting was deleted."
    await owner.page(path, 404)
    assert not await place.front.blobs.exists(artwork.blob)


async def test_only_whose_painting_it_is_says_whether_it_may_be_sold(place: Any) -> None:
    artwork = await place.engine.publish_painting(CASTLE, person="discord:42")
    path = f"/paintings/{artwork.id}"
    other, owner = await place.member("discord:43"), await place.member("discord:42")
    assert "May this painting be sold" not in (await other.page(path)).first("main").text
    await other.send("/press", {"data": f"sell:{artwork.id}"}, from_page=path)
    assert await place.store.consents.of_artworks([artwork.id]) == {}

    page = await owner.page(path)
    assert "promises you no share" in page.first("main").text
    chosen = {"aria-pressed": "true", "name": "data"}
    assert not page.all("button", **chosen)
    for action, agreed in (("sell", True), ("no-sale", False)):
        press = {"data": f"{action}:{artwork.id}"}
        answer = await owner.send("/press", press, from_page=path)
        page = await owner.page(answer.headers["location"])
        [pressed] = page.all("button", **chosen)
        assert pressed["value"] == press["data"]
        said = (await place.store.consents.of_artworks([artwork.id]))[artwork.id]
        assert said.agreed is agreed


async def test_a_report_is_thanked_for_once(place: Any) -> None:
    artwork = await place.engine.publish_painting(CASTLE, person="discord:42")
    member, path = await place.member("discord:43"), f"/paintings/{artwork.id}"
    answer = await member.send("/press", {"data": f"report:{artwork.id}"}, from_page=path)
    notice = answer.headers["location"]
    assert notice.startswith(f"{path}?notice=")
    assert "Thank you" in (await member.page(notice)).first("p", class_="notice").text
    assert (await member.page(notice)).all("p", class_="notice") == []  # said once
    assert len(await place.store.community.reports()) == 1


async def test_nobody_reads_anothers_notice(place: Any) -> None:
    artwork = await place.engine.publish_painting(CASTLE)
    member, path = await place.member("discord:43"), f"/paintings/{artwork.id}"
    answer = await member.send("/press", {"data": f"report:{artwork.id}"}, from_page=path)
    stranger = await place.visitor()
    assert (await stranger.page(answer.headers["location"])).all("p", class_="notice") == []


async def test_one_may_cancel_ones_own(place: Any) -> None:
    visitor = await place.visitor()
    answer = await visitor.send("/paint", {"prompt": CASTLE})
    path = answer.headers["location"]
    job = path.removeprefix("/jobs/")
    stranger = await place.visitor()
    assert (await stranger.page(path)).all("button", name="data") == []
    await stranger.send("/press", {"data": f"cancel:{job}"}, from_page=path)
    assert (await place.store.queue.get(job)).state is JobState.QUEUED
    await visitor.send("/press", {"data": f"cancel:{job}"}, from_page=path)
    assert (await place.store.queue.get(job)).state is JobState.CANCELLED
    page = await visitor.page(path)
    assert page.first("button", class_="primary")["value"] == f"again:{job}"


@pytest.mark.parametrize(
    "data", ["", "mint:1", "again:", "again:../..", "gallery:", "link:ABCDEF", "again:" + "1" * 80]
)
async def test_forged_buttons_are_one_sentence(place: Any, data: str) -> None:
    answer = await (await place.visitor()).send("/press", {"data": data}, follow_redirects=True)
    assert answer.status_code in (200, 400)
    assert re.search(r'role="(alert|status)">[^<]+[.)]<', answer.text)
    assert await place.store.queue.jobs() == []


async def test_signed_in_one_paints_as_the_chat_account(place: Any) -> None:
    member = await place.member("discord:42")
    answer = await member.send("/paint", {"prompt": CASTLE})
    job = await place.store.queue.get(answer.headers["location"].removeprefix("/jobs/"))
    assert (job.person, job.origin) == ("discord:42", "web")


async def test_two_accounts_become_one_person_on_the_page(place: Any) -> None:
    member, store = await place.member("discord:42"), place.store
    assert (await member.page("/gallery")).all("a", href="/link")
    code = await store.accounts.new_link("telegram:7")
    answer = await member.send("/link", {"code": f" {code.lower()} "}, from_page="/link")
    assert "telegram:7" in answer.text
    assert await store.accounts.of_person("discord:42") == ["discord:42"]  # not before they say so
    answer = await member.send("/link", {"code": code, "sure": "yes"}, from_page="/link")
    page = await member.page(answer.headers["location"])
    assert "are now one person" in page.first("p", class_="notice").text
    assert {each.text for each in page.first("article") and page.all("li")} >= {
        "discord:42",
        "telegram:7",
    }


async def test_the_page_gives_a_code_that_the_chat_takes(place: Any) -> None:
    member = await place.member("discord:42")
    answer = await member.send("/link", {}, from_page="/link")
    found = re.search(r"/link ([A-Z0-9-]+) within", answer.text)
    assert found
    await place.store.accounts.redeem_link(found[1], "telegram:7")
    assert set(await place.store.accounts.of_person("discord:42")) == {"discord:42", "telegram:7"}


async def test_a_wrong_code_is_one_sentence_and_guests_sign_in_first(place: Any) -> None:
    member, guest = await place.member("discord:42"), await place.visitor()
    answer = await member.send("/link", {"code": "<b>no</b>"}, from_page="/link")
    assert (answer.status_code, "unknown" in error_of(answer)) == (422, True)
    assert "<b>no</b>" not in answer.text
    answer = await member.send("/link", {"code": "no", "sure": "yes"}, from_page="/link")
    assert "unknown" in (await member.page(answer.headers["location"])).first("main").text
    assert (await guest.get("/link")).headers["location"] == "/sign-in"
    for fields in ({"code": "x"}, {}, {"code": "x", "sure": "yes"}):
        answer = await guest.send("/link", fields, follow_redirects=True)
        assert answer.url.path == "/sign-in"
    assert await place.store.accounts.of_person("discord:42") == ["discord:42"]


async def test_a_job_of_two_linked_accounts_is_ones_own_in_both(place: Any) -> None:
    code = await place.store.accounts.new_link("discord:42")
    await place.store.accounts.redeem_link(code, "telegram:7")
    request = JobRequest("an owl", 1, MODEL)
    await place.store.queue.submit("discord:42", "discord", request, key="1")
    member = await place.member("telegram:7")
    assert "an owl" in (await member.page("/mine")).first("main").text


async def test_every_parameter_of_paint_is_asked_for_once(place: Any) -> None:
    for language in ("en", "zh"):
        visitor = await place.visitor()
        visitor.client.headers["accept-language"] = language
        page = await visitor.page("/")
        asked = [
            each["name"]
            for tag in ("input", "select", "textarea")
            for each in page.all(tag)
            if each.attributes.get("type") != "hidden"
        ]
        assert sorted(asked) == sorted(
            {each.name for each in find_command("paint").parameters} | {"subject", "colour"}
        )
