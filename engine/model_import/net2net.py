"""Adds the transformer of a Net2Net checkpoint beside its first stage, for `ganshare dream`."""

from pathlib import Path

from engine.model_folder import ModelFolder
from engine.model_import.add import check_loads, folder_of, write_model_folder
from engine.model_import.checkpoint import read_checkpoint
from engine.model_import.taming import read_yaml, transformer_architecture
from ganshare.errors import ModelError

__all__ = ["SUFFIX", "add_transformer"]

PREFIX = "transformer."
SUFFIX = "-transformer"  # after the name of its first stage


def add_transformer(
    source: Path, first_stage: ModelFolder, config: Path | None = None, models: Path | None = None
) -> ModelFolder | None:
    """Write NAME-transformer, NAME being `first_stage`'s; None if the checkpoint holds none.

    Raises:
        ModelError: there is one that cannot be used, or its weights are not whole.
    """
    if source.suffix.lower() != ".ckpt":
        return None
    config = config or next(
        (path for end in (".yaml", ".yml") if (path := source.with_suffix(end)).is_file()), None
    )
    if config is None or config.suffix == ".json":
        return None
    told = transformer_architecture(read_yaml(config.read_text(encoding="utf-8")))
    if told is None:
        return None
    found = read_checkpoint(source, lambda key: key.startswith(PREFIX)).tensors
    tensors = {
        key.removeprefix(PREFIX): value
        for key, value in found.items()
        if not key.endswith(".attn.mask")
    }
    card = {
        "name": first_stage.name + SUFFIX,
        "kind": "transformer",
        "architecture": {
            **told, "first_stage": {"name": first_stage.name, "identity": first_stage.identity}
        },
        "licence": first_stage.licence,
        "may_sell": first_stage.may_sell,
        "source": first_stage.source,
    }  # fmt: skip
    folder = folder_of(card["name"], models)
    model = write_model_folder(folder, tensors, card)
    try:
        check_loads(model)
    except ModelError:
        for path in folder.iterdir():
            path.unlink()
        folder.rmdir()
        raise
    return model
