"""The second eye: ranks pictures of the same subject, of which it painted none.

The perceptor that painted a picture is pleased with it, whatever it shows. This one is another
network, EfficientNet-Lite0 as Google trained it (arXiv:1905.11946), with a linear map from
sentence embeddings to its features. Choosing among several pictures by another eye is the
reranking of DALL-E (arXiv:2102.12092).
"""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from tokenizers import Tokenizer
from torch import Tensor, nn

from engine.model_folder import SECOND_EYE, ModelFolder, fill
from engine.perceptor.efficientnet import EfficientNetLite
from engine.perceptor.image_features import SUBJECT_WIDTH
from engine.perceptor.minilm import MiniLM, embed_sentences
from engine.perceptor.quantized import unpack

__all__ = ["SECOND_EYE_SIDE", "SecondEye", "load_second_eye"]

SECOND_EYE_SIDE = 160  # pixels; a picture is looked at as a whole, squeezed to a square


class SecondEye(nn.Module):
    """Embeds pictures and subjects as unit vectors of `SUBJECT_WIDTH`."""

    mean: Tensor

    def __init__(self, language: MiniLM, tokenizer: Tokenizer) -> None:
        """Untrained; `language` and `tokenizer` embed sentences."""
        super().__init__()
        self.language, self.tokenizer = language, tokenizer
        self.trunk = EfficientNetLite()
        self.register_buffer("mean", torch.zeros(SUBJECT_WIDTH))
        self.text = nn.Linear(language.config.width, SUBJECT_WIDTH)

    @torch.no_grad()
    def embed_texts(self, texts: Sequence[str], *, together: bool = False) -> Tensor:
        """(len(texts), SUBJECT_WIDTH); one by one, or faster `together`."""
        lower = [text.lower() for text in texts]
        sentences = embed_sentences(self.language, self.tokenizer, lower, together=together)
        return F.normalize(self.text(sentences), dim=1)

    @torch.no_grad()
    def embed_images(self, images: Tensor) -> Tensor:
        """(batch, 3, height, width) in [0, 1] -> (batch, SUBJECT_WIDTH)."""
        return self._centred(self.features(images))

    @torch.no_grad()
    def features(self, images: Tensor) -> Tensor:
        """The same before they are centred on paintings of anything."""
        sides = (SECOND_EYE_SIDE, SECOND_EYE_SIDE)
        return self._see(F.interpolate(images.float(), sides, mode="bicubic", antialias=True))

    def embed_views(self, views: Tensor) -> Tensor:
        """Embed (n, 3, SECOND_EYE_SIDE, SECOND_EYE_SIDE), with a gradient."""
        return self._centred(self._see(views))

    def _see(self, squares: Tensor) -> Tensor:
        features: Tensor = self.trunk(squares.clamp(0, 1) * 2 - 1).float().mean((2, 3))
        return features

    def _centred(self, features: Tensor) -> Tensor:
        return F.normalize(features - self.mean, dim=1)

    def own_state(self) -> dict[str, Tensor]:
        """All tensors but the language model's."""
        state = self.state_dict()
        return {name: value for name, value in state.items() if not name.startswith("language.")}


def load_second_eye(folder: ModelFolder, language: MiniLM, tokenizer: Tokenizer) -> SecondEye:
    """The one that lies beside a perceptor; ModelError if its weights don't fit."""
    eye = SecondEye(language, tokenizer)
    own = {f"language.{name}": value for name, value in language.state_dict().items()}
    fill(eye, own | unpack(folder.extra_tensors(SECOND_EYE)), folder.name)
    return eye
