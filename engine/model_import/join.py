"""`models join`: a model folder that says which perceptors judge together, and with what weight."""

from collections.abc import Sequence
from pathlib import Path

import torch

from engine.model_folder import ModelFolder, find_model
from engine.model_import.add import folder_of, write_model_folder
from engine.perceptor.joined import FAMILY, members_of
from ganshare.errors import ModelError, quoted

__all__ = ["join_perceptors"]


def join_perceptors(name: str, members: Sequence[str], models: Path | None = None) -> ModelFolder:
    """Write the folder; `members` are NAME or NAME:WEIGHT.

    Its pictures may be sold if all members' may, and it reads the scripts that all of them read.

    Raises:
        ModelError: a bad or taken name, an unknown member, or a weight that is none.
    """
    told = [_read(member) for member in members]
    found = [(find_model(member, "perceptor"), weight) for member, weight in told]
    architecture = {
        "family": FAMILY,
        "members": [
            {"name": model.name, "identity": model.identity, "weight": weight}
            for model, weight in found
        ],
    }
    members_of(architecture, name)
    scripts = [model.reads for model, _ in found]
    card = {
        "name": name,
        "kind": "perceptor",
        "architecture": architecture,
        "licence": " AND ".join(dict.fromkeys(model.licence for model, _ in found)),
        "may_sell": all(model.may_sell for model, _ in found),
        "source": f"joined from {', '.join(members)}",
        "reads": [script for script in scripts[0] if all(script in reads for reads in scripts)],
    }
    # the sum of the weights' file tells one joint model from another
    tensors = {
        f"{model.name}:{model.identity}": torch.tensor([weight], dtype=torch.float64)
        for model, weight in found
    }
    return write_model_folder(folder_of(name, models), tensors, card)


def _read(member: str) -> tuple[str, float]:
    name, _, weight = member.partition(":")
    try:
        return name, float(weight or 1.0)
    except ValueError:
        message = f"{quoted(member)} is not NAME:WEIGHT, such as ViT-B-32:0.5."
        raise ModelError(message, given=member) from None
