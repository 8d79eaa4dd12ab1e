"""What `paint` of several prompts or seeds needs: a file of prompts, models that load once."""

from pathlib import Path
from typing import TYPE_CHECKING

from ganshare.errors import PromptError, quoted

if TYPE_CHECKING:
    from engine.model_folder import ModelFolder
    from engine.runtime.compute import Compute
    from engine.synthesis.painter import Painter

__all__ = ["LoadOnce", "read_prompts"]


class LoadOnce:
    """Keeps the painter of the last models."""

    def __init__(self) -> None:
        self.painters: dict[tuple[str, str, str], Painter] = {}

    def __call__(
        self, vqgan: "ModelFolder", perceptor: "ModelFolder", compute: "Compute"
    ) -> "Painter":
        """Load a painter, unless it is the last one again."""
        from engine.synthesis.loop import load_painter

        key = (vqgan.identity, perceptor.identity, repr(compute))
        if key not in self.painters:
            self.painters = {key: load_painter(vqgan, perceptor, compute)}
        return self.painters[key]


def read_prompts(file: Path) -> list[str]:
    """The lines of a text file; empty ones and those that begin with # are left out."""
    try:
        lines = file.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        message = f"The prompts {quoted(str(file))} cannot be read as UTF-8 text."
        raise PromptError(message, given=str(file)) from error
    prompts = [line.strip() for line in lines if line.strip() and not line.startswith("#")]
    if not prompts:
        raise PromptError(f"{quoted(str(file))} contains no prompt.", given=str(file))
    return prompts
