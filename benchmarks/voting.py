"""Times a round with fifty thousand votes: tally, pages and announcements.

Each is measured several times and the fastest counts; this process's CPU time (on SQLite that is
all there is) stands beside it, for a busy machine.
"""

import asyncio
import os
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import httpx

from benchmarks.busy_round import EACH, PAINTINGS, PLACE, fill_round
from benchmarks.page import circumstances, write_figures
from bot.app import Front
from bot.core.dispatcher import Dispatcher, DispatcherOptions
from bot.core.messages import CommandRequest, Person, Place, Rank
from bot.core.moderation.prompt_filter import open_moderation
from bot.core.rendering.catalogue import load_words
from bot.web.app import web_app
from ganshare.blobs import open_blobs
from ganshare.settings import BotSettings
from ganshare.store import Store, open_store
from ganshare.testing import postgres_server

CURATOR = "discord:5"
DOCS = Path(__file__).parent.parent / "docs" / "curation.md"
PAGE = "http://127.0.0.1:8000"


@dataclass(frozen=True)
class Cost:
    """The fastest of several, in milliseconds."""

    what: str
    wall: float
    processor: float


async def measure(url: str, times: int) -> list[Cost]:
    """Fill a round, ask for everything during it, and for the curation page after its end."""
    async with open_store(url, migrate=True) as store:
        round_id = await fill_round(store)
        shown = (await store.rounds.entries.of_round(round_id))[0].artwork
        async with _visiting(store) as (client, dispatcher):

            def page(path: str) -> Callable[[], Awaitable[object]]:
                return lambda: _page(client, path)

            asks: dict[str, Callable[[], Awaitable[object]]] = {
                "tally": lambda: store.rounds.tally(round_id),
                "standings": lambda: store.rounds.standings(round_id),
                "page of rounds": page("/round"),
                "page of a painting": page(f"/paintings/{shown}"),
                "gallery": page("/gallery"),
                "/round in a chat": lambda: _round(dispatcher),
            }
            found = [await _fastest(what, ask, times) for what, ask in asks.items()]
            await store.rounds.close(round_id, CURATOR, early=True)
            asks = {
                "page of rounds, with winners": page("/round"),
                "curators\u2019 desk": page("/desk"),
            }
            return found + [await _fastest(what, ask, times) for what, ask in asks.items()]


@asynccontextmanager
async def _visiting(store: Store) -> AsyncIterator[tuple[httpx.AsyncClient, Dispatcher]]:
    """A curator who has signed in on the page, and the dispatcher that answers."""
    with tempfile.TemporaryDirectory() as folder:
        blobs, words, moderation = open_blobs(f"file://{folder}"), load_words(), open_moderation()
        dispatcher = Dispatcher(store, blobs, words, moderation, DispatcherOptions())
        settings = BotSettings.model_validate({"curators": (CURATOR,)})
        app = web_app(Front(store, blobs, words, moderation, dispatcher), settings)
        transport = httpx.ASGITransport(app, client=("127.0.0.1", 40000))
        async with httpx.AsyncClient(transport=transport, base_url=PAGE) as client:
            token = await store.accounts.new_sign_in(CURATOR, "Ada")
            form = await client.get(f"/sign-in/{token}")
            hidden = form.text.partition('name="token" value="')[2].partition('"')[0]
            headers = {"Origin": PAGE, "Referer": f"{PAGE}/sign-in"}
            data = {"token": hidden, "sign_in": token, "nonce": "1"}
            await client.post("/sign-in", data=data, headers=headers)
            yield client, dispatcher


async def _page(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.get(path)
    if answer.status_code != 200:
        raise RuntimeError(f"{path}: {answer.status_code}")


async def _round(dispatcher: Dispatcher) -> None:
    ask = CommandRequest("round", {}, Person(CURATOR, "Ada", Rank.MEMBER, "en"), Place(PLACE), "1")
    (reply,) = await dispatcher.answer(ask)
    if not reply.fields:
        raise RuntimeError(reply.text)


async def _fastest(what: str, ask: Callable[[], Awaitable[Any]], times: int) -> Cost:
    walls, processors = [], []
    for _ in range(times):
        wall, processor = time.perf_counter(), time.process_time()
        await ask()
        walls.append(time.perf_counter() - wall)
        processors.append(time.process_time() - processor)
    return Cost(what, 1000 * min(walls), 1000 * min(processors))


def as_markdown(costs: dict[str, list[Cost]], load: float, times: int) -> str:
    """Write the table."""
    rows = zip(*costs.values(), strict=True)
    heads = [f"{name}, ms | of that here" for name in costs]
    lines = [
        f"{circumstances(load)}; `python -m benchmarks.voting`.",
        f"{PAINTINGS} paintings, {PAINTINGS * EACH:,} votes; the fastest of {times}.",
        "",
        f"| | {' | '.join(heads)} |",
        "|---|" + "---:|---:|" * len(costs),
    ]
    for row in rows:
        cells = [f"{each.wall:.0f} | {each.processor:.0f}" for each in row]
        lines.append(f"| {row[0].what} | {' | '.join(cells)} |")
    return "\n".join(lines)


@contextmanager
def _databases() -> Iterator[dict[str, str]]:
    with tempfile.TemporaryDirectory() as folder:
        urls = {"SQLite": f"sqlite+aiosqlite:///{folder}/store.db"}
        try:
            with postgres_server() as server:
                yield urls | {"PostgreSQL": server.create_database("voting")}
        except LookupError:  # not installed
            yield urls


@click.command()
@click.option("--times", type=click.IntRange(1), default=15, show_default=True)
@click.option("--docs", is_flag=True, help="Put the table into docs/curation.md.")
def main(times: int, docs: bool) -> None:
    """Measure on SQLite and, where it is installed, on PostgreSQL."""
    load = os.getloadavg()[0]
    with _databases() as urls:
        costs = {name: asyncio.run(measure(url, times)) for name, url in urls.items()}
    text = as_markdown(costs, load, times)
    print(text)
    if docs:
        write_figures("voting", text, DOCS)


if __name__ == "__main__":
    main()
