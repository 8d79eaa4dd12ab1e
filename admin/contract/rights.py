"""What a collection says about itself, and who may change it."""

from dataclasses import asdict, dataclass
from typing import Any

from eth_utils.address import to_checksum_address

from admin.contract.collection import (
    CONTRACT_URI,
    FINAL_COLLECTION,
    HAS_ROLE,
    METADATA_FROZEN,
    MINTER_ROLE,
    MINTING_CLOSED,
    NAME,
    OWNER,
    PAUSED,
    PAUSER_ROLE,
    ROYALTY_INFO,
    SUPPORTS_INTERFACE,
    SYMBOL,
    TOTAL_SUPPLY,
)
from ganshare.chain.chain import Chain
from ganshare.errors import SettingsError

__all__ = ["CollectionState", "read_collection"]


@dataclass(frozen=True, slots=True)
class CollectionState:
    """A collection as the chain has it.

    Args:
        royalty: in basis points of each sale, to `royalty_receiver`.
        closed: whether nothing is minted any more; None if the contract cannot be closed.
        is_minter, is_pauser: whether the account that asks may mint, or pause.
    """

    address: str
    name: str
    symbol: str
    owner: str
    tokens: int
    contract_uri: str
    royalty: int
    royalty_receiver: str
    paused: bool
    frozen: bool
    closed: bool | None
    account: str
    is_minter: bool
    is_pauser: bool

    def require_owner(self) -> None:
        """Raise SettingsError unless the owner asks."""
        if self.account != self.owner:
            raise SettingsError(
                f"Only the owner {self.owner} may do this, and the key is of {self.account}; "
                "`--keystore FILE` takes the owner's keystore, and `--calldata` prints what the "
                "owner's own wallet sends.",
                given=self.account,
                allowed=self.owner,
            )

    def require_final(self, instead: str) -> None:
        """Raise SettingsError for a contract of the first version; says what it has instead."""
        if self.closed is None:
            raise SettingsError(
                f"The contract at {self.address} is of the first version; {instead}."
            )

    def as_dict(self) -> dict[str, Any]:
        """All of it, by name."""
        return asdict(self)


async def read_collection(chain: Chain, contract: str, account: str) -> CollectionState:
    """Read a collection, as of one block.

    Raises:
        SettingsError: there is no contract.
        WorldError: it is another kind of contract.
    """
    block = await chain.height()
    if not await chain.has_code(contract, block):
        raise SettingsError(f"There is no contract at {contract} on this chain.")
    asked = [
        (NAME, ()),
        (SYMBOL, ()),
        (OWNER, ()),
        (TOTAL_SUPPLY, ()),
        (CONTRACT_URI, ()),
        (ROYALTY_INFO, (0, 10_000)),
        (PAUSED, ()),
        (METADATA_FROZEN, ()),
        (SUPPORTS_INTERFACE, (FINAL_COLLECTION,)),
        (HAS_ROLE, (MINTER_ROLE, account)),
        (HAS_ROLE, (PAUSER_ROLE, account)),
    ]
    answers = await chain.call_all([(contract, *each) for each in asked], block)
    name, symbol, owner, tokens, uri, royalty, paused, frozen, is_final, minter, pauser = answers
    closed = await chain.call_at(block, contract, MINTING_CLOSED) if is_final[0] else (None,)
    return CollectionState(
        address=contract,
        name=name[0],
        symbol=symbol[0],
        owner=to_checksum_address(owner[0]),
        tokens=tokens[0],
        contract_uri=uri[0],
        royalty=royalty[1],
        royalty_receiver=to_checksum_address(royalty[0]),
        paused=paused[0],
        frozen=frozen[0],
        closed=closed[0],
        account=account,
        is_minter=minter[0],
        is_pauser=pauser[0],
    )
