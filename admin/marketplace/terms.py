"""Reads and checks a collection's listing terms from OpenSea's description of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from eth_utils.address import is_hex_address, to_checksum_address
from pydantic import BaseModel, Field

from admin.marketplace.seaport.amounts import Currency, Fee, basis_points
from admin.marketplace.seaport.order import NATIVE
from ganshare.errors import SettingsError, WorldError, quoted

__all__ = ["CollectionAnswer", "MarketTerms", "chain_name", "is_name_of", "read_terms"]

_NOWHERE = (None, "", NATIVE)
# OpenSea's names of chains, by their ids; the first is the one that its API takes.
_CHAINS: Mapping[int, tuple[str, ...]] = {
    1: ("ethereum",),
    10: ("optimism",),
    130: ("unichain",),
    137: ("polygon", "matic"),
    143: ("monad",),
    360: ("shape",),
    747: ("flow",),
    999: ("hyperevm",),
    1329: ("sei",),
    1868: ("soneium",),
    2020: ("ronin",),
    2741: ("abstract",),
    8333: ("b3",),
    8453: ("base",),
    33139: ("ape_chain",),
    42161: ("arbitrum",),
    43114: ("avalanche",),
    57073: ("ink",),
    80094: ("bera_chain",),
    81457: ("blast",),
    7777777: ("zora",),
}
_NAMES = {name for names in _CHAINS.values() for name in names}


@dataclass(frozen=True, slots=True)
class MarketTerms:
    """What a collection's listings must be like now.

    Args:
        chain: its name in OpenSea's addresses, such as "polygon".
        currency: as OpenSea describes it; `check_currency` holds it against the chain.
        zone: that must be named in orders; None for none.
    """

    slug: str
    chain: str
    fees: tuple[Fee, ...]
    currency: Currency
    zone: str | None


class _Contract(BaseModel):
    address: str
    chain: str


class _Fee(BaseModel):
    fee: Decimal  # 2.55 must not become 2.5499999
    recipient: str
    required: bool


class _Token(BaseModel):
    symbol: str
    address: str
    decimals: int = Field(ge=0, le=36)


class _Currencies(BaseModel):
    listing_currency: _Token


class CollectionAnswer(BaseModel):
    """As much of CollectionDetailedResponse as listings need."""

    contracts: list[_Contract]
    fees: list[_Fee]
    pricing_currencies: _Currencies
    required_zone: str | None = None


def read_terms(answer: CollectionAnswer, slug: str, contract: str, chain_id: int) -> MarketTerms:
    """Read the terms of listings on one chain.

    Raises:
        SettingsError: the collection is another contract's, or on another chain.
        WorldError: an address is none.
    """
    same = [each.chain for each in answer.contracts if each.address.lower() == contract.lower()]
    if not same:
        raise SettingsError(
            f"The collection {quoted(slug)} at OpenSea is not of the contract {contract}.",
            given=slug,
        )
    token = answer.pricing_currencies.listing_currency
    return MarketTerms(
        slug=slug,
        chain=_chain(same, slug, chain_id),
        fees=tuple(
            Fee(_address(each.recipient), basis_points(each.fee), each.required)
            for each in answer.fees
        ),
        currency=Currency(token.symbol, _address(token.address), token.decimals),
        zone=None if answer.required_zone in _NOWHERE else _address(answer.required_zone or ""),
    )


def chain_name(chain_id: int) -> str | None:
    """Give OpenSea's name of a chain; None if we have none for it."""
    return next(iter(_CHAINS.get(chain_id, ())), None)


def is_name_of(name: str, chain_id: int) -> bool:
    """Whether OpenSea calls a chain so; one that we have no name for may have any other."""
    ours = _CHAINS.get(chain_id)
    return name not in _NAMES if ours is None else name in ours


def _chain(found: Sequence[str], slug: str, chain_id: int) -> str:
    """Which of the chains with the contract's address is ours: the same one can be on several."""
    ours = _CHAINS.get(chain_id)
    if ours is None:
        # A chain that we have no name for: what is left when all others are taken away.
        fitting = [name for name in dict.fromkeys(found) if name not in _NAMES]
    else:
        fitting = [name for name in ours if name in found]
    if len(fitting) == 1 or (ours and fitting):
        return fitting[0]
    raise SettingsError(
        f"The collection {quoted(slug)} at OpenSea has the contract on {', '.join(found)}; "
        f"ADMIN_CHAIN_ID says {chain_id}"
        + (f", which OpenSea calls {ours[0]}." if ours else ", which OpenSea has no name for."),
        given=list(found),
        allowed=ours,
    )


def _address(text: str) -> str:
    if not is_hex_address(text):
        raise WorldError(f"OpenSea gives {quoted(text)} where an address should be.", given=text)
    return NATIVE if int(text, 16) == 0 else str(to_checksum_address(text))
