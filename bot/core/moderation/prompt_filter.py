"""Filters prompts by rules of words and regular expressions, per language.

The rules are `bot/moderation/*.toml` and those in the community's own folder. All rules hold for
all prompts, in any language; docs/moderation.md describes how to write them.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from bot.core.moderation.text_folding import fold, packed, readings
from bot.core.rendering.errors import RefusalError
from ganshare.errors import PromptError, SettingsError, quoted
from ganshare.safety import SafetyCheck

__all__ = ["BlockedPromptError", "Moderation", "Rule", "RuleMatch", "open_moderation"]

BUILT_IN = Path(__file__).parent.parent.parent / "moderation"
LONGEST_TEXT = 4_000  # of which anything is read; longer prompts are refused anyway

_ACTIONS = ("block", "flag", "off")
_KEYS = frozenset({"name", "action", "says", "words", "with", "patterns"})
# Thai, kana, Han, Hangul: words are found wherever they stand, since no spaces divide them.
_NO_SPACES = re.compile("[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


@dataclass(frozen=True, slots=True)
class RuleMatch:
    """A rule that a prompt met.

    Args:
        rule: its name, such as "gore".
        language: of the list that it is from.
        text: what met it, as the filter reads it: folded, without look-alikes.
        blocks: whether the prompt is refused, or only noted for admins.
    """

    rule: str
    language: str
    text: str
    blocks: bool


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of a list.

    Args:
        says: what is not allowed, as a noun phrase, by language: {"en": "gore"}.
        words: any of these is enough; None matches nothing.
        company: one of these must be there as well; None if none need be.
        patterns: regular expressions, which are words of their own.
    """

    name: str
    language: str
    action: Literal["block", "flag", "off"]
    says: Mapping[str, str]
    words: "_Words"
    company: "_Words | None" = None
    patterns: Sequence[re.Pattern[str]] = ()

    def match(self, seen: "_Seen") -> str | None:
        """Give the text that meets the rule, or None."""
        if self.company is not None and self.company.match(seen) is None:
            return None
        found = (pattern.search(text) for pattern in self.patterns for text in seen.spaced)
        by_pattern = next((each[0].strip() for each in found if each), None)
        return by_pattern if by_pattern is not None else self.words.match(seen)


@dataclass(frozen=True, slots=True)
class _Seen:
    """A prompt as the rules look at it."""

    spaced: Sequence[str]
    packed: str


@dataclass(frozen=True, slots=True)
class _Words:
    """Some words as two expressions: for scripts with spaces, and for those without."""

    spaced: re.Pattern[str] | None
    packed: re.Pattern[str] | None

    @classmethod
    def of(cls, words: Iterable[str]) -> "_Words":
        with_spaces, without = [], []
        for word in words:
            if _NO_SPACES.search(word):
                without.append(re.escape(packed(word)))
            elif body := _expression(word):
                with_spaces.append(body)
        return cls(
            re.compile(rf"(?<= )(?:{'|'.join(with_spaces)})(?= )") if with_spaces else None,
            re.compile("|".join(without)) if without else None,
        )

    def match(self, seen: _Seen) -> str | None:
        found = [self.packed.search(seen.packed)] if self.packed else []
        found += [self.spaced.search(text) for text in seen.spaced] if self.spaced else []
        return next((each[0] for each in found if each), None)


def _expression(word: str) -> str:
    """A word as an expression: letters may be repeated, an s may follow, * is any ending."""
    stem, star, _ = word.partition("*")
    parts = []
    for part in fold(stem).split():
        letters = "".join(letter for letter in part if letter.isalnum())
        parts.append("".join(f"{re.escape(letter)}+" for letter in letters))
    body = " ".join(part for part in parts if part)
    return body and body + (r"\w*" if star else "(?:e?s)?")


class BlockedPromptError(RefusalError, PromptError):
    """A prompt that a rule blocks; the sentence says what is not allowed, never the word.

    Args:
        findings: every rule that was met, for the moderation log.
        what: is not allowed, in the asker's language.
    """

    def __init__(self, findings: Sequence[RuleMatch], what: str) -> None:
        super().__init__("refusal-blocked-prompt", found=what)
        self.findings = tuple(findings)


