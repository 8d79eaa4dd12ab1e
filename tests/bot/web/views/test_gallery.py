"""What the pages show: paintings first, and nothing that a script could hide in."""

import io
import json
import re
from typing import Any

import pytest
from PIL import Image

from bot.core.commands.definitions import COMMANDS
from ganshare.domain.jobs import JobRequest
from ganshare.testing import MODEL, make_sale

MANIFEST = {
    "prompt": "Cubist Painting of a Castle in Teal",
    "steps_taken": 120,
    "size": [256, 256],
    "num_cutouts": 16,
    "path": "/home/somebody/painting.png",
    "models": {
        "vqgan": {"name": "paintings-f8", "sha256": "ab" * 32, "licence": "Apache-2.0"},
        "upscaler": {"name": "isr-gans", "sha256": "cd" * 32, "licence": "MIT"},
    },
}
CASTLE = "Cubist Painting of a Castle in Teal"


async def every_page(place: Any) -> list[str]:
    artwork = await place.engine.publish_painting(CASTLE, manifest=MANIFEST)
    submitted = await place.store.queue.submit(
        "web:x", "web", JobRequest("an owl", 1, MODEL), key="key"
    )
    return [
        "/", "/?surprise=1", "/gallery", "/gallery?q=nothing-like-it", "/mine", "/help", "/sign-in",
        "/sign-in/" + "t" * 43, f"/paintings/{artwork.id}", f"/jobs/{submitted.job.id}",
    ]  # fmt: skip


async def test_no_page_has_a_script_or_style_of_its_own(place: Any) -> None:
    """The policy forbids both: whatever were written so would not work."""
    visitor = await place.visitor()
    for path in await every_page(place):
        page = await visitor.page(path)
        assert page.all("style") == []
        for element in page.elements:
            assert "style" not in element.attributes, path
            assert not any(name.startswith("on") for name in element.attributes), path
        assert all(each.attributes.get("src") for each in page.all("script"))
        outside = [
            v for e in page.elements for n, v in e.attributes.items() if n in ("src", "action")
        ]
        assert all(value.startswith("/") for value in outside)


async def test_every_page_can_be_heard_and_reached_by_keyboard(place: Any) -> None:
    visitor = await place.visitor()
    for path in await every_page(place):
        page = await visitor.page(path)
        assert page.first("html")["lang"] == "en"
        assert page.first("a", class_="skip")["href"] == "#" + page.first("main")["id"]
        assert [len(page.all(tag)) for tag in ("header", "main", "footer", "h1")] == [1, 1, 1, 1]
        assert all(each["alt"] for each in page.all("img")), path
        named = {each["for"] for each in page.all("label")}
        for tag in ("input", "select", "textarea"):
            for each in page.all(tag):
                assert each.attributes.get("type") == "hidden" or each["id"] in named, path
        for button in page.all("button"):
            assert button.text.strip() or button["aria-label"]
        ids = [each["id"] for each in page.elements if "id" in each.attributes]
        assert len(ids) == len(set(ids)), path
        described = [each.attributes.get("aria-labelledby") for each in page.elements]
        assert {each for each in described if each} <= set(ids)


async def test_every_page_speaks_chinese_too(place: Any) -> None:
    visitor = await place.visitor()
    visitor.client.headers["accept-language"] = "zh-CN,zh;q=0.9"
    for path in await every_page(place):
        page = await visitor.page(path)
        assert page.first("html")["lang"] == "zh"
        assert re.search("[\u4e00-\u9fff]", page.first("h1").text + page.first("nav").text)


async def test_the_language_that_was_chosen_stays(place: Any) -> None:
    visitor = await place.visitor()
    answer = await visitor.send("/language", {"language": "zh"}, from_page="/help")
    assert (answer.status_code, answer.headers["location"]) == (303, "/help")
    assert (await visitor.page("/")).first("html")["lang"] == "zh"
    await visitor.send("/language", {"language": "xx"})
    assert (await visitor.page("/")).first("html")["lang"] == "zh"


async def test_dark_and_light_turn_around_without_scripts_too(place: Any) -> None:
    visitor = await place.visitor()
    assert (await visitor.page("/")).first("html")["data-theme"] == "auto"
    for theme in ("dark", "light", "dark"):
        await visitor.send("/theme", {})
        assert (await visitor.page("/")).first("html")["data-theme"] == theme


