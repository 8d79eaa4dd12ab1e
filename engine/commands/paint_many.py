"""`paint` of several prompts or seeds: one after another, with the models loaded once."""

import secrets
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from engine.commands.paint import Options, run
from ganshare.errors import ParameterError, PromptError, quoted

if TYPE_CHECKING:
    from engine.model_folder import ModelFolder
    from engine.runtime.compute import Compute
    from engine.synthesis.painter import Painter

__all__ = ["paint_many", "read_prompts"]


class _LoadOnce:
    """Keeps the painter of the last models."""

    def __init__(self) -> None:
        self.painters: dict[tuple[str, str, str], Painter] = {}

    def __call__(
        self, vqgan: "ModelFolder", perceptor: "ModelFolder", compute: "Compute"
    ) -> "Painter":
        from engine.synthesis.loop import load_painter

        key = (vqgan.identity, perceptor.identity, repr(compute))
        if key not in self.painters:
            self.painters = {key: load_painter(vqgan, perceptor, compute)}
        return self.painters[key]


def paint_many(options: Options, file: Path | None, count: int) -> None:
    """Paint every prompt `count` times; `--out a.png` becomes a-0001.png, a-0002.png, ...

    Raises:
        ParameterError: an option that is for one painting alone.
        PromptError: both a prompt and a file of prompts, or a file that cannot be read.
    """
    if options.frames_dir is not None or options.video is not None:
        message = "--frames-dir and --video are for one painting; leave out -n and --prompts."
        raise ParameterError(message, given=count)
    if file is not None and options.prompt is not None:
        message = f"Give either a prompt or {quoted(str(file))}, not both."
        raise PromptError(message, given=options.prompt)
    prompts = [options.prompt] if file is None else read_prompts(file)
    first = secrets.randbelow(2**31) if options.seed is None else options.seed
    load, number = _LoadOnce(), 0
    for prompt in prompts:
        for offset in range(count):
            number += 1
            out = options.out and options.out.with_stem(f"{options.out.stem}-{number:04}")
            one = replace(options, prompt=prompt, seed=first + offset, out=out)
            run(one, load)


def read_prompts(file: Path) -> list[str]:
    """The lines of a text file; empty ones and those that begin with # are left out."""
    try:
        lines = file.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        message = f"The prompts {quoted(str(file))} cannot be read as UTF-8 text."
        raise PromptError(message, given=str(file)) from error
    prompts = [line.strip() for line in lines if line.strip() and not line.startswith("#")]
    if not prompts:
        raise PromptError(f"{quoted(str(file))} holds no prompt.", given=str(file))
    return prompts
