"""Shares on a chain in this process, for tests: deployed, given and taken back."""

from eth_account import Account

from admin.contract.shares import SAFE_TRANSFER, shares_deployment
from admin.testing.evm import CHAIN_ID, OWNER, Evm

__all__ = ["ANN", "Shares", "deploy_shares"]

ANN = Account.from_key(b"\x0b" * 32)  # who buys shares


class Shares:
    """The shares' contract on the chain, and who moves them."""

    def __init__(self, evm: Evm, address: str) -> None:
        self.evm, self.address = evm, address

    def give(self, to: str, count: int = 1, edition: int = 1) -> None:
        """Send some from the owner to someone."""
        values = (OWNER.address, to, edition, count, b"")
        self.evm.send_as_owner(self.address, SAFE_TRANSFER.call_data(*values))

    def take_back(self, count: int = 1) -> None:
        """Send some from Ann to the owner."""
        data = SAFE_TRANSFER.call_data(ANN.address, OWNER.address, 1, count, b"")
        fees = {"gas": 200_000, "maxFeePerGas": 10**10, "maxPriorityFeePerGas": 10**9}
        fields = {
            "nonce": self.evm.web3.eth.get_transaction_count(ANN.address),
            "chainId": CHAIN_ID,
            "to": self.address,
            "data": data,
            **fees,
        }
        signed = ANN.sign_transaction(fields)
        self.evm.web3.eth.send_raw_transaction(signed.raw_transaction)


def deploy_shares(evm: Evm, supplies: tuple[int, ...] = (4, 10)) -> str:
    """Make the contract, with all shares in the owner's hands; gives its address."""
    evm.fund(OWNER.address)
    evm.fund(ANN.address)
    return evm.deploy(
        shares_deployment(
            name="Shares",
            symbol="SHARE",
            contract_uri="ipfs://contract",
            admin=OWNER.address,
            holder=OWNER.address,
            royalty_receiver=OWNER.address,
            royalty_basis_points=500,
            supplies=supplies,
            uris=[f"ipfs://{number}" for number in range(1, len(supplies) + 1)],
        )
    )
