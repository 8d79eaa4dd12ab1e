"""Walls, artists, neighbours, feeds, oEmbed and the sitemap."""

import json
from itertools import product
from typing import Any
from xml.etree import ElementTree as ET

from bot.core.languages import read_languages
from bot.web.template_data import composed
from ganshare.domain.visibility import Visibility
from ganshare.domain.votes import RoundRules, Voter
from ganshare.prompts import format_prompts, parse_prompts
from ganshare.store.db.tables_queue import jobs

ATOM = "{http://www.w3.org/2005/Atom}"


async def published(place: Any, prompt: str, person: str = "web:ann", name: str = "Ann") -> Any:
    """A painting that says who asked for it, as one asked for on the page."""
    art = await place.engine.publish_painting(prompt, person=person)
    if name:
        kept = json.dumps({"desk": {"name": name, "locale": "en", "place": "web"}})
        named = jobs.update().where(jobs.c.id == art.job).values(reply_to=kept)
        await place.store.database.write(named)
    return art


async def shown(visitor: Any, path: str) -> list[str]:
    """Ids of the cards of a wall."""
    page = await visitor.page(path)
    links = [each["href"] for each in page.all("a") if "ratio" not in each["href"]]
    return [
        each.removeprefix("/paintings/")
        for each in links
        if each.startswith("/paintings/") and each.count("/") == 2
    ]


async def test_tabs_show_what_is_most_voted_in_a_round_and_minted(place: Any) -> None:
    owl, bat, fox = [await published(place, each) for each in ("an owl", "a bat", "a fox")]
    for voter in ("web:1", "web:2"):
        await place.store.votes.toggle(owl.id, Voter(voter), key=f"{voter} owl")
    await place.store.votes.toggle(fox.id, Voter("web:1"), key="1 fox")
    guest = await place.visitor()
    assert await shown(guest, "/gallery/voted") == [owl.id, fox.id]
    assert await shown(guest, "/gallery/round") == []
    assert await shown(guest, "/gallery/minted") == []
    round_ = await place.store.rounds.open("web", "x:1", 3600.0, RoundRules(min_age=0))
    await place.store.rounds.entries.enter(round_.id, bat.id, "x:1", curator=True, named=True)
    assert await shown(guest, "/gallery/round") == [bat.id]
    page = await guest.page("/gallery/voted")
    assert page.first("a", href="/gallery/voted")["aria-current"] == "page"
    assert (await guest.get("/gallery/nothing")).status_code == 404


async def test_the_most_voted_go_on_page_by_page(place: Any) -> None:
    arts = [await published(place, f"number {number}") for number in range(26)]
    for number, art in enumerate(arts):
        for voter in range(1 + (number == 3)):
            await place.store.votes.toggle(art.id, Voter(f"web:{voter}"), key=f"{art.id} {voter}")
    guest = await place.visitor()
    first = await guest.page("/gallery/voted")
    onward = first.first("a", rel="next")["href"]
    pages = [await shown(guest, path) for path in ("/gallery/voted", onward)]
    assert [len(each) for each in pages] == [24, 2]
    assert pages[0][0] == arts[3].id
    assert set(pages[0] + pages[1]) == {each.id for each in arts}
    assert (await guest.page(onward)).all("a", rel="next") == []
    assert await shown(guest, "/gallery/voted?after=99999999") == []


async def test_leaderboards_lead_to_artists_and_name_nobody_who_asked_in_private(
    place: Any,
) -> None:
    guest = await place.visitor()
    assert "Nobody painted" in (await guest.page("/leaderboards")).first("main").text
    owl, bat = await published(place, "an owl"), await published(place, "a bat")
    secret = await published(place, "a fox", person="web:ben", name="")
    await place.store.votes.toggle(owl.id, Voter("web:ben"), key="ben")
    page = await guest.page("/leaderboards")
    assert page.first("a", href=f"/paintings/{bat.id}/artist").text == "Ann"
    assert [each.text.split() for each in page.all("ol")[:1]] == [
        ["1.", "Ann", "2", "2.", "someone", "1"]
    ]
    assert page.first("main").text.count("someone") == 2
    assert secret.id not in str(page.elements)


