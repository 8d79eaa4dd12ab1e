"""The gallery shows what may be shown, newest first, and finds it by words and attributes."""

import asyncio
import logging
import time
from typing import Any

import pytest
import sqlalchemy as sa

from ganshare.domain.jobs import Artwork
from ganshare.errors import JobError
from ganshare.store import Store, open_store
from ganshare.store.community.search import search_text, wanted_texts
from ganshare.store.db.database import Database
from ganshare.store.db.tables_community import gallery
from ganshare.store.db.tables_queue import artworks, jobs
from ganshare.store.maintenance.migrate import MIGRATIONS, migrate
from ganshare.testing import make_artwork

_log = logging.getLogger(__name__)

ANN, BEA = "discord:1", "telegram:2"


@pytest.fixture
def paint(store: Store, asker: Any) -> Any:
    async def paint(prompt: str = "a castle", person: str = ANN, **traits: str) -> Artwork:
        await asker.ask(person, prompt=prompt)
        made = make_artwork(attributes=traits)
        artwork = await store.queue.finish(await asker.claim_one(), made)
        assert artwork is not None
        await asyncio.sleep(0.002)  # ids of one millisecond have no order
        return artwork

    return paint


async def prompts(store: Store, **which: Any) -> list[str]:
    return [artwork.prompt for artwork in await store.gallery.search(**which)]


async def test_pages_follow_each_other_without_gaps_whatever_is_painted_meanwhile(
    store: Store, paint: Any
) -> None:
    old = [await paint(f"number {n}") for n in range(5)]
    first = await store.gallery.search(limit=2)
    await paint("newer")
    second = await store.gallery.search(first[-1].id, limit=2)
    third = await store.gallery.search(second[-1].id, limit=2)
    assert first + second + third == old[::-1]
    assert await store.gallery.search(third[-1].id) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", ["城堡在湖边", "A Café, at night | stars:0.5", "hundred_red birds"]),
        ("red", ["hundred_red birds"]),
        ("RED bird", ["hundred_red birds"]),
        ("birds hundred", ["hundred_red birds"]),
        ("cafe", ["A Café, at night | stars:0.5"]),
        ("ＣＡＦÉ NIGHT", ["A Café, at night | stars:0.5"]),
        ("城堡", ["城堡在湖边"]),
        ("湖", ["城堡在湖边"]),
        ("堡城", []),
        ("%", ["城堡在湖边", "A Café, at night | stars:0.5", "hundred_red birds"]),
        ("red%", ["hundred_red birds"]),
        ("re_d", []),
        ("irds", []),
        ("red castle", []),
        ("style=cubist", []),
        ("' OR 1=1 --", []),
        ("\0", ["城堡在湖边", "A Café, at night | stars:0.5", "hundred_red birds"]),
        ("x" * 5000, []),
    ],
)
async def test_words_are_found_where_a_word_of_the_prompt_begins_with_them(
    store: Store, paint: Any, text: str, found: list[str]
) -> None:
    for prompt in ("hundred_red birds", "A Café, at night | stars:0.5", "城堡在湖边"):
        await paint(prompt)
    assert await prompts(store, text=text) == found


async def test_attributes_are_found_exactly_and_together(store: Store, paint: Any) -> None:
    await paint("one", Style="Cubist", Colour="Teal")
    await paint("two", Style="Cubist", Colour="Teal Blue")
    await paint("three", Style="Fauvist", Colour="Teal")
    assert await prompts(store, attributes={"Colour": "Teal"}) == ["three", "one"]
    assert await prompts(store, attributes={"colour": "teal blue"}) == ["two"]
    both = {"Colour": "Teal", "Style": "Cubist"}
    assert await prompts(store, attributes=both) == ["one"]
    assert await prompts(store, attributes=both, text="two") == []
    assert await prompts(store, text="teal") == ["three", "two", "one"]
    assert await prompts(store, attributes={"Style": ""}) == []


async def test_one_persons_paintings_are_those_of_all_their_accounts(
    store: Store, paint: Any
) -> None:
    await paint("first", ANN)
    await paint("second", BEA)
    await paint("other", "discord:3")
    assert await prompts(store, person=ANN) == ["first"]
    await store.accounts.redeem_link(await store.accounts.new_link(ANN), BEA)
    assert await prompts(store, person=ANN) == await prompts(store, person=BEA)
    assert await prompts(store, person=BEA, limit=1) == ["second"]
    assert await prompts(store, person=BEA, text="first") == ["first"]


# --- deleting ---------------------------------------------------------------------------------


async def test_a_deleted_painting_is_never_shown_again(store: Store, paint: Any) -> None:
    kept, gone = await paint("kept"), await paint("gone")
    deleted = await store.gallery.delete(gone.id, ANN)
    assert deleted.deleted is not None
    assert not deleted.shown
    assert await store.gallery.search() == await store.gallery.search(person=ANN) == [kept]
    assert await store.gallery.get(gone.id) == deleted
    assert await store.gallery.delete(gone.id, ANN) == deleted  # twice does no harm
    with pytest.raises(JobError):
        await store.gallery.show(gone.id, "discord:99")
    (note,) = await store.community.read_log()
    assert (note.kind, note.text, note.reason) == ("delete", gone.id, f"by {ANN}")


async def test_only_its_requester_and_admins_may_delete_a_painting(
    store: Store, paint: Any
) -> None:
    first, second = await paint(), await paint()
    refusal = r"is not yours; only the member who asked for it may delete it\."
    with pytest.raises(JobError, match=refusal):
        await store.gallery.delete(first.id, BEA)
    with pytest.raises(JobError, match="There is no painting 'x'"):
        await store.gallery.delete("x", ANN, admin=True)
    assert (await store.gallery.get(first.id)).shown  # type: ignore[union-attr]
    await store.gallery.delete(first.id, BEA, admin=True)
    await store.accounts.redeem_link(await store.accounts.new_link(ANN), BEA)
    await store.gallery.delete(second.id, BEA)  # hers, from the linked account
    assert await store.gallery.search() == []


