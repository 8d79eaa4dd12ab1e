"""A local chain (anvil) with Seaport 1.6, its conduits, a collection and a currency, for tests.

The contracts are the compiled ones that OpenSea publishes with seaport-js.
"""

import json
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from eth_abi.abi import encode
from eth_account import Account
from eth_utils.address import to_checksum_address

from admin.contract.collection import deployment
from admin.marketplace.seaport.contract import SET_APPROVAL
from ganshare.chain.abi import Function

__all__ = ["CHAIN_ID", "Anvil", "Market", "anvil", "make_market"]

CHAIN_ID = 137
COIN = 10**18
_SEAPORT_JS = Path("node_modules/@opensea/seaport-js/src/artifacts")
_ARTIFACTS = {
    "controller": "seaport/contracts/conduit/ConduitController.sol/LocalConduitController.json",
    "seaport": "seaport/contracts/Seaport.sol/Seaport.json",
    "currency": "src/contracts/test/TestERC20USDC.sol/TestERC20USDC.json",
}


class Reverted(Exception):  # noqa: N818  # says what is the case
    """A transaction that failed."""


class Anvil:
    """A running chain; it mines a block for each transaction and, if asked to, one a second."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._client = httpx.Client(timeout=30)

    def close(self) -> None:
        """Close the connection to it."""
        self._client.close()

    def ask(self, method: str, *params: Any) -> Any:
        """Call a method; raises Reverted with the chain's own words."""
        request = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
        answer = self._client.post(self.url, json=request).json()
        if "error" in answer:
            raise Reverted(str(answer["error"]))
        return answer["result"]

    def fund(self, address: str, coins: int = 1000) -> None:
        """Set someone's coins."""
        self.ask("anvil_setBalance", address, hex(coins * COIN))

    def balance(self, address: str) -> int:
        """Someone's coins."""
        return int(self.ask("eth_getBalance", address, "latest"), 16)

    def send(self, account: Any, to: str | None, data: bytes, value: int = 0) -> dict[str, Any]:
        """Send and include a transaction; gives its receipt."""
        request = {"from": account.address, "to": to, "data": "0x" + data.hex()}
        request["value"] = hex(value)
        gas = int(self.ask("eth_estimateGas", request), 16) * 6 // 5
        fields = {
            "nonce": int(self.ask("eth_getTransactionCount", account.address, "latest"), 16),
            "chainId": CHAIN_ID,
            "gas": gas,
            "maxFeePerGas": 200 * 10**9,
            "maxPriorityFeePerGas": 10**9,
            "value": value,
            "data": data,
        }
        if to is not None:
            fields["to"] = to
        raw = account.sign_transaction(fields).raw_transaction
        found = self.ask("eth_sendRawTransaction", "0x" + raw.hex())
        while (receipt := self.ask("eth_getTransactionReceipt", found)) is None:
            time.sleep(0.02)
        if receipt["status"] != "0x1":
            raise Reverted(found)
        result: dict[str, Any] = receipt
        return result

    def deploy(self, account: Any, code: bytes) -> str:
        """Make a contract; gives its address."""
        return str(to_checksum_address(self.send(account, None, code)["contractAddress"]))

    def call(self, to: str, function: Function, *values: Any) -> tuple[Any, ...]:
        """Read from a contract."""
        request = {"to": to, "data": "0x" + function.call_data(*values).hex()}
        return function.read(bytes.fromhex(self.ask("eth_call", request, "latest")[2:]))


@contextmanager
def anvil(
    tools: Path,
    block_time: float | None = None,
    gas_limit: int = 60_000_000,
    *,
    mines: bool = True,
) -> Iterator[Anvil]:
    """Run anvil while inside.

    Args:
        tools: the folder that `make chain` installed it into.
        block_time: seconds between blocks; without, each transaction makes one.
        gas_limit: of a block, and of a transaction.
        mines: by itself; else a block is made when it is asked for one (`evm_mine`).
    """
    program = shutil.which("anvil", path=str(tools / "node_modules" / ".bin"))
    if program is None:
        raise LookupError("there is no anvil; `make chain` installs it")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [program, "--port", str(port), "--chain-id", str(CHAIN_ID), "--silent"]
    command += ["--gas-limit", str(gas_limit)]
    if block_time is not None:
        command += ["--block-time", str(block_time)]
    if not mines:
        command.append("--no-mining")
    process = subprocess.Popen(command, start_new_session=True)
    chain = Anvil(f"http://127.0.0.1:{port}")
    try:
        _wait(chain, process)
        yield chain
    finally:
        chain.close()
        process.send_signal(signal.SIGTERM)
        process.wait(10)


def _wait(chain: Anvil, process: "subprocess.Popen[bytes]") -> None:
    for _ in range(200):
        try:
            chain.ask("eth_chainId")
        except httpx.HTTPError:
            if process.poll() is not None:
                raise
            time.sleep(0.05)
        else:
            return
    raise TimeoutError("anvil did not start")


@dataclass(frozen=True)
class Market:
    """What is on the chain, and who is who.

    Args:
        owner: deploys, mints and sells.
        conduit_key: names `conduit`, through which Seaport moves tokens.
        currency: an ERC-20 with 6 decimals.
    """

    chain: Anvil
    owner: Any
    buyer: Any
    seaport: str
    controller: str
    conduit: str
    conduit_key: str
    collection: str
    currency: str
    market_fee: str = "0x" + "fE" * 20
    creator_fee: str = "0x" + "cC" * 20


def make_market(chain: Anvil, tools: Path) -> Market:
    """Deploy Seaport, a conduit, a collection and a currency."""
    owner, buyer = Account.create(), Account.create()
    chain.fund(owner.address)
    chain.fund(buyer.address)
    code = {name: _bytecode(tools, path) for name, path in _ARTIFACTS.items()}
    controller = chain.deploy(owner, code["controller"])
    seaport = chain.deploy(owner, code["seaport"] + encode(("address",), (controller,)))
    key = bytes.fromhex(owner.address[2:]) + (1).to_bytes(12, "big")
    make = Function("createConduit(bytes32,address)")
    chain.send(owner, controller, make.call_data(key, owner.address))
    find = Function("getConduit(bytes32)", ("address", "bool"))
    conduit = to_checksum_address(chain.call(controller, find, key)[0])
    open_channel = Function("updateChannel(address,address,bool)")
    chain.send(owner, controller, open_channel.call_data(conduit, seaport, True))
    collection = chain.deploy(
        owner,
        deployment(
            name="Paintings",
            symbol="PAINT",
            contract_uri="ipfs://contract",
            admin=owner.address,
            minter=owner.address,
            royalty_receiver=owner.address,
            royalty_basis_points=500,
        ),
    )
    chain.send(owner, collection, SET_APPROVAL.call_data(conduit, True))
    currency = chain.deploy(owner, code["currency"])
    give = Function("mint(address,uint256)")
    chain.send(owner, currency, give.call_data(buyer.address, 10**12))
    spend = Function("approve(address,uint256)")
    chain.send(buyer, currency, spend.call_data(seaport, 2**256 - 1))
    return Market(
        chain, owner, buyer, seaport, controller, conduit, "0x" + key.hex(), collection, currency
    )


def _bytecode(tools: Path, path: str) -> bytes:
    artifact = json.loads((tools / _SEAPORT_JS / path).read_text("utf-8"))
    return bytes.fromhex(artifact["bytecode"][2:])
