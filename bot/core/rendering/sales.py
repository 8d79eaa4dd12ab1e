"""Renders the sale of a painting: a line of text, and links to token and listing."""

from bot.core.messages import Action, Button
from bot.core.rendering.catalogue import Catalogue
from ganshare.domain.sales import Sale, SaleState

__all__ = ["BUY_EMOJI", "TOKEN_EMOJI", "link", "sale_line", "sale_links"]

TOKEN_EMOJI, BUY_EMOJI = "🪙", "🛒"
_LINES = {
    SaleState.MINTED: "sale-minted",
    SaleState.LISTED: "sale-listed",
    SaleState.SOLD: "sale-sold",
}
_LONGEST_URL = 512  # Discord takes no more


def sale_line(words: Catalogue, locale: str, sale: Sale) -> str:
    """Say how it stands: minted, for sale at a price, or sold."""
    return words.say(locale, _LINES[sale.state], price=sale.price)


def sale_links(words: Catalogue, locale: str, sale: Sale | None) -> tuple[Button, ...]:
    """Buttons that lead to the token, and to where it is for sale or was."""
    if sale is None:
        return ()
    market = "button-buy" if sale.state is SaleState.LISTED else "button-market"
    found = (
        link(sale.artwork, sale.token_page, words.say(locale, "button-token"), TOKEN_EMOJI),
        link(sale.artwork, sale.listing_page, words.say(locale, market), BUY_EMOJI),
    )
    return tuple(each for each in found if each is not None)


def link(artwork: str, page: str | None, label: str, emoji: str) -> Button | None:
    """A button that leads to a page; None for an address that platforms would refuse."""
    if page is None or not page.startswith("https://") or len(page) > _LONGEST_URL:
        return None
    return Button(Action.SHOW, artwork, label, emoji, url=page)
