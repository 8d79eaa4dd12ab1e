"""A new contract, in order: what OpenSea does not know yet stops nothing that does not need it."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from eth_account import Account

from admin.contract.collection import GRANT_ROLE, MINTER_ROLE
from admin.curation.manifest import as_json
from admin.ledger import Collection, Ledger, Token, TokenState
from admin.minting.report import report_rows
from admin.testing.curated import curate
from admin.testing.evm import Evm
from admin.testing.opensea import Opensea
from admin.testing.services import Collector, serve
from ganshare.blob_cleanup import sweep_forgotten
from ganshare.blobs import open_blobs
from ganshare.domain.votes import CuratedItem
from ganshare.store import open_store
from ganshare.testing import MODEL, make_artwork, make_request

Run = Callable[..., tuple[int, str, str]]

ITEM = CuratedItem(
    id="artwork1",
    sha256="ab" * 32,
    blob="pictures/1/1.png",
    prompt="a Cubist castle",
    attributes={"Style": "Cubist"},
    seed=1,
    model="paintings-f8",
    steps=100,
    width=8,
    height=8,
    may_sell=True,
    requester="discord:1",
    votes=7,
    views=40,
    bound=0.3,
    rank=1,
    round="round1",
    approved_by="terminal:me",
    approved=1.0,
    reason="",
    place="discord:9",
)
NATIVE = "0x" + "00" * 20
MINTER = Account.from_key(b"\x0b" * 32).address


@pytest.fixture
def planning(
    run: Run, collection: Collection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Run:
    monkeypatch.setenv("ADMIN_COLLECTION", collection.address)
    monkeypatch.setenv("ADMIN_CURRENCY", f"POL {NATIVE} 18")
    (tmp_path / "set.json").write_text(as_json([ITEM]))

    def plan(currency: str = "POL") -> tuple[int, str, str]:
        (tmp_path / "p.toml").write_text(f'currency = "{currency}"\ndefault = "1"\n')
        words = ("plan", "--manifest", "set.json", "--prices", "p.toml")
        return run(*words, password=False)

    return plan


def planned(url: str, collection: Collection) -> list[Token]:
    async def read() -> list[Token]:
        async with Ledger(url) as ledger:
            return await ledger.tokens(collection)

    return asyncio.run(read())


def test_prices_are_planned_before_opensea_has_the_collection(
    planning: Run, url: str, collection: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, out, error = planning()
    assert code == 0, error
    assert "opensea.io/settings/developer makes one" in out
    monkeypatch.setenv("ADMIN_OPENSEA_API_KEY", "key")
    with serve(Opensea(collection.address, slug="").app) as address:
        monkeypatch.setenv("ADMIN_OPENSEA_API_BASE", f"{address}/api/v2")
        code, out, error = planning()
    assert code == 0, error
    assert "after the first token is minted" in out
    assert len(planned(url, collection)) == 1


def test_a_price_table_that_is_refused_leaves_the_ledger_as_it_was(
    planning: Run, url: str, collection: Collection
) -> None:
    code, _, error = planning("WETH")
    assert code == 2
    assert "are sold in POL" in error
    assert planned(url, collection) == []


def test_what_its_requester_does_not_want_sold_or_has_not_spoken_of_is_left_out(
    run: Run, collection: Collection, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ADMIN_COLLECTION", collection.address)
    monkeypatch.setenv("GANSHARE_REQUESTER_SHARE", "10")

    async def fill() -> list[str]:
        found = []
        async with open_store(url) as store:
            for number in range(3):
                request = make_request(prompt=f"castle {number}")
                await store.queue.submit("discord:1", "test", request, key=str(number))
                (job,) = await store.queue.claim("engine", models=[MODEL], max_area=10**6)
                sha256 = f"{number + 1:064x}"
                made = await store.queue.finish(
                    job, make_artwork(blob=f"pictures/{number}.png", sha256=sha256)
                )
                assert made is not None
                found.append(made.id)
        return found

    agreed, refused, silent = asyncio.run(fill())
    items = [
        replace(ITEM, id=each, sha256=f"{number:064x}", prompt=f"castle {number}")
        for number, each in enumerate((agreed, refused, silent), 1)
    ]
    (tmp_path / "set.json").write_text(as_json(items))
    for words in ((agreed,), (refused, "--no")):
        assert run("curate", "consent", *words, password=False)[0] == 0
    code, out, error = run("plan", "--manifest", "set.json", password=False)
    assert code == 0, error
    assert "10 % of the proceeds of 1 paintings" in out
    assert f"left out: {refused} 'castle 2': discord:1, who asked for it, does not want" in out
    assert f"`/sell {silent} yes`" in out
    [token] = planned(url, collection)
    assert (token.artwork, token.item["share"]) == (agreed, "10")
    [row] = report_rows([token], [])
    assert (row["requester"], row["share"]) == ("discord:1", "10 %")
    # What the plan took in stays as it was said.
    assert "planned for minting" in run("curate", "consent", agreed, "--no", password=False)[2]


@pytest.mark.heavy
def test_what_is_hidden_or_deleted_after_it_was_planned_is_not_minted_and_stops_nothing(
    run: Run,
    evm: Evm,
    collection: Collection,
    url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    places = {"GANSHARE_DATABASE_URL": url, "GANSHARE_BLOBS_URL": f"file://{tmp_path}/blobs"}
    monkeypatch.setenv("GANSHARE_BLOBS_URL", places["GANSHARE_BLOBS_URL"])
    monkeypatch.setenv("ADMIN_COLLECTION", collection.address)
    monkeypatch.setenv("BOT_CURATORS", "discord:1")
    evm.send_as_owner(collection.address, GRANT_ROLE.call_data(MINTER_ROLE, MINTER))
    evm.fund(MINTER)
    asyncio.run(curate(places))
    assert run("plan", password=False)[0] == 0
    hidden, deleted, kept = (each.artwork for each in planned(url, collection))

    async def take_away() -> None:
        async with open_store(url) as store:
            await store.gallery.hide(hidden, "discord:9", "it was reported")
            await store.gallery.delete(deleted, "discord:1")
            await sweep_forgotten(store, open_blobs(places["GANSHARE_BLOBS_URL"]))

    asyncio.run(take_away())
    with serve(Collector().app) as address:
        monkeypatch.setenv("ADMIN_IPFS_API", f"{address}/api/v0")
        code, out, error = run("mint", "--yes")
    assert code == 0, out + error
    for each in (hidden, deleted):
        assert f"left out: {each}: it was deleted or withheld" in error
    states = {each.artwork: each.state for each in planned(url, collection)}
    assert states == {kept: TokenState.MINTED} | dict.fromkeys(
        (hidden, deleted), TokenState.PLANNED
    )


def test_doctor_ends_with_the_next_step(
    run: Run, evm: Evm, collection: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    def next_step() -> str:
        code, out, error = run("doctor", password=False)
        assert code == 3, out + error
        assert "--  OpenSea: No key" in out  # nothing is minted, so that this can wait
        return out.splitlines()[-1]

    assert "has no coins for gas; send it some" in next_step()
    evm.fund(MINTER)
    assert "`ganshare admin deploy` makes one" in next_step()
    monkeypatch.setenv("ADMIN_COLLECTION", collection.address)
    assert f"next: {MINTER} is not a minter" in next_step()
