"""Listings: terms are followed, every order is posted once, whatever the marketplace answers."""

import json
import os
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from eth_abi.abi import encode
from eth_utils.crypto import keccak

from admin.ledger import Collection, Ledger, ListingState
from admin.marketplace.opensea import OpenSea, OpenSeaAway
from admin.marketplace.seaport.contract import SEAPORT_1_6
from admin.marketplace.seaport.order import order_hash
from admin.minting.list import Shop, sign_all
from admin.minting.post import IN_A_ROW, post_all
from admin.testing.evm import CHAIN_ID
from admin.testing.making import OWNER, make_limits, make_token
from admin.testing.opensea import Opensea
from admin.wallet.signer import Signer
from ganshare.chain.chain import Chain
from ganshare.errors import InternalError, SettingsError

FEES = [("0x" + "fe" * 20, 1.0), ("0x" + "cc" * 20, 5.0)]
CONDUIT = "0x" + "0c" * 32
PRICES = {token: 10**18 + token for token in range(1, 13)}


class Quiet(Chain):
    """A chain of which only the time and a counter matter."""

    async def time(self) -> int:
        return 1_700_000_000

    async def call(self, to: str, function: Any, *values: Any) -> tuple[Any, ...]:
        return (0,)


@pytest.fixture
def quiet() -> Chain:
    return Quiet([], CHAIN_ID)


@pytest.fixture
def api() -> Opensea:
    return Opensea("0x" + "11" * 20, fees=list(FEES))


@pytest.fixture
async def opensea(api: Opensea) -> AsyncIterator[OpenSea]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(api.app)) as client:
        yield OpenSea(
            "http://opensea/api/v2",
            "secret-key",
            client,
            patience=5.0,
            outage=1.0,
            lag=0.05,
            pace=0.01,
        )


@pytest.fixture
def signer(api: Opensea) -> Signer:
    limits = make_limits(api.contract, seaport=SEAPORT_1_6)
    return Signer(OWNER, limits)


@pytest.fixture
async def shop(api: Opensea, opensea: OpenSea) -> Shop:
    return await make_shop(api, opensea)


async def make_shop(api: Opensea, opensea: OpenSea) -> Shop:
    market = await opensea.terms("paintings", api.contract, 137)
    return Shop(Collection(CHAIN_ID, api.contract), SEAPORT_1_6, CONDUIT, market, 86_400)


@pytest.fixture
async def minted(ledger: Ledger, api: Opensea) -> int:
    collection = Collection(CHAIN_ID, api.contract)
    tokens = [make_token(collection, n, metadata="{}") for n in range(1, 13)]
    async with ledger.held():
        await ledger.plan(tokens)
        await ledger.note_minted(collection, {each.token: OWNER.address for each in tokens})
    return len(tokens)


async def sell(ledger: Ledger, opensea: OpenSea, signer: Signer, quiet: Chain, shop: Shop) -> int:
    async with ledger.held():
        await sign_all(ledger, signer, quiet, shop, PRICES)
        return len([each async for each in post_all(ledger, opensea, shop, PRICES)])


async def posted(ledger: Ledger, shop: Shop) -> list[str]:
    found = await ledger.listings(shop.collection, ListingState.POSTED)
    return sorted(each.hash for each in found)


@pytest.mark.parametrize(
    "troubles",
    [
        (),
        ("500 after",),
        ("timeout after",),
        ("429", ""),
        ("500 before", ""),
        ("500 after", "timeout after", "429", "500 before", ""),
    ],
)
async def test_every_order_is_stored_once_whatever_is_answered(
    troubles: tuple[str, ...],
    minted: int,
    api: Opensea,
    ledger: Ledger,
    opensea: OpenSea,
    signer: Signer,
    quiet: Chain,
    shop: Shop,
) -> None:
    api.troubles = troubles
    assert await sell(ledger, opensea, signer, quiet, shop) == minted
    assert sorted(api.stored) == await posted(ledger, shop)
    assert len(api.stored) == minted
    assert await sell(ledger, opensea, signer, quiet, shop) == 0


