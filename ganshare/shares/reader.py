"""Reads shares from the chain: balances, transfers, and what contract wallets say of signatures.

What counts is what a wallet has now and had some blocks ago, so that a share which is sold is gone
at once, and one that was bought counts when no reorganisation can take it away again.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import httpx
from eth_utils.address import to_checksum_address

from ganshare.chain.abi import Function, event_topic
from ganshare.chain.chain import Call, Chain
from ganshare.chain.quorum import Patience
from ganshare.chain.rpc import RpcError, make_endpoints
from ganshare.domain.shares import ShareToken
from ganshare.errors import SettingsError, WorldError
from ganshare.tls import tls_context

__all__ = ["ShareReader", "Transfer"]

_OF_721 = Function("balanceOf(address)", ("uint256",))
_OF_1155 = Function("balanceOf(address,uint256)", ("uint256",))
_IS_VALID = Function("isValidSignature(bytes32,bytes)", ("bytes32",))
_MAGIC = bytes.fromhex("1626ba7e").ljust(32, b"\0")  # of EIP-1271
_OF_TOKEN = event_topic("Transfer(address,address,uint256)")
_SINGLE = event_topic("TransferSingle(address,address,address,uint256,uint256)")
_BATCH = event_topic("TransferBatch(address,address,address,uint256[],uint256[])")
PATIENCE = Patience(deadline=8.0, first=0.2, longest=2.0)  # someone waits for the answer


@dataclass(frozen=True, slots=True)
class Transfer:
    """Shares that went from one address to another, in lower case."""

    block: int
    giver: str
    taker: str


class ShareReader:
    """Reads a collection's shares.

    Args:
        confirmations: blocks for which a wallet must have had a share.
    """

    def __init__(self, chain: Chain, token: ShareToken, confirmations: int) -> None:
        self.chain, self.token, self._confirmations = chain, token, confirmations
        self._contract = str(to_checksum_address(token.contract))
        self._is_right = False

    @classmethod
    def of_urls(
        cls,
        urls: Sequence[str],
        token: ShareToken,
        confirmations: int,
        patience: Patience = PATIENCE,
    ) -> "ShareReader":
        """Make one that reads through these endpoints; `close` closes its connections."""
        client = httpx.AsyncClient(timeout=10.0, verify=tls_context())
        reader = cls(
            Chain(make_endpoints(urls, client), token.chain_id, patience), token, confirmations
        )
        reader._client = client
        return reader

    _client: httpx.AsyncClient | None = None

    async def close(self) -> None:
        """Close the connections."""
        if self._client is not None:
            await self._client.aclose()

    async def height(self) -> int:
        """The newest block that a majority has, of the right chain.

        Raises:
            WorldError: the endpoints are away or contradict each other.
            SettingsError: they are of another chain.
        """
        if not self._is_right:
            found = await self.chain.read_id()
            if found != self.chain.chain_id:
                raise SettingsError(
                    f"The endpoints are of chain {found}, ADMIN_CHAIN_ID says "
                    f"{self.chain.chain_id}.",
                    given=found,
                )
            self._is_right = True
        return await self.chain.height()

    async def balances(
        self, wallets: Iterable[str], block: int, tokens: Mapping[str, int | None] | None = None
    ) -> dict[str, dict[str, int]]:
        """Give what wallets have of each token, by its name and the wallet.

        Args:
            tokens: names and ids, as `ShareToken.names` gives them; those of the settings if left
                out.
        """
        every = sorted(set(wallets))
        names = self.token.names if tokens is None else tokens
        calls: list[Call] = []
        for number in names.values():
            for wallet in every:
                address = to_checksum_address(wallet)
                if number is None:
                    calls.append((self._contract, _OF_721, (address,)))
                else:
                    calls.append((self._contract, _OF_1155, (address, number)))
        if not calls:
            return {name: {} for name in names}
        blocks = {block, max(0, block - self._confirmations)}
        read = [await self.chain.call_all(calls, each) for each in sorted(blocks)]
        least = iter([min(int(one[0]) for one in each) for each in zip(*read, strict=True)])
        return {name: {wallet: next(least) for wallet in every} for name in names}

    async def transfers(self, first: int, last: int) -> list[Transfer]:
        """Give the transfers from block to block, in order."""
        topics = [_OF_TOKEN, _SINGLE, _BATCH]
        logs = await self.chain.logs(self._contract, topics, max(0, first), last)
        found = []
        for log in logs:
            # ERC-1155 names the operator first.
            parties = (
                log.topics[2:4] if log.topics[0] != "0x" + _OF_TOKEN.hex() else log.topics[1:3]
            )
            if len(parties) == 2:
                giver, taker = ("0x" + each[-40:] for each in parties)
                found.append(Transfer(log.block, giver, taker))
        return found

    async def moments(self, transfers: Sequence[Transfer], wallets: set[str]) -> dict[str, float]:
        """Tell when each of these wallets last gave something away, in seconds since 1970."""
        blocks = {each.giver: each.block for each in transfers if each.giver in wallets}
        every = sorted(set(blocks.values()))
        times = await asyncio.gather(*(self.chain.block(number) for number in every))
        by_block = {number: float(each.time) for number, each in zip(every, times, strict=True)}
        return {wallet: by_block[number] for wallet, number in blocks.items()}

    async def accepts(self, wallet: str, digest: bytes, signature: bytes) -> bool:
        """Whether a contract wallet takes a signature for its own (EIP-1271).

        Raises:
            WorldError: the endpoints are away or contradict each other.
        """
        block = await self.height()
        address = str(to_checksum_address(wallet))
        if not await self.chain.has_code(address, block):
            return False
        try:
            (answer,) = await self.chain.call_at(block, address, _IS_VALID, digest, signature)
        except RpcError:  # it reverts
            return False
        except WorldError as error:
            if type(error) is WorldError:  # what it gave is no bytes32
                return False
            raise
        return bytes(answer) == _MAGIC
