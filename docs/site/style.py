"""House rules for English that readers see: pages, help and messages. `make lint` runs it.

proselint knows clichés and slips; these are constructions that this project's own texts fell into,
each with what to write instead, and sentences that nobody can read aloud.

    python docs/site/style.py
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = ("README.md", "CONTRIBUTING.md", "SECURITY.md", "docs/*.md")
MESSAGES = ("bot/locale/en.ftl", "bot/locale/*.en.ftl", "ganshare/sentences.py")
LONGEST = 48  # words of a sentence
# Figures of measurements, with their conditions, in one sentence each.
MEASURED = ("benchmarks.md", "moderation.md")
RULES = {
    r"\bfor ever\b": "forever",
    r"\bwhoever\b": "anyone who, the member who",
    r"\b(?:holds? in its place|such a rank)\b": "has these powers only in their own server",
    r"\bas it comes about\b": "as it takes shape",
    r"\bbefore one's eyes\b": "while you watch",
    r"\bthat there is not\b": "that does not exist",
    r"\b(?:what|which) is for one person\b": "only-me, or: only the member sees",
    r"\bis in the engine's hands\b": "is being painted",
    r"\bin case of need\b": "if needed",
    r"\bcertain(?:ly)? (?:not|no)\b": "not",
    r"\bpossibilit(?:y|ies) to\b": "can",
    r"\binformations\b": "information",
    r"\bforever[a-z]+\b": "for every...",
    r"\banew\b": "again",
    r"(?<![-\w])(?:some|any|every)body\b": "someone, anyone, everyone",
    r"\bgoes on\b": "continues",
    r"\b(?:looks? after|at hand)\b": "manages; available",
    r"\bdivided by (?:commas|\|)": "separated by",
    r"\bthe asker\b": "the member",
    r"\bany more\b": "no longer",
    r"\ballows? to \w+\b": "lets you ...",
    r"\b(?:clerk|errand|easel|steward)\b": "the field's own word",
}


def main() -> int:
    """Print each finding as FILE:LINE; 1 if there is any."""
    findings = [each for path in _files(PAGES) for each in (*_phrases(path), *_sentences(path))]
    findings += [each for path in _files(MESSAGES) for each in _phrases(path)]
    sys.stderr.write("".join(f"{each}\n" for each in findings))
    return 1 if findings else 0


def _files(patterns: tuple[str, ...]) -> list[Path]:
    return [path for pattern in patterns for path in sorted(ROOT.glob(pattern))]


def _phrases(path: Path) -> Iterator[str]:
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        for rule, instead in RULES.items():
            if found := re.search(rule, line, re.IGNORECASE):
                yield f"{path.relative_to(ROOT)}:{number}: {found[0]!r}: write {instead!r}"


def _sentences(path: Path) -> Iterator[str]:
    if path.name in MEASURED:
        return
    text = re.sub(r"```.*?```", "", path.read_text("utf-8"), flags=re.DOTALL)
    text = re.sub(r"^(?: {4}|\||!|#).*$", "", text, flags=re.MULTILINE)
    text = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", re.sub(r"`[^`]*`", "X", text))
    for paragraph in re.split(r"\n\s*\n|\n- |\n\d+\. ", text):
        for sentence in re.split(r"(?<=[.!?:;])\s", paragraph):
            words = sentence.split()
            if len(words) > LONGEST:
                start = " ".join(words[:6])
                yield f"{path.relative_to(ROOT)}: {len(words)} words: {start} ..."


if __name__ == "__main__":
    sys.exit(main())
