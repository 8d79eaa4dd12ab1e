"""Perceptors: what an image shows and what a text says, in one embedding space."""

from typing import Any

from engine.model_folder import ModelFolder, default_model
from engine.perceptor.clip import FAMILY as CLIP
from engine.perceptor.clip import load_clip
from engine.perceptor.embedded import load_embedded
from engine.perceptor.joined import FAMILY as JOINED
from engine.perceptor.joined import load_joined
from engine.perceptor.plugins import load_plugin, plugin_families
from ganshare.errors import ModelError, must_be_one_of

__all__ = ["AnyPerceptor", "default_perceptor", "load_perceptor"]

AnyPerceptor = Any  # a `Perceptor` that is a torch module, too
EMBEDDED = "embedded"


def load_perceptor(folder: ModelFolder) -> AnyPerceptor:
    """The frozen perceptor of a model folder of kind "perceptor", of the family that it says.

    Raises:
        ModelError: the weights don't fit the architecture, or aren't what the card says.
    """
    family = str(folder.architecture.get("family", EMBEDDED))
    if family == EMBEDDED:
        return load_embedded(folder)
    if family == CLIP:
        return load_clip(folder)
    if family == JOINED:
        return load_joined(folder, load_perceptor)
    if family in plugin_families():
        return load_plugin(family, folder)
    known = (EMBEDDED, CLIP, JOINED, *plugin_families())
    raise must_be_one_of(ModelError, "family of perceptors", family, known)


def default_perceptor() -> AnyPerceptor:
    """The one that is embedded in this installation, frozen."""
    return load_perceptor(default_model("perceptor"))