async def test_the_blobs_of_deleted_paintings_are_known_until_they_are_removed(
    store: Store, paint: Any, another: Any
) -> None:
    artwork = await paint()
    deletions = [(await another()).gallery.delete(artwork.id, ANN) for _ in range(4)]
    await asyncio.gather(*deletions)
    (forgotten,) = await store.gallery.forgotten_blobs()
    assert (forgotten.artwork, forgotten.keys) == (artwork.id, (artwork.blob, artwork.preview))
    await store.gallery.mark_removed([artwork.id])
    assert await store.gallery.forgotten_blobs() == []
    await store.gallery.mark_removed([])


async def test_showing_and_deleting_at_once_never_brings_a_painting_back(
    store: Store, paint: Any, another: Any
) -> None:
    for _ in range(5):
        artwork = await paint()
        await store.gallery.hide(artwork.id, "discord:99", "look")
        await asyncio.gather(
            (await another()).gallery.show(artwork.id, "discord:99"),
            store.gallery.delete(artwork.id, ANN),
            return_exceptions=True,
        )
        assert await store.gallery.search() == []


# --- the words --------------------------------------------------------------------------------


def test_a_search_text_holds_words_and_traits() -> None:
    text = search_text("A Red-Castle: 0.5", {"Style": "Art Déco"})
    assert text == " a red castle 0 5 art deco style=art-deco "


def test_a_search_has_at_most_eight_words() -> None:
    assert len(wanted_texts("a b c d e f g h i j k", {})) == 8


async def test_paintings_from_before_the_gallery_are_in_it(empty_url: str) -> None:
    """The migration fills it, as words that SQL alone could not fold."""
    database = Database(empty_url, may_make_file=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ganshare.store.maintenance.migrate.MIGRATIONS", MIGRATIONS[:1])
        patch.setattr("ganshare.store.maintenance.migrate.NEWEST", 1)
        await migrate(database)
    await database.write(
        sa.text(
            "INSERT INTO jobs VALUES ('j', 'k', 'discord:1', 'discord', '{}', '{}', 'm', 1, 0, 1, "
            "0, 1, NULL, 'done', 1, 3, NULL, NULL, 0, NULL, FALSE, 1, 1, NULL, NULL, NULL, 'a', "
            "NULL, 1, 1, 1, 1, 1)"
        )
    )
    await database.write(
        sa.text(
            "INSERT INTO artworks VALUES ('a', 'j', 1, 'discord:1', 'Ein Schloß', "
            """'{"Colour":"Teal"}', 1, 'm', 'b', 'p', 1, 1, 's', '{}', TRUE, 1)"""
        )
    )
    await database.close()
    async with open_store(empty_url, migrate=True) as store:
        (found,) = await store.gallery.search(text="SCHLOSS", attributes={"Colour": "teal"})
        assert (found.id, found.hidden, found.deleted) == ("a", None, None)


# --- speed ------------------------------------------------------------------------------------

_WORDS = [
    "castle",
    "lake",
    "forest",
    "ship",
    "night",
    "river",
    "mountain",
    "garden",
    "tower",
    "bridge",
]


@pytest.mark.slow
@pytest.mark.serial
async def test_a_hundred_thousand_paintings_are_searched_in_a_moment(
    store: Store, paint: Any
) -> None:
    """--log-cli-level=info shows how long each search took."""
    await paint()
    database = store.database
    row = (await database.rows(sa.text("SELECT * FROM artworks")))[0]
    job = (await database.rows(sa.text("SELECT * FROM jobs")))[0]
    await database.write(sa.delete(gallery))

    for start in range(0, 100_000, 5_000):
        numbers = range(start, start + 5_000)
        ids = [f"{n:022x}" for n in numbers]
        await database.write_each(
            jobs.insert(),
            [{**job, "id": i, "key": i, "seat": n} for n, i in zip(numbers, ids, strict=True)],
        )
        made = []
        for n, i in zip(numbers, ids, strict=True):
            prompt = (
                f"Cubist Painting of a {_WORDS[n % 10]} and a {_WORDS[n // 10 % 10]} number{n} in "
                f"Colour{n % 812} with some more words such as people write them"
            )
            made.append({**row, "id": i, "job": i, "prompt": prompt, "person": f"p{n % 500}"})
        await database.write_each(artworks.insert(), made)
        await database.write_each(
            gallery.insert(),
            [
                {
                    "artwork": each["id"],
                    "person": each["person"],
                    "words": search_text(each["prompt"], {"Colour": each["prompt"].split()[10]}),
                }
                for each in made
            ],
        )
    searches: dict[str, dict[str, Any]] = {
        "first page": {},
        "deep page": {"after": f"{50_000:022x}"},
        "common word": {"text": "castle"},
        "rare word": {"text": "number77"},
        "no such word": {"text": "zeppelin"},
        "attribute": {"attributes": {"Colour": "Colour77"}},
        "person": {"person": "p7"},
        "person and word": {"person": "p7", "text": "castle"},
    }
    for name, search in searches.items():
        seconds = []
        for _ in range(5):
            began = time.perf_counter()
            found = await store.gallery.search(**search)
            seconds.append(time.perf_counter() - began)
        _log.info("%s: %s found, %.1f ms", name, len(found), min(seconds) * 1000)
        assert min(seconds) < 0.25
