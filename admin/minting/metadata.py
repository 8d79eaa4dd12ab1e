"""A token's metadata: OpenSea's standard, with rarity and provenance.

https://docs.opensea.io/docs/metadata-standards
"""

import hashlib
import json
import math
from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ganshare.domain.ai_mark import AI_SOURCE_TYPE
from ganshare.errors import ParameterError, quoted
from ganshare.prompts.attributes import cut_subject

__all__ = [
    "Rarity",
    "as_json",
    "attributes",
    "chosen_by",
    "metadata",
    "page_of",
    "rarities",
    "read_as",
    "token_id",
]

_HEX = "Hex"
_FORMAT = "ganshare-provenance/1"


def token_id(item: Mapping[str, Any]) -> int:
    """The id of a painting's token: the SHA-256 of its picture."""
    return int(str(item["sha256"]), 16)


def traits(item: Mapping[str, Any]) -> dict[str, str]:
    """What a painting shows: the traits that rarity and prices go by.

    Paintings of earlier versions may have a whole prompt as their subject.
    """
    names = {_HEX: "Colour hex"}
    found = {names.get(name, name): value for name, value in item["attributes"].items()}
    return found | {name: cut_subject(found[name]) for name in ("Subject",) if name in found}


def attributes(item: Mapping[str, Any]) -> list[dict[str, Any]]:
    """All attributes as marketplaces show them."""
    shown = [{"trait_type": name, "value": value} for name, value in traits(item).items()]
    shown += [{"trait_type": "Model", "value": item["model"]}]
    if item.get("round_title"):
        shown += [{"trait_type": "Round", "value": item["round_title"]}]
    # A seed is a name rather than a quantity, and beyond 2**53 a number would be rounded.
    shown += [{"trait_type": "Seed", "value": str(item["seed"])}]
    for name in ("steps", "votes"):
        if item.get(name) is not None:
            number = {"trait_type": name.title(), "value": item[name], "display_type": "number"}
            shown.append(number)
    return shown


@dataclass(frozen=True, slots=True)
class Rarity:
    """How rare a painting's traits are in its set.

    Args:
        rank: 1 is the rarest; equals share a rank.
        score: bits of information in its traits: the sum of -log2 of each one's share.
        shares: of each trait, how many of the set have it.
    """

    rank: int
    score: float
    shares: Mapping[str, int]
    of: int


def rarities(items: Sequence[Mapping[str, Any]]) -> list[Rarity]:
    """Compute the rarity of each painting of a set; lacking a trait counts as one, too."""
    shown = [traits(item) for item in items]
    names = sorted({name for each in shown for name in each} - {"Colour hex"})
    counts = {name: Counter(each.get(name) for each in shown) for name in names}
    scores = [
        round(sum(-math.log2(counts[name][each.get(name)] / len(items)) for name in names), 4)
        for each in shown
    ]
    ascending = sorted(scores)
    return [
        Rarity(
            rank=1 + len(scores) - bisect_right(ascending, score),
            score=score,
            shares={name: counts[name][each[name]] for name in names if name in each},
            of=len(items),
        )
        for each, score in zip(shown, scores, strict=True)
    ]


def metadata(
    item: Mapping[str, Any],
    rarity: Rarity,
    image_cid: str,
    *,
    site: str | None = None,
    description: str | None = None,
) -> dict[str, Any]:
    """Build a token's metadata.

    Args:
        site: the web page's public address, for links to the painting.
        description: of the collection, put before the painting's own sentence.

    Raises:
        ParameterError: the models' licences don't allow sale.
    """
    if not item["may_sell"]:
        raise ParameterError(
            f"The painting {quoted(item['id'])} was made with a model that may not be sold "
            f"({item['model']}); it cannot become a token.",
            given=item["id"],
        )
    facts = (
        f"Painted from the prompt “{item['prompt']}”{read_as(item)}{chosen_by(item)}. "
        f"The picture was made with a model, {item['model']}."
    )
    page = page_of(item, site)
    ranked = {"trait_type": "Rarity rank", "value": rarity.rank, "max_value": rarity.of}
    values = {
        "name": item["prompt"],
        "description": f"{description}\n\n{facts}" if description else facts,
        "image": f"ipfs://{image_cid}",
        "external_url": page,
        "digital_source_type": AI_SOURCE_TYPE,
        "attributes": [*attributes(item), {**ranked, "display_type": "number"}],
        "provenance": _provenance(item, rarity),
    }
    return {name: value for name, value in values.items() if value is not None}


def read_as(item: Mapping[str, Any]) -> str:
    """Say what was painted for the prompt, after it; "" where that is the prompt."""
    reading = _reading(item)
    return f" (read as “{reading}”)" if reading else ""


def chosen_by(item: Mapping[str, Any]) -> str:
    """Say how many votes chose it; "" for what whoever mints it painted alone."""
    return "" if item["votes"] is None else f" and chosen by {item['votes']} votes"


def page_of(item: Mapping[str, Any], site: str | None) -> str | None:
    """Address of its page; None without a site, and for what no community has."""
    if not site or item["votes"] is None:
        return None
    return f"{site.rstrip('/')}/paintings/{item['id']}"


def _reading(item: Mapping[str, Any]) -> str:
    """What was painted for the prompt, where it was not read as it stands."""
    manifest = item.get("manifest")
    reading = manifest.get("reading") if isinstance(manifest, Mapping) else None
    return str(reading or "")


def as_json(values: Mapping[str, Any]) -> str:
    """Write metadata the same way each time: its bytes decide its CID."""
    return json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _provenance(item: Mapping[str, Any], rarity: Rarity) -> dict[str, Any]:
    """What a holder can check: the picture's hash is the token's id, the rest tells the story."""
    names = ("sha256", "prompt", "seed", "model", "steps", "width", "height", "round", "views")
    known = {name: item[name] for name in names if item.get(name) is not None}
    known |= {"seed": str(item["seed"]), "format": _FORMAT}
    if reading := _reading(item):
        known["reading"] = reading
    if item.get("manifest"):
        manifest = as_json(item["manifest"])
        known["manifest_sha256"] = hashlib.sha256(manifest.encode()).hexdigest()
    shares = {"score": rarity.score, "of": rarity.of, "shares": dict(rarity.shares)}
    return known | {"rarity": shares}
