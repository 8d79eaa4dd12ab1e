"""A contract's source is submitted as Etherscan's API takes it, and waited for."""

import json
from typing import Any

import httpx
import pytest

from admin.contract.collection import SOURCE, artifact, deployment
from admin.contract.explorer import Explorer, check_input, constructor_arguments
from admin.testing.services import Scan
from ganshare.errors import SettingsError, WorldError

COLLECTION = "0x" + "11" * 20


def make_input(**overrides: Any) -> str:
    content = SOURCE.read_text("utf-8")
    whole = {
        "language": "Solidity",
        "sources": {"Paintings.sol": {"content": content}, "x.sol": {"content": ""}},
        "settings": {**artifact()["settings"], "outputSelection": {}},
    }
    return json.dumps(whole | overrides)


def explorer(scan: Scan, key: str = "scan-key") -> Explorer:
    client = httpx.AsyncClient(transport=httpx.ASGITransport(scan.app))
    return Explorer("http://scan/v2/api", key, 137, client, look=0.01, patience=1.0)


async def test_the_source_is_submitted_and_waited_for() -> None:
    scan = Scan()
    number = await explorer(scan).submit(COLLECTION, check_input(make_input()), b"\x01\x02")
    assert await explorer(scan).wait_until_done(number) == "Pass - Verified"
    assert scan.asked == 3
    [form] = scan.submitted
    assert form["compilerversion"] == "v0.8.24+commit.e11b9ed9"
    assert form["contractname"] == "Paintings.sol:Paintings"
    assert form["codeformat"] == "solidity-standard-json-input"
    assert form["constructorArguments"] == "0102"
    assert json.loads(form["sourceCode"])["language"] == "Solidity"


async def test_a_refusal_is_told_in_the_explorers_words_and_without_the_key() -> None:
    with pytest.raises(WorldError, match="refused the source: 'Invalid API Key'") as told:
        await explorer(Scan(), "wrong-key").submit(COLLECTION, {}, b"")
    assert "wrong-key" not in str(told.value)
    scan = Scan(verdict="Fail - Unable to verify", pending=0)
    with pytest.raises(WorldError, match="Fail - Unable to verify"):
        await explorer(scan).wait_until_done(await explorer(scan).submit(COLLECTION, {}, b""))
    assert (
        await explorer(Scan("Already Verified", 0)).wait_until_done("guid-1") == "Already Verified"
    )
    with pytest.raises(WorldError, match="still at it"):
        await explorer(Scan(pending=10**6)).wait_until_done("guid-1")


async def test_an_explorer_that_is_away_is_named_without_the_key() -> None:
    async def away(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError(str(request.url))

    client = httpx.AsyncClient(transport=httpx.MockTransport(away))
    with pytest.raises(WorldError, match="The explorer at scan gave no answer") as told:
        await Explorer("http://scan/v2/api", "scan-key", 137, client).wait_until_done("1")
    assert "scan-key" not in str(told.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "not a compiler input"),
        (make_input(sources={"Paintings.sol": {"content": "other"}}), "another contract"),
        (
            make_input(settings={**artifact()["settings"], "evmVersion": "london"}),
            "another contract",
        ),
    ],
)
def test_an_input_of_something_else_is_refused(text: str, message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        check_input(text)


def test_the_constructors_arguments_follow_the_bytecode() -> None:
    values = {"contract_uri": "", "admin": COLLECTION, "minter": COLLECTION}
    royalty: Any = {"royalty_receiver": COLLECTION, "royalty_basis_points": 500}
    code = deployment(name="P", symbol="P", **values, **royalty)
    assert code.endswith(constructor_arguments(code))
    assert len(constructor_arguments(code)) % 32 == 0
    with pytest.raises(SettingsError, match="another version"):
        constructor_arguments(b"\x00" + code)
