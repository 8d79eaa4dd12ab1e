"""Metadata follows OpenSea's standard, is the same bytes each time, and passes the licence gate."""

import json

import pytest

from admin.minting.metadata import as_json, attributes, metadata, rarities, token_id
from admin.testing.making import make_item
from ganshare.errors import ParameterError


def coloured(number: int, colour: str) -> dict[str, object]:
    return make_item(number, attributes={"Style": "Abstract", "Colour": colour})


def test_metadata_is_what_the_standard_asks_for() -> None:
    item = make_item(1, manifest={"model": "m", "steps": 3})
    [rarity] = rarities([item])
    values = metadata(item, rarity, "bafyimage", site="https://paint.example", description="Ours.")
    assert values["name"] == item["prompt"]
    assert values["image"] == "ipfs://bafyimage"
    assert values["external_url"] == "https://paint.example/paintings/artwork0001"
    assert values["digital_source_type"].endswith("/trainedAlgorithmicMedia")
    shown = {each["trait_type"]: each["value"] for each in values["attributes"]}
    assert shown["Style"] == "Abstract"
    assert shown["Colour hex"] == "#ff0000"
    assert shown["Seed"] == "1"
    assert shown["Votes"] == 7
    assert shown["Round"] == "Week 1"
    assert shown["Rarity rank"] == 1
    assert values["provenance"]["sha256"] == item["sha256"]
    assert len(values["provenance"]["manifest_sha256"]) == 64


def test_a_whole_prompt_is_no_trait_of_an_old_painting() -> None:
    item = make_item(1, attributes={"Subject": "an owl on a branch, " * 30, "Colour": "Teal"})
    found = {each["trait_type"]: each["value"] for each in attributes(item)}
    assert len(found["Subject"]) <= 80
    assert found["Subject"].startswith("an owl on a branch")


def test_the_reading_of_a_prompt_stands_beside_it() -> None:
    item = make_item(1, prompt="雪山", manifest={"reading": "snowy mountain"})
    values = metadata(item, rarities([item])[0], "cid")
    assert values["name"] == "雪山"
    assert "“雪山” (read as “snowy mountain”)" in values["description"]
    assert values["provenance"]["reading"] == "snowy mountain"
    item = make_item(1, manifest={"reading": None})
    values = metadata(item, rarities([item])[0], "cid")
    assert "read as" not in values["description"]
    assert "reading" not in values["provenance"]


def test_metadata_is_the_same_bytes_whatever_the_order_of_its_parts() -> None:
    item = make_item(1)
    turned = dict(reversed(item.items()))
    [rarity] = rarities([item])
    assert as_json(metadata(item, rarity, "x")) == as_json(metadata(turned, rarity, "x"))
    assert json.loads(as_json(metadata(item, rarity, "x")))["name"] == item["prompt"]


def test_what_may_not_be_sold_gets_no_metadata() -> None:
    item = make_item(1, may_sell=False)
    with pytest.raises(ParameterError, match="may not be sold"):
        metadata(item, rarities([item])[0], "x")


def test_the_rarest_ranks_first_and_equals_share_a_rank() -> None:
    items = [coloured(n, colour) for n, colour in enumerate(["Red", "Red", "Red", "Mauve"])]
    found = rarities(items)
    assert [each.rank for each in found] == [2, 2, 2, 1]
    assert found[3].score == 2.0  # one of four
    assert found[0].shares == {"Style": 4, "Colour": 3}


def test_a_trait_that_is_lacking_is_rare_too() -> None:
    items = [coloured(n, "Red") for n in range(3)] + [
        make_item(3, attributes={"Style": "Abstract"})
    ]
    assert rarities(items)[3].rank == 1


def test_a_tokens_id_is_the_pictures_hash() -> None:
    assert token_id(make_item(255)) == 255
