"""Finds style, subject and colour in a prompt, drawn or free.

The palette loss, the subject's own guidance, the gallery's search and a token's traits all start
from these attributes.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from ganshare.prompts.palette import colour_named, find_palette
from ganshare.prompts.words import Span, fold
from wordlists import CATEGORIES, Colour, word_lists

__all__ = ["Attributes", "cut_subject", "find_attributes"]

LONGEST_SUBJECT = 80  # characters, as a trait

_ARTICLE = re.compile(r"(?:an?|the) ", re.IGNORECASE)

_STYLE_FORMS = {
    "Abstract": ("abstract", "abstraction", "abstractionist", "abstractionism"),
    "Cubist": ("cubist", "cubists", "cubism", "cubistic"),
    "Expressionist": ("expressionist", "expressionists", "expressionism", "expressionistic"),
    "Fauvist": ("fauvist", "fauvists", "fauvism", "fauve", "fauves"),
    # Not "futuristic": a futuristic city may be painted in any style.
    "Futurist": ("futurist", "futurists", "futurism"),
    "Geometric": ("geometric", "geometrical"),
    "Impressionist": ("impressionist", "impressionists", "impressionism", "impressionistic"),
    "Postmodern": ("postmodern", "postmodernist", "postmodernism", "post-modern"),
    "Surrealist": ("surrealist", "surrealists", "surrealism", "surreal", "surrealistic"),
}


def cut_subject(subject: str) -> str:
    """Cut an asker's own subject to `LONGEST_SUBJECT` characters, between words."""
    if len(subject) <= LONGEST_SUBJECT:
        return subject
    words, _, _ = subject[:LONGEST_SUBJECT].rpartition(" ")
    return (words or subject[: LONGEST_SUBJECT - 1]).rstrip(" ,;:.") + "…"


@dataclass(frozen=True, slots=True)
class Attributes:
    """What one prompt asks for; None where it does not say.

    Args:
        style: one of the word list's styles.
        subject: as it stands in a prompt, with its article ("a City", "Spirals").
        category: the list that the subject is from, None for a subject of the asker's own.
        colour: one of the word list's colour names.
        hex: that colour's sRGB value, `#rrggbb`.
    """

    style: str | None = None
    subject: str | None = None
    category: str | None = None
    colour: str | None = None
    hex: str | None = None

    def as_traits(self) -> dict[str, str]:
        """Give what is known as trait types and values, as marketplaces show them.

        A listed subject loses its article and a category reads as a title: "City", "Places". One
        of the asker's own is cut to `LONGEST_SUBJECT` characters.
        """
        subject = self.subject
        if subject and self.category:
            subject = _ARTICLE.sub("", subject, count=1)
        elif subject:
            subject = cut_subject(subject)
        traits = {
            "Style": self.style,
            "Subject": subject,
            "Category": self.category.title() if self.category else None,
            "Colour": self.colour,
            "Hex": self.hex,
        }
        return {name: value for name, value in traits.items() if value}

    @classmethod
    def from_traits(cls, traits: Mapping[str, str]) -> "Attributes":
        """Read what `as_traits` gave; the prompt is not read again."""
        subject, category = traits.get("Subject"), traits.get("Category")
        if category:
            category = category.lower()
            listed = _listed_subject(subject)
            subject = listed[0] if listed[1] == category else subject  # with its article
        return cls(
            style=traits.get("Style"),
            subject=subject,
            category=category,
            colour=traits.get("Colour"),
            hex=traits.get("Hex"),
        )


def find_attributes(text: str) -> Attributes:
    """Find style, subject and colour in the text of one prompt; never raises.

    A prompt of the form "<Style> Painting of|with <Subject> in <Colour>", with or without a style,
    is read exactly. In any other text the first style word counts, and the colour of the last
    phrase that means the whole picture ("in teal", "in shades of teal", "teal tones", "colour:
    teal"); adjectives stay with their nouns. What is left is the subject. Letter case, accents,
    hyphens and "gray" or "grey" make no difference.
    """
    text = " ".join(unicodedata.normalize("NFC", text).split())
    return _read_drawn(text) or _read_free(text)


# --- the form of a drawn prompt ---------------------------------------------------------------

