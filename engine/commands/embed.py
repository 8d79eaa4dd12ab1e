"""`embed`: prints embeddings of images and phrases, for processes without torch."""

import asyncio
import json
import sys

import click

from engine.commands.compute_options import compute_options

__all__ = ["embed"]

_AT_ONCE = 16


@click.command()
@click.option("--text", "texts", multiple=True, metavar="T", help="A phrase; repeatable.")
@compute_options("exact", only=("device", "threads"))
def embed(texts: tuple[str, ...], device: str, threads: int | None) -> None:
    """Print embeddings: one JSON object a line, the perceptor first.

    Reads {"id": ..., "blob": ...} from the input, one a line: keys of pictures in the blobs. What
    cannot be read gets null. Embeddings have unit length.
    """
    wanted = [json.loads(line) for line in sys.stdin if line.strip()]
    asyncio.run(_embed(texts, [(each["id"], each["blob"]) for each in wanted], device, threads))


async def _embed(
    texts: tuple[str, ...], wanted: list[tuple[str, str]], device: str, threads: int | None
) -> None:
    import torch

    from engine.imaging.codecs import decode_image, fit_cover
    from engine.model_folder import default_model, find_model
    from engine.perceptor import load_perceptor
    from engine.runtime.compute import choose_compute
    from ganshare.blobs import open_blobs
    from ganshare.errors import BlobError, ImageError
    from ganshare.settings import CoreSettings, EngineSettings, load

    name = load(EngineSettings).perceptor
    folder = find_model(name, "perceptor") if name else default_model("perceptor")
    # embeddings are kept and compared: the same number format on every machine
    place = choose_compute(device, "float32", threads).torch_device
    perceptor = load_perceptor(folder).to(place)
    blobs = open_blobs(load(CoreSettings).blobs_url.get_secret_value())
    _print({"perceptor": folder.name, "sha256": folder.identity})
    side = perceptor.input_size
    with torch.inference_mode():
        if texts:
            for text, row in zip(texts, perceptor.encode_text(list(texts)), strict=True):
                _print({"text": text, "embedding": row.tolist()})
        for start in range(0, len(wanted), _AT_ONCE):
            names, images = [], []
            for identity, key in wanted[start : start + _AT_ONCE]:
                try:
                    image = decode_image(await blobs.get(key), key)
                except (BlobError, ImageError):
                    _print({"id": identity, "embedding": None})
                    continue
                names.append(identity)
                images.append(fit_cover(image, side, side))
            if images:
                rows = perceptor.encode_image(torch.stack(images).to(place))
                for identity, row in zip(names, rows, strict=True):
                    _print({"id": identity, "embedding": row.tolist()})


def _print(value: dict[str, object]) -> None:
    click.echo(json.dumps(value))
