"""What a prompt asks for: its style, subject and colour, found in drawn prompts and in free text.

The palette loss, the subject's own guidance, the gallery's search and a token's traits all start
from these attributes.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from wordlists import CATEGORIES, Colour, word_lists

__all__ = ["Attributes", "find_attributes"]

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


def _entries(text: str) -> frozenset[str]:
    return frozenset(entry.strip() for entry in text.split("|"))


# Words that say a colour wherever they stand, alone or as the last word of a longer name.
_PLAIN_COLOURS = _entries(
    """aqua|aquamarine|azure|beige|black|blue|brown|burgundy|carmine|cerise|cerulean|chartreuse|
    crimson|cyan|fuchsia|gold|green|grey|indigo|khaki|lavender|lilac|magenta|maroon|mauve|navy|
    ochre|orange|periwinkle|pink|purple|red|scarlet|sepia|sienna|silver|tan|taupe|teal|turquoise|
    ultramarine|umber|vermilion|violet|viridian|white|yellow"""
)
# Those among them that are also things: "an orange on a plate" names no colour.
_ALSO_THINGS = _entries("fuchsia|gold|lavender|lilac|orange|silver|violet")
# Names that say where or when after "in", unless a word such as "tones" follows.
_ALSO_PLACES = _entries(
    """Amazon|Byzantium|Corn|Desert|Desert Sand|Iceberg|June Bud|Kobe|Lava|Mardi Gras|
    Midnight|Ming|Mountain Meadow|Outer Space|Peru|Redwood|Sand|Sand Dune|Sandstorm|Shadow|Snow|
    Spring Bud|Spring Frost|Straw|Sunset|Tropical Rainforest|Tuscany|Wheat|Winter Sky|Xanadu"""
)
_TONES = _entries("color|colors|colour|colours|hue|hues|palette|shade|shades|tint|tints|tone|tones")
_NO_NOUN_FOLLOWS = _entries(
    "and|as|at|behind|beside|between|beyond|by|for|from|in|is|near|of|on|or|over|under|with"
)
_STRENGTHS = _entries("bright|dark|deep|light|pale|rich|soft|vivid")
_SPELLINGS = {"gray": "grey", "ocher": "ochre", "vermillion": "vermilion"}


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

        A listed subject loses its article and a category reads as a title: "City", "Places".
        """
        subject = self.subject
        if subject and self.category:
            subject = _ARTICLE.sub("", subject, count=1)
        traits = {
            "Style": self.style,
            "Subject": subject,
            "Category": self.category.title() if self.category else None,
            "Colour": self.colour,
            "Hex": self.hex,
        }
        return {name: value for name, value in traits.items() if value}


def find_attributes(text: str) -> Attributes:
    """Find style, subject and colour in the text of one prompt; never raises.

    A prompt of the form "<Style> Painting of|with <Subject> in <Colour>" is read exactly. In any
    other text the first style word counts; so does the last colour that ends a clause with "in",
    else the first colour used as an adjective, the longest name winning; what is left is the
    subject. Letter case, accents, hyphens and "gray" or "grey" make no difference.
    """
    text = " ".join(unicodedata.normalize("NFC", text).split())
    return _read_drawn(text) or _read_free(text)


# --- the form of a drawn prompt ---------------------------------------------------------------

_DRAWN = re.compile(
    r"(?:an? )?(?P<style>\S+) painting (?:of|with) (?P<subject>.+) in (?P<colour>.+?)\.?",
    re.IGNORECASE,
)


def _read_drawn(text: str) -> Attributes | None:
    match = _DRAWN.fullmatch(text)
    if match is None:
        return None
    style = _style_by_form().get(_fold(match["style"]))
    colour = _colour_by_words().get(tuple(word.key for word in _words(match["colour"])))
    if style is None or colour is None:
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
    return _subject_by_fold().get(_fold(_ARTICLE.sub("", subject, count=1)), (subject, None))


# --- free text --------------------------------------------------------------------------------


class _Span(NamedTuple):
    start: int
    end: int


class _Word(NamedTuple):
    key: str
    start: int
    end: int
    joined: bool  # to the word before, by nothing but a space or a hyphen


class _Mention(NamedTuple):
    colour: Colour
    first: int  # indices of words, the last one exclusive
    last: int
    is_clause: bool


def _read_free(text: str) -> Attributes:
    style, style_spans = _find_style(text)
    colour, colour_spans = _find_colour(text)
    return _attributes(style, _without(text, style_spans + colour_spans), colour)


def _find_style(text: str) -> tuple[str | None, list[_Span]]:
    matches = list(_style_pattern().finditer(_fold(text)))
    if not matches:
        return None, []
    form = next(form for form in matches[0].groups() if form)
    return _style_by_form()[form], [_Span(*match.span()) for match in matches]


def _find_colour(text: str) -> tuple[Colour | None, list[_Span]]:
    words = _words(text)
    mentions = list(_mentions(words))
    if not mentions:
        return None, []
    clauses = [mention for mention in mentions if mention.is_clause]
    chosen = clauses[-1] if clauses else mentions[0]
    return chosen.colour, [_span_to_cut(words, chosen)]


def _mentions(words: list[_Word]) -> Iterator[_Mention]:
    at = 0
    while at < len(words):
        mention = _mention_at(words, at)
        if mention:
            yield mention
        at = mention.last if mention else at + 1


