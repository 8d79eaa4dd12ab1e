"""Coins, currency and tokens leave the keys for addresses that the owner named, and no others."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from eth_abi.abi import encode
from eth_account import Account

from admin.contract.collection import (
    GRANT_ROLE,
    MINTER_ROLE,
    OWNER_OF,
    TRANSFER_TOKEN,
    mint_batch,
)
from admin.ledger import Collection, Ledger, TokenState
from admin.marketplace.currency import BALANCE, TRANSFER_CURRENCY
from admin.marketplace.seaport.contract import SEAPORT_1_6
from admin.testing.evm import COIN, Evm
from admin.testing.making import OWNER, make_limits, make_quick_keystore, make_token
from admin.wallet.fees import GWEI, Fees
from admin.wallet.signer import PolicyError, Signer
from ganshare.chain.abi import Function

Run = Callable[..., tuple[int, str, str]]
PASSWORD = "correct horse battery"
MINTER = Account.from_key(b"\x0b" * 32).address
SELLER = Account.from_key(b"\x0c" * 32)
SAFE = "0x" + "33" * 20
ELSEWHERE = "0x" + "44" * 20
# A currency of which its constructor's argument gets 10**18: balanceOf and transfer, solc 0.8.24.
MONEY = bytes.fromhex(
    "608060405234801561001057600080fd5b5060405161022838038061022883398101604081905261002f9161"
    "0056565b6001600160a01b03166000908152602081905260409020670de0b6b3a76400009055610086565b60"
    "006020828403121561006857600080fd5b81516001600160a01b038116811461007f57600080fd5b93925050"
    "50565b610193806100956000396000f3fe608060405234801561001057600080fd5b50600436106100365760"
    "003560e01c806370a082311461003b578063a9059cbb1461006e575b600080fd5b61005b6100493660046101"
    "0b565b60006020819052908152604090205481565b6040519081526020015b60405180910390f35b61008161"
    "007c36600461012d565b610091565b6040519015158152602001610065565b33600090815260208190526040"
    "8120805483919083906100b290849061016d565b90915550506001600160a01b038316600090815260208190"
    "526040812080548492906100df908490610180565b9091555060019150505b92915050565b80356001600160"
    "a01b038116811461010657600080fd5b919050565b60006020828403121561011d57600080fd5b6101268261"
    "00ef565b9392505050565b6000806040838503121561014057600080fd5b610149836100ef565b9460209390"
    "93013593505050565b634e487b7160e01b600052601160045260246000fd5b818103818111156100e9576100"
    "e9610157565b808201808211156100e9576100e961015756"
)


@pytest.fixture(scope="session")
def sellers_keystore(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("keys") / "seller.json"
    make_quick_keystore(path, PASSWORD, bytes(SELLER.key))
    return path


@pytest.fixture
def seller(
    run: Run,
    evm: Evm,
    collection: Collection,
    sellers_keystore: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Run:
    """Types the commands with a seller's key apart from the minter's, and a treasury."""
    monkeypatch.setenv("ADMIN_COLLECTION", collection.address)
    monkeypatch.setenv("ADMIN_SELLER_KEYSTORE", str(sellers_keystore))
    monkeypatch.setenv("ADMIN_TREASURY", SAFE)
    evm.fund(MINTER)
    evm.fund(SELLER.address)
    return run


def ask(evm: Evm, contract: str, function: Any, *values: Any) -> Any:
    request: Any = {"to": contract, "data": function.call_data(*values)}
    return function.read(bytes(evm.web3.eth.call(request)))[0]


def test_coins_go_to_the_treasury_only_and_gas_stays(
    seller: Run, evm: Evm, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, _, error = seller("treasury", "withdraw", "coins", "1", "--to", ELSEWHERE, "--yes")
    assert code == 2
    assert f"not among the addresses of ADMIN_TREASURY: {SAFE}" in error
    code, _, error = seller("treasury", "withdraw", "coins", "1000", "--yes")
    assert code == 2
    assert "There are only 99.9" in error
    # More than the cap of a transaction: what goes to the treasury is not spent.
    code, out, error = seller("treasury", "withdraw", "coins", "all", "--yes")
    assert code == 0, out + error
    assert evm.web3.eth.get_balance(SAFE) > 99 * COIN  # type: ignore[arg-type]
    assert 0 < evm.web3.eth.get_balance(SELLER.address) < COIN
    assert evm.web3.eth.get_balance(MINTER) == 100 * COIN
    monkeypatch.delenv("ADMIN_TREASURY")
    code, _, error = seller("treasury", "withdraw", "coins", "1", "--from", "minter", "--yes")
    assert code == 2
    assert "ADMIN_TREASURY: it is empty" in error


def test_currency_goes_to_the_treasury(
    seller: Run, evm: Evm, monkeypatch: pytest.MonkeyPatch
) -> None:
    money = evm.deploy(MONEY + encode(("address",), (SELLER.address,)))
    monkeypatch.setenv("ADMIN_CURRENCY", f"WETH {money} 18")
    code, out, error = seller("treasury", "withdraw", "currency", "0.25", "--yes")
    assert code == 0, out + error
    assert ask(evm, money, BALANCE, SAFE) == COIN // 4
    code, out, _ = seller("treasury", password=False)
    assert code == 0
    assert f"seller {SELLER.address}" in out
    assert "0.75 WETH" in out
    code, out, error = seller("treasury", "withdraw", "currency", "all", "--yes")
    assert code == 0, out + error
    assert ask(evm, money, BALANCE, SELLER.address) == 0


@pytest.mark.heavy
def test_tokens_are_minted_to_the_seller_and_go_to_the_treasury(
    seller: Run, evm: Evm, url: str, collection: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    evm.send_as_owner(collection.address, GRANT_ROLE.call_data(MINTER_ROLE, MINTER))

    async def fill() -> None:
        async with Ledger(url) as ledger, ledger.held():
            await ledger.plan([make_token(collection, number) for number in (1, 2)])
            for token in await ledger.tokens(collection):
                found = {
                    "image_cid": "i",
                    "metadata_cid": "m",
                    "metadata": f'{{"n":{token.token}}}',
                }
                await ledger.pin(token, **found)

    async def owners() -> list[str | None]:
        async with Ledger(url) as ledger:
            return [each.owner for each in await ledger.tokens(collection, TokenState.MINTED)]

    asyncio.run(fill())
    code, _, error = seller("mint", "--to", ELSEWHERE, "--yes")
    assert code == 2
    assert "ADMIN_TREASURY names who else may get tokens" in error
    code, out, error = seller("mint", "--yes")
    assert code == 0, out + error
    assert asyncio.run(owners()) == [SELLER.address] * 2
    code, out, error = seller("treasury", "withdraw", "tokens", "1", "--yes")
    assert code == 0, out + error
    assert ask(evm, collection.address, OWNER_OF, 1) == SAFE
    assert asyncio.run(owners()) == [SAFE, SELLER.address]
    # And back to where tokens of ours may be.
    code, out, error = seller("treasury", "withdraw", "tokens", "all", "--to", MINTER, "--yes")
    assert code == 0, out + error
    assert ask(evm, collection.address, OWNER_OF, 2) == MINTER.lower()
    assert "not a token of" in seller("treasury", "withdraw", "tokens", "1", "--yes")[2]

    status = json.loads(seller("status", "--json", password=False)[1])
    assert status["transactions"] == {"confirmed": 3}  # one of the minter's, two of the seller's
    for name in ("", "seller "):
        assert status[f"{name}spent today"] == status[f"{name}spent in 30 days"]
        assert float(status[f"{name}spent today"].split()[0]) > 0
    # A cap is one for both keys.
    spent = status["spent today"].split()[0]
    monkeypatch.setenv("ADMIN_DAY_CAP", spent)
    code, _, error = seller("treasury", "withdraw", "coins", "1", "--yes")
    assert (code, "ADMIN_DAY_CAP" in error) == (2, True)


@pytest.mark.parametrize(
    "overrides",
    [
        {"to": ELSEWHERE, "value": 1},
        {"data": TRANSFER_TOKEN.call_data(OWNER.address, ELSEWHERE, 1)},
        {"data": mint_batch(ELSEWHERE, [1], [b"\x07" * 32])},
        {"to": "0x" + "55" * 20, "data": TRANSFER_CURRENCY.call_data(ELSEWHERE, 1)},
        {"to": "0x" + "55" * 20, "data": BALANCE.call_data(SAFE)},
        {"data": Function("approve(address,uint256)").call_data(ELSEWHERE, 1)},
        {
            "data": Function("safeTransferFrom(address,address,uint256)").call_data(
                OWNER.address, ELSEWHERE, 1
            )
        },
    ],
)
def test_the_key_itself_sends_nothing_elsewhere(overrides: dict[str, Any]) -> None:
    contract = "0x" + "11" * 20
    limits = make_limits(
        contract,
        chain_id=137,
        seaport=SEAPORT_1_6,
        payees=frozenset({SAFE}),
        currencies=frozenset({"0x" + "55" * 20}),
    )
    values: dict[str, Any] = {"chain_id": 137, "nonce": 0, "to": contract, "data": b"", "value": 0}
    values |= {"gas": 100_000, "fees": Fees(50 * GWEI, GWEI), "spent": 0}
    fine = TRANSFER_TOKEN.call_data(OWNER.address, SAFE, 1)
    assert Signer(OWNER, limits).sign_transaction(**(values | {"data": fine}))
    with pytest.raises(PolicyError):
        Signer(OWNER, limits).sign_transaction(**(values | overrides))
