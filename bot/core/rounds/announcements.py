"""Writes announcements of rounds: opening, entries, winners, sales, the weekly digest."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.core.messages import Action, Button, Reply
from bot.core.rendering.catalogue import Catalogue
from bot.core.rendering.contact_sheet import winners_sheet
from bot.core.rendering.job_view import fetch_picture
from bot.core.rendering.painting_content import picture_file
from bot.core.rendering.replies import Replies, accent, duration, shortened
from bot.core.rendering.sales import BUY_EMOJI, TOKEN_EMOJI, link, sale_line
from ganshare.blobs import Blobs
from ganshare.domain.announcements import Digest
from ganshare.domain.jobs import Artwork
from ganshare.domain.sales import Sale, SaleNews, SaleState
from ganshare.domain.votes import Round, RoundRules, Standing
from ganshare.store import Store

__all__ = ["RoundAnnouncer", "rules_text"]

LABEL = 120  # UTF-16 units of a prompt in a list
GOLD = 0xC9A227
_FIELDS = {"Style": "field-style", "Subject": "field-subject", "Colour": "field-colour"}
_SALES = {SaleState.MINTED: "sales-minted-title", SaleState.LISTED: "sales-listed-title"}
_WINNING = {
    "Style": "digest-trait-style",
    "Subject": "digest-trait-subject",
    "Colour": "digest-trait-colour",
}


@dataclass(frozen=True)
class RoundAnnouncer:
    """Writes the announcements of rounds."""

    store: Store
    blobs: Blobs
    words: Catalogue

    async def begins(self, round_: Round, locale: str) -> Reply:
        """A round has begun."""
        say = self.words.say
        left = round_.closes - await self.store.now()
        how = say(
            locale, "round-begins-how", duration=duration(self.words, locale, max(60.0, left))
        )
        rules = round_.rules
        count = await self.store.rounds.entries.of_round(round_.id)
        fields = (
            ("round-field-pool", say(locale, "round-of", count=len(count), of=rules.pool)),
            ("round-field-quorum", say(locale, "round-quorum", count=rules.quorum)),
            ("round-field-winners", str(rules.winners)),
        )
        button = Button(Action.NEXT, round_.id, say(locale, "button-show-me"), "👀")
        return Reply(
            title=say(locale, "round-begins-title", title=round_.title or "none"),
            text=f"{how}\n\n{rules_text(self.words, locale, rules)}",
            fields=tuple((say(locale, name), value) for name, value in fields),
            buttons=((button,),),
            colour=GOLD,
        )

    async def painting(self, artwork: Artwork, locale: str) -> Reply:
        """A painting of a round, for all to see and vote on."""
        traits, data = artwork.attributes, await fetch_picture(self.blobs, artwork)
        votes = (await self.store.votes.count([artwork.id]))[artwork.id]
        alt = self.words.say(locale, "done-alt", prompt=shortened(artwork.prompt, 200))
        fields = tuple(
            (self.words.say(locale, field), shortened(traits[trait], 80))
            for trait, field in _FIELDS.items()
            if traits.get(trait)
        )
        return Reply(
            title=self.words.say(locale, "round-painting-title"),
            text=shortened(artwork.prompt),
            fields=fields,
            pictures=(picture_file(artwork, data, alt),) if data else (),
            buttons=Replies(self.words).painting_buttons(artwork.id, locale, votes),
            colour=accent(traits.get("Hex")),
            artworks=(artwork.id,),
        )

    async def winners(self, round_: Round, winners: Sequence[Standing], locale: str) -> Reply:
        """A round has ended."""
        say = self.words.say
        shown = await self._load_shown(winners)
        status = await self.store.rounds.status(round_.id)
        lines = []
        if status is not None and status.voters:
            values = {"voters": status.voters, "entries": status.entries}
            lines.append(say(locale, "round-over-text", **values))
        lines.append(say(locale, "round-next" if shown else "round-over-none"))
        if shown:
            lines.append(say(locale, "round-over-sell"))
        sheet = await winners_sheet(self.blobs, [artwork for _, artwork in shown])
        title = say(locale, "round-over-none-title")
        if shown:
            title = say(locale, "round-over-title", title=round_.title or "none")
        return Reply(
            title=title,
            text=" ".join(lines),
            fields=self._listed(shown, locale),
            pictures=(sheet,) if sheet else (),
            buttons=_looks(shown),
            colour=accent(shown[0][1].attributes.get("Hex")) if shown else GOLD,
            artworks=tuple(artwork.id for _, artwork in shown),
            listed=len(shown),
        )

    async def sales(self, news: SaleNews, locale: str) -> Reply:
        """A round's winners are tokens now, or for sale; by links to the tokens and listings."""
        say, places = self.words.say, dict[str, int]()
        for place, sale in news.winners:
            places[sale.artwork] = place
        found = await self.store.gallery.several(places)
        sales = [sale for _, sale in news.winners if sale.artwork in found]

        def row(emoji: str, page: Callable[[Sale], str | None]) -> tuple[Button, ...]:
            made = (link(s.artwork, page(s), str(places[s.artwork]), emoji) for s in sales)
            return tuple(each for each in made if each is not None)

        looks = tuple(Button(Action.SHOW, s.artwork, str(places[s.artwork]), "🔍") for s in sales)
        tokens = row(TOKEN_EMOJI, lambda sale: sale.token_page)
        listings = row(BUY_EMOJI, lambda sale: sale.listing_page)
        legends = (("sales-looks", looks), ("sales-tokens", tokens), ("sales-listings", listings))
        sheet = await winners_sheet(self.blobs, [found[sale.artwork] for sale in sales])
        return Reply(
            title=say(locale, _SALES[news.kind], title=news.round.title or "none"),
            text=" ".join(say(locale, name) for name, buttons in legends if buttons),
            fields=tuple(
                (
                    say(locale, "winner-place", place=places[sale.artwork]),
                    f"{shortened(found[sale.artwork].prompt, LABEL // 2)} · "
                    f"{sale_line(self.words, locale, sale)}",
                )
                for sale in sales
            ),
            pictures=(sheet,) if sheet else (),
            buttons=tuple(buttons for _, buttons in legends if buttons),
            colour=GOLD,
            artworks=tuple(sale.artwork for sale in sales),
            listed=len(sales),
        )

    async def digest(self, digest: Digest, locale: str) -> Reply:
        """What happened in a place within the last days."""
        say = self.words.say
        shown = await self._load_shown(digest.winners)
        fields = []
        for trait, name in _WINNING.items():
            values = digest.traits.get(trait, ())
            if values:
                text = ", ".join(shortened(value, 60) for value, _ in values[:3])
                fields.append((say(locale, name), text))
        counts = {"paintings": digest.paintings, "voters": digest.voters, "votes": digest.votes}
        sheet = await winners_sheet(self.blobs, [artwork for _, artwork in shown])
        return Reply(
            title=say(locale, "digest-title"),
            text=say(locale, "digest-text", **counts),
            fields=(*self._listed(shown[:5], locale), *fields),
            pictures=(sheet,) if sheet else (),
            buttons=_looks(shown),
            colour=GOLD,
            artworks=tuple(artwork.id for _, artwork in shown),
            listed=len(shown[:5]),
        )

    async def _load_shown(self, standings: Sequence[Standing]) -> list[tuple[Standing, Artwork]]:
        found = await asyncio.gather(*(self.store.gallery.get(each.artwork) for each in standings))
        pairs = zip(standings, found, strict=True)
        return [(standing, each) for standing, each in pairs if each is not None and each.public]

    def _listed(
        self, shown: Sequence[tuple[Standing, Artwork]], locale: str
    ) -> tuple[tuple[str, str], ...]:
        return tuple(
            (
                self.words.say(locale, "winner-place", place=number),
                self.words.say(
                    locale,
                    "winner-line",
                    prompt=shortened(artwork.prompt, LABEL),
                    votes=standing.votes,
                    views=_views(standing),
                ),
            )
            for number, (standing, artwork) in enumerate(shown, 1)
        )


def rules_text(words: Catalogue, locale: str, rules: RoundRules) -> str:
    """Say how a round is ranked."""
    lines = [words.say(locale, "round-ranking", views=rules.views)]
    if rules.min_age:
        age = duration(words, locale, rules.min_age)
        lines.append(words.say(locale, "round-min-age", age=age))
    if rules.weighted:
        lines.append(words.say(locale, "round-weighted"))
    if rules.preselect < 1:
        lines.append(words.say(locale, "round-preselect", share=round(100 * rules.preselect)))
    return " ".join(lines)


def _views(standing: Standing) -> int:
    """How many it was shown to; 0 where more have voted below it than were shown it by the bot."""
    return standing.views if standing.views >= standing.votes else 0


def _looks(shown: Sequence[tuple[Standing, Artwork]]) -> tuple[tuple[Button, ...], ...]:
    """A button for each of the first, to see it with its own."""
    row = tuple(
        Button(Action.SHOW, artwork.id, str(number), "🔍")
        for number, (_, artwork) in enumerate(shown[:5], 1)
    )
    return (row,) if row else ()