async def test_an_order_that_opensea_calls_a_duplicate_is_posted(
    minted: int,
    api: Opensea,
    ledger: Ledger,
    opensea: OpenSea,
    signer: Signer,
    quiet: Chain,
    shop: Shop,
) -> None:
    api.troubles, api.late = ("500 after",), 1_000  # it is stored, and nobody knows it
    assert await sell(ledger, opensea, signer, quiet, shop) == minted
    assert len(api.bodies) == 2 * minted
    assert sorted(api.stored) == await posted(ledger, shop)
    assert len(api.stored) == minted


async def test_what_was_being_posted_when_the_process_died_is_asked_for_first(
    minted: int,
    api: Opensea,
    ledger: Ledger,
    opensea: OpenSea,
    signer: Signer,
    quiet: Chain,
    shop: Shop,
) -> None:
    async with ledger.held():
        signed = await sign_all(ledger, signer, quiet, shop, PRICES)
        await ledger.move_listings(signed[:6], ListingState.POSTING)
        for each in signed[:3]:  # three had arrived, three had not
            await opensea.post(shop.market, each.order, each.signature, SEAPORT_1_6)
    await sell(ledger, opensea, signer, quiet, shop)
    assert len(api.stored) == len(set(api.stored)) == minted
    assert len(api.bodies) == minted
    assert sorted(api.stored) == await posted(ledger, shop)


async def test_fees_currency_chain_and_zone_are_followed_from_run_to_run(
    minted: int,
    api: Opensea,
    ledger: Ledger,
    opensea: OpenSea,
    signer: Signer,
    quiet: Chain,
    shop: Shop,
) -> None:
    async with ledger.held():
        await sign_all(ledger, signer, quiet, shop, PRICES)  # and then it is killed
    api.fees = [(FEES[0][0], 2.55)]
    api.zone = "0x" + "20" * 20
    api.chain = "matic"
    api.currency = {"symbol": "WETH", "address": "0x" + "e7" * 20, "decimals": 18}
    changed = await make_shop(api, opensea)
    assert changed.market.fees[0].basis_points == 255
    assert await sell(ledger, opensea, signer, quiet, changed) == minted
    listings = await ledger.listings(changed.collection)
    dropped = [each for each in listings if each.state is ListingState.CANCELLED]
    assert all(each.reason.startswith("never posted, and signed again") for each in dropped)
    assert sorted(api.stored) == await posted(ledger, changed)
    assert {each.serial for each in listings if each.state is ListingState.POSTED} == {1}


async def test_orders_that_are_all_refused_are_not_all_posted_and_stay_live(
    minted: int,
    api: Opensea,
    ledger: Ledger,
    opensea: OpenSea,
    signer: Signer,
    quiet: Chain,
    shop: Shop,
) -> None:
    api.fees = [(FEES[0][0], 3.0)]  # changed after it was read
    assert await sell(ledger, opensea, signer, quiet, shop) == IN_A_ROW
    refused = await ledger.listings(shop.collection, ListingState.REFUSED)
    assert len(refused) == len(api.bodies) == IN_A_ROW
    assert "wrong fees" in refused[0].reason
    # OpenSea has seen them: nothing else is signed for their tokens.
    changed = await make_shop(api, opensea)
    assert await sell(ledger, opensea, signer, quiet, changed) == minted - IN_A_ROW
    assert len(api.stored) == minted - IN_A_ROW
    with pytest.raises(InternalError, match="in an order already"):
        async with ledger.held():
            await ledger.record_listings([replace(refused[0], hash="0x1", serial=1)])


async def test_one_that_is_refused_does_not_stop_the_others_and_comes_last_next_time(
    minted: int,
    api: Opensea,
    ledger: Ledger,
    opensea: OpenSea,
    signer: Signer,
    quiet: Chain,
    shop: Shop,
) -> None:
    api.blocked = (1, 2)
    assert await sell(ledger, opensea, signer, quiet, shop) == minted
    assert len(api.stored) == minted - 2
    assert await sell(ledger, opensea, signer, quiet, shop) == 2  # once more, as they are
    api.blocked = ()
    assert await sell(ledger, opensea, signer, quiet, shop) == 2
    assert sorted(api.stored) == await posted(ledger, shop)
    assert len({json.dumps(each) for each in api.bodies}) == minted


