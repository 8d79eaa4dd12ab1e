"""What taming-transformers publishes: VQGANs, and the transformers that hold one within."""

from collections.abc import Mapping
from typing import Any

import yaml
from torch import Tensor

from ganshare.errors import ModelError

__all__ = ["is_needed", "read_yaml", "taming_architecture", "vqgan_state"]

FIRST_STAGE = "first_stage_model."
# Training's own, latent-diffusion's averages, and the condition: painting needs none of them.
_LEFT_OUT = ("loss.", "discriminator.", "model_ema.", "cond_stage_model.")
# A palette for maps of classes; the statistics of codebooks that are averages; renumbered codes.
_BUFFERS = (
    "colorize",
    "quantize.embedding.cluster_size",
    "quantize.embedding.embed_avg",
    "quantize.used",
)


def is_needed(name: str) -> bool:
    """Whether a tensor of this name has a part in painting."""
    inner = name.removeprefix(FIRST_STAGE)
    return not inner.startswith(_LEFT_OUT) and inner not in _BUFFERS


def vqgan_state(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The VQGAN's own tensors, out of a transformer's checkpoint if it is one."""
    inner = {
        key.removeprefix(FIRST_STAGE): value
        for key, value in tensors.items()
        if key.startswith(FIRST_STAGE)
    }
    return inner or dict(tensors)


def read_yaml(text: str) -> dict[str, Any]:
    """The `model` of taming's configuration; raises ModelError."""
    try:
        return dict(yaml.safe_load(text)["model"])
    except (yaml.YAMLError, KeyError, TypeError, ValueError, RecursionError) as error:
        raise _no_vqgan(error) from error


def taming_architecture(model: Mapping[str, Any]) -> dict[str, Any]:
    """From taming's `model` to our `architecture`, of its first stage if it is a transformer's.

    Raises:
        ModelError: it is not of a VQGAN.
    """
    try:
        params = model["params"]
        if "first_stage_config" in params:
            return taming_architecture(params["first_stage_config"])
        fields = dict(params["ddconfig"])
        if fields.get("double_z"):
            message = "A taming model with double_z is a KL autoencoder; only VQGANs are read."
            raise ModelError(message, given="double_z")
        if (int(fields["in_channels"]), int(fields["out_ch"])) != (3, 3):
            message = (
                f"The model is of pictures with {fields['out_ch']} channels, such as maps of "
                "classes; only a VQGAN of pictures with 3 can paint."
            )
            raise ModelError(message, given=fields["out_ch"], allowed=3)
        if fields.get("resamp_with_conv") is False:
            message = "A VQGAN that resamples without convolutions (resamp_with_conv) is not read."
            raise ModelError(message, given="resamp_with_conv")
        names = ("ch", "num_res_blocks", "resolution", "z_channels", "in_channels", "out_ch")
        return {
            "autoencoder": {
                **{name: int(fields[name]) for name in names},
                "ch_mult": [int(mult) for mult in fields["ch_mult"]],
                "attn_resolutions": [int(side) for side in fields["attn_resolutions"]],
            },
            "codebook_size": int(params["n_embed"]),
            "embed_dim": int(params["embed_dim"]),
            "quantizer": "gumbel" if "Gumbel" in str(model["target"]) else "vector",
        }
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise _no_vqgan(error) from error


def _no_vqgan(error: Exception) -> ModelError:
    reason = " ".join(str(error).split())
    return ModelError(f"The configuration is not of a taming VQGAN: {reason}.")
