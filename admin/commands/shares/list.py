"""`ganshare admin shares list`: offers the shares that the seller has, on OpenSea."""

import secrets

import click
from eth_utils.address import to_checksum_address

from admin.commands.shares.deploy import shares_session
from admin.context import run_async
from admin.contract.shares import BALANCE_OF, EDITIONS
from admin.ledger import Listing, ListingState
from admin.marketplace.seaport.contract import IS_APPROVED, SET_APPROVAL
from admin.marketplace.seaport.listing import listing
from admin.marketplace.seaport.order import ItemType, order_hash
from admin.minting.list import LIVE, Shop
from admin.minting.post import post_all
from admin.minting.unlist import reconcile_listings
from admin.prompts import RunOptions, agree_to_spend, run_options, spend
from admin.session import Session, open_session
from admin.wallet.gas import estimate_gas
from admin.wallet.signer import Signer
from ganshare.chain.chain import Chain
from ganshare.errors import SettingsError

__all__ = ["list_"]

EXIT_FAILED = 3


@click.command("list")
@click.option(
    "--price", required=True, help="Price of one share in OpenSea's currency, such as 40."
)
@click.option("--edition", "only", type=click.IntRange(min=1), help="Only this edition.")
@click.option(
    "--days", type=float, default=30.0, show_default=True, help="How many days the order is valid."
)
@run_options
@run_async
async def list_(price: str, only: int | None, days: float, run: RunOptions) -> int:
    """List shares for sale: one order per edition, from which buyers take one or several."""
    async with open_session() as opened, opened.chain() as chain:
        session = shares_session(opened.selling)
        shop = await session.shop(chain, days)
        seller, contract = session.address, session.collection.address
        await reconcile_listings(session.ledger, chain, shop.collection, shop.seaport)
        amount = shop.market.currency.parse(price)
        live = {each.token for each in await session.ledger.listings(shop.collection, *LIVE)}
        ids = range(1, int((await chain.call(contract, EDITIONS))[0]) + 1)
        held = {
            each: int((await chain.call(contract, BALANCE_OF, seller, each))[0])
            for each in ids
            if only in (None, each)
        }
        new = {each: count for each, count in held.items() if count and each not in live}
        lines = [("seller", seller)]
        lines += [(f"edition {each}", f"{count} at {price} each") for each, count in new.items()]
        lines += [(f"edition {each}", "for sale already") for each in held if each in live]
        if not new and not live:
            raise SettingsError(f"{seller} has no share to sell.")
        conduit = to_checksum_address(await session.conduit(chain))
        approval, gas = await _approval(session, chain, conduit)
        budget = await agree_to_spend(session, chain, lines, gas, run)
        if budget is None:
            return 0
        currency = shop.market.currency
        signer = session.unlock(
            run.password_fd, currency=currency, floor=amount, operators=[conduit]
        )
        async with spend(session, chain, signer, budget, "list") as sender:
            await sender.resume()
            if approval is not None:
                await sender.transact("approve", [], contract, approval)
            if new:
                await session.ledger.record_listings(
                    await _sign(session, chain, signer, shop, new, amount)
                )
            failed = 0
            prices = dict.fromkeys(held, amount)
            async for each in post_all(session.ledger, session.opensea(), shop, prices):
                failed += each.state is not ListingState.POSTED
                click.echo(f"edition {each.token}: {each.state} {each.reason}".rstrip())
    return EXIT_FAILED if failed else 0


async def _approval(session: Session, chain: Chain, conduit: str) -> tuple[bytes | None, int]:
    """The call that lets the marketplace move what it sells, and its gas; none if it may."""
    contract, seller = session.collection.address, session.address
    if (await chain.call(contract, IS_APPROVED, seller, conduit))[0]:
        return None, 0
    data = SET_APPROVAL.call_data(conduit, True)
    return data, await estimate_gas(chain, seller, contract, data)


async def _sign(
    session: Session, chain: Chain, signer: Signer, shop: Shop, new: dict[int, int], price: int
) -> list[Listing]:
    """Sign an order for each edition."""
    terms = await shop.terms(chain, signer.address, await chain.time())
    serials = await session.ledger.next_serials(shop.collection)
    orders = [
        listing(
            terms,
            edition,
            price,
            secrets.randbits(256),
            quantity=count,
            item_type=ItemType.ERC1155,
        )
        for edition, count in new.items()
    ]
    signatures = signer.sign_listings(orders, shop.domain)
    return [
        Listing(
            collection=shop.collection,
            token=order.offer[0].identifier,
            serial=serials.get(order.offer[0].identifier, 0),
            hash="0x" + order_hash(order).hex(),
            order=order,
            signature=signature,
            state=ListingState.SIGNED,
            currency=shop.market.currency.symbol,
            decimals=shop.market.currency.decimals,
            page=shop.page_of(order.offer[0].identifier),
        )
        for order, signature in zip(orders, signatures, strict=True)
    ]
