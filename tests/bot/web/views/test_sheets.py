"""Several paintings at once on one page, and one's own that are under way."""

from typing import Any

import pytest


@pytest.mark.parametrize("visibility", ["public", "only-me"])
async def test_several_at_once_are_watched_side_by_side(place: Any, visibility: str) -> None:
    visitor, stranger = await place.visitor(), await place.visitor()
    asked = {"prompt": "a castle", "count": "3", "visibility": visibility}
    answer = await visitor.send("/paint", asked)
    path = answer.headers["location"]
    assert path.startswith("/sheets/")
    page = await visitor.page(path)
    (row,) = page.all("ul", class_="cards now sheet")
    assert row["data-now"] == path
    assert [each["href"] for each in page.all("a") if each["href"].startswith("/jobs/")] == [
        f"/jobs/{each}" for each in path.removeprefix("/sheets/").split("-")
    ]
    buttons = [each["value"] for each in page.all("button", name="data")]
    assert [each.partition(":")[0] for each in buttons] == ["cancel"] * 3
    first = await place.engine.claim()
    await place.engine.show(first, 40)
    art = await place.engine.finish(first)
    page = await visitor.page(path)
    assert "1 of 3" in page.first("p", class_="kicker").text
    assert page.all("button", name="data", value=f"vary:{art.id}")
    assert f"/paintings/{art.id}" in {each["href"] for each in page.all("a")}
    for _ in range(2):
        await place.engine.finish(await place.engine.claim())
    page = await visitor.page(path)
    assert page.first("ul", class_="cards now sheet")["data-now"] == ""
    assert (await stranger.get(path)).status_code == (200 if visibility == "public" else 404)
    wrong = await visitor.send("/paint", {"prompt": "a castle", "count": "5"})
    assert wrong.status_code == 422


async def test_a_job_leads_to_the_others_of_its_sheet(place: Any) -> None:
    visitor = await place.visitor()
    answer = await visitor.send("/paint", {"prompt": "a castle", "count": "2"})
    path = answer.headers["location"]
    page = await visitor.page(f"/jobs/{path.split('-')[-1]}")
    assert page.first("a", href=path).text.strip() == "All 2 side by side"
    alone = (await visitor.send("/paint", {"prompt": "an owl"})).headers["location"]
    assert "/sheets/" not in (await visitor.get(alone)).text


async def test_a_sheet_has_only_jobs_that_there_are_and_not_too_many(place: Any) -> None:
    visitor = await place.visitor()
    job = (await visitor.send("/paint", {"prompt": "a castle"})).headers["location"].split("/")[-1]
    assert (await visitor.get(f"/sheets/{job}-{job}")).status_code == 200
    for ids in (f"{job}-nothing", "-", "", "-".join([job, *map(str, range(20))]), "%00", "%F0%9F"):
        assert (await visitor.get(f"/sheets/{ids}")).status_code == 404


async def test_one_s_own_under_way_are_shown_as_they_stand(place: Any) -> None:
    visitor = await place.visitor()
    await visitor.send("/paint", {"prompt": "a castle"})
    running = await place.engine.claim()
    await place.engine.show(running, 60)
    page = await visitor.page("/mine")
    row = page.first("ul", class_="cards few now")
    assert row["data-now"] == f"/sheets/{running.id}"
    assert page.first("progress")["value"] == "60"
    assert any(each["src"].startswith(f"/frames/{running.id}/") for each in page.all("img"))
