"""Requests are checked before they are queued, and come out of the store as they went in."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ganshare.domain.jobs import JobRequest, JobState
from ganshare.domain.limits import MAX_CUTOUTS, MAX_STEPS
from ganshare.errors import AskerError, ParameterError, PromptError, SizeError
from ganshare.prompts import MAX_SEED
from ganshare.testing import make_request

VALID = make_request().to_json()


@pytest.mark.parametrize(
    ("overrides", "error"),
    [
        ({"prompt": "  "}, PromptError),
        ({"prompt": "a:-1"}, PromptError),
        ({"width": 250}, SizeError),
        ({"width": 1024, "height": 1024}, SizeError),
        ({"steps": 0}, ParameterError),
        ({"steps": MAX_STEPS + 1}, ParameterError),
        ({"num_cutouts": 0}, ParameterError),
        ({"num_cutouts": MAX_CUTOUTS + 1}, ParameterError),
        ({"seed": -1}, ParameterError),
        ({"seed": MAX_SEED + 1}, ParameterError),
        ({"model": ""}, ParameterError),
        ({"model": "m" * 101}, ParameterError),
    ],
)
def test_what_cannot_be_painted_is_no_request(
    overrides: dict[str, object], error: type[AskerError]
) -> None:
    with pytest.raises(error):
        make_request(**overrides)


@given(
    prompt=st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=50),
    seed=st.integers(0, MAX_SEED),
    steps=st.integers(1, MAX_STEPS),
    side=st.sampled_from([64, 256, 512]),
    num_cutouts=st.integers(1, MAX_CUTOUTS),
    upscale=st.booleans(),
    init_image=st.none() | st.text(),
)
def test_a_request_survives_json(
    prompt: str,
    seed: int,
    steps: int,
    side: int,
    num_cutouts: int,
    upscale: bool,
    init_image: str | None,
) -> None:
    request = JobRequest(
        prompt, seed, "m", steps, side, side, num_cutouts, upscale=upscale, init_image=init_image
    )
    assert JobRequest.from_json(json.loads(json.dumps(request.to_json()))) == request


def test_a_request_from_before_the_choice_has_its_init_image_stretched() -> None:
    given = {"prompt": "a castle", "seed": 1, "model": "paintings-f8", "init_image": "inputs/1.png"}
    assert JobRequest.from_json(given).init_fit == "stretch"
    assert JobRequest.from_json(given | {"init_fit": "contain"}).init_fit == "contain"
    assert JobRequest(**given).init_fit == "cover"


def test_another_init_fit_is_refused_in_a_sentence() -> None:
    with pytest.raises(ParameterError, match="'crop' is unknown; allowed are cover, contain and"):
        make_request(init_fit="crop")


def test_what_has_a_default_may_be_left_out() -> None:
    given = {"prompt": "a castle", "seed": 1, "model": "paintings-f8"}
    assert JobRequest.from_json(given) == make_request(grammar=1)


def test_what_was_stored_before_the_second_grammar_keeps_its_reading() -> None:
    stored = {"prompt": "a castle 16:9 | a cat : 3", "seed": 1, "model": "paintings-f8"}
    old, new = JobRequest.from_json(stored), make_request(prompt=stored["prompt"])
    assert [part.weight for part in old.prompts] == [9, 3]
    assert [part.weight for part in new.prompts] == [1, 1]
    for request in (old, new):
        assert JobRequest.from_json(request.to_json()) == request
        assert replace(request, seed=2).prompts == request.prompts


def test_an_unknown_preset_or_grammar_is_refused() -> None:
    with pytest.raises(ParameterError, match="draft and standard"):
        make_request(preset="final")
    with pytest.raises(ParameterError, match="grammar must be between 1 and 2"):
        make_request(grammar=3)


@pytest.mark.parametrize(
    "damaged",
    [
        None,
        [],
        "text",
        {},
        {**VALID, "seed": "1"},
        {**VALID, "seed": True},
        {**VALID, "seed": 1.0},
        {**VALID, "upscale": 1},
        {**VALID, "prompt": None},
        {**VALID, "init_image": 3},
        {**VALID, "colour": "red"},
        {name: value for name, value in VALID.items() if name != "model"},
        {**VALID, "width": 100_000},
    ],
)
def test_damaged_json_is_refused_in_a_sentence(damaged: object) -> None:
    with pytest.raises(AskerError) as caught:
        JobRequest.from_json(damaged)
    assert str(caught.value).endswith(".")


def test_a_default_painting_costs_one_unit() -> None:
    assert make_request().cost == 1.0


def test_cost_grows_with_steps_pixels_and_cutouts() -> None:
    assert make_request(steps=240).cost == 2.0
    assert make_request(width=512, height=512).cost == 4.0
    assert 1.0 < make_request(num_cutouts=32).cost < 2.0


def test_only_queued_and_running_jobs_have_a_future() -> None:
    assert {state for state in JobState if not state.over} == {"queued", "running"}
