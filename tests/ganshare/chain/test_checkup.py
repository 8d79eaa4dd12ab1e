"""Doctor's look at endpoints: which is late, wrong, unsteady, refuses or is away."""

from typing import Any

import httpx
import pytest

from admin.testing.endpoints import Faults, Plain, Wild
from admin.testing.making import OWNER
from admin.testing.services import relay, serve
from ganshare.chain.checkup import Finding, check_endpoints

CHAIN_ID = 137


@pytest.fixture(autouse=True)
def _busy(monkeypatch: pytest.MonkeyPatch) -> None:
    """An endpoint of this process is slow when the machine is busy: that is no finding here."""
    monkeypatch.setattr("ganshare.chain.checkup._SLOW", 60.0)
    monkeypatch.setattr("ganshare.chain.checkup._PATIENCE", 60.0)
    monkeypatch.setattr("ganshare.chain.checkup._PAUSE", 0.05)


async def look(*faults: Faults) -> list[Finding]:
    with serve(relay(Wild(Plain(), *faults))) as url:
        urls = [f"{url}/endpoint{number}.test?key=secret" for number in range(len(faults))]
        found = await check_endpoints(urls, CHAIN_ID, OWNER.address)
    assert not any("secret" in each.endpoint + each.text for each in found)
    return found


async def test_each_bad_endpoint_is_named_with_what_is_wrong() -> None:
    late, other, liar, busy, well = await look(
        Faults(behind=30),
        Faults(says={"eth_chainId": {"result": "0x1"}}),
        Faults(says={"eth_getTransactionCount": {"result": "0x63"}}),
        Faults(limited=0.8),
        Faults(),
    )
    assert not late.is_well
    assert late.text.startswith("late: ")
    assert late.endpoint.endswith("(1)")
    assert other.text == "wrong: it is of chain 1, and ADMIN_CHAIN_ID says 137"
    assert liar.text.startswith("wrong: it says 99 about the account's nonce, and the others")
    assert not busy.is_well
    assert "HTTP 429" in busy.text
    assert well.is_well
    assert well.text.startswith("block ")


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"error": {"code": -32601, "message": "no such method"}}, "refuses: no such method"),
        ({"error": {"code": -32000, "message": "overloaded"}}, "gives no answer: overloaded"),
        ({"result": "<html>"}, "gives no answer: an answer that cannot be read"),
    ],
)
async def test_one_that_says_nothing_of_use(said: dict[str, Any], told: str) -> None:
    well, found = await look(Faults(), Faults(says={"eth_blockNumber": said}))
    assert well.is_well
    assert (found.text, found.is_well) == (told, False)


async def test_one_that_is_not_there() -> None:
    [found] = await check_endpoints(["http://127.0.0.1:9/key"], CHAIN_ID)
    assert found == Finding("127.0.0.1:9", "gives no answer: ConnectError", is_well=False)


async def test_one_behind_a_login() -> None:
    async def locked(request: httpx.Request) -> httpx.Response:
        return httpx.Response(401, text="<html>sign in</html>")

    with serve(relay(httpx.MockTransport(locked))) as url:
        [found] = await check_endpoints([f"{url}/a"], CHAIN_ID)
    assert found.text == "refuses: HTTP 401 without JSON"
