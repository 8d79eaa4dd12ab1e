"""Several perceptors that judge together, each with a weight: one `Perceptor` to all others.

Embeddings are laid side by side, each scaled by the root of its share of the weights: a cosine of
two of them is the weighted mean of the members' cosines.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from engine.model_folder import ModelFolder, find_model
from engine.perceptor.protocol import Perceptor
from ganshare.errors import InternalError, ModelError, quoted

__all__ = ["FAMILY", "JoinedPerceptor", "load_joined", "members_of"]

FAMILY = "joined"


class JoinedPerceptor(nn.Module):
    """Args: members, the first of which gives styles and second eye; weights, each above 0."""

    def __init__(self, members: Sequence[Perceptor], weights: Sequence[float]) -> None:
        super().__init__()
        self.members = list(members)
        modules = [member for member in members if isinstance(member, nn.Module)]
        self._modules_of_members = nn.ModuleList(modules)  # which .to(device) moves
        self.shares = [weight / sum(weights) for weight in weights]
        self.reader = next((member for member in members if member.styles), None)
        eyes = (getattr(member, "second_eye", None) for member in members)
        self.second_eye = next(filter(None, eyes), None)

    @property
    def input_size(self) -> int:
        """The largest of the members': views are reduced for the others."""
        return max(member.input_size for member in self.members)

    @property
    def subject_dim(self) -> int:
        """The members' subject parts come first, all together."""
        return sum(member.subject_dim for member in self.members)

    @property
    def sharpness(self) -> float:
        """The weighted mean."""
        pairs = zip(self.shares, self.members, strict=True)
        return sum(share * member.sharpness for share, member in pairs)

    def encode_text(self, texts: Sequence[str], *, together: bool = False) -> Tensor:
        """(len(texts), dim), unit length."""
        return self._join([m.encode_text(texts, together=together) for m in self.members])

    def encode_image(self, images: Tensor) -> Tensor:
        """(batch, 3, input_size, input_size) in [0, 1] -> (batch, dim), unit length."""
        return self._join([m.encode_image(_resize(images, m.input_size)) for m in self.members])

    def _join(self, rows: Sequence[Tensor]) -> Tensor:
        scaled = [row * share**0.5 for row, share in zip(rows, self.shares, strict=True)]
        widths = [member.subject_dim for member in self.members]
        pairs = list(zip(scaled, widths, strict=True))
        subjects, others = ([r[:, :w] for r, w in pairs], [r[:, w:] for r, w in pairs])
        return torch.cat([*subjects, *others], dim=1)

    @property
    def styles(self) -> tuple[str, ...]:
        """Of the first member that reads any."""
        return self.reader.styles if self.reader is not None else ()

    def read_styles(self, images: Tensor) -> Tensor:
        """As that member does."""
        if self.reader is None:
            raise InternalError("None of these perceptors reads styles.")
        return self.reader.read_styles(images)


def _resize(images: Tensor, side: int) -> Tensor:
    if images.shape[-1] == side:
        return images
    return F.interpolate(images, (side, side), mode="bilinear", antialias=True)


def load_joined(folder: ModelFolder, load: Callable[[ModelFolder], Any]) -> JoinedPerceptor:
    """The members of a folder, each by `load`.

    Raises:
        ModelError: a member is missing, or not the one that was joined.
    """
    folder.verify()
    members, weights = zip(*members_of(folder.architecture, folder.name), strict=True)
    return JoinedPerceptor([load(member) for member in members], weights).eval()


def members_of(architecture: Mapping[str, Any], name: str) -> list[tuple[ModelFolder, float]]:
    """Member and weight, as a card lists them; raises ModelError."""
    found: list[tuple[ModelFolder, float]] = []
    try:
        for told in architecture["members"]:
            member = find_model(str(told["name"]), "perceptor")
            if member.identity != told["identity"]:
                message = (
                    f"The perceptor {quoted(member.name)} is not the one that {quoted(name)} was "
                    "joined from; join them again."
                )
                raise ModelError(message, given=member.name)
            found.append((member, float(told["weight"])))
    except (KeyError, TypeError, ValueError) as error:
        message = f"The members of {quoted(name)} cannot be read from its card."
        raise ModelError(message, given=name) from error
    if any(m.architecture.get("family") == FAMILY or not 0 < w < 1e6 for m, w in found):
        message = f"Members of {quoted(name)} are not joined themselves, and weigh more than 0."
        raise ModelError(message, given=name)
    if len(found) < 2:
        raise ModelError(f"{quoted(name)} joins fewer than two perceptors.", given=name)
    return found
