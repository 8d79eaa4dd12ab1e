"""Where messages stand, and what is allowed in a place: checked, kept, audited."""

import asyncio
from typing import Any

import pytest
import sqlalchemy as sa

from ganshare.domain.community import PlaceSettings, Post
from ganshare.errors import SettingsError
from ganshare.store import Store
from ganshare.store.db.tables_community import places

HERE, ADMIN = "discord:77", "discord:1"


async def test_a_job_has_one_message_and_the_newest_counts(store: Store, asker: Any) -> None:
    (job,) = await asker.ask()
    assert await store.posts.of_job(job.id) is None
    await store.posts.save_of_job(job.id, "discord", {"channel": 7, "message": 8})
    await store.posts.save_of_job(job.id, "discord", {"channel": 7, "message": 9, "name": "Ä😀"})
    address = {"channel": 7, "message": 9, "name": "Ä😀"}
    assert await store.posts.of_job(job.id) == Post(job.id, "discord", address)


async def test_a_place_has_the_defaults_until_something_is_changed(store: Store) -> None:
    assert await store.places.settings(HERE) == PlaceSettings(HERE)
    changed = await store.places.change(HERE, {"max_side": 512, "allowed": False}, by=ADMIN)
    assert changed == PlaceSettings(HERE, max_side=512, allowed=False)
    changed = await store.places.change(HERE, {"language": "zh"}, by=ADMIN)
    assert changed == PlaceSettings(HERE, max_side=512, allowed=False, language="zh")
    assert await store.places.settings(HERE) == changed
    assert await store.places.settings("discord:78") == PlaceSettings("discord:78")


@pytest.mark.parametrize(
    ("name", "typed", "kept"),
    [
        ("allowed", "off", False),
        ("allowed", "Yes", True),
        ("max_side", " 320 ", 320),
        ("max_steps", "200", 200),
        ("daily_quota", "0", 0),
        ("guests_per_day", "3", 3),
        ("language", "pt-BR", "pt-BR"),
        ("curation_place", "telegram:-1001", "telegram:-1001"),
    ],
)
async def test_values_may_be_typed(store: Store, name: str, typed: str, kept: object) -> None:
    changed = await store.places.change(HERE, {name: typed}, by=ADMIN)
    assert getattr(changed, name) == kept
    for back in (None, "default"):
        changed = await store.places.change(HERE, {name: back}, by=ADMIN)
        assert changed == PlaceSettings(HERE)


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("allowed", "maybe", r"allowed must be on or off, or default \(got 'maybe'\)\.$"),
        ("max_side", 300, "a multiple of 16 from 64 to 1024"),
        ("max_side", True, "a multiple of 16"),
        ("max_steps", "-5", "a number from 1 to 2000"),
        ("max_steps", "٣", "a number from 1"),
        ("daily_quota", "many", "a number from 0"),
        ("guests_per_day", 10**12, "a number from 0"),
        ("language", "klingon!", "a language such as en or zh"),
        ("curation_place", "<#12>", "a place such as discord:123"),
        ("daily_qouta", 1, r"is unknown; allowed are allowed, .*did you mean 'daily_quota'"),
        ("place", "x", "is unknown"),
    ],
)
async def test_a_wrong_value_changes_nothing_and_says_what_is_allowed(
    store: Store, name: str, value: Any, sentence: str
) -> None:
    with pytest.raises(SettingsError, match=sentence):
        await store.places.change(HERE, {"max_steps": 50, name: value}, by=ADMIN)
    assert await store.places.settings(HERE) == PlaceSettings(HERE)
    assert await store.places.changes(HERE) == []


async def test_changes_of_several_admins_at_once_are_all_kept(store: Store, another: Any) -> None:
    stores = [store, await another()]
    changes: list[dict[str, Any]] = [
        {"max_side": 256},
        {"max_steps": 99},
        {"daily_quota": 5},
        {"language": "en"},
    ]
    calls = [
        stores[n % 2].places.change(HERE, change, by=f"discord:{n}")
        for n, change in enumerate(changes)
    ]
    await asyncio.gather(*calls)
    merged = PlaceSettings(HERE, max_side=256, max_steps=99, daily_quota=5, language="en")
    assert await store.places.settings(HERE) == merged


async def test_every_change_is_kept_with_who_and_when(store: Store) -> None:
    before = await store.now()
    await store.places.change(HERE, {"max_side": 256}, by=ADMIN)
    await asyncio.sleep(0.003)
    await store.places.change(HERE, {"max_side": None, "allowed": "off"}, by="discord:2")
    await store.places.change("web", {"max_side": 512}, by=ADMIN)
    newest, first = await store.places.changes(HERE)
    assert (newest.by, newest.changes) == ("discord:2", {"max_side": None, "allowed": False})
    assert (first.by, first.changes) == (ADMIN, {"max_side": 256})
    assert before <= first.created <= newest.created


@pytest.mark.parametrize("damaged", ["{", "[]", '{"max_side": "x", "later": 1, "max_steps": 70}'])
async def test_a_damaged_row_counts_as_not_set(store: Store, damaged: str) -> None:
    await store.places.change(HERE, {"max_side": 256}, by=ADMIN)
    await store.database.write(sa.update(places).values(settings=damaged))
    steps = 70 if "70" in damaged else None
    assert await store.places.settings(HERE) == PlaceSettings(HERE, max_steps=steps)
