"""What may be asked for, and what is said to the rest."""

import contextlib
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.synthesis.request import (
    MAX_AREA,
    PaintingRequest,
    attributes_of,
    check_size,
    parse_noise_prompt,
    parse_size,
)
from ganshare.errors import ParameterError, PromptError, SizeError
from ganshare.prompts import MAX_SEED, WeightedPrompt, parse_prompts
from ganshare.prompts.attributes import Attributes


def make_request(**overrides: object) -> PaintingRequest:
    values: dict[str, object] = {
        "prompts": parse_prompts("a castle"),
        "attributes": None,
        "seed": 1,
    }
    return PaintingRequest(**(values | overrides))  # type: ignore[arg-type]


def test_the_defaults_are_allowed() -> None:
    assert (make_request().width, make_request().height) == (256, 256)


@pytest.mark.parametrize("text", ["256x256", "64x1024", "512X512", " 1024x256 ", "320×480"])
def test_offered_sizes_are_read(text: str) -> None:
    width, height = parse_size(text)
    make_request(width=width, height=height)


@pytest.mark.parametrize(
    "text",
    ["37x41", "0x0", "9000x9000", "abc", "", "256", "256x", "-64x64", "256x256x256", "528x512",
     "48x64", "1e2x64", "\uff19x\uff19", "99999999999999x64"],
)  # fmt: skip
def test_other_sizes_say_the_limits(text: str) -> None:
    with pytest.raises(SizeError, match="multiples of 16 from 64 to 1024, and the area") as caught:
        parse_size(text)
    assert "\n" not in str(caught.value)


@given(st.integers(-10, 20_000), st.integers(-10, 20_000))
def test_the_proposed_size_is_offered(width: int, height: int) -> None:
    with contextlib.suppress(SizeError):
        check_size(width, height)
        return
    with pytest.raises(SizeError) as caught:
        check_size(width, height)
    assert caught.value.nearest is not None
    width, height = parse_size(caught.value.nearest)
    assert width * height <= MAX_AREA


@pytest.mark.parametrize(
    "values",
    [{"steps": 0}, {"steps": 2001}, {"num_cutouts": 0}, {"num_cutouts": 257}, {"seed": -1},
     {"seed": MAX_SEED + 1}, {"noise_prompts": ((-1, 1.0),)},
     {"noise_prompts": ((1, float("nan")),)}],
)  # fmt: skip
def test_numbers_out_of_range_say_the_range(values: dict[str, object]) -> None:
    with pytest.raises(ParameterError, match=r"must be between .* and .* \(got "):
        make_request(**values)


def test_only_negative_weights_are_nothing_to_paint() -> None:
    with pytest.raises(PromptError):
        make_request(prompts=(WeightedPrompt("blur", -1.0),))


def test_attributes_come_from_the_part_that_weighs_most() -> None:
    prompts = parse_prompts("Cubist Painting of a City in Teal:0.5 | fauvist harbour:2")
    assert attributes_of(prompts).style == "Fauvist"
    assert attributes_of(()) == Attributes()


def test_checking_needs_no_torch() -> None:
    code = "import sys, engine.__main__; print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


@pytest.mark.parametrize(
    ("text", "read"), [("7:0.3", (7, 0.3)), ("7", (7, 1.0)), ("7:-1", (7, -1.0))]
)
def test_noise_prompts_are_read(text: str, read: tuple[int, float]) -> None:
    assert parse_noise_prompt(text) == read


@pytest.mark.parametrize("text", ["", "fog:1", "7:much", "7:1:2"])
def test_other_noise_prompts_say_their_form(text: str) -> None:
    with pytest.raises(ParameterError, match=r"not SEED:WEIGHT, such as 7:0\.3\.$"):
        parse_noise_prompt(text)
