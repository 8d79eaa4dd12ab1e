"""Reorders a Chinese phrase as English, where modifiers may follow their noun.

"雪山上的红色寺庙" reads as "red temple on a snowy mountain". It is word by word otherwise: no
tenses, few articles, since a perceptor looks for things and their looks.
"""

import re
from collections.abc import Callable
from dataclasses import replace

from ganshare.prompts.chinese.tokens import Token
from wordlists import CATEGORIES, word_lists

__all__ = ["english_of"]

_ADJECTIVES = frozenset({"adj", "colour", "style", "num", "adv", "text"})
_NOUNS = frozenset({"noun", "subject", "text", "genre", "pron"})
_PHRASE = _ADJECTIVES | _NOUNS | {"mw", "and"}
_AROUND = frozenset({"de", "skip", "num", "mw", "style_word", "tone", "with", "zai", "mark", "and"})
_DESCRIBE = frozenset({"adj", "colour", "adv"})
_PLACE = re.compile(
    r"((?:in|on|by|at|under|among|above|inside|outside|in front of)(?: the| an?)?) (.+)"
)
_SIGNS = dict(zip("，。；：！？、", ",.;:!?,", strict=True))
_WHEN = re.compile(r"^(late )?(at|in|on|by) (the |an? )?")
_PASSIVES = {"covered with": "covered with", "overgrown with": "overgrown with",
             "made of": "made of", "lighting up": "lit by", "shining on": "lit by"}  # fmt: skip
_PLAIN_GENRES = frozenset({"画", "画作", "绘画", "图画", "图"})
_PLURALS = {"man": "men", "woman": "women", "person": "people", "child": "children",
            "mouse": "mice", "wolf": "wolves", "knife": "knives", "sheep": "sheep",
            "fish": "fish", "deer": "deer", "cattle": "cattle"}  # fmt: skip


def english_of(tokens: list[Token]) -> str:
    """Write the words of one part of a prompt as English.

    A style, a subject and a colour of the word lists, and little else, become the form of a drawn
    prompt: "Futurist Painting of a City in Vivid Burgundy Brown".
    """
    tokens = _named([token for token in tokens if token.kind != "unread"])
    if (listed := _listed(tokens)) is not None:
        return listed
    foreign = sum(len(token.english.split()) for token in tokens if token.kind == "text")
    if foreign > sum(token.kind not in {"text", "mark"} for token in tokens):
        said = " ".join(_SIGNS.get(token.english, token.english) for token in tokens)
        return re.sub(r" +(?=[,.;:!?])", "", " ".join(said.split()))
    text = ""
    clause: list[Token] = []
    for token in [*tokens, Token("mark", "", "")]:
        if token.kind != "mark":
            clause.append(token)
            continue
        said = _clause(clause, is_first=not text)
        text = f"{text}, {said}" if text and said else text or said
        clause = []
    return text


def _named(tokens: list[Token]) -> list[Token]:
    """Give words the part of speech that their neighbours make of them."""
    named: list[Token] = []
    for token, following in zip(tokens, [*tokens, None][1:], strict=True):
        is_last = following is None or following.kind == "mark"
        if token.kind == "style" and token.name is None:
            token = replace(token, kind="style_word")  # 风格 itself
        elif token.source == "画" and following is not None and following.kind == "num":
            token = replace(token, kind="skip", english="")  # a verb: 画一只鲸鱼
        elif token.kind == "time" and is_last and (not named or named[-1].kind in {"de", "mark"}):
            token = replace(token, kind="noun", english=_WHEN.sub("", token.english))
        named.append(token)
    return named


def _listed(tokens: list[Token]) -> str | None:
    """The form of a drawn prompt, if the words are those and nothing more."""
    found = {kind: [t for t in tokens if t.kind == kind] for kind in ("style", "subject", "colour")}
    others = [t for t in tokens if t.kind not in found and t.kind not in _AROUND]
    if any(len(each) != 1 for each in found.values()) or any(
        not (t.kind == "genre" and t.source in _PLAIN_GENRES) for t in others
    ):
        return None
    style, subject, colour = (found[kind][0].name or "" for kind in found)
    of = "with" if subject in word_lists().subjects(CATEGORIES[0]) else "of"
    return f"{style} Painting {of} {subject} in {colour}"


# --- one clause -------------------------------------------------------------------------------


def _clause(tokens: list[Token], *, is_first: bool) -> str:
    tokens = [token for token in tokens if token.kind != "skip"]
    meaningful = [token for token in tokens if token.kind not in {"de", "with"}]
    if not is_first and len(meaningful) == 1 and meaningful[0].kind == "colour":
        return f"in {meaningful[0].english}"
    for step in (_negated, _toned, _styled, _passive, _located, _attributed, _painted, _moved):
        tokens = step(tokens)
    return _joined(tokens)


def _post(*texts: str) -> Token:
    """Something that follows its noun in English."""
    return Token("post", "", " ".join(text for text in texts if text))


