"""The manifest: what a painting was made from, as JSON beside the PNG and inside it.

The part inside the PNG leaves out what differs from run to run (seconds, paths), so that the same
command gives the same bytes.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from PIL import Image

from engine.model_folder import ModelFolder
from engine.runtime.compute import Compute
from engine.synthesis.motion import Motion
from ganshare.domain.ai_mark import AI_XMP
from ganshare.errors import ImageError, quoted
from ganshare.prompts import WeightedPrompt
from ganshare.prompts.attributes import Attributes

__all__ = ["PNG_KEY", "Manifest", "ModelUse", "find_manifest", "manifest_path", "read_manifest"]

PNG_KEY = "ganshare"
XMP_KEY = "XML:com.adobe.xmp"  # where PNGs have XMP
_RUN_KEYS = ("seconds", "frames", "video", "path")  # what the PNG leaves out
_DAMAGED = (OSError, ValueError, KeyError, TypeError, AttributeError, IndexError)


@dataclass(frozen=True)
class ModelUse:
    """A model that took part."""

    name: str
    sha256: str  # its identity; for a VQGAN its weights'
    licence: str
    may_sell: bool

    @classmethod
    def of(cls, model: ModelFolder) -> "ModelUse":
        """Take it from the model's card."""
        return cls(model.name, model.identity, model.licence, model.may_sell)


@dataclass(frozen=True)
class Manifest:
    """Everything about one painting.

    Args:
        prompt: as it was given or drawn.
        reading: of the prompt, where it was not painted as it stands; None if it was.
        prompts: the parts that were painted, with their weights.
        attributes: style, subject and colour that were found in it.
        seed: of the painting.
        model: the VQGAN; also `perceptor` and `upscaler` (None: not upscaled).
        preset: that was chosen; None of a painting that is older than presets.
        steps: asked for; `steps_taken` are fewer if the painting was finished before, since no
            more progress was to be seen from `plateau_step` on (None: there was).
        second_eye: sha256 of the perceptor's second eye, where it took part.
        start: number of the start that was kept, from 0; None where there was one only.
        size: (width, height) of the canvas before upscaling.
        num_cutouts: crops in each step.
        init_image_sha256: of the file to start from; None without.
        init_fit: how that image came to fill the canvas; None without.
        target_images_sha256: of the files of image prompts; `target_weights` of each, or none.
        story: the prompts of the further parts of the steps.
        motion: of a film's canvas.
        init_frame: number of the frame to start from, where the init image is a film.
        noise_prompts: (seed, weight) of each.
        losses: of the last step: the total as "loss", and its parts.
        width: of the picture in pixels; also `height`.
        ganshare_version: that painted; also `torch_version`.
        compute: device, dtype and threads; None in old manifests, as are `settings`, the loop's.
        seconds: by stage: load, synthesise, upscale, write.
        frames: paths of the frames; also `video` and `path` (of the picture).
    """

    prompt: str
    prompts: tuple[WeightedPrompt, ...]
    attributes: Attributes
    seed: int
    model: ModelUse
    perceptor: ModelUse
    upscaler: ModelUse | None
    steps: int
    size: tuple[int, int]
    num_cutouts: int
    init_image_sha256: str | None
    target_images_sha256: tuple[str, ...]
    noise_prompts: tuple[tuple[int, float], ...]
    losses: Mapping[str, float]
    width: int
    height: int
    ganshare_version: str
    torch_version: str
    compute: Compute | None = None
    settings: Mapping[str, Any] | None = None
    steps_taken: int | None = None
    plateau_step: int | None = None
    start: int | None = None
    seconds: Mapping[str, float] = field(default_factory=dict)
    frames: tuple[str, ...] = ()
    video: str | None = None
    path: str | None = None
    init_fit: str | None = None
    preset: str | None = None
    reading: str | None = None
    target_weights: tuple[float, ...] = ()
    story: tuple[tuple[WeightedPrompt, ...], ...] = ()
    motion: Motion | None = None
    init_frame: int | None = None
    second_eye: str | None = None

    @property
    def may_sell(self) -> bool:
        """Whether every model that took part allows selling the picture."""
        models = (self.model, self.perceptor, self.upscaler)
        return all(model.may_sell for model in models if model is not None)

    def to_json(self) -> dict[str, Any]:
        """As one JSON object: "model" is a name, "models" says more about each."""
        models = {"vqgan": self.model, "perceptor": self.perceptor, "upscaler": self.upscaler}
        chosen = {
            "target_weights": list(self.target_weights),
            "story": [_parts_to_json(prompts) for prompts in self.story],
            "motion": None if self.motion is None else asdict(self.motion),
            "init_frame": self.init_frame,
            "start": self.start,
            "second_eye": self.second_eye,
        }
        return {
            "prompt": self.prompt,
            "reading": self.reading,
            "prompts": _parts_to_json(self.prompts),
            "attributes": self.attributes.as_traits(),
            "seed": self.seed,
            "model": self.model.name,
            "weights_sha256": self.model.sha256,
            "models": {
                role: None if model is None else dict(vars(model)) for role, model in models.items()
            },
            "may_sell": self.may_sell,
            "preset": self.preset,
            "steps": self.steps,
            "steps_taken": self.steps_taken,
            "plateau_step": self.plateau_step,
            "size": list(self.size),
            "num_cutouts": self.num_cutouts,
            "init_image_sha256": self.init_image_sha256,
            "init_fit": self.init_fit,
            "target_images_sha256": list(self.target_images_sha256),
            "noise_prompts": [list(noise) for noise in self.noise_prompts],
            "losses": dict(self.losses),
            "width": self.width,
            "height": self.height,
            "ganshare_version": self.ganshare_version,
            "torch_version": self.torch_version,
            "compute": None if self.compute is None else self.compute.to_json(),
            "settings": None if self.settings is None else dict(self.settings),
            "seconds": dict(self.seconds),
            "frames": list(self.frames),
            "video": self.video,
            "path": self.path,
            **{key: value for key, value in chosen.items() if value not in (None, [])},
        }

    def to_png_text(self) -> dict[str, str]:
        """The chunks that go into the PNG: the same for the same painting, whenever it is made.

        Beside the manifest, IPTC's mark that a trained model made the picture, for platforms.
        """
        lasting = {key: value for key, value in self.to_json().items() if key not in _RUN_KEYS}
        return {PNG_KEY: json.dumps(lasting, ensure_ascii=False, sort_keys=True), XMP_KEY: AI_XMP}

    @classmethod
    def from_json(cls, fields: Mapping[str, Any]) -> "Manifest":
        """Read what `to_json` gave, with or without the part that the PNG leaves out.

        Raises:
            KeyError, TypeError: something is missing.
        """
        models = fields["models"]
        upscaler, compute = models["upscaler"], fields.get("compute")
        return cls(
            prompt=fields["prompt"],
            prompts=_parts_from_json(fields["prompts"]),
            attributes=Attributes.from_traits(fields["attributes"]),
            seed=fields["seed"],
            model=ModelUse(**models["vqgan"]),
            perceptor=ModelUse(**models["perceptor"]),
            upscaler=None if upscaler is None else ModelUse(**upscaler),
            preset=fields.get("preset"),
            steps=fields["steps"],
            size=(fields["size"][0], fields["size"][1]),
            num_cutouts=fields["num_cutouts"],
            init_image_sha256=fields["init_image_sha256"],
            target_images_sha256=tuple(fields["target_images_sha256"]),
            noise_prompts=tuple((seed, weight) for seed, weight in fields["noise_prompts"]),
            losses=fields["losses"],
            width=fields["width"],
            height=fields["height"],
            ganshare_version=fields["ganshare_version"],
            torch_version=fields["torch_version"],
            compute=None if compute is None else Compute.from_json(compute),
            settings=fields.get("settings"),
            steps_taken=fields["steps_taken"],
            plateau_step=fields.get("plateau_step"),  # manifests of before have none
            start=fields.get("start"),
            seconds=fields.get("seconds", {}),
            frames=tuple(fields.get("frames", ())),
            video=fields.get("video"),
            path=fields.get("path"),
            # manifests without it are older than the choice: all init images were stretched
            init_fit=fields.get("init_fit", fields["init_image_sha256"] and "stretch"),
            reading=fields.get("reading"),
            target_weights=tuple(fields.get("target_weights", ())),
            story=tuple(map(_parts_from_json, fields.get("story", ()))),
            motion=_motion_from_json(fields.get("motion")),
            init_frame=fields.get("init_frame"),
            second_eye=fields.get("second_eye"),
        )