async def test_the_gallery_goes_on_page_by_page_without_scripts(place: Any) -> None:
    hung = [
        await place.engine.publish_painting(f"castle {number}", seed=number) for number in range(30)
    ]
    visitor = await place.visitor()
    first = await visitor.page("/gallery")
    second = await visitor.page(first.first("a", rel="next")["href"])
    seen = [each["href"] for page in (first, second) for each in page.all("a") if
            each["href"].startswith("/paintings/")]  # fmt: skip
    assert seen == [f"/paintings/{each.id}" for each in reversed(hung)]
    assert second.all("a", rel="next") == []


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=castle", 2),
        ("q=cast", 2),
        ("q=castle+teal", 1),
        ("style=Cubist", 2),
        ("style=Cubist&colour=Teal", 1),
        ("category=Things", 3),
        ("category=Places", 0),
        ("q=%25", 3),  # no word, so all
        ("q=%27%3B+DROP+TABLE+jobs%3B--", 0),
        ("after=%00%27", 3),
    ],
)
async def test_the_gallery_finds_words_and_attributes(place: Any, query: str, found: int) -> None:
    for prompt in (
        CASTLE,
        "Abstract Painting of a Castle in Red",
        "Cubist Painting of a Clock in Red",
    ):
        await place.engine.publish_painting(prompt)
    page = await (await place.visitor()).page(f"/gallery?{query}")
    assert len(page.all("img")) == found


async def test_a_filter_is_kept_on_the_next_page(place: Any) -> None:
    for number in range(25):
        await place.engine.publish_painting(CASTLE, seed=number)
    page = await (await place.visitor()).page("/gallery?q=castle&style=Cubist&colour=Teal")
    further = page.first("a", rel="next")["href"]
    assert further.startswith("/gallery?q=castle&style=Cubist&colour=Teal&after=")
    assert page.first("input", id="q")["value"] == "castle"
    assert (
        "selected" in next(each for each in page.all("option") if each.text == "Cubist").attributes
    )


async def test_a_painting_says_what_it_was_made_from_and_with(place: Any) -> None:
    artwork = await place.engine.publish_painting(CASTLE, manifest=MANIFEST, seed=77)
    visitor = await place.visitor()
    page = await visitor.page(f"/paintings/{artwork.id}")
    text = page.first("main").text
    for shown in ("77", "256×256", "paintings-f8", "Apache-2.0", "MIT", "ab" * 32, artwork.sha256):
        assert shown in text
    assert page.first("img")["alt"] == f"Painting: {CASTLE}"
    assert page.first("rect")["fill"] == "#008080"
    answer = await visitor.get(f"/paintings/{artwork.id}/manifest.json")
    told = json.loads(answer.text)
    assert (told["num_cutouts"], told["sha256"]) == (16, artwork.sha256)
    assert "/home" not in answer.text


async def test_other_sites_can_show_a_painting_as_a_card(place: Any) -> None:
    artwork = await place.engine.publish_painting(CASTLE)
    visitor = await place.visitor(web_url="https://paint.example")
    visitor.client.headers["host"] = "paint.example"
    page = await visitor.page(f"/paintings/{artwork.id}")
    told = {each["property"]: each["content"] for each in page.all("meta") if
            "property" in each.attributes}  # fmt: skip
    assert told["og:title"] == CASTLE
    assert told["og:url"] == f"https://paint.example/paintings/{artwork.id}"
    assert told["og:image"].startswith("https://paint.example/pictures/")
    card = await visitor.get(told["og:image"].removeprefix("https://paint.example"))
    with Image.open(io.BytesIO(card.content)) as image:
        assert image.size == (1200, 630)
        assert (int(told["og:image:width"]), int(told["og:image:height"])) == image.size
    assert card.headers["content-type"] == told["og:image:type"] == "image/jpeg"
    assert told["og:image:alt"] == f"Painting: {CASTLE}"