def _mention_at(words: list[_Word], first: int) -> _Mention | None:
    """Read the longest colour name that starts at a word and is meant as a colour there."""
    for last in range(min(len(words), first + _longest_colour()), first, -1):
        if not all(word.joined for word in words[first + 1 : last]):
            continue
        colour = _colour_by_words().get(tuple(word.key for word in words[first:last]))
        if colour is None:
            continue
        if _ends_clause(words, first, last, colour):
            return _Mention(colour, first, last, is_clause=True)
        if _is_adjective(words, first, last):
            return _Mention(colour, first, last, is_clause=False)
    return None


def _ends_clause(words: list[_Word], first: int, last: int, colour: Colour) -> bool:
    """Tell whether a name stands as in "in teal", "in shades of teal, ..." or "teal tones"."""
    follower = _follower(words, last)
    if follower in _TONES:
        return True
    lead = _lead(words, first)
    if lead < first - 1 and words[lead].key == "in":
        return True
    return (
        lead < first
        and words[lead].key == "in"
        and follower in {None, "and"}
        and colour.name not in _ALSO_PLACES
    )


def _lead(words: list[_Word], first: int) -> int:
    """Give the index where the words that belong to a colour start: "in shades of", "bright"."""
    while first > 0 and words[first].joined and words[first - 1].key in _STRENGTHS:
        first -= 1
    before = [word.key for word in words[max(0, first - 3) : first]]
    if len(before) == 3 and before[0] == "in" and before[1] in _TONES and before[2] == "of":
        return first - 3
    return first - 1 if before[-1:] == ["in"] and words[first].joined else first


def _is_adjective(words: list[_Word], first: int, last: int) -> bool:
    if words[last - 1].key not in _PLAIN_COLOURS:
        return False
    if last - first > 1 or words[first].key not in _ALSO_THINGS:
        return True
    after_article = first > 0 and words[first - 1].key in {"a", "an", "the"}
    follower = _follower(words, last)
    return not (after_article and (follower is None or follower in _NO_NOUN_FOLLOWS))


def _follower(words: list[_Word], last: int) -> str | None:
    """Give the word after a name, or None where the text or the clause ends."""
    return words[last].key if last < len(words) and words[last].joined else None


def _span_to_cut(words: list[_Word], mention: _Mention) -> _Span:
    """Give what to cut for a colour: "in bright", "tones" and "and blue" go with it."""
    last = mention.last
    while another := _mention_after(words, last):
        last = another.last
    if _follower(words, last) in _TONES:
        last += 1
    first = _lead(words, mention.first)
    if words[first].key == "in" and not mention.is_clause:
        first += 1  # "in orange light": the clause goes on
    return _Span(words[first].start, words[last - 1].end)


def _mention_after(words: list[_Word], last: int) -> _Mention | None:
    """Read the second colour of "red and blue" or "blue-green"."""
    follower = _follower(words, last)
    if follower in _PLAIN_COLOURS:
        return _mention_at(words, last)
    if follower == "and" and last + 1 < len(words):
        return _mention_at(words, last + 1) or _named_at(words, last + 1)
    return None


def _named_at(words: list[_Word], first: int) -> _Mention | None:
    colour = _colour_by_words().get((words[first].key,))
    return _Mention(colour, first, first + 1, is_clause=True) if colour else None


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


def _without(text: str, spans: list[_Span]) -> str | None:
    """Give the text less the spans, tidied up at the seams; None if nothing is left."""
    for start, end in sorted(spans, reverse=True):
        text = f"{text[:start]} {text[end:]}"
    text = re.sub(r"\s+(?=[,.;:!?])", "", " ".join(text.split()))
    text = re.sub(r"([,;])(?:\s*[,;])+", r"\1", text)
    text = re.sub(r"\b(an?|the)[,;] ", r"\1 ", text, flags=re.IGNORECASE)
    text = _EDGES.sub("", _FRAME.sub("", text.strip(" ,;:.-"))).strip()
    if spans:
        # "an orange bird" leaves "an bird".
        text = re.sub(r"^(a)n?(?= )(?= [^aeiou])", r"\1", text, flags=re.IGNORECASE)
        text = re.sub(r"^(a)(?= [aeio])", r"\1n", text, flags=re.IGNORECASE)
    return text or None


# --- words ------------------------------------------------------------------------------------


def _words(text: str) -> list[_Word]:
    folded = _fold(text)
    words: list[_Word] = []
    end = 0
    for match in re.finditer(r"[^\W_]+(?:'[^\W_]+)*", folded):
        between = folded[end : match.start()]
        key = _SPELLINGS.get(match[0], match[0])
        words.append(_Word(key, *match.span(), joined=bool(words) and not between.strip(" -")))
        end = match.end()
    return words


def _fold(text: str) -> str:
    """Drop case and accents and keep every character's place, so that spans stay valid."""
    return "".join(_fold_character(character) for character in text)


@cache
def _fold_character(character: str) -> str:
    if character == "’":  # noqa: RUF001 - the typographic apostrophe is the point
        return "'"
    folded = unicodedata.normalize("NFD", character)[0].lower()
    return folded if len(folded) == 1 else character


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
def _colour_by_words() -> dict[tuple[str, ...], Colour]:
    colours = {tuple(w.key for w in _words(c.name)): c for c in word_lists().colours}
    return colours | {("navy",): colours["navy", "blue"]}


@cache
def _longest_colour() -> int:
    return max(len(words) for words in _colour_by_words())


@cache
def _subject_by_fold() -> dict[str, tuple[str, str]]:
    return {
        _fold(_ARTICLE.sub("", subject, count=1)): (subject, category)
        for category in CATEGORIES
        for subject in word_lists().subjects(category)
    }
