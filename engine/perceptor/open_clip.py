"""A perceptor by the package open_clip, where it is installed: for models that only it can build.

It is an example of a plug-in, too: `load` is an entry point of the group `ganshare.perceptors`.
The card's architecture is `{"family": "open_clip", "model": "ViT-B-32"}`; the weights are the
folder's safetensors, so that open_clip downloads nothing.
"""

from collections.abc import Sequence
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from engine.model_folder import ModelFolder, fill
from ganshare.errors import InternalError, ModelError, quoted

__all__ = ["OpenClipPerceptor", "load"]


class OpenClipPerceptor(nn.Module):
    """Any model of open_clip's with `encode_image` and `encode_text`."""

    mean: Tensor
    deviation: Tensor

    def __init__(self, model: Any, tokenizer: Any) -> None:
        super().__init__()
        self.model, self.tokenizer = model, tokenizer
        for name, values in (
            ("mean", model.visual.image_mean),
            ("deviation", model.visual.image_std),
        ):
            values = torch.tensor(values or (0.5, 0.5, 0.5))[:, None, None]
            self.register_buffer(name, values, persistent=False)

    @property
    def input_size(self) -> int:
        """Side of the square images, in pixels."""
        size = self.model.visual.image_size
        return int(size[0] if isinstance(size, tuple | list) else size)

    @property
    def subject_dim(self) -> int:
        """All coordinates."""
        return int(self.encode_text([""]).shape[1])

    @property
    def sharpness(self) -> float:
        """The logit scale that it was trained with."""
        return float(self.model.logit_scale.exp())

    def encode_text(self, texts: Sequence[str], *, together: bool = False) -> Tensor:
        """(len(texts), dim), unit length; one by one unless `together`."""
        device = next(self.model.parameters()).device
        batches = [list(texts)] if together else [[text] for text in texts]
        with torch.no_grad():
            rows = [self.model.encode_text(self.tokenizer(some).to(device)) for some in batches]
        return F.normalize(torch.cat(rows).float(), dim=1)

    def encode_image(self, images: Tensor) -> Tensor:
        """(batch, 3, input_size, input_size) in [0, 1] -> (batch, dim), unit length."""
        embedded = self.model.encode_image((images - self.mean) / self.deviation)
        return F.normalize(embedded.float(), dim=1)

    @property
    def styles(self) -> tuple[str, ...]:
        """None."""
        return ()

    def read_styles(self, images: Tensor) -> Tensor:
        """Not available, since there are no `styles`."""
        raise InternalError("open_clip's models read no styles.")


def load(folder: ModelFolder) -> OpenClipPerceptor:
    """The frozen model of a folder, in float32; raises ModelError."""
    import open_clip

    name = str(folder.architecture.get("model", ""))
    if name not in open_clip.list_models():
        message = f"open_clip knows no model {quoted(name)}, which {quoted(folder.name)} asks for."
        raise ModelError(message, given=name)
    model = open_clip.create_model(name, pretrained=None)
    fill(model, {key: value.float() for key, value in folder.tensors().items()}, folder.name)
    tokenizer = open_clip.get_tokenizer(name)
    return OpenClipPerceptor(model, tokenizer).eval().requires_grad_(False)
