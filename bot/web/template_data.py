"""Data for the templates: paintings, facts and suggestions as texts and addresses, no markup."""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from urllib.parse import urlencode

from bot.core.autocomplete import matching
from bot.core.messages import Button
from bot.core.rendering.catalogue import Catalogue
from bot.core.rendering.replies import shortened
from bot.core.rendering.sales import sale_line, sale_links
from bot.core.rendering.wording import word_name
from bot.web.image_responses import film_path, picture_path, sized_path, small_path
from bot.web.static_files import ratio_class
from ganshare.domain.jobs import Artwork
from ganshare.domain.sales import Sale
from ganshare.prompts import draw_prompt
from ganshare.prompts.attributes import find_attributes
from wordlists import CATEGORIES, word_lists

__all__ = ["Painting", "Trait", "composed", "facts", "made_by", "suggestions"]

MOST_SUGGESTIONS = 25
LONGEST_ALT, LONGEST_TRAIT = 200, 80
_HEX = re.compile(r"#[0-9a-f]{6}")
_FILTERS = ("Style", "Category", "Colour")


@dataclass(frozen=True, slots=True)
class Trait:
    """An attribute of a painting, with where there are more like it."""

    name: str
    value: str
    path: str
    hex: str


@dataclass(frozen=True, slots=True)
class Painting:
    """A finished painting, as pages show it."""

    id: str
    prompt: str
    alt: str
    path: str
    picture: str
    large: str
    card: str
    small: str
    film: str
    width: int
    height: int
    ratio_class: str
    sha256: str
    may_sell: bool
    traits: tuple[Trait, ...]
    reading: str = ""  # of the prompt, where it was not painted as it stands
    votes: int = 0
    voted: bool = False  # by the visitor
    sale: Sale | None = None
    standing: str = ""  # minted, for sale, sold; in words
    links: tuple[Button, ...] = ()

    @classmethod
    def of(
        cls,
        artwork: Artwork,
        words: Catalogue,
        locale: str,
        votes: int = 0,
        sale: Sale | None = None,
        *,
        voted: bool = False,
    ) -> "Painting":
        """Show an artwork in a language."""
        return cls(
            id=artwork.id,
            prompt=artwork.prompt,
            alt=words.say(locale, "web-alt", prompt=shortened(artwork.prompt, LONGEST_ALT)),
            path=f"/paintings/{artwork.id}",
            picture=picture_path(artwork),
            large=sized_path(artwork, "large"),
            card=sized_path(artwork, "card"),
            small=small_path(artwork),
            film=film_path(artwork),
            width=artwork.width,
            height=artwork.height,
            ratio_class=ratio_class(artwork.width, artwork.height),
            sha256=artwork.sha256,
            may_sell=artwork.may_sell,
            traits=tuple(_traits(artwork.attributes, words, locale)),
            reading=_reading(artwork, words, locale),
            votes=votes,
            voted=voted,
            sale=sale,
            standing=sale_line(words, locale, sale) if sale else "",
            links=sale_links(words, locale, sale),
        )


def _reading(artwork: Artwork, words: Catalogue, locale: str) -> str:
    reading = artwork.manifest.get("reading")
    return words.say(locale, "prompt-reading", reading=str(reading)) if reading else ""


def _traits(attributes: Mapping[str, str], words: Catalogue, locale: str) -> list[Trait]:
    colour_hex = str(attributes.get("Hex", ""))
    found = []
    for name in ("Style", "Subject", "Category", "Colour"):
        if not (value := attributes.get(name)):
            continue
        value = shortened(str(value), LONGEST_TRAIT)
        query = {name.lower(): value} if name in _FILTERS else {"q": value.removesuffix("…")}
        is_colour = name == "Colour" and _HEX.fullmatch(colour_hex) is not None
        found.append(
            Trait(
                words.say(locale, f"web-{name.lower()}"),
                category_name(value, words, locale)
                if name == "Category"
                else word_name(value, locale),
                f"/gallery?{urlencode(query)}",
                colour_hex if is_colour else "",
            )
        )
    return found


