"""Renames a CLIP's state dict (OpenAI's or Hugging Face's) to OpenAI's names."""

from collections.abc import Mapping

import torch
from torch import Tensor

__all__ = ["is_clip", "openai_names"]

_RENAMES = (
    ("text_model.embeddings.token_embedding.", "token_embedding."),
    ("text_model.embeddings.position_embedding.weight", "positional_embedding"),
    ("text_model.encoder.layers.", "transformer.resblocks."),
    ("text_model.final_layer_norm.", "ln_final."),
    ("vision_model.embeddings.class_embedding", "visual.class_embedding"),
    ("vision_model.embeddings.patch_embedding.", "visual.conv1."),
    ("vision_model.embeddings.position_embedding.weight", "visual.positional_embedding"),
    ("vision_model.pre_layrnorm.", "visual.ln_pre."),  # so spelt
    ("vision_model.encoder.layers.", "visual.transformer.resblocks."),
    ("vision_model.post_layernorm.", "visual.ln_post."),
    (".self_attn.", ".attn."),
    (".layer_norm", ".ln_"),
    (".mlp.fc1.", ".mlp.c_fc."),
    (".mlp.fc2.", ".mlp.c_proj."),
)
_TRANSPOSED = {
    "text_projection.weight": "text_projection",
    "visual_projection.weight": "visual.proj",
}
_LEFT_OUT = (  # what shapes tell, and what is put in with the queries
    "input_resolution",
    "context_length",
    "vocab_size",
    "position_ids",
    "attn_mask",
    *(f".self_attn.{part}_proj.{kind}" for part in "kv" for kind in ("weight", "bias")),
)


def is_clip(tensors: Mapping[str, Tensor]) -> bool:
    """Whether a state dict is meant to be a CLIP's, of either naming; it may still be broken."""
    return "logit_scale" in tensors or "text_projection" in tensors


def openai_names(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The weights under OpenAI's names; what is unknown keeps its own."""
    found: dict[str, Tensor] = {}
    if "text.token_embedding.weight" in tensors:  # open_clip's, with both towers apart
        tensors = {key.removeprefix("text."): value for key, value in tensors.items()}
    for key, value in tensors.items():
        if key in _TRANSPOSED:
            found[_TRANSPOSED[key]] = value.t()
        elif ".self_attn.q_proj." in key:
            others = (tensors.get(key.replace(".q_", part)) for part in (".k_", ".v_"))
            rows = [value, *(other for other in others if other is not None)]
            found[_rename(key.replace(".q_proj.", ".in_proj_"))] = torch.cat(rows)
        elif not key.endswith(_LEFT_OUT):
            found[_rename(key)] = value
    return found


def _rename(key: str) -> str:
    for theirs, openais in _RENAMES:
        key = key.replace(theirs, openais)
    return key