async def test_an_order_that_was_not_posted_cannot_be_made_up_from_its_neighbour(
    minted: int, ledger: Ledger, signer: Signer, quiet: Chain, shop: Shop
) -> None:
    async with ledger.held():
        signed = await sign_all(ledger, signer, quiet, shop, PRICES)
    posted, kept = signed[0], signed[1]
    beside = posted.signature[68:100]  # the first hash on the way from the posted order to the root
    assert beside == bytes.fromhex(kept.hash[2:])
    packed = encode(("address", "uint256", "uint256"), (shop.collection.address, kept.token, 0))
    for salt in (0, posted.order.salt, int.from_bytes(keccak(packed), "big")):
        assert order_hash(replace(kept.order, salt=salt)) != beside


async def test_a_wrong_key_stops_the_run_and_refuses_no_order(shop: Shop, api: Opensea) -> None:
    async def locked(request: httpx.Request) -> httpx.Response:
        return httpx.Response(401, json={"errors": ["Invalid API key"]})

    async with httpx.AsyncClient(transport=httpx.MockTransport(locked)) as client:
        with pytest.raises(SettingsError, match="does not accept the key: Invalid API key") as told:
            await OpenSea("http://opensea", "secret-key", client).terms(
                "paintings", api.contract, 137
            )
    assert "secret-key" not in str(told.value)


async def test_a_limit_longer_than_our_patience_ends_the_run_with_what_to_do(api: Opensea) -> None:
    async def full(request: httpx.Request) -> httpx.Response:
        return httpx.Response(429, headers={"x-ratelimit-reset": "3600"})

    async with httpx.AsyncClient(transport=httpx.MockTransport(full)) as client:
        slow = OpenSea("http://opensea", "key", client, patience=0.05, pace=0.01)
        with pytest.raises(OpenSeaAway, match="asks to wait for 3600 seconds"):
            await slow.terms("paintings", api.contract, 137)


async def test_a_collection_of_another_contract_is_refused(opensea: OpenSea) -> None:
    with pytest.raises(SettingsError, match="is not of the contract"):
        await opensea.terms("paintings", "0x" + "99" * 20, 137)


async def test_what_is_posted_follows_openseas_description(
    minted: int,
    api: Opensea,
    ledger: Ledger,
    opensea: OpenSea,
    signer: Signer,
    quiet: Chain,
    shop: Shop,
) -> None:
    specs = Path(os.environ.get("GANSHARE_SPECS", "../shared/specs"))
    if not (specs / "opensea-openapi.json").exists():
        pytest.skip("OpenSea's description is not here")
    described = json.loads((specs / "opensea-openapi.json").read_text("utf-8"))

    def check(body: Any, name: str) -> None:
        where = {"$ref": f"#/components/schemas/{name}", "components": described["components"]}
        import jsonschema  # it is slow to import

        jsonschema.validate(body, where)

    await sell(ledger, opensea, signer, quiet, shop)
    assert len(api.bodies) == minted
    for body in api.bodies:
        check(body, "SeaportRequest")
    # So are the answers of its stand-in.
    async with httpx.AsyncClient(transport=httpx.ASGITransport(api.app)) as client:
        base, known = "http://opensea/api/v2", api.stored[0]
        for api.zone in (None, "0x" + "20" * 20):
            found = await client.get(f"{base}/collections/paintings")
            check(found.json(), "CollectionDetailedResponse")
        found = await client.get(f"{base}/orders/chain/polygon/protocol/{SEAPORT_1_6}/{known}")
        check(found.json(), "GetOrderResponse")
        api.listings.clear()
        api.zone = None
        posting = f"{base}/orders/polygon/seaport/listings"
        check((await client.post(posting, json=api.bodies[0])).json(), "Listing")