async def test_votes_of_the_requester_put_nothing_on_the_wall(place: Any) -> None:
    owl = await published(place, "an owl")
    await place.store.gallery.change_visibility(owl.id, "web:ann", Visibility.UNLISTED)
    bat = await published(place, "a bat")
    for art in (owl, bat):
        await place.store.votes.toggle(art.id, Voter("web:1"), key=art.id)
    assert await shown(await place.visitor(), "/gallery/voted") == [bat.id]


async def test_an_artist_s_page_has_what_says_that_it_is_theirs(place: Any) -> None:
    owl, secret = await published(place, "an owl"), await published(place, "a bat", name="")
    other = await published(place, "a fox", person="web:ben", name="Ben")
    guest = await place.visitor()
    page = await guest.page(f"/paintings/{owl.id}")
    assert page.first("a", rel="author").text == "by Ann"
    assert await shown(guest, f"/paintings/{owl.id}/artist") == [owl.id]
    for hidden in (secret.id, "nothing"):
        assert (await guest.get(f"/paintings/{hidden}/artist")).status_code == 404
    assert "by Ben" in (await guest.page(f"/paintings/{other.id}")).first("main").text


async def test_a_painting_leads_to_its_neighbours_and_back_to_the_prompt_box(place: Any) -> None:
    first, second, third = [await published(place, each) for each in ("an owl", "a bat", "a fox")]
    guest = await place.visitor()
    page = await guest.page(f"/paintings/{second.id}")
    assert page.first("a", rel="prev")["href"] == f"/paintings/{third.id}"
    assert page.first("a", rel="next")["href"] == f"/paintings/{first.id}"
    edit = page.first("a", href="/?prompt=a+bat")
    assert edit.text == "Edit this prompt"
    box = await guest.page(f"/?prompt=a+bat&from={second.id}")
    assert box.first("textarea").text == "a bat"
    assert box.first("input", name="from")["value"] == second.id


async def test_a_painting_begins_from_another_with_other_words(place: Any) -> None:
    owl = await published(place, "an owl")
    guest = await place.visitor()
    sent = await guest.send("/paint", {"prompt": "a bat", "from": owl.id})
    job = await place.store.queue.get(sent.headers["location"].rpartition("/")[2])
    assert (job.request.prompt, job.request.init_image is None) == ("a bat", False)
    await place.store.gallery.change_visibility(owl.id, "web:ann", Visibility.ONLY_ME)
    refused = await guest.send("/paint", {"prompt": "a bat", "from": owl.id})
    assert refused.status_code == 404


async def test_feeds_are_atom_with_pictures_and_artists(place: Any) -> None:
    owl = await published(place, "an owl <&> 猫")
    guest = await place.visitor()
    for path in ("/feeds/new.atom", f"/paintings/{owl.id}/artist.atom"):
        answer = await guest.get(path)
        assert answer.headers["content-type"] == "application/atom+xml"
        feed = ET.fromstring(answer.content)  # noqa: S314 - our own
        (entry,) = feed.findall(f"{ATOM}entry")
        assert entry.findtext(f"{ATOM}title") == "an owl <&> 猫"
        assert entry.findtext(f"{ATOM}author/{ATOM}name") == "Ann"
        links = [each.get("href") for each in entry.findall(f"{ATOM}link")]
        picture = links[1].removeprefix("http://127.0.0.1:8000")
        assert (await guest.get(picture)).headers["content-type"] == "image/jpeg"
    for tab in ("voted", "round", "minted"):
        assert (await guest.get(f"/feeds/{tab}.atom")).status_code == 200
    assert (await guest.get("/feeds/nothing.atom")).status_code == 404


async def test_other_sites_embed_a_painting_by_oembed(place: Any) -> None:
    owl = await published(place, "an owl")
    guest = await place.visitor()
    page = await guest.page(f"/paintings/{owl.id}")
    told = (await guest.get(page.first("link", type="application/json+oembed")["href"])).json()
    assert (told["type"], told["title"], told["author_name"]) == ("photo", "an owl", "Ann")
    picture = await guest.get(told["url"].removeprefix("http://127.0.0.1:8000"))
    assert picture.headers["content-type"] == "image/jpeg"
    for url in (f"http://evil.example/paintings/{owl.id}", "x", "http://[", ""):
        assert (await guest.get("/oembed", params={"url": url})).status_code == 404