def _negated(tokens: list[Token]) -> list[Token]:
    """没有X -> "without X"."""
    return [replace(t, kind="prep") if t.kind == "no" else t for t in tokens]


def _toned(tokens: list[Token]) -> list[Token]:
    """用蓝色, 以红色为主, 暖色调 -> "in blue", "in red", "in warm-colored tones"."""
    found: list[Token] = []
    for at, token in enumerate(tokens):
        before = found[-1] if found else None
        if token.kind == "tone" and before and before.kind in {"adj", "colour"}:
            start = _start(found, len(found), lambda t: t.kind in {"adj", "colour", "and"})
            words = _joined(found[start:])
            found[start:] = [_post("in", words, token.english)]
            if start and found[start - 1].kind == "with":
                del found[start - 1]
        elif (
            token.kind == "colour"
            and before
            and before.kind == "with"
            and (at + 1 == len(tokens) or tokens[at + 1].kind in {"num", "verb", "genre"})
        ):
            found[-1] = _post("in", token.english)
        else:
            found.append(token)
    return found


def _styled(tokens: list[Token]) -> list[Token]:
    """梵高风格, 油画风格 -> "in van Gogh style", "in oil painting style"."""
    found: list[Token] = []
    for token in tokens:
        if token.kind == "style_word" and found:
            of = found.pop()
            if of.kind == "de" and found:
                of = found.pop()
            said = "in the style of" if of.kind in {"noun", "text"} else "in"
            style = "" if said != "in" else "style"
            found.append(_post(said, of.english, style))
        else:
            found.append(token)
    return found


def _passive(tokens: list[Token]) -> list[Token]:
    """被雪覆盖 -> "covered with snow"."""
    found: list[Token] = []
    at = 0
    while at < len(tokens):
        end = at
        if tokens[at].kind == "by":
            end = next((n for n in range(at, len(tokens)) if tokens[n].kind in {"verb", "by2"}), at)
        if end > at + 1:
            verb = _PASSIVES.get(tokens[end].english, tokens[end].english)
            verb = verb if verb.endswith((" with", " by")) else f"{verb} by"
            found.append(_post(verb, _joined(tokens[at + 1 : end])))
            at = end + 1
        else:
            found.append(tokens[at])
            at += 1
    return found


def _located(tokens: list[Token]) -> list[Token]:
    """在雪地里, 桌子上, 夜晚 -> "in snow", "on table", "at night"."""
    found: list[Token] = []
    for at, token in enumerate(tokens):
        if token.kind == "loc" and found:
            zai = next((n for n in reversed(range(len(found))) if found[n].kind == "zai"), None)
            if zai is None:
                start = _start(found, len(found), lambda t: t.kind in _PHRASE | {"de", "post"})
                start = _after_subject(found, start)
            else:
                start = zai + 1
            words = _clause(found[start:], is_first=True)
            found[start:] = [_post(token.english, words)]
            if zai is not None and not _goes_on(tokens[at + 1 :]):
                del found[zai]
        elif token.kind in {"place", "time"}:
            described = _start(found, len(found), lambda t: t.kind in _DESCRIBE | {"de"})
            if token.kind == "time" or (found and found[-1].kind == "post"):
                described = len(found)
            words = _joined([t for t in found[described:] if t.kind != "de"])
            found[described:] = [_post(_inserted(words, token.english))]
            if described and found[described - 1].kind == "zai":
                del found[described - 1]
        else:
            found.append(token)
    return _zai(found)


def _goes_on(tokens: list[Token]) -> bool:
    """Whether another word for where follows: 在暴风雨中的小船上."""
    rest = [t for t in tokens if t.kind not in _PHRASE | {"de"}]
    return bool(tokens) and tokens[0].kind == "de" and bool(rest) and rest[0].kind == "loc"


def _inserted(words: str, place: str) -> str:
    """ "dark blue" in "under the night sky" -> "under the dark blue night sky"."""
    match = _PLACE.fullmatch(place)
    return f"{match[1]} {words} {match[2]}" if match and words else f"{words} {place}".strip()


def _after_subject(found: list[Token], start: int) -> int:
    """Leave what stands before a number: 猫一张桌子上 has two phrases."""
    numbers = [n for n in range(start + 1, len(found)) if found[n].kind == "num"]
    return numbers[-1] if numbers else start


def _zai(tokens: list[Token]) -> list[Token]:
    """在X without a word for where -> "in X"."""
    found: list[Token] = []
    at = 0
    while at < len(tokens):
        if tokens[at].kind == "zai":
            end = at + 1
            while end < len(tokens) and tokens[end].kind in _PHRASE:
                end += 1
            if end > at + 1:
                found.append(_post("in", _joined(tokens[at + 1 : end])))
            at = end
        else:
            found.append(tokens[at])
            at += 1
    return found


