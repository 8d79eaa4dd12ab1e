"""The page shows how a prompt is read, and refuses what cannot be."""

from typing import Any

READING = "red temple on a snowy mountain"


async def test_the_jobs_page_shows_the_reading(place: Any) -> None:
    visitor = await place.visitor()
    answer = await visitor.send("/paint", {"prompt": "雪山上的红色寺庙 🦊"})
    page = await visitor.page(answer.headers["location"])
    told = [each.text for each in page.all("p", class_="reading")]
    assert told == [f"Read as: {READING}", "Left out, because it can’t be read: 🦊"]


async def test_the_paintings_page_shows_prompt_and_reading(place: Any) -> None:
    manifest = {"prompt": "雪山上的红色寺庙", "reading": READING}
    artwork = await place.engine.publish_painting("雪山上的红色寺庙", manifest=manifest)
    page = await (await place.visitor()).page(f"/paintings/{artwork.id}")
    assert page.first("h1").text == "雪山上的红色寺庙"
    assert page.first("p", class_="reading").text == f"Read as: {READING}"


async def test_what_cannot_be_read_is_refused(place: Any) -> None:
    visitor = await place.visitor()
    answer = await visitor.send("/paint", {"prompt": "Замок на море"})
    assert answer.status_code == 422
    assert "English and Chinese can be read." in answer.text