_DRAWN = re.compile(
    r"(?:(?:an? )?(?P<style>\S+) )?painting (?:of|with) (?P<subject>.+) in (?P<colour>.+?)\.?",
    re.IGNORECASE,
)


def _read_drawn(text: str) -> Attributes | None:
    match = _DRAWN.fullmatch(text)
    if match is None:
        return None
    style = _style_by_form().get(fold(match["style"])) if match["style"] else None
    colour = colour_named(match["colour"])
    if (match["style"] and style is None) or colour is None:
        return None
    return _attributes(style, match["subject"], colour)


def _attributes(style: str | None, subject: str | None, colour: Colour | None) -> Attributes:
    listed, category = _listed_subject(subject)
    return Attributes(
        style=style,
        subject=listed,
        category=category,
        colour=colour.name if colour else None,
        hex=colour.hex if colour else None,
    )


def _listed_subject(subject: str | None) -> tuple[str | None, str | None]:
    """Give the subject as the word list writes it and its category, or as it came and None."""
    if not subject:
        return None, None
    return _subject_by_fold().get(fold(_ARTICLE.sub("", subject, count=1)), (subject, None))


# --- free text --------------------------------------------------------------------------------


def _read_free(text: str) -> Attributes:
    style, style_spans = _find_style(text)
    colour, colour_spans = find_palette(text)
    return _attributes(style, _without(text, style_spans + colour_spans), colour)


def _find_style(text: str) -> tuple[str | None, list[Span]]:
    matches = list(_style_pattern().finditer(fold(text)))
    if not matches:
        return None, []
    form = next(form for form in matches[0].groups() if form)
    return _style_by_form()[form], [Span(*match.span()) for match in matches]


_FRAME = re.compile(
    r"^(?:an? |the )?(?:(?:oil|acrylic|watercolou?r) )?"
    r"(?:painting|picture|image|drawing|artwork) (?:of|with) ",
    re.IGNORECASE,
)
_EDGES = re.compile(
    r"^(?:[\s,;:.!?-]|(?:of|with|and|in)\b)+"
    r"|(?:[\s,;:.!?-]|\b(?:an?|the|in|of|with|and|by|painting))+$",
    re.IGNORECASE,
)


def _without(text: str, spans: list[Span]) -> str | None:
    """Give the text less the spans, tidied up at the seams; None if nothing is left."""
    for start, end in sorted(spans, reverse=True):
        text = f"{text[:start]} {text[end:]}"
    text = re.sub(r"\s+(?=[,.;:!?])", "", " ".join(text.split()))
    text = re.sub(r"([,;])(?:\s*[,;])+", r"\1", text)
    text = re.sub(r"\b(an?|the)[,;] ", r"\1 ", text, flags=re.IGNORECASE)
    text = _FRAME.sub("", text.strip(" ,;:.-"))
    if spans:
        text = _EDGES.sub("", text).strip()
        # "an abstract cat" leaves "an cat"
        text = re.sub(r"^(a)n?(?= )(?= [^aeiou])", r"\1", text, flags=re.IGNORECASE)
        text = re.sub(r"^(a)(?= [aeio])", r"\1n", text, flags=re.IGNORECASE)
    return text or None


@cache
def _style_by_form() -> dict[str, str]:
    return {form: style for style, forms in _STYLE_FORMS.items() for form in forms}


@cache
def _style_pattern() -> re.Pattern[str]:
    forms = "|".join(sorted(_style_by_form(), key=len, reverse=True))
    word = rf"(?:(?:post|neo)-)?({forms})\b"
    return re.compile(
        rf"\bin (?:the )?(?:style|manner) of (?:the )?{word}"
        rf"|\bin (?:an? |the )?{word}[ -](?:style|manner)\b"
        rf"|\b(?:an? (?:(?!of |with |in )[\w-]+ ){{0,3}}?)?{word}(?:[ -]style)?"
        r" (?:painting|picture|artwork|art|canvas)\b"
        r"(?: (?:of|with)\b)?"
        rf"|\b{word}(?:[ -]style\b)?"
    )


@cache
def _subject_by_fold() -> dict[str, tuple[str, str]]:
    return {
        fold(_ARTICLE.sub("", subject, count=1)): (subject, category)
        for category in CATEGORIES
        for subject in word_lists().subjects(category)
    }
