"""Estimates what a run would cost and bring, before it is confirmed."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from admin.ledger import Token, TokenState
from admin.marketplace.seaport.amounts import split
from admin.minting.list import Shop
from admin.minting.prices import Prices
from admin.session import COIN
from admin.wallet.fees import GWEI, Fees
from admin.wallet.gas import with_margin

__all__ = ["MintEstimate", "SaleEstimate", "estimate_mint", "estimate_sale"]

# Of each token, and of a transaction around them; a test holds them against the contract.
GAS_OF_TOKEN = 50_000
GAS_OF_BATCH = 90_000


@dataclass(frozen=True, slots=True)
class MintEstimate:
    """What minting costs, at most."""

    tokens: int
    transactions: int
    gas: int
    fees: Fees

    @property
    def most(self) -> int:
        """In wei, at the highest price that is offered for gas."""
        return self.gas * self.fees.max_fee

    def lines(self) -> list[tuple[str, str]]:
        """For people."""
        return [
            ("to mint", f"{self.tokens} tokens in {self.transactions} transactions"),
            ("gas", f"about {self.gas:,} at up to {self.fees.max_fee / GWEI:.4g} gwei"),
            ("costs at most", COIN.show(self.most)),
        ]


@dataclass(frozen=True, slots=True)
class SaleEstimate:
    """What listings bring, if all are sold."""

    count: int
    lowest: int
    highest: int
    total: int
    proceeds: int
    shop: Shop

    def lines(self) -> list[tuple[str, str]]:
        """For people."""
        market = self.shop.market
        show = market.currency.show
        shares = [f"{fee.basis_points / 100:g} % to {fee.recipient}" for fee in market.fees]
        prices = show(self.lowest)
        if self.highest != self.lowest:
            prices = f"{prices} to {show(self.highest)}"
        return [
            ("to list", f"{self.count} tokens at OpenSea, on {market.chain}"),
            ("prices", prices),
            ("fees", ", ".join(shares) or "none"),
            ("zone", market.zone or "none required"),
            ("sold out, buyers pay", show(self.total)),
            ("of which you get", show(self.proceeds)),
            ("for", f"{self.shop.duration / 86_400:g} days"),
        ]


def estimate_mint(tokens: Sequence[Token], batch: int, fees: Fees) -> MintEstimate:
    """Count what is not minted yet."""
    states = Counter(each.state for each in tokens)
    count = states[TokenState.PLANNED] + states[TokenState.PINNED]
    transactions = -(-count // batch)
    gas = with_margin(count * GAS_OF_TOKEN + transactions * GAS_OF_BATCH)
    return MintEstimate(count, transactions, gas, fees)


def estimate_sale(tokens: Sequence[Token], prices: Prices, shop: Shop) -> SaleEstimate | None:
    """Price what would be listed; None if there is nothing."""
    if not tokens:
        return None
    found = [prices.of(each.item, shop.market.currency) for each in tokens]
    proceeds = sum(split(price, shop.market.fees).seller for price in found)
    return SaleEstimate(len(found), min(found), max(found), sum(found), proceeds, shop)