def _attributed(tokens: list[Token]) -> list[Token]:
    """X的Y: what is no adjective follows Y."""
    while (at := next((n for n, t in enumerate(tokens) if t.kind == "de"), None)) is not None:
        start = _scope(tokens, at)
        end = at + 1
        while end < len(tokens) and tokens[end].kind in _PHRASE - {"pron"}:
            end += 1
        scope, head = tokens[start:at], tokens[at + 1 : end]
        follows = any(t.kind in {"verb", "post", "prep", "with", "you", "by2"} for t in scope)
        if len(scope) == 1 and scope[0].kind == "verb" and " " not in scope[0].english:
            follows = False
        if follows and head:
            words = _joined(_moved(_passive_scope(scope)))
            scope, head = head, [_post(words)]
        tokens = [*tokens[:start], *scope, *head, *tokens[end:]]
    return tokens


def _passive_scope(scope: list[Token]) -> list[Token]:
    """冰雪覆盖的, 玻璃做成的 -> "covered with ice and snow", "made of glass"."""
    verb = _PASSIVES.get(scope[-1].english) if scope[-1].kind == "verb" else None
    if verb is None or len(scope) == 1:
        return scope
    return [replace(scope[-1], english=verb), *(t for t in scope[:-1] if t.kind != "with")]


def _scope(tokens: list[Token], at: int) -> int:
    """Where the words begin that a 的 makes an attribute of."""
    if at and tokens[at - 1].kind in _ADJECTIVES:
        return at - 1
    if at and tokens[at - 1].kind == "verb" and tokens[at - 1].english in _PASSIVES:
        return _start(tokens, at - 1, lambda t: t.kind in _PHRASE | {"with"})
    start = at
    while start and tokens[start - 1].kind == "post":
        start -= 1
    start = _start(tokens, start, lambda t: t.kind in _PHRASE - {"mw"})
    before = tokens[start - 1].kind if start else ""
    if before in {"verb", "prep", "with", "you", "by2"}:
        verb = _start(tokens, start - 1, lambda t: t.kind in {"adv", "post", "verb"})
        subject = _start(tokens, verb, lambda t: t.kind in _NOUNS)
        if subject == verb:
            return verb
    if start < at and tokens[at - 1].kind == "post":
        # The phrase before is the attribute's own only if it is a verb's.
        return _start(tokens, at, lambda t: t.kind == "post")
    return start


def _painted(tokens: list[Token]) -> list[Token]:
    """城堡的油画, 城市画 -> "oil painting of castle", "painting of city"."""
    at = next((n for n in reversed(range(len(tokens))) if tokens[n].kind == "genre"), None)
    if at is None:
        return tokens
    before, after = tokens[:at], tokens[at + 1 :]
    posts = [t for t in before if t.kind == "post"]
    start = 0
    while start < len(before) and before[start].kind in {"num", "mw"}:
        start += 1
    count = before[:start]
    styles = [t for t in before[start:] if t.kind == "style"]
    what = [t for t in before[start:] if t.kind != "style"]
    if what and what[0].english == "about":
        what = what[1:]
    if not any(t.kind in _NOUNS | {"verb"} for t in what):
        return [*count, *styles, *what, tokens[at], *after]
    own = [
        t for t in posts if t.english.startswith("in ") and t.english.endswith((" style", " tones"))
    ]
    what = [t for t in what if t not in own]
    return [*count, *styles, tokens[at], _post("of", _joined(_moved(what))), *own, *after]


def _moved(tokens: list[Token]) -> list[Token]:
    """Where and when go to the end; "there is" is not said."""
    posts = [t for t in tokens if t.kind == "post"]
    others = [t for t in tokens if t.kind != "post"]
    if others and others[0].kind == "you":
        others = others[1:]
    if posts and tokens[0].kind == "post" and [t.kind for t in others[:2]] == ["verb", "num"]:
        others = [*others[1:], others[0]]  # 湖面上漂着一只船: where, does, who
    return [*others, *posts]


def _start(tokens: list[Token], end: int, holds: Callable[[Token], bool]) -> int:
    while end and holds(tokens[end - 1]):
        end -= 1
    return end


# --- words ------------------------------------------------------------------------------------


def _joined(tokens: list[Token]) -> str:
    words: list[str] = []
    count = ""
    for at, token in enumerate(tokens):
        english = token.english
        if token.kind == "num":
            count = english
        elif token.kind in _NOUNS:
            next_kind = tokens[at + 1].kind if at + 1 < len(tokens) else ""
            if count and next_kind not in _NOUNS:
                english = english if count in {"a", "each", "another", "half"} else _plural(english)
                count = ""
        if english:
            words.append(english)
    return re.sub(r"\ba (?=[aeio])", "an ", " ".join(words))


def _plural(noun: str) -> str:
    first, _, last = noun.rpartition(" ")
    if last in _PLURALS:
        last = _PLURALS[last]
    elif last.endswith(("s", "x", "ch", "sh")):
        last = last if last.endswith("s") else f"{last}es"
    elif re.search("[^aeiou]y$", last):
        last = f"{last[:-1]}ies"
    else:
        last = f"{last}s"
    return f"{first} {last}".strip()
