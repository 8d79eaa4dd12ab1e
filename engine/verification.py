"""Repaints a painting from its manifest and compares the pixels."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import torch

from engine.evaluation.vqgan import psnr
from engine.imaging.codecs import read_image
from engine.imaging.read_video import read_init
from engine.model_folder import ModelFolder, ModelKind, find_model, list_models, sha256_of
from engine.runtime.compute import AUTO, Compute, choose_compute
from engine.synthesis.manifest import Manifest, ModelUse
from engine.synthesis.request import PaintingRequest
from engine.synthesis.settings import BEFORE, SynthesisSettings
from ganshare.domain.limits import DEFAULT_INIT_FIT
from ganshare.errors import ImageError, ModelError, ParameterError, SettingsError, quoted

__all__ = [
    "EQUAL_TO_THE_EYE",
    "Difference",
    "Verification",
    "compare",
    "compute_of",
    "differences",
    "matching_images",
    "model_of",
    "request_of",
    "settings_of",
]

EQUAL_TO_THE_EYE = 40.0  # dB of PSNR and more; a mean error of about 2.5 of 255

SETTING = "setting"

Verdict = Literal["equal", "equal to the eye", "different"]


@dataclass(frozen=True)
class Difference:
    """What was otherwise when the picture was painted; None where its manifest doesn't say."""

    what: str
    then: str | None
    now: str | None


@dataclass(frozen=True)
class Verification:
    """What painting it again showed; `psnr` in dB, None of pictures of different sizes."""

    verdict: Verdict
    psnr: float | None


def request_of(manifest: Manifest, init: Path | None, targets: Sequence[Path]) -> PaintingRequest:
    """What was painted; the parts of its prompt as they are stored, not read again.

    Raises:
        AskerError: an image cannot be read, or a number is out of its range.
    """
    width, height = manifest.size
    return PaintingRequest(
        manifest.prompts,
        manifest.attributes,
        manifest.seed,
        width,
        height,
        manifest.steps,
        manifest.num_cutouts,
        init_image=None if init is None else read_init(init, manifest.init_frame),
        target_images=tuple(read_image(path) for path in targets),
        init_fit=manifest.init_fit or DEFAULT_INIT_FIT,
        noise_prompts=manifest.noise_prompts,
        target_weights=manifest.target_weights,
        story=manifest.story,
        motion=manifest.motion,
    )


def matching_images(
    manifest: Manifest, init: Path | None, targets: Sequence[Path]
) -> tuple[Path | None, tuple[Path, ...]]:
    """The images that were painted from, the target images in the manifest's order.

    Raises:
        ParameterError: one is missing, or has another sha256 than the manifest's.
    """
    wanted = (manifest.init_image_sha256,) if manifest.init_image_sha256 else ()
    given = () if init is None else (init,)
    first = _matched(wanted, given, "--init-image")
    others = _matched(manifest.target_images_sha256, targets, "--target-image")
    return first[0] if first else None, others


def _matched(wanted: Sequence[str], given: Sequence[Path], option: str) -> tuple[Path, ...]:
    for path in given:
        if not path.is_file():
            raise ImageError(f"There is no image {quoted(str(path))}.", given=str(path))
    found = {sha256_of(path): path for path in given}
    for sha256, path in found.items():
        if sha256 not in wanted:
            message = f"The painting was not made from {quoted(str(path))}: its sha256 is {sha256}"
            what = f"the manifest's is {', '.join(wanted)}" if wanted else "the manifest names none"
            raise ParameterError(f"{message}, and {what} ({option}).", given=sha256, allowed=wanted)
    for sha256 in wanted:
        if sha256 not in found:
            message = f"The painting was made from an image with the sha256 {sha256}; give it with"
            raise ParameterError(f"{message} {option} FILE.", given=None, allowed=(sha256,))
    return tuple(found[sha256] for sha256 in wanted)


def model_of(use: ModelUse, kind: ModelKind) -> ModelFolder:
    """The installed model that painted, under any name; raises ModelError."""
    for model in list_models():
        if model.kind == kind and model.identity == use.sha256:
            return model
    model = find_model(use.name, kind)
    raise ModelError(
        f"The {kind} {quoted(use.name)} has other weights here ({model.identity[:12]}...) than the "
        f"painting's ({use.sha256[:12]}...), so that it cannot be painted again.",
        given=model.identity,
        allowed=(use.sha256,),
    )


def compute_of(manifest: Manifest, device: str, dtype: str, threads: int | None) -> Compute:
    """What was computed on, as far as there is such a device and nothing else is asked for.

    Args:
        manifest: of the painting; an old one says nothing, and this machine decides.
        device: "auto" takes the kind of device that painted; raises SettingsError as
            `choose_compute` does for another that isn't there.
        dtype: "auto" takes the painting's.
        threads: None takes the painting's.
    """
    painted = manifest.compute
    if painted is None:
        return choose_compute(device, dtype, threads)
    dtype = painted.dtype if dtype == AUTO else dtype
    threads = threads or painted.threads
    if device != AUTO:
        return choose_compute(device, dtype, threads)
    try:
        return choose_compute(painted.device.partition(":")[0], dtype, threads)
    except SettingsError:
        return choose_compute(AUTO, dtype, threads)


def settings_of(manifest: Manifest) -> SynthesisSettings:
    """The loop's settings as they were, and the start that was kept.

    Where the manifest has none, or has no such one: today's, but nothing of `BEFORE`.
    """
    told = manifest.settings or {}
    return SynthesisSettings.from_json({**BEFORE, **told, "start": manifest.start})


def compare(picture: Path, repainted: Path) -> Verification:
    """Compare the pixels of two pictures; raises ImageError."""
    one, other = read_image(picture), read_image(repainted)
    if one.shape != other.shape:
        return Verification("different", None)
    if torch.equal(one, other):
        return Verification("equal", psnr(one[None], other[None]).item())
    found = psnr(one[None], other[None]).item()
    return Verification("equal to the eye" if found >= EQUAL_TO_THE_EYE else "different", found)


def differences(then: Manifest, now: Manifest) -> tuple[Difference, ...]:
    """What of two manifests of one painting could explain that their pictures differ.

    Of an old manifest, what it doesn't say counts as unknown; the loop's settings are left out.
    """
    before, after = _circumstances(then), _circumstances(now)
    if then.settings is None:
        after = {what: value for what, value in after.items() if not what.startswith(SETTING)}
    return tuple(
        Difference(what, before.get(what), after.get(what))
        for what in {**before, **after}
        if before.get(what) != after.get(what)
    )


def _circumstances(manifest: Manifest) -> dict[str, str]:
    models = {
        "model": manifest.model,
        "perceptor": manifest.perceptor,
        "upscaler": manifest.upscaler,
    }
    compute = {} if manifest.compute is None else manifest.compute.to_json()
    settings = manifest.settings or {}
    found = {
        **compute,
        "ganshare": manifest.ganshare_version,
        "torch": manifest.torch_version,
        "steps taken": manifest.steps_taken,
        "second eye": manifest.second_eye,
        **{role: None if use is None else use.sha256 for role, use in models.items()},
        **{f"{SETTING} {name}": value for name, value in settings.items()},
    }
    return {
        what: value if isinstance(value, str) else json.dumps(value, sort_keys=True)
        for what, value in found.items()
        if value is not None
    }
