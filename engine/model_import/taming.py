"""What taming-transformers publishes: VQGANs, and the transformers that hold one within."""

from collections.abc import Mapping
from typing import Any

import yaml
from torch import Tensor

from ganshare.errors import ModelError

__all__ = [
    "is_needed",
    "read_taming_training",
    "read_yaml",
    "taming_architecture",
    "transformer_architecture",
    "vqgan_state",
]

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


def transformer_architecture(model: Mapping[str, Any]) -> dict[str, Any] | None:
    """Of taming's Net2NetTransformer, what its weights don't say; None if `model` is none.

    Raises:
        ModelError: its condition is a picture of its own (a map of classes, depth), or its codes
            are told in another order than rows.
    """
    params = model.get("params") or {}
    if "transformer_config" not in params:
        return None
    try:
        condition = params.get("cond_stage_config")
        inner = condition.get("params") or {} if isinstance(condition, dict) else {}
        target = str(condition.get("target") if isinstance(condition, dict) else condition)
        if params.get("unconditional") or condition == "__is_unconditional__":
            told = ("none", int(params.get("sos_token", 0)))
        elif target.endswith("Labelator"):
            told = ("class", int(inner["n_classes"]))
        elif target.endswith("CoordStage"):
            told = ("coordinates", int(inner["n_embed"]))
        else:
            message = (
                f"Its transformer is not added: what it needs before the codes ({target}) is a "
                "picture of its own."
            )
            raise ModelError(message, given=target)
        order = str((params.get("permuter_config") or {}).get("target", "Identity"))
        gpt = params["transformer_config"]["params"]
        if not order.endswith("Identity") or int(gpt.get("n_unmasked", 0)):
            message = "Its transformer is not added: its codes are not in row order."
            raise ModelError(message, given=order)
        return {"heads": int(gpt.get("n_head", 8)), "condition": told[0], "codes": told[1]}
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise _no_vqgan(error) from error


def read_taming_training(
    text: str, steps: int | None = None
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Taming's training YAML (custom_vqgan.yaml) as our `architecture` and `training`.

    Its file lists, schedulers and network of the loss have no part here. `disc_start` counts steps
    and becomes a share of `steps`, where these are known.

    Raises:
        ModelError: it is not of a VQGAN.
    """
    model = read_yaml(text)
    architecture = taming_architecture(model)
    try:
        data = (yaml.safe_load(text).get("data") or {}).get("params") or {}
        loss = (model["params"].get("lossconfig") or {}).get("params") or {}
        train = (data.get("train") or {}).get("params") or {}
        size = train.get("size", train.get("config", {}).get("size"))
        batch_size = int(data.get("batch_size", 32))
        told = {
            "batch_size": batch_size,
            "crop": None if size is None else int(size),
            "learning_rate": _times(model.get("base_learning_rate"), batch_size),
            "discriminator_weight": _times(loss.get("disc_weight"), 1),
            "codebook_weight": _times(loss.get("codebook_weight"), 1),
            "perceptual_weight": _times(loss.get("perceptual_weight"), 1),
            "discriminator_start": _times(
                loss.get("disc_start") if steps else None, 1 / (steps or 1)
            ),
        }
    except (AttributeError, TypeError, ValueError) as error:
        raise _no_vqgan(error) from error
    training = {name: value for name, value in told.items() if value is not None}
    if "discriminator_start" in training:
        training["discriminator_start"] = min(1.0, training["discriminator_start"])
    return architecture, training


def _times(value: Any, factor: float) -> float | None:
    return None if value is None else float(value) * factor


def _no_vqgan(error: Exception) -> ModelError:
    reason = " ".join(str(error).split())
    return ModelError(f"The configuration is not of a taming VQGAN: {reason}.")