def category_name(value: str, words: Catalogue, locale: str) -> str:
    """A category in a language; as it is if it is none of ours."""
    known = value.lower() in CATEGORIES
    return words.say(locale, f"web-category-{value.lower()}") if known else value


def facts(artwork: Artwork, words: Catalogue, locale: str) -> list[tuple[str, str]]:
    """What a painting was made with, as (name, value)."""
    say = partial(words.say, locale)
    manifest = artwork.manifest
    made = datetime.fromtimestamp(artwork.created, UTC)
    found = [(say("web-seed"), str(artwork.seed))]
    if isinstance(steps := manifest.get("steps_taken"), int):
        taken = str(steps)
        if isinstance(asked := manifest.get("steps"), int) and steps < asked:
            taken = say("steps-plateau", taken=taken, asked=str(asked))
        found.append((say("web-steps"), taken))
    size = manifest.get("size")
    shown = f"{artwork.width}×{artwork.height}"
    if isinstance(size, list | tuple) and len(size) == 2:
        shown = f"{size[0]}×{size[1]} → {shown}"
    found.append((say("web-size"), shown))
    if isinstance(cutouts := manifest.get("num_cutouts"), int):
        found.append((say("web-cutouts"), str(cutouts)))
    return [*found, (say("web-model"), artwork.model), (say("web-created"), f"{made:%Y-%m-%d}")]


def made_by(artwork: Artwork, words: Catalogue, locale: str) -> list[dict[str, str]]:
    """The models that took part: part, name, licence and sum, as the manifest has them."""
    models = artwork.manifest.get("models")
    found = []
    for part, model in models.items() if isinstance(models, dict) else ():
        if isinstance(model, dict):
            known = words.has(f"web-part-{part}")
            name = words.say(locale, f"web-part-{part}") if known else str(part)
            values = {key: str(model.get(key) or "") for key in ("name", "licence", "sha256")}
            found.append({"part": name} | values)
    return found


def suggestions(what: str, typed: str, locale: str = "en") -> list[dict[str, str]]:
    """Subjects or colours for what was typed: those that begin so first, then those within."""
    lists = word_lists()
    if what == "colour":
        known = [(colour.name, colour.hex) for colour in lists.colours]
    elif what == "subject":
        known = [(each, "") for name in CATEGORIES for each in lists.subjects(name)]
    else:
        return []
    hex_values = dict(known)
    named = {word_name(each, locale): each for each in hex_values}
    found = [*matching(typed[:100], list(named)), *matching(typed[:100], list(hex_values))]
    texts = list(dict.fromkeys(named.get(each, each) for each in found))[:MOST_SUGGESTIONS]
    found_words = [{"text": text, "hex": hex_values[text]} for text in texts]
    for each in found_words:
        if (label := word_name(each["text"], locale)) != each["text"]:
            each["label"] = label
    return found_words


def composed(style: str, subject: str, colour: str, locale: str = "en") -> dict[str, str]:
    """A prompt of these words, in the form that the models know best; of chance without any.

    In Chinese it is one that is read as just that.
    """
    if not (style or subject or colour):
        found = draw_prompt(secrets.randbelow(2**32)).attributes
        style, subject, colour = found.style or "", found.subject or "", found.colour or ""
    write = _in_chinese if locale.startswith("zh") else _in_english
    text = write(style, subject, colour)
    return {"text": text, "style": style, "subject": subject, "colour": colour}


def _in_english(style: str, subject: str, colour: str) -> str:
    is_shape = find_attributes(f"Abstract Painting with {subject} in Teal").category == "shapes"
    text = f"{style} Painting".strip()
    if subject:
        text += f" {'with' if is_shape else 'of'} {subject}"
    if colour:
        text += f" in {colour}"
    return text


def _in_chinese(style: str, subject: str, colour: str) -> str:
    style, subject, colour = (word_name(each, "zh") for each in (style, subject, colour))
    text = f"{colour}的{subject or '画'}" if colour else subject
    return "，".join(each for each in (text, f"{style}风格" if style else "") if each)  # noqa: RUF001  # Chinese has this comma
