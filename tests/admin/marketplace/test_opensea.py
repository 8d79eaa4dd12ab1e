"""What OpenSea answers is held against what its API describes; what isn't its own is told apart."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from admin.marketplace.opensea import OpenSea, OpenSeaAway
from admin.testing.opensea import PORTALS, Opensea
from ganshare.errors import SettingsError, WorldError

CONTRACT = "0x" + "11" * 20
QUICK = {"patience": 0.0, "outage": 0.0, "lag": 0.0, "pace": 0.0}


@pytest.fixture
def api() -> Opensea:
    return Opensea(CONTRACT, fees=[("0x" + "fe" * 20, 1.0)])


@pytest.fixture
async def opensea(api: Opensea) -> AsyncIterator[OpenSea]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(api.app)) as client:
        yield OpenSea("http://opensea/api/v2", "secret-key", client, **QUICK)


def answering(response: httpx.Response) -> OpenSea:
    client = httpx.AsyncClient(transport=httpx.MockTransport(lambda _: response))
    return OpenSea("http://opensea/api/v2", "secret-key", client, **QUICK)


@pytest.mark.parametrize("portal", PORTALS)
async def test_a_page_of_something_in_between_is_no_answer_and_no_fault_of_the_key(
    api: Opensea, opensea: OpenSea, portal: int
) -> None:
    api.portal = portal
    with pytest.raises(OpenSeaAway, match=r"web page 'Just a moment...'|HTTP 302"):
        await opensea.terms("paintings", CONTRACT, 137)


@pytest.mark.parametrize(
    "json",
    [
        [],
        "x",
        {},
        {"contracts": None},
        {"contracts": [], "fees": [{"fee": "x"}]},
        {"contracts": [{"address": CONTRACT, "chain": "polygon"}], "fees": []},
    ],
)
async def test_an_answer_that_the_api_does_not_describe_is_told_in_a_sentence(json: Any) -> None:
    with pytest.raises(WorldError, match=r"not what its API describes|in place of a JSON object"):
        await answering(httpx.Response(200, json=json)).terms("paintings", CONTRACT, 137)


@pytest.mark.parametrize("content", [b"\xff\xfe", b"[" * 100_000, b'{"contracts": 1e999}', b"null"])
async def test_bytes_that_are_nothing_are_told_in_a_sentence(content: bytes) -> None:
    with pytest.raises(WorldError, match="answer"):
        await answering(httpx.Response(200, content=content)).terms("paintings", CONTRACT, 137)


@pytest.mark.parametrize(
    ("chain_id", "chains", "found"),
    [
        (137, ["ethereum", "polygon"], "polygon"),
        (1, ["polygon", "ethereum"], "ethereum"),
        (137, ["matic"], "matic"),
        (31_337, ["ethereum", "devnet"], "devnet"),
    ],
)
async def test_the_settings_decide_on_which_chain_it_is_sold(
    api: Opensea, opensea: OpenSea, chain_id: int, chains: list[str], found: str
) -> None:
    api.chain, *api.also_on = chains
    assert (await opensea.terms("paintings", CONTRACT, chain_id)).chain == found


@pytest.mark.parametrize(
    ("chain_id", "chains"),
    [(137, ["ethereum"]), (31_337, ["ethereum"]), (31_337, ["one", "other"])],
)
async def test_a_collection_on_other_chains_than_ours_is_refused(
    api: Opensea, opensea: OpenSea, chain_id: int, chains: list[str]
) -> None:
    api.chain, *api.also_on = chains
    with pytest.raises(SettingsError, match=f"ADMIN_CHAIN_ID says {chain_id}"):
        await opensea.terms("paintings", CONTRACT, chain_id)


async def test_all_offers_of_a_seller_are_read_page_by_page(api: Opensea, opensea: OpenSea) -> None:
    seller, other = "0x" + "aa" * 20, "0x" + "bb" * 20
    api.page_size = 2
    for number in range(5):
        api.listings[f"0x{number}"] = api_listing(seller)
    api.listings["0x9"] = api_listing(other)
    found = [each async for each in opensea.offers("paintings", seller)]
    assert found == [f"0x{number}" for number in range(5)]


def api_listing(offerer: str) -> dict[str, Any]:
    numbers = dict.fromkeys(("orderType", "startTime", "endTime", "counter"), 0)
    nothing = "0x" + "00" * 32
    parameters = {"offerer": offerer, "zone": "", "offer": [], "consideration": [], "salt": "0"}
    parameters |= {**numbers, "zoneHash": nothing, "conduitKey": nothing}
    return {"parameters": parameters, "protocol_address": ""}