def _parts_to_json(parts: Iterable[WeightedPrompt]) -> list[dict[str, Any]]:
    return [{"text": part.text, "weight": part.weight} for part in parts]


def _parts_from_json(parts: Iterable[Mapping[str, Any]]) -> tuple[WeightedPrompt, ...]:
    return tuple(WeightedPrompt(part["text"], part["weight"]) for part in parts)


def _motion_from_json(fields: Mapping[str, Any] | None) -> Motion | None:
    return None if fields is None else Motion(**{**fields, "pan": tuple(fields["pan"])})


def find_manifest(picture: Path) -> Manifest:
    """Read the manifest inside a painting, or the one beside it; raises ImageError."""
    beside = manifest_path(picture)
    try:
        return read_manifest(picture)
    except ImageError:
        if not picture.is_file():
            raise ImageError(
                f"There is no image {quoted(str(picture))}.", given=str(picture)
            ) from None
        if not beside.is_file():
            raise
    try:
        return Manifest.from_json(json.loads(beside.read_text("utf-8")))
    except _DAMAGED as error:
        message = f"The manifest {quoted(str(beside))} is damaged."
        raise ImageError(message, given=str(beside)) from error


def manifest_path(picture: Path) -> Path:
    """`canyon.png` -> `canyon.png.json`."""
    return picture.with_name(picture.name + ".json")


def read_manifest(png: Path) -> Manifest:
    """Read the manifest inside a painting; raises ImageError if there is none."""
    what = quoted(str(png))
    try:
        with Image.open(png, formats=("PNG",)) as image:
            image.load()  # chunks may stand after the pixels, too
            text = image.info.get(PNG_KEY)
    except Exception as error:  # as in engine.imaging.codecs: a damaged file raises a dozen types
        raise ImageError(f"{what} cannot be read as PNG.", given=str(png)) from error
    if not isinstance(text, str):
        raise ImageError(f"{what} carries no GANshare manifest.", given=str(png))
    try:
        return Manifest.from_json(json.loads(text))
    except _DAMAGED as error:
        raise ImageError(f"The manifest in {what} is damaged.", given=str(png)) from error
