"""`--route drop`: each painting becomes one item of a drop, whatever is answered or killed."""

import asyncio
import hashlib
import io
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from eth_abi.abi import decode
from eth_account import Account
from hexbytes import HexBytes
from PIL import Image

from admin.ledger import Collection, Ledger, TokenState
from admin.marketplace.drops import DropApi
from admin.session import Session
from admin.testing.drops import CREATE, DropServer
from admin.testing.evm import CHAIN_ID, Evm
from admin.testing.making import make_item, make_token
from admin.testing.services import serve
from ganshare.blobs import open_blobs

Run = Callable[..., tuple[int, str, str]]
MINTER = Account.from_key(b"\x0b" * 32)
TAKES_ALL = bytes.fromhex("6001600c60003960016000f300")
COUNT = 3
SPEC = Path(os.environ.get("GANSHARE_SPECS", "../shared/specs"), "opensea-openapi.json").absolute()


class Killed(BaseException):  # says what is the case
    """The process is no more."""


class Place:
    """A drop, a chain, a ledger with planned paintings, and somebody who types."""

    def __init__(self, run: Run, evm: Evm, server: DropServer, url: str, patch: Any) -> None:
        self.run, self.evm, self.server, self.url = run, evm, server, url
        self.collection = Collection(CHAIN_ID, server.contract)
        self.events_left: int | None = None  # until the process is killed
        write, ask = Ledger._write, DropApi._ask

        async def written(ledger: Ledger, *values: Any) -> Any:
            self._count()
            done = await write(ledger, *values)
            self._count()
            return done

        async def asked(api: DropApi, *values: Any, **options: Any) -> httpx.Response:
            self._count()
            return await ask(api, *values, **options)

        patch.setattr(Ledger, "_write", written)
        patch.setattr(DropApi, "_ask", asked)

    def _count(self) -> None:
        if self.events_left is not None:
            self.events_left -= 1
            if self.events_left < 0:
                raise Killed

    def mint(self, events: int | None = None) -> tuple[int | None, str, str]:
        self.events_left = events
        try:
            return self.run("mint", "--route", "drop", "--yes")
        except Killed:
            return None, "", ""
        finally:
            self.events_left = None

    def items(self) -> list[str]:
        """The names of all items that were created."""
        eth, found = self.evm.web3.eth, []
        for number in range(eth.block_number + 1):
            block: Any = eth.get_block(number, full_transactions=True)
            for each in block["transactions"]:
                if (each.get("to") or "") == self.server.contract and each["data"]:
                    data = bytes(HexBytes(each["data"]))
                    found.append(str(decode(CREATE.arguments, data[4:])[0]))
        return found

    def states(self) -> set[TokenState]:
        async def read() -> set[TokenState]:
            async with Ledger(self.url) as ledger:
                return {each.state for each in await ledger.tokens(self.collection)}

        return asyncio.run(read())


async def plan(url: str, blobs_url: str, collection: Collection) -> None:
    blobs, tokens = open_blobs(blobs_url), []
    for number in range(COUNT):
        data = io.BytesIO()
        Image.new("RGB", (8, 8), (number, 0, 0)).save(data, "PNG")
        digest, key = hashlib.sha256(data.getvalue()).hexdigest(), f"pictures/{number}.png"
        await blobs.put(key, data.getvalue())
        item = make_item(number, sha256=digest, blob=key)
        tokens.append(make_token(collection, int(digest, 16), artwork=item["id"], item=item))
    async with Ledger(url) as ledger, ledger.held():
        await ledger.plan(tokens)


@pytest.fixture
def place(
    run: Run, evm: Evm, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Place]:
    server = DropServer(evm.deploy(TAKES_ALL))
    blobs = f"file://{tmp_path}/blobs"
    asyncio.run(plan(url, blobs, Collection(CHAIN_ID, server.contract)))
    evm.fund(MINTER.address)
    with serve(server.app) as server.base:
        settings = {
            "GANSHARE_BLOBS_URL": blobs,
            "ADMIN_COLLECTION": server.contract,
            "ADMIN_OPENSEA_COLLECTION": server.slug,
            "ADMIN_OPENSEA_API_KEY": "opensea-key",
            "ADMIN_OPENSEA_TOKEN": "wallet-token",
            "ADMIN_OPENSEA_API_BASE": server.base + "/api/v2",
        }
        for name, value in settings.items():
            monkeypatch.setenv(name, value)

        def api(session: Session) -> DropApi:
            base = server.base + "/api/v2"
            quick = {"outage": 2.0, "pace": 0.01, "patience": 1.0}
            token = os.environ["ADMIN_OPENSEA_TOKEN"]
            return DropApi(base, "opensea-key", session.client, token=token, **quick)

        monkeypatch.setattr(Session, "drop_api", api)
        monkeypatch.setattr("admin.minting.drop_items.LAG", 0.1)
        yield Place(run, evm, server, url, monkeypatch)


@pytest.mark.parametrize("put", [False, True])
def test_each_painting_becomes_one_item_with_its_picture(place: Place, put: bool) -> None:
    place.server.put = put
    code, said, error = place.mint()
    assert code == 0, error
    assert "public_sale" in said
    assert f"calls 0x{CREATE.selector.hex()} of {place.server.contract}" in " ".join(said.split())
    assert "costs at most" in said
    assert len(place.items()) == len(set(place.items())) == COUNT
    assert place.states() == {TokenState.CREATED}
    used = [asked["media_token"] for kind, asked, _ in place.server.bodies if kind == "item"]
    names = {hashlib.sha256(place.server.pictures[each]).hexdigest()[:10] for each in used}
    assert names == {each.rpartition("#")[2] for each in place.items()}
    assert place.mint()[0] == 0
    assert len(place.items()) == COUNT


