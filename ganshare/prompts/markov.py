"""`MarkovSource`: writes prompts word by word, as prompts that won put them.

A Markov chain of second order (Shannon 1948, section 3) over the prompts of paintings that came in
the first quarter of their rounds, and over prompts from the word lists, so that it speaks before
anyone has won. It is the example of a source of one's own; see docs/curation.md.
"""

import random
from collections import defaultdict
from collections.abc import Mapping, Sequence

from ganshare.errors import AskerError, PromptError, must_be_one_of
from ganshare.prompts import CATEGORIES, DrawnPrompt, draw_prompt, find_attributes, parse_prompts
from ganshare.prompts.thompson import Idea, Record

__all__ = ["MARKOV", "MarkovSource"]

MARKOV = "markov"
FROM_LISTS = 150  # prompts from the word lists that are always in the text
MOST_WORDS = 24
TRIES = 60
_END = ""

Followers = Mapping[tuple[str, str], Sequence[str]]


class MarkovSource:
    """Writes new prompts in the words of those that won.

    Args:
        record: with the prompts to learn from.
    """

    name = MARKOV

    def __init__(self, record: Record) -> None:
        won = [text for each in record.prompts for text in _texts(each)]
        listed = [draw_prompt(seed).text for seed in range(FROM_LISTS)]
        self._known = frozenset(each.casefold() for each in (*won, *listed))
        self._followers = _followers([*won, *listed])
        self._learned = len(record.prompts)

    def draw(self, seed: int, category: str | None = None) -> Idea:
        """Write a new prompt of the category; one from the word lists if none comes about."""
        if category is not None and category not in CATEGORIES:
            raise must_be_one_of(PromptError, "category", category, CATEGORIES)
        dice = random.Random(seed ^ 0x6D61726B)
        for _ in range(TRIES):
            text = self._write(dice)
            attributes = find_attributes(text)
            fits = category is None or attributes.category == category
            if fits and text.casefold() not in self._known and _is_prompt(text):
                return Idea(DrawnPrompt(text, attributes, seed), self.name, learned=self._learned)
        return Idea(draw_prompt(seed, category), "word lists")

    def _write(self, dice: random.Random) -> str:
        state, words = (_END, _END), list[str]()
        while (word := dice.choice(self._followers[state])) != _END and len(words) < MOST_WORDS:
            words.append(word)
            state = (state[1], word)
        return " ".join(words)


def _followers(texts: Sequence[str]) -> Followers:
    """Which words came after each two, as often as they did."""
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for text in texts:
        words = [_END, _END, *text.split(), _END]
        for one, two, three in zip(words, words[1:], words[2:], strict=False):
            found[one, two].append(three)
    return found


def _texts(prompt: str) -> list[str]:
    """What a prompt asks for, without weights and what it pushes away."""
    try:
        return [part.text for part in parse_prompts(prompt) if part.weight > 0]
    except AskerError:  # of an older version's rules
        return []


def _is_prompt(text: str) -> bool:
    try:
        return bool(parse_prompts(text)) and len(text.split()) > 1
    except AskerError:
        return False
