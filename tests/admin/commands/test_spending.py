"""Commands that spend, on a chain in this process: deploy, the way out of a gap, and sums shown."""

import asyncio
import re
from collections.abc import Callable

import pytest
from eth_account import Account

from admin.ledger import Ledger, Transaction, TransactionState
from admin.testing.evm import CHAIN_ID, Evm
from admin.testing.making import make_limits
from admin.wallet.fees import GWEI, FeePolicy
from admin.wallet.sender import Sender
from admin.wallet.signer import Signer
from ganshare.chain.chain import Chain

MINTER = Account.from_key(b"\x0b" * 32)
OWNER = "0x" + "11" * 20
SAME = ("--name", "Paintings", "--symbol", "PAINT", "--owner", OWNER)
Run = Callable[..., tuple[int, str, str]]


def transactions(url: str) -> list[Transaction]:
    async def read() -> list[Transaction]:
        async with Ledger(url) as ledger:
            return await ledger.transactions(CHAIN_ID, MINTER.address)

    return asyncio.run(read())


def nonce(evm: Evm) -> int:
    return int(evm.web3.eth.get_transaction_count(MINTER.address))


def made(text: str) -> str:
    found = re.search(r"ADMIN_COLLECTION=(0x\w{40})", text)
    assert found is not None, text
    return found[1]


@pytest.mark.heavy
def test_a_deployment_with_other_arguments_takes_the_place_of_one_that_waits(
    run: Run, evm: Evm, url: str
) -> None:
    deploy_without_coins(run, evm)
    code, out, error = run("deploy", *SAME, "--royalty", "7", "--yes")
    assert code == 0, out + error
    assert "the deployment that waits with nonce 0" in out
    assert nonce(evm) == 1
    [only] = transactions(url)
    assert only.state is TransactionState.CONFIRMED
    contract = made(out)
    assert len(evm.web3.eth.get_code(contract)) > 1000

    # Whoever lost the address finds it again, and pays for no second one by accident.
    assert made(run("status", password=False)[1]) == contract
    code, out, _ = run("deploy", *SAME, "--royalty", "7", "--yes")
    assert (code, made(out), nonce(evm)) == (0, contract, 1)


@pytest.mark.heavy
def test_a_deployment_whose_nonce_a_foreign_transaction_took_is_no_success(
    run: Run, evm: Evm
) -> None:
    deploy_without_coins(run, evm)
    spend_nonce(evm, 0)
    code, out, error = run("deploy", *SAME, "--yes")
    assert code == 3
    assert "a foreign transaction took nonce 0" in error
    assert "ADMIN_COLLECTION" not in out
    code, out, _ = run("deploy", *SAME, "--yes")
    assert code == 0
    assert len(evm.web3.eth.get_code(made(out))) > 1000


def test_a_gap_is_filled_and_what_waited_behind_it_goes_through(
    run: Run, evm: Evm, url: str
) -> None:
    evm.fund(MINTER.address)

    async def send_too_far() -> None:
        """As an older version did, when one endpoint said that so many transactions waited."""
        async with Ledger(url) as ledger, ledger.held():
            signer = Signer(MINTER, make_limits())
            sender = Sender(Chain(evm.endpoints, CHAIN_ID), signer, ledger, FeePolicy(100 * GWEI))
            await sender.send("fill", [], MINTER.address, b"", nonce=2)

    asyncio.run(send_too_far())
    assert nonce(evm) == 0
    code, out, _ = run("chain", "unstick", "--dry-run", password=False)
    assert code == 0
    assert "nobody has sent it" in out
    assert "costs at most" in out
    assert nonce(evm) == 0
    code, out, error = run("chain", "unstick", "--yes")
    assert code == 0, out + error
    assert nonce(evm) == 3
    assert {each.state for each in transactions(url)} == {TransactionState.CONFIRMED}
    assert "Nothing waits" in run("chain", "unstick", password=False)[1]


def deploy_without_coins(run: Run, evm: Evm) -> None:
    evm.fund(MINTER.address)
    message = "insufficient funds for gas * price + value"
    for each in range(3):
        evm.pretend(each, "eth_sendRawTransaction", {"error": {"code": -32000, "message": message}})
    code, _, error = run("deploy", *SAME, "--yes")
    assert code == 3
    assert "too few coins" in error
    evm.answers.clear()


def spend_nonce(evm: Evm, number: int) -> None:
    """Use the minter's key elsewhere."""
    fees = {"gas": 21_000, "maxFeePerGas": 10**10, "maxPriorityFeePerGas": 10**9}
    fields = {"nonce": number, "chainId": CHAIN_ID, "to": OWNER, "value": 1, **fees}
    evm.web3.eth.send_raw_transaction(MINTER.sign_transaction(fields).raw_transaction)