async def test_a_paintings_page_shows_a_picture_that_is_quickly_there(place: Any) -> None:
    noise = Image.effect_noise((1024, 768), 90).convert("RGB")
    png = io.BytesIO()
    noise.save(png, "PNG")
    artwork = await place.engine.publish_painting("much detail", picture=png.getvalue())
    visitor = await place.visitor()
    shown = (await visitor.page(f"/paintings/{artwork.id}")).first("img", fetchpriority="high")
    picture = await visitor.get(shown["src"])
    assert len(picture.content) <= 150_000 < len(png.getvalue())
    with Image.open(io.BytesIO(picture.content)) as image:
        assert image.size == (1024, 768)
    assert (await visitor.get(shown["src"].replace("large", "huge"))).status_code == 404
    await place.store.gallery.delete(artwork.id, "web:somebody")
    assert (await visitor.get(shown["src"])).status_code == 404


async def test_a_long_prompt_is_cut_where_it_is_a_title_or_a_trait(place: Any) -> None:
    prompt = "a very long story about a lighthouse and its keeper " * 9
    artwork = await place.engine.publish_painting(prompt.strip())
    page = await (await place.visitor()).page(f"/paintings/{artwork.id}")
    title = page.first("h1").text
    assert len(title) <= 120
    assert title.endswith("…")
    assert len(page.first("title").text) < 140
    assert artwork.prompt in page.first("details").text
    assert len(artwork.attributes["Subject"]) <= 80


async def test_a_painting_whose_manifest_is_damaged_is_shown_all_the_same(place: Any) -> None:
    odd = {"models": ["x"], "size": "big", "steps_taken": "<b>", "num_cutouts": None}
    artwork = await place.engine.publish_painting("a castle", manifest=odd)
    page = await (await place.visitor()).page(f"/paintings/{artwork.id}")
    assert "64×64" in page.first("main").text


async def test_a_painting_that_ended_before_its_steps_says_so(place: Any) -> None:
    manifest = {"steps": 2000, "steps_taken": 620, "plateau_step": 500}
    artwork = await place.engine.publish_painting("a castle", manifest=manifest)
    page = await (await place.visitor()).page(f"/paintings/{artwork.id}")
    assert "620 of 2000: no further progress" in page.first("main").text


async def test_deleted_and_hidden_paintings_are_nowhere(place: Any) -> None:
    deleted, hidden = (
        await place.engine.publish_painting("a castle"),
        await place.engine.publish_painting("an owl"),
    )
    await place.store.gallery.delete(deleted.id, "web:somebody")
    await place.store.gallery.hide(hidden.id, "discord:1", "ugly")
    visitor = await place.visitor()
    assert (await visitor.page("/gallery")).all("img") == []
    for artwork in (deleted, hidden):
        for path in ("", "/manifest.json"):
            page = await visitor.page(f"/paintings/{artwork.id}{path}", 404)
            assert page.first("p", role="alert").text.startswith("There is no page here")
        address = f"/pictures/{artwork.id}/{artwork.sha256[:16]}.png"
        assert (await visitor.get(address)).status_code == 404


async def test_a_film_shows_how_a_painting_came_about_as_long_as_that_is_shown(place: Any) -> None:
    data = io.BytesIO()
    first, *others = [Image.new("RGB", (64, 48), colour) for colour in ("red", "tan", "teal")]
    first.save(data, "WEBP", save_all=True, append_images=others)
    made = await place.engine.publish_painting("a castle", film=data.getvalue())
    visitor = await place.visitor()
    (shown,) = (await visitor.page(f"/paintings/{made.id}")).all("img", loading="lazy")
    film = await visitor.get(shown["src"])
    assert (film.headers["content-type"], film.content) == ("image/webp", data.getvalue())
    told = (await visitor.get(f"/api/v1/paintings/{made.id}")).json()["pictures"]["film"]
    assert (await visitor.get(told)).content == data.getvalue()
    await place.store.gallery.hide(made.id, "discord:1", "ugly")
    for address in (shown["src"], told):
        assert (await visitor.get(address)).status_code == 404
    older = await place.engine.publish_painting("an owl")  # or painted by an older engine
    assert (await visitor.page(f"/paintings/{older.id}")).all("img", loading="lazy") == []
    assert (await visitor.get(f"/pictures/{older.id}/{older.sha256[:16]}.webp")).status_code == 404
    assert (await visitor.get(f"/api/v1/paintings/{older.id}/picture?size=film")).is_client_error


