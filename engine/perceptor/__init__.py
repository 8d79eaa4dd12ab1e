"""Perceptors: what an image shows and what a text says, in one embedding space."""

from engine.perceptor.embedded import EmbeddedPerceptor, load_embedded
from engine.registry import ModelFolder

__all__ = ["load_perceptor"]


def load_perceptor(folder: ModelFolder) -> EmbeddedPerceptor:
    """The frozen perceptor of a model folder of kind "perceptor".

    Raises:
        ModelError: the weights don't fit the architecture, or aren't what the card says.
    """
    return load_embedded(folder)