@dataclass(frozen=True)
class Moderation:
    """The rules of a community; made by `open_moderation`, or without any for tests.

    Args:
        safety: judges pictures to begin from before they are queued; None leaves that to engines.
    """

    rules: Sequence[Rule] = field(default=())
    safety: SafetyCheck | None = None

    def find(self, text: str) -> list[RuleMatch]:
        """Give every rule that a prompt meets."""
        head = text[:LONGEST_TEXT]
        seen = _Seen(readings(head), packed(head))
        matches = ((rule, rule.match(seen)) for rule in self.rules)
        return [
            RuleMatch(rule.name, rule.language, found, rule.action == "block")
            for rule, found in matches
            if found is not None
        ]

    def check_prompt(self, text: str, locale: str = "en") -> list[RuleMatch]:
        """Give the rules that only flag; for the moderation log.

        Raises:
            BlockedPromptError: a rule blocks; its sentence says what is not allowed, and its
                `findings` are for the moderation log.
        """
        findings = self.find(text)
        blocking = next((each for each in findings if each.blocks), None)
        if blocking is None:
            return findings
        rule = next(r for r in self.rules if (r.name, r.language) == _name(blocking))
        raise BlockedPromptError(findings, _said(rule, locale))


def _name(finding: RuleMatch) -> tuple[str, str]:
    return finding.rule, finding.language


def _said(rule: Rule, locale: str) -> str:
    """What a rule forbids, in the nearest language that it knows."""
    language = locale.partition("-")[0].lower()
    return rule.says.get(language) or rule.says.get("en") or next(iter(rule.says.values()))


# --- lists ------------------------------------------------------------------------------------


def open_moderation(folder: Path | None = None, safety: SafetyCheck | None = None) -> Moderation:
    """Read the built-in lists, and a community's own.

    Args:
        folder: of further *.toml files; a rule of the same name and language takes the place of
            the built-in one, and the action "off" removes it.
        safety: as in `Moderation`.

    Raises:
        SettingsError: the folder or a file in it cannot be read, or is no list.
    """
    files = sorted(BUILT_IN.glob("*.toml"))
    if folder is not None:
        if not folder.is_dir():
            message = f"There is no folder {folder} with word lists."
            raise SettingsError(message, given=str(folder))
        files += sorted(folder.glob("*.toml"))
    rules = {(rule.name, rule.language): rule for file in files for rule in _read(file)}
    return Moderation(tuple(rule for rule in rules.values() if rule.action != "off"), safety)


def _read(file: Path) -> list[Rule]:
    try:
        content = tomllib.loads(file.read_text("utf-8"))
        language, tables = content.pop("language"), content.pop("rule", [])
        if content:
            raise ValueError(f"{quoted(next(iter(content)))} is unknown")  # noqa: TRY301
        return [_rule(table, str(language)) for table in tables]
    except KeyError as error:
        raise _unreadable(file, f"{error.args[0]} is missing") from error
    except OSError as error:
        raise _unreadable(file, error.strerror or str(error)) from error
    except (ValueError, TypeError, AttributeError, re.error) as error:
        raise _unreadable(file, str(error)) from error


def _unreadable(file: Path, reason: str) -> SettingsError:
    return SettingsError(f"The word list {file} cannot be read: {reason}.", given=file)


def _rule(table: Mapping[str, Any], language: str) -> Rule:
    if unknown := table.keys() - _KEYS:
        raise ValueError(f"a rule has no {quoted(sorted(unknown)[0])}")
    name, action = table["name"], table.get("action", "block")
    if action not in _ACTIONS:
        raise ValueError(f"the action of {quoted(name)} must be one of {', '.join(_ACTIONS)}")
    says = dict(table.get("says", {})) or {language: str(name)}
    return Rule(
        name=str(name),
        language=language,
        action=action,
        says={key: str(value) for key, value in says.items()},
        words=_Words.of(_texts(table, "words")),
        company=_Words.of(_texts(table, "with")) if "with" in table else None,
        patterns=[re.compile(each, re.IGNORECASE) for each in _texts(table, "patterns")],
    )


def _texts(table: Mapping[str, Any], key: str) -> list[str]:
    found = table.get(key, [])
    if not (isinstance(found, list) and all(isinstance(each, str) for each in found)):
        raise ValueError(f"the {key} of {quoted(table['name'])} must be a list of texts")
    return found
