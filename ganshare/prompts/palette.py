"""Finds the phrase of a prompt that names the colours of the whole picture, such as "in teal".

An adjective is none: "a red fox" is a fox, not a red picture. Neither are names, fruits, clothes
and idioms.
"""

from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from ganshare.prompts.words import Span, Word, split_words
from wordlists import Colour, word_lists

__all__ = ["colour_named", "find_palette", "leading_colour"]


def _entries(text: str) -> frozenset[str]:
    return frozenset(entry.strip() for entry in text.split("|"))


# The last word of a name that says a colour, whatever stands before it.
_PLAIN_COLOURS = _entries(
    """aqua|aquamarine|azure|beige|black|blue|brown|burgundy|carmine|cerise|cerulean|chartreuse|
    crimson|cyan|fuchsia|gold|green|grey|indigo|khaki|lavender|lilac|magenta|maroon|mauve|navy|
    ochre|orange|periwinkle|pink|purple|red|scarlet|sepia|sienna|silver|tan|taupe|teal|turquoise|
    ultramarine|umber|vermilion|violet|viridian|white|yellow"""
)
# Names that say where, when or what in after "in", unless a word such as "tones" follows.
_ALSO_PLACES = _entries(
    """Amazon|Black Bean|Blue Jeans|Brown Sugar|Byzantium|Cedar Chest|Champagne|Chocolate|Coffee|
    Corn|Denim|Desert|Desert Sand|Flame|Flax|Iceberg|June Bud|Kobe|Lava|Linen|Mandarin|Mardi Gras|
    Midnight|Ming|Moccasin|Mountain Meadow|Mustard|Nyanza|Old Lace|Outer Space|Peru|Pink Lace|
    Redwood|Sand|Sand Dune|Sandstorm|Shadow|Snow|Spring Bud|Spring Frost|Straw|Sunset|Tomato|
    Tropical Rainforest|Tuscany|Waterspout|Wheat|Winter Sky|Xanadu"""
)
# A person or a garment "in red" wears it.
_WEARERS = _entries(
    """actor|actress|angel|baby|back|ballerina|bishop|boy|bride|bridesmaid|cardinal|child|children|
    couple|crowd|dancer|daughter|doctor|family|father|figure|friar|gentleman|gentlemen|geisha|girl|
    groom|guard|guy|king|knight|lad|lady|ladies|lover|maid|man|men|monk|mother|ninja|nun|nurse|
    officer|people|person|pope|priest|prince|princess|queen|sailor|samurai|singer|sister|soldier|
    son|stranger|toddler|warrior|widow|witch|wizard|woman|women|worker|
    attired|clad|clothed|decked|draped|dress|dressed|edged|garbed|outlined|robed|trimmed|uniformed|
    wearing|wrapped|written"""
)
# "Hair colour: red" is the hair's.
_OWNERS = _entries("car|coat|dress|eye|eyes|flower|fur|hair|lip|lips|shirt|skin|wall")
_TONES = _entries("colours|hues|shades|tints|tones")
_PALETTES = _entries("colour palette|colour scheme|palette")
_LIGHTS = _entries("colour|glow|hue|light|lighting|shade|tint|tone")
_LABELS = _entries("colour|colour palette|colour scheme|colours|palette")
_NO_NOUN_FOLLOWS = _entries(
    """against|as|at|behind|beneath|beside|between|beyond|by|during|for|from|in|is|near|of|on|or|
    over|under|with"""
)
_STRENGTHS = _entries(
    """all|bold|bright|cold|cool|dark|deep|faded|faint|light|monochrome|mostly|muted|neon|only|pale|
    pastel|pure|rich|soft|strong|vivid|warm"""
)
_MONOCHROME = {"Black", "White"}


class _Phrase(NamedTuple):
    """Words `first` to `last` (exclusive) that say these colours."""

    colours: tuple[Colour, ...]
    first: int
    last: int


