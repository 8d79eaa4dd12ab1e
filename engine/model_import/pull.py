"""`models pull`: downloads a model, verifies its sha256 and adds it."""

import shutil
from pathlib import Path

from engine.model_folder import ModelFolder, user_folder
from engine.model_import.add import SUFFIXES, add_model, folder_of
from engine.model_import.download import Download, Progress, fetch
from ganshare.errors import ModelError, must_be_one_of, quoted

__all__ = ["KNOWN", "VOCABULARY", "pull_model"]

_OPENAI = "https://openaipublic.azureedge.net/clip/models"  # the sum is a part of each path
KNOWN = {
    name: Download(f"{_OPENAI}/{sha256}/{name.replace('/', '-')}.pt", sha256)
    for name, sha256 in (
        ("ViT-B/32", "40d365715913c9da98579312b702a82c18be219cc2a73407c4526f58eba950af"),
        ("ViT-B/16", "5806e77cd80f8b59890b7e101eabd078d9fb84e6937f9e85e4ecb61988df416f"),
        ("ViT-L/14", "b8cca3fd41ae0c99ba7e8951adf17d267cdb84cd88be6f7c2e0eca1737a03836"),
    )
}
VOCABULARY = Download(
    "https://raw.githubusercontent.com/openai/CLIP/main/clip/bpe_simple_vocab_16e6.txt.gz",
    "924691ac288e54409236115652ad4aa250f48203de50a9e4722a6ecd48d6804a",
)
LICENCE = "MIT"  # of OpenAI's repository; its model card advises against deployment
DOWNLOADS = ".downloads"  # in the user's folder of models; what is whole waits here to be added


def pull_model(
    wanted: str,
    progress: Progress,
    name: str | None = None,
    *,
    sha256: str | None = None,
    vocabulary: str | None = None,
    config: Path | None = None,
    licence: str | None = None,
    may_sell: bool | None = None,
) -> ModelFolder:
    """Download a model, add it, and delete the downloaded file.

    Args:
        wanted: one of `KNOWN`, or an address.
        progress: called with every piece.
        name: what to call it; by default as the file is called.
        sha256: of the file; an address needs it.
        vocabulary: of a CLIP: a file, or an address that ends in `#sha256=` and its sum; by default
            OpenAI's for what is in `KNOWN`.
        config: as `add_model` takes it, and so with `licence` and `may_sell`.

    Raises:
        ModelError: what `add_model` and `fetch` say, or an address without a sum.
        WorldError: the network or the disk; what has come is kept for the next time.
    """
    download, words = _resolve(wanted, sha256), _vocabulary(vocabulary)
    if wanted in KNOWN:
        words, licence = words or VOCABULARY, licence or LICENCE
    if Path(download.name).suffix not in SUFFIXES:
        message = (
            f"{quoted(download.name)} is no {', '.join(SUFFIXES[:-1])} or {SUFFIXES[-1]} file."
        )
        raise ModelError(message, given=download.name, allowed=SUFFIXES)
    folder_of(name or Path(download.name).stem)  # before hundreds of megabytes
    folder = user_folder() / DOWNLOADS / download.sha256
    file = folder / download.name
    fetch(download, file, progress)
    if isinstance(words, Download):
        fetch(words, folder / words.name, progress)
        words = folder / words.name
    model = add_model(
        file, name, config=config, vocabulary=words, licence=licence, may_sell=may_sell,
        origin=download.url.partition("?")[0],
    )  # fmt: skip
    shutil.rmtree(folder, ignore_errors=True)
    return model


def _resolve(wanted: str, sha256: str | None) -> Download:
    if "://" not in wanted:
        if wanted not in KNOWN:
            raise must_be_one_of(ModelError, "model to pull", wanted, [*KNOWN, "https addresses"])
        if sha256 not in (None, KNOWN[wanted].sha256):
            message = f"The sha256 of {wanted} is {KNOWN[wanted].sha256}; none need be given."
            raise ModelError(message, given=sha256, allowed=KNOWN[wanted].sha256)
        return KNOWN[wanted]
    if sha256 is None:
        message = f"{quoted(wanted)} needs the sum that it must have: --sha256 and 64 digits."
        raise ModelError(message, given=wanted)
    return Download(wanted, sha256.lower())


def _vocabulary(given: str | None) -> Download | Path | None:
    if given is None:
        return None
    if "://" not in given:
        if not Path(given).is_file():
            raise ModelError(f"There is no vocabulary at {quoted(given)}.", given=given)
        return Path(given)
    url, _, sha256 = given.partition("#sha256=")
    return Download(url, sha256.lower())
