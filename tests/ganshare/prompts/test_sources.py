"""Sources of prompts: found by name, whoever's they are; the Markov chain as the one example."""

import sys
from pathlib import Path
from typing import Any

import pytest

from ganshare.errors import PromptError, SettingsError
from ganshare.prompts import draw_prompt, parse_prompts
from ganshare.prompts.markov import MarkovSource
from ganshare.prompts.sources import find_prompt_source
from ganshare.prompts.thompson import CommandSource, Idea, Record, ThompsonSource, WordListSource

WON = (
    "a lantern over the quiet harbour | fog:0.5 | people:-1",
    "a lantern in the old forest at dawn",
    "the old harbour in the rain",
    "a fox in the quiet forest",
)
RECORD = Record(paintings=40, best=len(WON), prompts=WON)


# --- by name ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "kind"),
    [("muse", ThompsonSource), ("words", WordListSource), ("markov", MarkovSource)],
)
def test_our_own_are_known_by_their_names(name: str, kind: type) -> None:
    assert isinstance(find_prompt_source(name)(RECORD), kind)


def test_a_program_is_started_with_its_arguments() -> None:
    made = find_prompt_source(f"command:{sys.executable} -c \"print('a teal owl\\nit was late')\"")
    idea = made(RECORD).draw(3)
    assert isinstance(made(RECORD), CommandSource)
    assert idea.prompt.text == "a teal owl"
    assert idea.explain() == "From: own model. it was late"


def test_a_module_of_the_owner_s_is_imported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "their_prompts.py").write_text(
        "from ganshare.prompts.thompson import Idea\n"
        "from ganshare.prompts import draw_prompt\n"
        "class Source:\n"
        "    name = 'ours'\n"
        "    def __init__(self, record): self.record = record\n"
        "    def draw(self, seed, category=None):\n"
        "        note = f'{self.record.paintings} paintings'\n"
        "        return Idea(draw_prompt(seed, category), self.name, note=note)\n"
        "nothing = None\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    idea = find_prompt_source("their_prompts:Source")(RECORD).draw(5, "places")
    assert idea == Idea(draw_prompt(5, "places"), "ours", note="40 paintings")
    with pytest.raises(SettingsError, match="not a class or function"):
        find_prompt_source("their_prompts:nothing")
    for name in ("their_prompts:Missing", "no_such_module:Source"):
        with pytest.raises(SettingsError, match="cannot be loaded"):
            find_prompt_source(name)


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("mus", "muse"),
        ("", "allowed are"),
        ("command:", "needs a program"),
        ("command: 'a", "quote that does not end"),
    ],
)
def test_what_is_no_source_is_refused_with_what_is_one(name: str, sentence: str) -> None:
    with pytest.raises(SettingsError) as refused:
        find_prompt_source(name)
    assert sentence in str(refused.value)


# --- the chain --------------------------------------------------------------------------------


def test_it_writes_new_prompts_in_the_words_of_those_that_won() -> None:
    source = MarkovSource(Record(paintings=40, best=4, prompts=WON * 40))
    ideas = [source.draw(seed) for seed in range(200)]
    texts = {idea.prompt.text for idea in ideas}
    assert not texts & {part.text for each in WON for part in parse_prompts(each)}
    assert "a lantern in the quiet forest" in texts
    assert not any("people" in text or "|" in text for text in texts)
    assert all(idea.learned == 160 for idea in ideas if idea.source == "markov")
    assert "160 prompts that won" in ideas[0].explain()


def test_the_same_seed_writes_the_same() -> None:
    one, other = MarkovSource(RECORD), MarkovSource(RECORD)
    drawn = [one.draw(seed) for seed in range(40)]
    assert drawn == [other.draw(seed) for seed in range(40)]
    assert len({idea.prompt.text for idea in drawn}) > 30


def test_it_speaks_before_anybody_has_won_and_claims_nothing() -> None:
    source = MarkovSource(Record())
    for seed in range(30):
        idea = source.draw(seed)
        assert parse_prompts(idea.prompt.text)
        assert idea.learned == 0


@pytest.mark.parametrize("category", ["shapes", "places", "things"])
def test_a_category_is_kept(category: str) -> None:
    source = MarkovSource(RECORD)
    for seed in range(20):
        assert source.draw(seed, category).prompt.attributes.category == category
    with pytest.raises(PromptError):
        source.draw(1, "nowhere")


def test_a_prompt_of_older_rules_is_left_out() -> None:
    odd: Any = ("a" * 99_999, "", "x:-3")
    assert MarkovSource(Record(paintings=3, best=3, prompts=odd)).draw(1).prompt.text
