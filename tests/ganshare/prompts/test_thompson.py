"""Thompson sampling: what wins is drawn more often, nothing is lost for ever, and it says why."""

import sys
from collections import Counter
from typing import Any

import pytest

from ganshare.errors import ParameterError, PromptError, WorldError
from ganshare.prompts import draw_prompt, find_attributes
from ganshare.prompts.thompson import CommandSource, Idea, Record, ThompsonSource, WordListSource
from wordlists import word_lists

KNOWN = Record(
    {
        "Style": {"Cubist": (60, 45), "Abstract": (60, 2)},
        "Category": {"Places": (80, 40), "Shapes": (80, 4)},
    },
    paintings=200,
    best=50,
)


def styles(source: ThompsonSource, count: int = 2_000) -> Counter[str]:
    return Counter(str(source.draw(seed).prompt.attributes.style) for seed in range(count))


def test_what_won_is_drawn_more_often_than_what_did_not() -> None:
    drawn = styles(ThompsonSource(KNOWN))
    assert drawn["Cubist"] > 5 * drawn["Abstract"]
    assert drawn["Cubist"] > 800


def test_nothing_is_drawn_less_often_than_the_floor_allows() -> None:
    count, floor = 4_000, 0.2
    hopeless = Record({"Style": {"Abstract": (5_000, 0)}}, paintings=5_000, best=1_250)
    drawn = styles(ThompsonSource(hopeless, floor), count)
    expected = count * floor / len(word_lists().styles)
    assert drawn["Abstract"] > 0.6 * expected
    assert set(drawn) == set(word_lists().styles)


def test_what_nobody_has_tried_is_tried() -> None:
    tried = {style: (40, 10) for style in word_lists().styles if style != "Fauvist"}
    drawn = styles(ThompsonSource(Record({"Style": tried}, paintings=320, best=80), floor=0.01))
    assert drawn["Fauvist"] > 2_000 / len(word_lists().styles) / 2


def test_the_same_seed_and_record_give_the_same_prompt() -> None:
    for seed in range(50):
        assert ThompsonSource(KNOWN).draw(seed) == ThompsonSource(KNOWN).draw(seed)


def test_it_reads_like_any_drawn_prompt_and_has_the_same_attributes() -> None:
    for seed in range(300):
        drawn = ThompsonSource(KNOWN).draw(seed).prompt
        assert find_attributes(drawn.text) == drawn.attributes


def test_a_category_that_was_asked_for_is_kept() -> None:
    source = ThompsonSource(KNOWN)
    ideas = [source.draw(seed, "shapes") for seed in range(100)]
    assert {idea.prompt.attributes.category for idea in ideas} == {"shapes"}
    assert all(reason.trait != "Category" for idea in ideas for reason in idea.why)


def test_it_says_why_with_the_figures() -> None:
    ideas = [ThompsonSource(KNOWN, floor=0.01).draw(seed) for seed in range(200)]
    cubist = next(idea for idea in ideas if idea.prompt.attributes.style == "Cubist" and idea.why)
    sentence = "Style Cubist: 45 of 60 were in the top quarter (25% of all)."
    assert sentence in cubist.explain()
    assert [reason.trait for reason in cubist.why] == ["Style", "Category", "Subject", "Colour"]
    assert "not tried in a round yet" in cubist.explain()


def test_without_a_record_it_draws_as_the_word_lists_do() -> None:
    for seed in range(20):
        idea = ThompsonSource(Record()).draw(seed)
        assert idea.prompt == draw_prompt(seed) == WordListSource().draw(seed).prompt
        assert idea.why == ()
        assert idea.explain().startswith("Picked from all the lists")


@pytest.mark.parametrize("floor", [0.0, -1.0, 1.5])
def test_there_is_always_a_floor(floor: float) -> None:
    with pytest.raises(ParameterError):
        ThompsonSource(KNOWN, floor)


# --- a model of one's own ---------------------------------------------------------------------


def answering(code: str, **options: Any) -> CommandSource:
    return CommandSource((sys.executable, "-c", code), **options)


def test_a_program_answers_with_a_prompt_and_is_told_what_won() -> None:
    source = answering(
        "import json, sys; q = json.load(sys.stdin);"
        "print(f\"{q['liked']['Style'][0]} painting of a {q['category']} {q['seed']} in teal\")",
        record=KNOWN,
    )
    idea = source.draw(7, "places")
    assert isinstance(idea, Idea)
    assert idea.prompt.text == "Cubist painting of a places 7 in teal"
    assert idea.prompt.attributes.style == "Cubist"
    assert idea.explain() == "From: own model."


@pytest.mark.parametrize(
    "code", ["", "print('')", "import sys; sys.exit(3)", "print('a:11')", "print('a' * 9999)"]
)
def test_a_program_that_gives_no_prompt_is_the_world_s_fault(code: str) -> None:
    with pytest.raises(WorldError, match="gave none"):
        answering(code).draw(1)


def test_a_program_that_is_silent_or_not_there_is_not_waited_for() -> None:
    with pytest.raises(WorldError, match="timed out"):
        answering("import time; time.sleep(30)", seconds=0.2).draw(1)
    with pytest.raises(WorldError):
        CommandSource(("/nowhere/model",)).draw(1)


@pytest.mark.parametrize(
    "source", [WordListSource(), ThompsonSource(KNOWN), answering("print('x')")]
)
def test_every_source_knows_the_categories(source: Any) -> None:
    with pytest.raises(PromptError, match="'place' is unknown"):
        source.draw(1, "place")


def test_prompt_sources_of_others_still_find_the_old_names() -> None:
    from ganshare import muse

    assert (muse.Muse, muse.Idea, muse.Record) == (ThompsonSource, Idea, Record)
