"""A new contract, in order: what OpenSea does not know yet stops nothing that does not need it."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from eth_account import Account

from admin.curation.manifest import as_json
from admin.ledger import Collection, Ledger, Token
from admin.testing.evm import Evm
from admin.testing.opensea import Opensea
from admin.testing.services import serve
from ganshare.domain.votes import CuratedItem

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
    assert f"next: {MINTER} is no minter" in next_step()
