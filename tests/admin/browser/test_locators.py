"""The locator file: ours is whole, and what is wrong in another one is named."""

from pathlib import Path
from typing import Any

import pytest

from admin.browser.locators import OURS, read_locators
from ganshare.errors import SettingsError


def test_ours_names_everything_and_prefers_what_people_see() -> None:
    locators = read_locators()
    assert {"create.save", "item.sell", "sell.post", "account.connect"} <= locators.at.keys()
    for locator in locators.at.values():
        assert "css" not in locator.ways[0], f"{locator.name} is first looked for by a selector"
    assert locators.captcha
    assert [each.text for each in locators.dialogs if each.close] == ["cookies"]
    path = "/assets/matic/0x495f947276749Ce646f68AC8c248420045cb7b5e/77888392995141974351"
    found = locators.item_path.fullmatch(path)
    assert found is not None
    assert found["identifier"] == "77888392995141974351"
    assert locators.item_path.fullmatch(path + "/sell") is None


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("version = 1", "version = 2", "its version is '2'; this program reads 1"),
        ("version = 1", "", "its version is 'None'"),
        ("[captcha]", "[capcha]", "has no captcha"),
        ("signed_in = {", "signed_out = {", "account has no signed_in"),
        ("[items]", "[items]\nmore = 1", "items has 'more'; allowed are none"),
        ('{ role = "button", name = "Create" },', '{ rol = "x" },', "A way of create.save"),
        ('{ test_id = "media" }', "7", "A way of create.media is '7'"),
        ('{ test_id = "media" }', "{ test_id = 7 }", "A way of create.media"),
        ("hidden = true", 'hidden = "yes"', "hidden and last of create.media"),
        ("hidden = true", "shown = true", "create.media is"),
        ("search={mark}", "search", "The path items is '/account?search'; it needs {mark}"),
        ("(?P<identifier>", "(", "groups named contract and identifier"),
        (r"(?P<identifier>\d+)", "(", "not a regular expression"),
        ('{ text = "Complete your listing" }', "7", "dialogs.signing is '7'"),
        ('{ text = "Complete your listing" }', '{ text = "x", close = [] }', "has no ways"),
    ],
)
def test_what_is_wrong_is_named_in_one_sentence(
    tmp_path: Path, old: str, new: str, reason: str
) -> None:
    text = OURS.read_text("utf-8")
    assert old in text
    file = tmp_path / "mine.toml"
    file.write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(SettingsError) as caught:
        read_locators(file)
    assert reason in str(caught.value)
    assert str(file) in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("content", [b"= 1", b"\xff\xfe", None])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, content: Any) -> None:
    file = tmp_path / "mine.toml"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(SettingsError, match="cannot be read"):
        read_locators(file)
