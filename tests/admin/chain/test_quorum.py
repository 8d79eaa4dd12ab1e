"""Reading through several endpoints: patience with each, a majority of all, names for the rest."""

import asyncio
from typing import Any

import httpx
import pytest
from structlog.testing import capture_logs

from admin.ledger import Collection, Ledger, Listing, ListingState
from admin.marketplace.seaport.amounts import Currency, Fee
from admin.marketplace.seaport.contract import GET_ORDER_STATUS, SEAPORT_1_6
from admin.marketplace.seaport.listing import Terms, listing
from admin.marketplace.seaport.order import NATIVE, NO_KEY, order_hash
from admin.minting.unlist import listing_drift
from admin.testing.endpoints import Faults, Plain, Wild
from admin.testing.making import OWNER
from ganshare.chain.abi import Function
from ganshare.chain.chain import Chain, Disagreement
from ganshare.chain.quorum import Patience
from ganshare.chain.rpc import Endpoint, RpcError

CHAIN_ID = 137
CONTRACT = "0x" + "11" * 20
GET = Function("get()", ("uint256",))
SOON = Patience(deadline=5.0, first=0.01, longest=0.1, grace=0.05)
SHORT = Patience(deadline=0.3, first=0.02, grace=0.05)


def wild(*faults: Faults, patience: Patience = SOON, **plain: Any) -> tuple[Wild, Chain]:
    made = Wild(Plain(**plain), *faults)
    return made, made.chain(CHAIN_ID, patience)


def orders(count: int) -> list[Listing]:
    fees = (Fee("0x" + "fe" * 20, 100),)
    start = 1_700_000_000
    key = {"zone": None, "conduit_key": NO_KEY, "start": start, "duration": 86_400, "counter": 0}
    coin = Currency("POL", NATIVE, 18)
    terms = Terms(OWNER.address, CONTRACT, coin, fees, **key)
    made = [listing(terms, token, 10**18, token) for token in range(count)]
    return [
        Listing(
            Collection(CHAIN_ID, CONTRACT),
            token,
            0,
            "0x" + order_hash(order).hex(),
            order,
            b"signature",
            ListingState.POSTED,
            "POL",
        )
        for token, order in enumerate(made)
    ]


@pytest.fixture
async def posted(ledger: Ledger) -> int:
    async with ledger.held():
        await ledger.record_listings(orders(176))
    return 176


WORLD = (Faults(unheard=0.02), Faults(limited=0.01), Faults(late=0.3))


@pytest.mark.parametrize("multicall", [False, True])
@pytest.mark.parametrize(
    "faults",
    [
        (Faults(unheard=0.02),),
        (Faults(limited=0.01),),
        (Faults(unheard=0.02), Faults(limited=0.01)),
        WORLD,
        (Faults(), Faults(), Faults(late=0.3)),
    ],
)
async def test_176_orders_are_read_through_endpoints_as_they_are(
    ledger: Ledger, posted: int, faults: tuple[Faults, ...], multicall: bool
) -> None:
    endpoints, chain = wild(*faults, multicall=multicall)
    assert await listing_drift(ledger, chain, Collection(CHAIN_ID, CONTRACT), SEAPORT_1_6) == []
    asked = endpoints.asked["eth_call"] / len(faults)
    assert asked < 10 if multicall else asked >= posted


async def test_a_block_that_an_endpoint_has_not_heard_of_is_no_answer() -> None:
    nothing = Faults(says={"eth_getBlockByNumber": {"result": None}})
    _, chain = wild(Faults(), Faults(), nothing)
    assert await chain.time() > 1_700_000_000
    _, chain = wild(nothing, patience=SHORT)
    with pytest.raises(Disagreement, match=r"endpoint0\.test:8545: it does not have that yet"):
        await chain.time()


