"""What `models pull NAME` knows: published CLIPs, VQGANs and ISR weights, with their addresses.

OpenAI's sums stand in their addresses; of the vocabulary it was computed from the file in PyPI's
openai-clip 1.0.1. The other publishers name no sum: what comes first is pinned (`pull`).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from engine.model_import.download import Download

__all__ = ["KNOWN", "VOCABULARY", "Published"]


@dataclass(frozen=True)
class Published:
    """Args: weights; config: beside them, where there is one; licence: of the weights, SPDX."""

    weights: Download
    config: Download | None = None
    licence: str = "unknown"
    is_clip: bool = False


VOCABULARY = Download(
    "https://raw.githubusercontent.com/openai/CLIP/main/clip/bpe_simple_vocab_16e6.txt.gz",
    "924691ac288e54409236115652ad4aa250f48203de50a9e4722a6ecd48d6804a",
)


def _openai(name: str, sha256: str) -> Published:
    file = name.replace("/", "-").replace("@", "-")
    url = f"https://openaipublic.azureedge.net/clip/models/{sha256}/{file}.pt"
    # MIT of OpenAI's repository; its model card advises against deployment
    return Published(Download(url, sha256), licence="MIT", is_clip=True)


def _laion(repository: str) -> Published:
    url = f"https://huggingface.co/laion/{repository}/resolve/main"
    return Published(
        Download(f"{url}/open_clip_pytorch_model.bin", None, f"{repository}.bin"),
        Download(f"{url}/open_clip_config.json", None),
        licence="MIT",
        is_clip=True,
    )


def _vqgan(name: str, checkpoint: str, config: str) -> Published:
    return Published(
        Download(checkpoint, None, f"{name}.ckpt"), Download(config, None, f"{name}.yaml")
    )


def _heibox(name: str, share: str, checkpoint: str, config: str) -> Published:
    url = f"https://heibox.uni-heidelberg.de/d/{share}/files/?p="
    return _vqgan(name, f"{url}{checkpoint}&dl=1", f"{url}{config}&dl=1")


def _koofr(name: str, share: str, folder: str, config: str) -> Published:
    url = f"https://app.koofr.net/content/links/{share}/files/get"
    return _vqgan(
        name,
        f"{url}/last.ckpt?path=%2F{folder}%2Fcheckpoints%2Flast.ckpt",
        config
        or f"{url}/{folder[:19]}-project.yaml?path=%2F{folder}%2Fconfigs%2F"
        f"{folder[:19]}-project.yaml",
    )


def _eleiber(name: str, file: str) -> Published:
    url = f"https://github.com/Eleiber/VQGAN-Mirrors/releases/download/0.0.1/{file}"
    return _vqgan(name, f"{url}.ckpt", f"{url}.yaml")


def _isr(path: str) -> Published:
    url = f"https://public-asai-dl-models.s3.eu-central-1.amazonaws.com/ISR/{path}.hdf5"
    return Published(Download(url, None), licence="Apache-2.0")


_FACES = "https://drive.google.com/uc?export=download&id=1fHwGx_hnBtC8nsq7hesJvs-Klv-P0gzT"

KNOWN: Mapping[str, Published] = {
    **{
        name: _openai(name, sha256)
        for name, sha256 in (
            ("ViT-B/32", "40d365715913c9da98579312b702a82c18be219cc2a73407c4526f58eba950af"),
            ("ViT-B/16", "5806e77cd80f8b59890b7e101eabd078d9fb84e6937f9e85e4ecb61988df416f"),
            ("ViT-L/14", "b8cca3fd41ae0c99ba7e8951adf17d267cdb84cd88be6f7c2e0eca1737a03836"),
            ("ViT-L/14@336px", "3035c92b350959924f9f00213499208652fc7ea050643e8b385c2dac08641f02"),
            ("RN50", "afeb0e10f9e5a86da6080e35cf09123aca3b358a0c3e3b6c78a7b63bc04b6762"),
            ("RN101", "8fa8567bab74a42d41c5915025a8e4538c3bdbe8804a470a72f30b0d94fab599"),
            ("RN50x4", "7e526bd135e493cef0776de27d5f42653e6b4c8bf9e0f653bb11773263205fdd"),
            ("RN50x16", "52378b407f34354e150460fe41077663dd5b39c54cd0bfd2b27167a4a06ec9aa"),
            ("RN50x64", "be1cfb55d75a9666199fb2206c106743da0f6468c9d327f3e0d0a543a9919d9c"),
        )
    },
    "laion-B/32": _laion("CLIP-ViT-B-32-laion2B-s34B-b79K"),
    "laion-L/14": _laion("CLIP-ViT-L-14-laion2B-s32B-b82K"),
    "laion-H/14": _laion("CLIP-ViT-H-14-laion2B-s32B-b79K"),
    "laion-g/14": _laion("CLIP-ViT-g-14-laion2B-s34B-b88K"),
    "laion-bigG/14": _laion("CLIP-ViT-bigG-14-laion2B-39B-b160k"),
    **{
        name: _heibox(name, share, *files)
        for name, share, *files in (
            ("vqgan-imagenet-f16-1024", "8088892a516d4e3baf92",
             "%2Fckpts%2Flast.ckpt", "%2Fconfigs%2Fmodel.yaml"),
            ("vqgan-imagenet-f16-16384", "a7530b09fed84f80a887",
             "%2Fckpts%2Flast.ckpt", "%2Fconfigs%2Fmodel.yaml"),
            ("vqgan-gumbel-f8", "2e5662443a6b4307b470",
             "%2Fckpts%2Flast.ckpt", "%2Fconfigs%2Fmodel.yaml"),
            ("vqgan-sflckr", "73487ab6e5314cb5adba",
             "%2Fcheckpoints%2Flast.ckpt", "%2Fconfigs%2F2020-11-09T13-31-51-project.yaml"),
        )
    },
    "vqgan-wikiart-1024": _eleiber("vqgan-wikiart-1024", "wikiart_1024"),
    "vqgan-wikiart-16384": _eleiber("vqgan-wikiart-16384", "wikiart_16384"),
    "vqgan-coco": _vqgan(
        "vqgan-coco",
        "https://dl.nmkd.de/ai/clip/coco/coco.ckpt",
        "https://dl.nmkd.de/ai/clip/coco/coco.yaml",
    ),
    **{
        name: _koofr(name, share, folder, config)
        for name, share, folder, config in (
            ("vqgan-faceshq", "a04deec9-0c59-4673-8b37-3d696fe63a5d",
             "2020-11-13T21-41-45_faceshq_transformer", _FACES),
            ("vqgan-ffhq", "0fc005bf-3dca-4079-9d40-cdf38d42cd7a",
             "2021-04-23T18-19-01_ffhq_transformer", ""),
            ("vqgan-celebahq", "6dddf083-40c8-470a-9360-a9dab2a94e96",
             "2021-04-23T18-11-19_celebahq_transformer", ""),
        )
    },
    "rrdn-gans": _isr("rrdn-C4-D3-G32-G032-T10-x4-GANS/rrdn-C4-D3-G32-G032-T10-x4_epoch299"),
    "rdn-psnr-large": _isr(
        "rdn-C6-D20-G64-G064-x2/PSNR-driven/rdn-C6-D20-G64-G064-x2_PSNR_epoch086"
    ),
    "rdn-psnr-small": _isr(
        "rdn-C3-D10-G64-G064-x2/PSNR-driven/rdn-C3-D10-G64-G064-x2_PSNR_epoch134"
    ),
    "rdn-noise-cancel": _isr(
        "rdn-C6-D20-G64-G064-x2/ArtefactCancelling/"
        "rdn-C6-D20-G64-G064-x2_ArtefactCancelling_epoch219"
    ),
}  # fmt: skip
