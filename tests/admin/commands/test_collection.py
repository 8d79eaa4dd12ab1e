"""The collection's own commands, on its contract: who may do what, and what is sent."""

import asyncio
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from eth_account import Account

from admin.contract.collection import (
    CONTRACT_URI,
    HAS_ROLE,
    METADATA_FROZEN,
    MINTER_ROLE,
    MINTING_CLOSED,
    PAUSED,
    ROYALTY_INFO,
    TOKEN_FROZEN,
    arguments_of,
    deployment,
    mint_batch,
)
from admin.ledger import Collection
from admin.testing.curated import curate
from admin.testing.evm import Evm
from admin.testing.making import OWNER, make_quick_keystore
from admin.testing.services import Collector, serve
from ganshare.store import open_store

Run = Callable[..., tuple[int, str, str]]
PASSWORD = "correct horse battery"
MINTER = Account.from_key(b"\x0b" * 32).address
OTHER = "0x" + "22" * 20
FIRST_VERSION = Path(__file__).parents[1] / "contract" / "first-version.hex"


@dataclass
class Place:
    """A collection, and what its contract says."""

    run: Run
    evm: Evm
    address: str
    owner: tuple[str, str]

    def do(self, *words: str, code: int = 0) -> str:
        found, out, error = self.run("collection", *words, *self.owner, "--yes")
        assert found == code, out + error
        return out + error

    def ask(self, function: Any, *values: Any) -> Any:
        request: Any = {"to": self.address, "data": function.call_data(*values)}
        return function.read(bytes(self.evm.web3.eth.call(request)))[0]