async def test_the_sitemap_has_public_paintings_only(place: Any) -> None:
    owl, bat = await published(place, "an owl"), await published(place, "a bat")
    await place.store.gallery.change_visibility(bat.id, "web:ann", Visibility.UNLISTED)
    text = (await (await place.visitor()).get("/sitemap.xml")).text
    assert f"/paintings/{owl.id}<" in text
    assert bat.id not in text
    assert (
        "Sitemap: http://127.0.0.1:8000/sitemap.xml"
        in (await (await place.visitor()).get("/robots.txt")).text
    )


async def test_what_is_being_painted_is_shown_live_but_not_in_private(place: Any) -> None:
    guest = await place.visitor()
    await guest.send("/paint", {"prompt": "an owl"})
    await guest.send("/paint", {"prompt": "a bat", "visibility": "only-me"})
    for _ in range(2):
        await place.engine.show(await place.engine.claim(), 3)
    now = await (await place.visitor()).page("/now")
    (image,) = now.all("img")
    assert image["alt"] == "Not finished yet: an owl"
    assert (await guest.get(image["src"])).headers["content-type"] == "image/jpeg"


# --- what the page says in Chinese, and how it is sent -----------------------------------------


async def test_styles_subjects_and_colours_are_chinese_on_the_chinese_page(place: Any) -> None:
    art = await place.engine.publish_painting("Cubist Painting of Castle in Teal")
    reader = await place.visitor()
    reader.client.headers["Accept-Language"] = "zh"
    page = await reader.page(f"/paintings/{art.id}")
    traits = page.first("ul", class_="traits").text
    assert "立体主义" in traits
    assert "Cubist" not in traits
    box = await reader.page("/")
    assert box.first("option", value="Cubist").text == "立体主义"
    (found, *_) = (await reader.get("/suggest?what=subject&typed=城堡")).json()
    assert found["text"] == "a Castle"
    assert found["label"] == "城堡"


async def test_what_is_proposed_in_chinese_is_read_as_the_same_in_english() -> None:
    words = ("Cubist", "a Bear", "Light Grey")
    for style, subject, colour in product(*(("", each) for each in words)):
        if not (style or subject or colour):
            continue
        made = composed(style, subject, colour, "zh")["text"]
        assert not made.isascii()
        read = format_prompts(read_languages(parse_prompts(made), ("latin",)).prompts)
        assert all(
            each.removeprefix("a ").casefold() in read.casefold()
            for each in (style, subject, colour)
        ), (
            made,
            read,
        )
    for _ in range(20):
        drawn = composed("", "", "", "zh")
        read = format_prompts(read_languages(parse_prompts(drawn["text"]), ("latin",)).prompts)
        assert read == composed(drawn["style"], drawn["subject"], drawn["colour"])["text"]


async def test_chips_and_choices_are_chinese_on_the_chinese_page(place: Any) -> None:
    visitor = await place.visitor()
    visitor.client.headers["accept-language"] = "zh"
    page = await visitor.page("/")
    chips = [each.text for each in page.all("a") if each["href"].startswith("/?prompt=")]
    assert len(chips) == 4
    assert all("风格" in each for each in [*chips, page.first("textarea")["placeholder"]])
    assert page.first("option", value="only-me").text == "仅自己"
    made = (await visitor.get("/compose?style=Cubist&subject=a+Bear")).json()
    assert (made["text"], made["style"]) == ("熊，立体主义风格", "Cubist")  # noqa: RUF001  # as above


async def test_size_and_model_are_choices(place: Any) -> None:
    page = await (await place.visitor()).page("/")
    options = [each["value"] for each in page.all("option")]
    assert "288x224" in options
    assert page.first("select", name="model")
    kept = await (await place.visitor()).page("/?size=512x512")
    assert kept.first("option", value="512x512").attributes.get("selected") == ""


async def test_pages_are_compressed_and_their_tokens_differ_each_time(place: Any) -> None:
    guest = await place.visitor()
    answer = await guest.get("/")
    assert answer.headers["content-encoding"] == "gzip"
    tokens = {(await guest.page("/")).fields()["token"] for _ in range(3)}
    assert len(tokens) == 3