def find_palette(text: str) -> tuple[Colour | None, list[Span]]:
    """Find the colour that a text gives to the picture, and the phrase that says so.

    The last phrase counts, and in it the first colour. "In black and white" is no colour: the
    words stay in the subject.
    """
    words = split_words(text)
    phrases = list(_phrases(words))
    if not phrases or {colour.name for colour in phrases[-1].colours} == _MONOCHROME:
        return None, []
    colours, first, last = phrases[-1]
    return colours[0], [Span(words[first].start, words[last - 1].end)]


def colour_named(text: str) -> Colour | None:
    """Give the colour of this name; None if there is none."""
    return _colour_by_words().get(tuple(word.key for word in split_words(text)))


def leading_colour(text: str) -> tuple[Colour | None, str]:
    """Divide "red circles" into a colour and the rest; (None, text) without one."""
    words = split_words(text)
    start = 1 if words and words[0].key in {"a", "an", "the"} else 0
    while start < len(words) and words[start].key in _STRENGTHS:
        start += 1
    found = _colour_at(words, start)
    if found is None or found[1] == len(words):
        return None, text
    return found[0], text[words[found[1]].start :]


def _phrases(words: list[Word]) -> Iterator[_Phrase]:
    at = 0
    while at < len(words):
        phrase = _phrase_at(words, at)
        if phrase:
            yield phrase
        at = phrase.last if phrase else at + 1


def _phrase_at(words: list[Word], at: int) -> _Phrase | None:
    readings = (_labelled, _shades_of, _in_colour, _tones)
    return next((phrase for read in readings if (phrase := read(words, at))), None)


def _labelled(words: list[Word], at: int) -> _Phrase | None:
    """Read "colour: teal", "palette: teal and gold", but not "hair colour: red"."""
    if at > 0 and words[at].joined and words[at - 1].key in _OWNERS:
        return None
    for length in (2, 1):
        label = " ".join(word.key for word in words[at : at + length])
        first = at + length
        if label in _LABELS and first < len(words) and words[first].gap in (":", "="):
            return next(_lists(words, first, at), None)
    return None


def _shades_of(words: list[Word], at: int) -> _Phrase | None:
    """Read "in soft shades of teal", "a palette of teal", and without "in" where a clause begins.

    "Fifty shades of grey" is a title.
    """
    first = at
    if words[at].key in {"in", "with"}:
        first += 1
        if _key(words, first) in {"a", "the"}:
            first += 1
        while _key(words, first) not in _TONES | _PALETTES and first < at + 4:
            first += 1
    elif words[at].joined and at > 0:
        return None
    if first < len(words) and words[first].key == "colour":  # "a colour palette of"
        first += 1
    if first >= len(words) or words[first].key not in _TONES | {"palette", "scheme"}:
        return None
    if _key(words, first + 1) != "of":
        return None
    return next(_lists(words, first + 2, at), None)


def _in_colour(words: list[Word], at: int) -> _Phrase | None:
    """Read "in teal", "in blue and gold", "in bright red tones", "in violet light"."""
    if words[at].key != "in":
        return None
    first = at + 1
    has_article = _key(words, first) in {"a", "an", "the"}
    if has_article:
        first += 1
        if _key(words, first) in {"colour", "colours"}:  # "in the colour teal"
            return next(_lists(words, first + 1, at), None)
    if first < len(words) and not words[first].joined:
        return None
    while _key(words, first) in _STRENGTHS and not _colour_at(words, first):
        first += 1
    if _is_shade(words, first):
        first += 1
    worn = _is_worn(words, at)
    tones = (_TONES | _PALETTES | _LIGHTS) - ({"shades"} if worn else set())
    for found in _lists(words, first, at):
        if (last := _after_tone(words, found.last, tones)) is not None:
            return found._replace(last=last)
        if not has_article and not worn and _ends_as_colour(words, found):
            return found
    return None


def _is_worn(words: list[Word], at: int) -> bool:
    """Tell whether "in" comes after who wears it: "a girl in red", "a dog dressed all in red"."""
    if not words[at].joined:
        return False
    while at > 0 and words[at - 1].key in {"all", "completely", "entirely", "only"}:
        at -= 1
    before = words[at - 1].key if at > 0 else ""
    return before in _WEARERS or before.removesuffix("s") in _WEARERS