@pytest.fixture(scope="session")
def owners_keystore(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("keys") / "owner.json"
    make_quick_keystore(path, PASSWORD, bytes(OWNER.key))
    return path


@pytest.fixture
def place(
    run: Run,
    evm: Evm,
    collection: Collection,
    owners_keystore: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Place:
    monkeypatch.setenv("ADMIN_COLLECTION", collection.address)
    evm.fund(MINTER)
    return Place(run, evm, collection.address, ("--keystore", str(owners_keystore)))


@pytest.mark.heavy
def test_the_owner_changes_royalty_minter_and_pause(place: Place) -> None:
    place.do("royalty", "7.5", "--to", OTHER)
    request: Any = {"to": place.address, "data": ROYALTY_INFO.call_data(1, 10_000)}
    receiver, amount = ROYALTY_INFO.read(bytes(place.evm.web3.eth.call(request)))
    assert (receiver, amount) == (OTHER, 750)
    assert "at most 10 %" in place.do("royalty", "10.01", code=2)

    place.do("minter", MINTER)
    assert place.ask(HAS_ROLE, MINTER_ROLE, MINTER)
    code, _, _ = place.run("collection", "pause", "--yes")  # by the minter's own key
    assert code == 0
    assert place.ask(PAUSED)
    assert "There is nothing to change" in place.do("pause")
    code, _, error = place.run("collection", "minter", OTHER, "--yes")
    assert (code, "Only the owner" in error) == (2, True)
    place.do("unpause")
    assert not place.ask(PAUSED)
    assert "There is nothing to change" in place.do("unpause")
    place.do("minter", MINTER, "--remove")
    assert not place.ask(HAS_ROLE, MINTER_ROLE, MINTER)
    assert "may neither mint nor pause" in place.run("collection", "show", password=False)[1]


@pytest.mark.heavy
def test_what_cannot_be_undone_says_so_and_needs_the_owner(place: Place) -> None:
    mint = mint_batch(OWNER.address, [1, 2], [b"\x07" * 32] * 2)
    place.evm.send_as_owner(place.address, mint)
    assert "can never be undone" in place.do("freeze", "1", "--dry-run")
    assert not place.ask(TOKEN_FROZEN, 1)
    place.do("freeze", "1")
    assert (place.ask(TOKEN_FROZEN, 1), place.ask(TOKEN_FROZEN, 2)) == (True, False)
    place.do("freeze")
    assert place.ask(METADATA_FROZEN)
    assert "There is nothing to change" in place.do("freeze")
    for command in ("close", "freeze", "unpause"):
        code, _, error = place.run("collection", command, "--yes")
        assert code == 2
        assert f"Only the owner {OWNER.address} may do this" in error
    place.do("close")
    assert place.ask(MINTING_CLOSED)
    found = json.loads(place.run("collection", "show", "--json", password=False)[1])
    assert (found["tokens"], found["closed"], found["frozen"]) == (2, True, True)


def test_an_owners_own_wallet_gets_what_it_sends(place: Place) -> None:
    code, out, _ = place.run("collection", "royalty", "3", "--to", OTHER, "--calldata")
    assert code == 0
    found = re.fullmatch(r"to (0x\w{40})\nvalue 0\ndata 0x(\w+)\n", out)
    assert found is not None, out
    place.evm.send_as_owner(found[1], bytes.fromhex(found[2]))
    request: Any = {"to": place.address, "data": ROYALTY_INFO.call_data(1, 10_000)}
    assert ROYALTY_INFO.read(bytes(place.evm.web3.eth.call(request))) == (OTHER, 300)


@pytest.mark.heavy
def test_metadata_is_made_pinned_and_set_once(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = Collector()
    with serve(service.app) as address:
        monkeypatch.setenv("ADMIN_IPFS_API", "off")  # a pinning service is enough
        assert "ADMIN_PINATA_TOKEN" in place.do("set-uri", code=2)
        monkeypatch.setenv("ADMIN_PINATA_API", address)
        monkeypatch.setenv("ADMIN_PINATA_TOKEN", "token")
        place.do("set-uri", "--description", "Ours", "--dry-run")
        assert service.files == {}
        place.do("set-uri", "--description", "Ours")
        made = place.ask(CONTRACT_URI)
        assert json.loads(service.files[made.removeprefix("ipfs://")]) == {
            "name": "Paintings",
            "symbol": "PAINT",
            "description": "Ours",
        }
        assert "There is nothing to change" in place.do("set-uri", "--description", "Ours")
    place.do("set-uri", "ipfs://mine")
    assert place.ask(CONTRACT_URI) == "ipfs://mine"


@pytest.mark.heavy
def test_a_painting_that_is_hidden_leaves_the_collections_picture_with_the_next_one(
    place: Place, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment = {"GANSHARE_DATABASE_URL": url, "GANSHARE_BLOBS_URL": f"file://{tmp_path}/blobs"}
    monkeypatch.setenv("GANSHARE_BLOBS_URL", environment["GANSHARE_BLOBS_URL"])
    monkeypatch.setenv("BOT_CURATORS", "discord:1")
    asyncio.run(curate(environment))
    assert place.run("plan", password=False)[0] == 0

    async def hide(count: int) -> None:
        async with open_store(url) as store:
            shown = [each for each in await store.gallery.search() if each.may_sell]
            for each in shown[:count]:
                await store.gallery.hide(each.id, "discord:1", "it was reported")

    service = Collector()
    sheets = []
    with serve(service.app) as address:
        monkeypatch.setenv("ADMIN_IPFS_API", f"{address}/api/v0")
        for hidden in (0, 3):
            asyncio.run(hide(hidden))
            place.do("set-uri")
            made = service.files[place.ask(CONTRACT_URI).removeprefix("ipfs://")]
            sheets.append(json.loads(made).get("image"))
    assert [each is not None for each in sheets] == [True, False]


@pytest.mark.heavy
def test_contracts_of_the_first_version_can_all_but_what_they_lack(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = deployment(
        name="Paintings",
        symbol="PAINT",
        contract_uri="",
        admin=OWNER.address,
        minter=MINTER,
        royalty_receiver=OWNER.address,
        royalty_basis_points=500,
    )
    first = bytes.fromhex(FIRST_VERSION.read_text().replace("\n", ""))
    place.address = place.evm.deploy(first + (arguments_of(code) or b""))
    monkeypatch.setenv("ADMIN_COLLECTION", place.address)
    shown = place.run("collection", "show", password=False)[1]
    assert "cannot be closed (first version)" in shown
    assert "may mint and pause" in shown
    place.do("royalty", "4")
    place.do("freeze")
    assert place.ask(METADATA_FROZEN)
    assert "There is nothing to change" in place.do("freeze")
    assert "`ganshare admin collection minter ADDRESS --remove`" in place.do("close", code=2)
    assert "of all tokens only" in place.do("freeze", "1", code=2)


def test_an_address_with_a_wrong_digit_is_refused(place: Place) -> None:
    wrong = OWNER.address.replace(OWNER.address[-1], "0" if OWNER.address[-1] != "0" else "1")
    assert "capitals don't fit" in place.do("royalty", "4", "--to", wrong, code=2)


def test_a_new_collection_has_metadata_from_the_start(place: Place) -> None:
    words = ("--name", "Ours", "--symbol", "OUR", "--owner", OTHER, "--description", "All of us")
    code, out, error = place.run("deploy", *words, "--yes")
    assert code == 0, error
    found = re.search(r"ADMIN_COLLECTION=(0x\w{40})", out)
    assert found is not None
    place.address = found[1]
    text = place.ask(CONTRACT_URI).removeprefix("data:application/json;utf8,")
    assert json.loads(text) == {"name": "Ours", "symbol": "OUR", "description": "All of us"}
    # The same with other metadata is no reason to pay for a second one.
    code, out, error = place.run("deploy", *words[:-1], "All of us, together", "--yes")
    assert "was made before" in error