@pytest.mark.parametrize(
    "said",
    [
        {"result": None},
        {"result": "0x"},
        {"result": 5},
        {"result": {"number": "0x1"}},
        {"result": "nonsense"},
        {"error": {"code": -32005, "message": "daily request count exceeded"}},
        {"error": {"code": "LIMIT", "message": "slow down"}},
        {"error": "gone"},
        {},
        httpx.ReadTimeout("secret-key"),
    ],
)
async def test_one_endpoint_of_three_may_say_whatever_it_likes(said: Any) -> None:
    strange = Faults(says=dict.fromkeys(("eth_getBalance", "eth_getBlockByNumber"), said))
    _, chain = wild(Faults(), strange, Faults(), patience=SHORT)
    assert await chain.balance(CONTRACT) == 5
    assert await chain.base_fee() == 10**9
    _, alone = wild(strange, patience=SHORT)
    with pytest.raises(Disagreement, match=r"endpoint0\.test") as raised:
        await alone.balance(CONTRACT)
    assert "secret" not in str(raised.value)
    assert "/key" not in str(raised.value)


async def test_a_liar_is_outvoted_and_named_and_two_who_differ_stop_the_run() -> None:
    liar = Faults(says={"eth_getBalance": {"result": "0x6"}})
    _, chain = wild(liar, Faults(), Faults())
    with capture_logs() as told:
        assert await chain.balance(CONTRACT) == 5
        assert await chain.balance(CONTRACT) == 5
    assert [each["said"] for each in told] == ["endpoint0.test:8545 says '6'"]
    _, chain = wild(liar, Faults(), patience=SHORT)
    with pytest.raises(Disagreement, match="contradict each other") as raised:
        await chain.balance(CONTRACT)
    assert "endpoint0.test:8545 says '6'; endpoint1.test:8545 says '5'" in str(raised.value)


async def test_an_endpoint_that_never_answers_holds_nobody_up() -> None:
    class Hanging(Wild):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            if request.url.host == "endpoint2.test":
                await asyncio.sleep(3_600)
            return await super().handle_async_request(request)

    endpoints = Hanging(Plain(), Faults(), Faults(), Faults())
    chain = endpoints.chain(CHAIN_ID, SHORT)
    async with asyncio.timeout(60):
        assert await chain.balance(CONTRACT) == 5


async def test_what_the_chain_refuses_is_not_asked_again() -> None:
    refused = {"error": {"code": 3, "message": "execution reverted: Paused", "data": "0x01"}}
    endpoints, chain = wild(*[Faults(says={"eth_estimateGas": refused})] * 3)
    with pytest.raises(RpcError, match="Paused"):
        await chain.estimate(OWNER.address, CONTRACT, b"")
    assert endpoints.asked["eth_estimateGas"] == 3


async def test_an_endpoint_without_a_key_is_not_asked_again_and_again() -> None:
    async def locked(request: httpx.Request) -> httpx.Response:
        return httpx.Response(401, json={"error": {"code": -32000, "message": "no key"}})

    async with httpx.AsyncClient(transport=httpx.MockTransport(locked)) as client:
        chain = Chain([Endpoint("http://a", client)], CHAIN_ID, Patience(deadline=600.0))
        async with asyncio.timeout(60):
            with pytest.raises(Disagreement, match="a: no key"):
                await chain.height()


async def test_calls_are_read_together_or_one_by_one_alike() -> None:
    calls = [(CONTRACT, GET_ORDER_STATUS, [bytes(32)])] * 600
    for multicall in (False, True):
        endpoints, chain = wild(Faults(), multicall=multicall)
        found = await chain.call_all(calls, await chain.height())
        assert found == [(False, False, 0, 0)] * 600
        assert endpoints.asked["eth_call"] == (3 if multicall else 600)


async def test_what_fails_while_much_is_read_is_told_as_one_thing() -> None:
    _, chain = wild(Faults(says={"eth_call": {}}), patience=SHORT)
    with pytest.raises(Disagreement, match="eth_call"):
        await chain.call_all([(CONTRACT, GET, [])] * 20, 100)
