"""Turns typed text into a request: parts of the prompt, seed, steps, canvas.

The command line, the chats and the page all read prompts here, so that the same words mean the
same everywhere.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace

from ganshare.domain.limits import MAX_ASPECT, MAX_STEPS, parse_size, size_of_aspect
from ganshare.domain.presets import DEFAULT_PRESET, PRESETS, Preset
from ganshare.errors import ParameterError, quoted
from ganshare.prompts import MAX_SEED, WeightedPrompt, format_prompts, parse_prompts
from ganshare.prompts.hidden import clean_text
from ganshare.prompts.options import SplitPrompt, split_options
from ganshare.sentences import sentence

__all__ = ["SHAPES", "AskedPrompt", "PaintOptions", "read_prompt"]

# Sizes by name, as width by height; the area is the preset's, so that they take about as long.
SHAPES = {"square": 1.0, "portrait": 7 / 9, "landscape": 9 / 7, "tall": 9 / 16, "wide": 16 / 9}
_SHAPES_ZH = {
    "方形": "square",
    "竖幅": "portrait",
    "横幅": "landscape",
    "长竖幅": "tall",
    "宽横幅": "wide",
}

_NUMBER = re.compile(r"[+-]?[0-9]{1,30}")
_ASPECT = re.compile(r"([0-9]{1,4}(?:\.[0-9]{1,4})?)[:x/]([0-9]{1,4}(?:\.[0-9]{1,4})?)")


@dataclass(frozen=True, slots=True)
class PaintOptions:
    """What an asker chose beside the prompt; None is left open.

    Args:
        size: of the canvas, "WIDTHxHEIGHT" or one of `SHAPES`.
        preset: one of `PRESETS`.
    """

    seed: int | None = None
    steps: int | None = None
    size: str | None = None
    num_cutouts: int | None = None
    preset: str | None = None
    model: str | None = None


@dataclass(frozen=True, slots=True)
class AskedPrompt:
    """A prompt that was read, with everything that was asked for in it and beside it.

    Args:
        text: as it was typed, without the options; `parse_prompts` reads `parts` from it again.
        seed: None if it is left to chance.
        model: None if any will do.
        preset: that steps, canvas and cutouts come from where nothing else was asked for.
    """

    text: str
    parts: tuple[WeightedPrompt, ...]
    seed: int | None
    model: str | None
    preset: str
    steps: int
    width: int
    height: int
    num_cutouts: int


def read_prompt(
    text: str, given: PaintOptions | None = None, kept: PaintOptions | None = None
) -> AskedPrompt:
    """Read a prompt and the options in it, together with those that stand beside it.

    Args:
        kept: options of an earlier request, which hold where no others are asked for.

    Raises:
        PromptError: the prompt cannot be read; see `parse_prompts`.
        ParameterError: an option is unknown, comes twice or has no such value.
        SizeError: the canvas is not offered.
    """
    given = given or PaintOptions()
    split = split_options(clean_text(text, keep_joiners=True))
    prompt, parts = _with_negatives(split)
    typed = split.options
    for name in ("seed", "steps", "size", "preset", "model"):
        if name in typed and getattr(given, name) is not None:
            raise _twice(name)
    if "ar" in typed and ("size" in typed or given.size is not None):
        raise _twice("size")
    if kept is not None:
        given = _with_kept(given, kept, typed)
    preset = _preset(given.preset or typed.get("preset"))
    chosen = PRESETS[preset]
    steps = _number(typed, "steps", 1, MAX_STEPS) if given.steps is None else given.steps
    cutouts = chosen.num_cutouts if given.num_cutouts is None else given.num_cutouts
    width, height = _size(typed, given, chosen)
    return AskedPrompt(
        text=prompt,
        parts=parts,
        seed=_number(typed, "seed", 0, MAX_SEED) if given.seed is None else given.seed,
        model=given.model or typed.get("model"),
        preset=preset,
        steps=chosen.steps if steps is None else steps,
        width=width,
        height=height,
        num_cutouts=cutouts,
    )


def _with_kept(given: PaintOptions, kept: PaintOptions, typed: Mapping[str, str]) -> PaintOptions:
    """Fill in what is asked for neither beside the prompt nor in it."""
    chosen = {name for name, value in asdict(given).items() if value is not None} | set(typed)
    if "ar" in chosen:
        chosen.add("size")
    if "preset" in chosen:  # it brings these along
        chosen |= {"steps", "size", "num_cutouts"}
    return replace(given, **{k: v for k, v in asdict(kept).items() if k not in chosen})


def _with_negatives(split: SplitPrompt) -> tuple[str, tuple[WeightedPrompt, ...]]:
    """Give the prompt with what `--no` named as parts of it, and all its parts."""
    parts = parse_prompts(split.text) + split.negatives
    if not split.negatives:
        return split.text, parts
    written = f"{split.text} | {format_prompts(split.negatives)}"
    if parse_prompts(written) != parts:  # a quote in the text is closed by one of these
        written = format_prompts(parts)
    return written, parse_prompts(written)


def _size(typed: Mapping[str, str], given: PaintOptions, preset: Preset) -> tuple[int, int]:
    if (size := given.size or typed.get("size")) is not None:
        size = unicodedata.normalize("NFKC", size)
        word = size.strip().casefold()
        if (aspect := SHAPES.get(_SHAPES_ZH.get(word, word))) is not None:
            return size_of_aspect(aspect, preset.side**2)
        return parse_size(size)
    if "ar" not in typed:
        return preset.side, preset.side
    match = _ASPECT.fullmatch(unicodedata.normalize("NFKC", typed["ar"]).lower())
    width, height = (float(match[1]), float(match[2])) if match else (0.0, 0.0)
    if not (width and height and 1 / MAX_ASPECT <= width / height <= MAX_ASPECT):
        limits = {"lowest": f"1:{MAX_ASPECT}", "highest": f"{MAX_ASPECT}:1"}
        message = sentence("prompt-aspect", given=quoted(typed["ar"]), **limits)
        raise ParameterError(message, given=typed["ar"])
    return size_of_aspect(width / height, preset.side**2)


def _number(typed: Mapping[str, str], name: str, lowest: int, highest: int) -> int | None:
    if name not in typed:
        return None
    text = unicodedata.normalize("NFKC", typed[name])
    if _NUMBER.fullmatch(text) and lowest <= int(text) <= highest:
        return int(text)
    limits = {"lowest": str(lowest), "highest": str(highest)}
    message = sentence("prompt-number", option=name, given=quoted(typed[name]), **limits)
    raise ParameterError(message, given=typed[name])


def _preset(given: str | None) -> str:
    if given is None:
        return DEFAULT_PRESET
    if given.casefold() not in PRESETS:
        raise ParameterError(
            sentence("prompt-preset", given=quoted(given), allowed=", ".join(PRESETS)),
            given=given,
            allowed=tuple(PRESETS),
        )
    return given.casefold()


def _twice(name: str) -> ParameterError:
    return ParameterError(sentence("prompt-twice", option=name), given=name)
