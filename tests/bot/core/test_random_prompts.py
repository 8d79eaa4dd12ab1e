"""Where /random draws from, and what people are told about it."""

from typing import Any

import pytest

from bot.core.random_prompts import Prompts, why_line
from bot.core.rendering.catalogue import load_words
from ganshare.errors import PromptError
from ganshare.prompts import draw_prompt
from ganshare.prompts.sources import find_prompt_source
from ganshare.prompts.thompson import Idea, Record, ThompsonSource

Hall = Any  # of conftest.py


def idea(**changes: Any) -> Idea:
    return Idea(draw_prompt(1), **({"source": "muse"} | changes))


async def test_the_owner_s_source_draws_and_its_note_is_shown(hall: Hall) -> None:
    made = find_prompt_source("command:printf 'a teal owl\\nit is late'")
    drawn = await Prompts(hall.store, made).draw(1, None)
    assert drawn.prompt.text == "a teal owl"
    line = why_line(hall.words, "en", drawn, knows_any=False)
    assert line == "Picked by: own model. it is late"


async def test_the_sampler_draws_where_the_owner_s_source_fails(hall: Hall) -> None:
    for made in (find_prompt_source("command:false"), Broken):
        drawn = await Prompts(hall.store, made).draw(1, None)
        assert drawn == ThompsonSource(Record()).draw(1)
        with pytest.raises(PromptError):
            await Prompts(hall.store, made).draw(1, "nowhere")


class Broken:
    name = "broken"

    def __init__(self, record: Record) -> None:
        self.record = record

    def draw(self, seed: int, category: str | None = None) -> Idea:
        raise RuntimeError(seed)


CHANCE = "Picked at random from all the lists, to explore what nobody has tried."
LEARNED = "The wording follows"


@pytest.mark.parametrize(
    ("drawn", "knows_any", "line"),
    [
        (idea(), False, ""),
        (idea(), True, CHANCE),
        (idea(source="markov"), True, CHANCE),
        (idea(source="markov", learned=1), False, f"{LEARNED} a prompt that won."),
        (idea(source="markov", learned=9), False, f"{LEARNED} 9 prompts that won."),
        (idea(source="ours"), False, "Picked by: ours."),
    ],
)
def test_people_are_told_why_a_prompt_was_drawn(drawn: Idea, knows_any: bool, line: str) -> None:
    assert why_line(load_words(), "en", drawn, knows_any=knows_any) == line
