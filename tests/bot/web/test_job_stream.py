"""A page follows its painting: over a real socket, through restarts, in several tabs at once."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import httpx
import pytest

from bot.testing.fake_engine import plain_picture
from ganshare.domain.jobs import Job, JobRequest, JobState
from ganshare.testing import MODEL, TIMEOUT


@asynccontextmanager
async def stream(url: str, job: Job, **headers: str) -> AsyncIterator["Events"]:
    """An open tab; it closes as browsers do, by hanging up."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    async with (
        httpx.AsyncClient(timeout=TIMEOUT) as client,
        client.stream("GET", f"{url}/jobs/{job.id}/events", headers=named) as response,
    ):
        assert response.status_code == 200
        assert response.headers["content-type"].startswith("text/event-stream")
        assert response.headers["cache-control"] == "no-store"
        yield Events(response.aiter_lines())


class Events:
    """The news of a stream, read as the specification says."""

    def __init__(self, lines: AsyncIterator[str]) -> None:
        self._lines = lines
        self.last_id = ""

    async def next(self) -> dict[str, Any]:
        """The next event; StopAsyncIteration if the stream ended."""
        async with asyncio.timeout(TIMEOUT):
            while True:
                line = await anext(self._lines)
                if line.startswith("id: "):
                    self.last_id = line.removeprefix("id: ")
                if line.startswith("data: "):
                    news: dict[str, Any] = json.loads(line.removeprefix("data: "))
                    return news

    async def until(self, **wanted: Any) -> dict[str, Any]:
        while True:
            news = await self.next()
            if wanted.items() <= news.items():
                return news


async def submit(place: Any, prompt: str = "a castle", person: str = "web:x") -> Job:
    await asyncio.sleep(0.002)  # ids, and so turns, are in the order of milliseconds
    submitted = await place.store.queue.submit(
        person, "web", JobRequest(prompt, 1, MODEL), key=prompt
    )
    job: Job = submitted.job
    return job


async def test_a_page_sees_position_frames_and_painting(place: Any) -> None:
    await submit(place, "the one before", "web:y")
    job = await submit(place)
    async with place.served() as url, stream(url, job) as events:
        first = await events.next()
        assert (first["state"], first["title"]) == ("queued", "Waiting: 2 of 2")
        await place.engine.finish(await place.engine.claim())
        assert (await events.until(title="Waiting: 1 of 1"))["over"] is False
        mine = await place.engine.claim()
        for step in (30, 60, 120):
            await place.engine.show(mine, step)
            news = await events.until(step=step)
            async with httpx.AsyncClient(timeout=TIMEOUT) as client:
                frame = await client.get(url + news["frame"])
            assert frame.headers["content-type"] == "image/jpeg"
        artwork = await place.engine.finish(mine, plain_picture(size=(1024, 1024)))
        last = await events.until(over=True)
        assert last["painting"] == f"/paintings/{artwork.id}"
        assert last["announce"] == "Your painting is finished."
        with pytest.raises(StopAsyncIteration):
            await events.next()
        async with httpx.AsyncClient(timeout=TIMEOUT) as client:
            picture = await client.get(url + last["picture"])
        assert picture.headers["content-type"] == "image/jpeg"
        assert len(picture.content) <= 150_000
    assert await place.store.queue.inbox("web") != []  # the other one, that nobody looked at
    assert job.id not in {each.id for each in await place.store.queue.inbox("web")}


async def test_after_a_restart_a_page_goes_on_where_it_was(place: Any) -> None:
    job = await submit(place)
    mine = await place.engine.claim()
    await place.engine.show(mine, 10)
    async with place.served() as url, stream(url, job) as events:
        await events.until(step=10)
        seen = events.last_id
    # While nobody serves, the engine goes on.
    await place.engine.show(mine, 20)
    await place.engine.show(mine, 30)
    async with place.served() as url, stream(url, job, last_event_id=seen) as events:
        assert (await events.next())["step"] == 30
        seen = events.last_id
    async with place.served() as url, stream(url, job, last_event_id=seen) as events:
        await place.engine.show(mine, 40)
        assert (await events.next())["step"] == 40  # nothing comes that is shown already
    await place.engine.finish(mine)
    async with place.served() as url, stream(url, job, last_event_id=seen) as events:
        assert (await events.next())["state"] == "done"