@pytest.mark.slow
def test_odd_answers_and_kills_double_nothing(place: Place) -> None:
    place.server.troubles = (None, None, None, 500, 503, 302, 404, "429")
    codes = []
    for events in (*range(2, 26, 3), *([None] * 12)):
        codes.append(place.mint(events)[0])
        assert len(place.items()) == len(set(place.items()))
        if place.states() == {TokenState.CREATED}:
            break
    assert None in codes
    assert set(codes) <= {None, 0, 3}
    assert len(place.items()) == COUNT
    assert place.run("reconcile", "--route", "drop")[:2] == (0, "items: 0 changed\n")


def test_a_call_that_would_fail_is_built_again_until_opensea_has_heard_of_the_item_before(
    place: Place,
) -> None:
    fails = iter([False, True, True])  # the first one estimates the costs

    def estimate(params: list[Any], true: Callable[[], Any]) -> dict[str, Any]:
        if next(fails, False):
            return {"error": {"code": 3, "message": "execution reverted: item exists"}}
        found: dict[str, Any] = true()
        return found

    place.evm.pretend(0, "eth_estimateGas", estimate)
    for number in (1, 2):
        place.evm.pretend(number, "eth_estimateGas", {"error": {"code": -32000, "message": "?"}})
    place.evm.endpoints[:] = place.evm.endpoints[:1]
    os.environ["ADMIN_RPC_URLS"] = os.environ["ADMIN_RPC_URLS"].split(",")[0]
    assert place.mint()[0] == 0
    assert len(place.items()) == COUNT


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"to": "0x" + "99" * 20}, "ADMIN_DROP_TARGET"),
        ({"value": "0xde0b6b3a7640000"}, "none to sign"),
        ({"chain": "ethereum"}, "none to sign"),
        ({"data": "0x"}, "none to sign"),
        ({"data": "0xa22cb465" + "00" * 64}, "may not sign this: the operator"),
        ({"data": "0x095ea7b3" + "00" * 64}, "may not sign this: the call"),
    ],
)
def test_a_call_that_is_none_of_an_item_is_not_signed(
    place: Place, changes: dict[str, str], reason: str
) -> None:
    place.server.changes = changes
    code, _, error = place.mint()
    assert code in (2, 3)
    assert reason in error
    assert place.items() == []


@pytest.mark.parametrize(
    ("setting", "value", "reason"),
    [
        ("ADMIN_OPENSEA_TOKEN", "another", "opensea login"),
        ("ADMIN_OPENSEA_COLLECTION", "another", "OpenSea has no drop another"),
        ("ADMIN_COLLECTION", "0x" + "77" * 20, "ADMIN_COLLECTION says 0x7777"),
    ],
)
def test_what_is_set_wrong_is_named(
    place: Place, monkeypatch: pytest.MonkeyPatch, setting: str, value: str, reason: str
) -> None:
    other = Collection(CHAIN_ID, value) if setting == "ADMIN_COLLECTION" else None
    if other is None:
        monkeypatch.setenv(setting, value)
        assert reason in place.mint()[2]
        return
    place.server.contract, real = value, place.server.contract
    assert f"ADMIN_COLLECTION says {real}" in place.mint()[2]


def test_other_kinds_of_drops_are_refused_and_listing_is_the_drops_own(
    place: Place, tmp_path: Path
) -> None:
    prices = tmp_path / "prices.toml"
    prices.write_text('currency = "POL"\ndefault = "0.06"\n', "utf-8")
    code, _, error = place.run("list", "--route", "drop", "--prices", str(prices))
    assert (code, "at the price of its stages" in error) == (2, True)
    code, said, _ = place.run("doctor", "--route", "drop")
    assert code == 0
    assert f"next: `ganshare admin mint --route drop` creates {COUNT} items." in said
    plan = ("plan", "--route", "drop", "--prices", str(prices), "--dry-run")
    os.environ["ADMIN_CURRENCY"] = f"POL 0x{'00' * 20} 18"
    code, said, error = place.run(*plan, password=False)
    del os.environ["ADMIN_CURRENCY"]
    assert code == 0, error
    assert f"sells {COUNT} paintings for less than the table" in said
    code, said, _ = place.run("mint", "--route", "drop", "--dry-run")
    assert (code, place.server.pictures) == (0, {})
    assert f"to create {COUNT} items" in " ".join(said.split())
    place.server.drop_type = "seadrop_v1_erc721"
    refused, _, error = place.mint()
    assert (refused, "SelfMint drops only" in error) == (2, True)


def test_what_is_asked_and_answered_follows_openseas_description(place: Place) -> None:
    if not SPEC.exists():
        pytest.skip("OpenSea's description is not here")
    described = json.loads(SPEC.read_text("utf-8"))

    def check(body: Any, name: str) -> None:
        where = {"$ref": f"#/components/schemas/{name}", "components": described["components"]}
        import jsonschema  # it is slow to import

        jsonschema.validate(body, where)

    assert place.mint()[0] == 0
    names = {"drop": (None, "DropDetailedResponse"), "media": ("UploadDropItemMediaRequest", None)}
    names["item"] = ("SaveSelfMintDropItemRequest", "SelfMintDropItemResponse")
    for kind, asked, answer in place.server.bodies:
        for body, name in zip((asked, answer), names[kind], strict=True):
            if name:
                check(body, name)
        if kind == "media":
            for each in answer:
                check(each, "UploadContext")
