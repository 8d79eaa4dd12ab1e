"""Perceptors: what an image shows and what a text says, in one embedding space."""

from engine.model_folder import ModelFolder, default_model
from engine.perceptor.clip import FAMILY as CLIP
from engine.perceptor.clip import ClipPerceptor, load_clip
from engine.perceptor.embedded import EmbeddedPerceptor, load_embedded
from ganshare.errors import ModelError, must_be_one_of

__all__ = ["AnyPerceptor", "default_perceptor", "load_perceptor"]

AnyPerceptor = EmbeddedPerceptor | ClipPerceptor
EMBEDDED = "embedded"


def load_perceptor(folder: ModelFolder) -> AnyPerceptor:
    """The frozen perceptor of a model folder of kind "perceptor", of the family that it says.

    Raises:
        ModelError: the weights don't fit the architecture, or aren't what the card says.
    """
    family = folder.architecture.get("family", EMBEDDED)
    if family == EMBEDDED:
        return load_embedded(folder)
    if family == CLIP:
        return load_clip(folder)
    raise must_be_one_of(ModelError, "family of perceptors", str(family), (EMBEDDED, CLIP))


def default_perceptor() -> AnyPerceptor:
    """The one that is embedded in this installation, frozen."""
    return load_perceptor(default_model("perceptor"))