async def test_ones_own_paintings_are_ones_own(place: Any) -> None:
    await place.engine.publish_painting("a castle", person="discord:42")
    await place.engine.publish_painting("an owl", person="discord:43")
    asked = JobRequest("a bicycle", 1, MODEL)
    await place.store.queue.submit("discord:42", "discord", asked, key="waiting")
    page = await (await place.member("discord:42")).page("/mine")
    assert [each["alt"] for each in page.all("img")] == ["Painting: a castle"]
    (waiting,) = [each for each in page.all("li") if "bicycle" in each.text]
    assert "Waiting: 1 of 1" in waiting.text
    assert (await (await place.visitor()).page("/mine")).all("img") == []


async def test_help_explains_every_command_with_its_parameters(place: Any) -> None:
    page = await (await place.visitor()).page("/help")
    for command in COMMANDS:
        text = page.first("div", id=command.name).text
        assert f"/{command.name}" in text
        assert all(each.name in text for each in command.parameters)


async def test_the_form_has_every_parameter_with_its_bounds(place: Any) -> None:
    page = await (await place.visitor()).page("/")
    paint = next(each for each in COMMANDS if each.name == "paint")
    for each in paint.parameters:
        assert [e for e in page.elements if e.attributes.get("name") == each.name], each.name
    seed = page.first("input", id="seed")
    assert (seed["min"], seed["max"]) == ("0", str(2**63 - 1))


async def test_words_are_suggested(place: Any) -> None:
    visitor = await place.visitor()
    colours = (await visitor.get("/suggest?what=colour&typed=teal")).json()
    assert colours[0] == {"text": "Teal", "hex": "#008080"}
    subjects = (await visitor.get("/suggest?what=subject&typed=cas")).json()
    assert "a Castle" in [each["text"] for each in subjects]
    assert (await visitor.get("/suggest?what=secrets&typed=a")).json() == []
    assert len((await visitor.get("/suggest?what=colour")).json()) == 25


async def test_a_prompt_is_composed_of_words_or_drawn(place: Any) -> None:
    visitor = await place.visitor()
    chosen = {"style": "Cubist", "subject": "Spirals", "colour": "Teal"}
    made = (await visitor.get("/compose", params=chosen)).json()
    assert made["text"] == "Cubist Painting with Spirals in Teal"
    drawn = (await visitor.get("/compose")).json()
    assert re.fullmatch(r"\w+ Painting (of|with) .+ in .+", drawn["text"])
    page = await visitor.page("/?surprise=1")
    assert re.fullmatch(r"\w+ Painting (of|with) .+ in .+", page.first("textarea").text)


async def test_unknown_pages_and_jobs_are_one_sentence(place: Any) -> None:
    visitor = await place.visitor()
    for path in ("/none", "/paintings/none", "/jobs/none", "/jobs/none/events", "/jobs/%00"):
        page = await visitor.page(path, 404)
        assert page.first("h1").text == "Page not found"
    assert (await visitor.get("/paint")).status_code == 405


async def test_search_engines_leave_alone_what_is_gone_soon(place: Any) -> None:
    answer = await (await place.visitor()).get("/robots.txt")
    assert "Disallow: /jobs/" in answer.text


@pytest.mark.parametrize(("language", "said"), [("en", "for sale at 0.05 WETH"), ("zh", "在售")])
async def test_what_is_for_sale_says_so_and_leads_there(
    place: Any, language: str, said: str
) -> None:
    artwork, visitor = await place.engine.publish_painting(CASTLE), await place.visitor()
    await make_sale(place.store, artwork.id, "posted")
    visitor.client.headers["accept-language"] = language
    card = (await visitor.page("/gallery")).first("a", class_="sale listed")
    assert (said in card.text, card["href"].split("/")[2]) == (True, "market.example")
    page = await visitor.page(f"/paintings/{artwork.id}")
    assert said in page.first("p", class_="sale listed").text
    links = [each["href"] for each in page.all("a") if each.attributes.get("rel") == "noopener"]
    assert [each.split("/")[2] for each in links] == ["scan.example", "market.example"]
    await make_sale(place.store, artwork.id, "filled")
    page = await visitor.page(f"/paintings/{artwork.id}")
    assert page.all("p", class_="sale sold") != []