def _ends_as_colour(words: list[Word], found: _Phrase) -> bool:
    """Tell whether colours after "in" stand for the picture, not for a thing or a place."""
    follower = _key(words, found.last)
    if follower is None:
        return len(found.colours) > 1 or found.colours[0].name not in _ALSO_PLACES
    return follower in _NO_NOUN_FOLLOWS and words[found.last - 1].key in _PLAIN_COLOURS


def _tones(words: list[Word], at: int) -> _Phrase | None:
    """Read "teal tones", "a teal palette"; "bright green colours" only where a clause begins."""
    begins = at == 0 or not words[at].joined
    allowed = _PALETTES | (_TONES if begins else _TONES - {"colours", "shades"})
    for found in _lists(words, at, at):
        if (last := _after_tone(words, found.last, allowed)) is not None:
            return found._replace(last=last)
    return None


def _after_tone(words: list[Word], at: int, allowed: frozenset[str]) -> int | None:
    """Give the index after "tones", "colour palette" ..., if no noun follows."""
    for last in (at + 2, at + 1):
        if not all(_key(words, index) for index in range(at, last)):
            continue
        if " ".join(word.key for word in words[at:last]) in allowed:
            follower = _key(words, last)
            if follower is None or follower in _NO_NOUN_FOLLOWS | {"and"}:
                return last
    return None


def _lists(words: list[Word], first: int, start: int) -> Iterator[_Phrase]:
    """Give "red", "red and blue", "red, blue and gold" that begin at a word, the longest first."""
    while first < len(words) and words[first].key in _STRENGTHS and not _colour_at(words, first):
        first += 1
    found = _colour_at(words, first)
    if found is None:
        return
    phrases = [_Phrase((found[0],), start, found[1])]
    colours, at, pending = [found[0]], found[1], False
    while at < len(words):
        by_comma = words[at].gap == ","
        by_sign = words[at].gap in ("&", "/", "-", "+")
        by_word = words[at].key == "and" and words[at].gap in ("", ",")
        another = _colour_at(words, at + by_word) if by_comma or by_sign or by_word else None
        if another is None:
            break
        colours.append(another[0])
        at, pending = another[1], by_comma and not by_word
        if not pending:  # a list ends with "and": "in teal, red lanterns" is none
            phrases.append(_Phrase(tuple(colours), start, at))
    yield from reversed(phrases)


def _is_shade(words: list[Word], at: int) -> bool:
    """Tell whether a word makes a shade of the next: "ocean blue", but neither "Gordon Brown"."""
    shade, colour = words[at : at + 1], words[at + 1 : at + 2]
    return (
        bool(shade and colour)
        and shade[0].is_lower
        and shade[0].key not in {"a", "an", "and", "of", "the"}
        and colour[0].joined
        and colour[0].is_lower
        and colour[0].key in _PLAIN_COLOURS
        and not _colour_at(words, at)
    )


def _colour_at(words: list[Word], first: int) -> tuple[Colour, int] | None:
    """Give the longest colour name that begins at a word, and the index after it."""
    for last in range(min(len(words), first + _longest_colour()), first, -1):
        if all(word.joined for word in words[first + 1 : last]):
            colour = _colour_by_words().get(tuple(word.key for word in words[first:last]))
            if colour is not None:
                while (
                    last < len(words)
                    and not words[last].gap
                    and (words[last].key in _PLAIN_COLOURS)
                ):
                    last += 1  # "emerald green"
                return colour, last
    return None


def _key(words: list[Word], at: int) -> str | None:
    """Give a word that is joined to the one before; None where the text or the clause ends."""
    return words[at].key if at < len(words) and words[at].joined else None


@cache
def _colour_by_words() -> dict[tuple[str, ...], Colour]:
    colours = {tuple(w.key for w in split_words(c.name)): c for c in word_lists().colours}
    return colours | {("navy",): colours["navy", "blue"]}


@cache
def _longest_colour() -> int:
    return max(len(words) for words in _colour_by_words())