async def test_a_server_that_ends_lets_its_pages_go_at_once(place: Any) -> None:
    job = await submit(place)
    loop = asyncio.get_running_loop()
    async with place.served() as url, AsyncExitStack() as tabs:
        events = await tabs.enter_async_context(stream(url, job))
        await events.next()
        still_open = tabs.pop_all()
        began = loop.time()
    assert loop.time() - began < 14  # seconds; open pages are told of something every 15
    await still_open.aclose()


async def test_several_tabs_see_the_same_and_the_store_is_asked_once(
    place: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = await submit(place)
    asked: list[list[str]] = []
    several = place.store.queue.several

    async def counting(ids: Any) -> Any:
        asked.append(list(ids))
        return await several(ids)

    monkeypatch.setattr(place.store.queue, "several", counting)
    mine = await place.engine.claim()
    async with (
        place.served() as url,
        stream(url, job) as one,
        stream(url, job) as two,
        stream(url, job) as three,
    ):
        tabs = (one, two, three)
        await place.engine.show(mine, 50)
        assert None not in {(await tab.until(step=50))["frame"] for tab in tabs}
        assert all(ids == [job.id] for ids in asked)
        await place.engine.finish(mine)
        assert [(await tab.until(over=True))["state"] for tab in tabs] == ["done"] * 3
        before = len(asked)
        await asyncio.sleep(1.5)
        assert len(asked) == before  # nobody looks, nobody asks


async def test_one_address_keeps_so_many_streams_open_and_no_more(place: Any) -> None:
    job = await submit(place)
    visitor = await place.visitor()
    site = visitor.client._transport.app.state.site
    context = await site.receive(_request(site))
    held = []
    for _ in range(12):
        counted = site.stream(context.request, context.session.rate_name)
        counted.__enter__()
        held.append(counted)
    visitor.client.cookies.set("ganshare", f"g.{context.session.token}")
    refused = await visitor.get(f"/jobs/{job.id}/events")
    assert refused.status_code == 429
    for counted in held:
        counted.__exit__(None, None, None)
    assert site._streams == {}


def _request(site: Any) -> Any:
    from starlette.requests import Request

    return Request({"type": "http", "method": "GET", "path": "/", "query_string": b"",
                    "headers": [(b"host", b"localhost")], "client": ("127.0.0.1", 1)})  # fmt: skip


async def test_what_was_given_up_or_cancelled_is_told_too(place: Any) -> None:
    job, other = await submit(place), await submit(place, "an owl", "web:y")
    async with place.served() as url:
        async with stream(url, job) as events:
            await place.store.queue.fail(
                await place.engine.claim(), "It ran out of memory.", retry=False
            )
            last = await events.until(over=True)
            assert (last["title"], last["painting"]) == ("Not painted", None)
            assert "It ran out of memory." in last["text"]
        async with stream(url, other) as events:
            await place.store.queue.cancel(other.id, by="web:y")
            assert (await events.until(over=True))["title"] == "Cancelled"


async def test_pages_are_told_in_their_language(place: Any) -> None:
    job = await submit(place)
    async with place.served() as url, stream(url, job, accept_language="zh") as events:
        assert "1" in (news := await events.next())["title"]
        assert news["title"] != "Waiting: 1 of 1"


async def test_another_frontends_job_can_be_watched_and_stays_its_own_to_deliver(
    place: Any,
) -> None:
    request = JobRequest("a castle", 1, MODEL)
    submitted = await place.store.queue.submit("discord:42", "discord", request, key="1")
    async with place.served() as url, stream(url, submitted.job) as events:
        await place.engine.finish(await place.engine.claim())
        await events.until(over=True)
    (unread,) = await place.store.queue.inbox("discord")
    assert unread.state is JobState.DONE
