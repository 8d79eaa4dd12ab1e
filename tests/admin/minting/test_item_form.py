"""What is typed into the form, and the command line of the route, without a browser."""

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from eth_account import Account

from admin.__main__ import admin
from admin.browser.check_locators import Finding
from admin.ledger import Collection
from admin.minting.item_form import check_marks, make_item, mark_of
from admin.testing.making import make_item as make_painting
from admin.testing.making import make_quick_keystore, make_token
from ganshare.cli import run_cli
from ganshare.errors import ParameterError

COLLECTION = Collection(137, "0x" + "11" * 20)


def test_an_item_is_described_by_its_painting_and_found_by_its_mark() -> None:
    token = make_token(COLLECTION, 7 << 240, item=make_painting(7))
    item = make_item(token, site="https://paint.example/", description="Ours.")
    assert item.mark == mark_of(token) == "0007000000"
    assert item.name == f"{token.item['prompt']} #0007000000"
    assert item.description.startswith("Ours.\n\nPainted from the prompt “an Abstract painting")
    assert f"{token.token:064x}" in item.description
    assert item.external_link == "https://paint.example/paintings/artwork0007"
    assert {("Style", "Abstract"), ("Votes", "7"), ("Round", "Week 1")} <= set(item.properties)
    assert make_item(token).external_link is None


def test_a_long_or_crooked_prompt_becomes_a_short_name_on_one_line_with_its_mark() -> None:
    token = make_token(COLLECTION, 1 << 255)
    crooked = replace(token, item=dict(token.item) | {"prompt": "a\nfox  " * 80})
    item = make_item(crooked)
    assert "\n" not in item.name
    assert len(item.name) <= 100
    assert "made with a model, paintings-f8." in item.description
    long = make_item(replace(token, item=dict(token.item) | {"prompt": "fox " * 900}))
    assert len(long.description) == 2_000
    assert f"{1 << 255:064x}" in long.description
    assert item.name.endswith("… #8000000000")


def test_what_may_not_be_sold_becomes_no_item() -> None:
    token = make_token(COLLECTION, 1, item=make_painting(1, may_sell=False))
    with pytest.raises(ParameterError, match="may not be sold"):
        make_item(token)


def test_two_paintings_with_one_mark_are_not_created() -> None:
    tokens = [make_token(COLLECTION, number) for number in (1, 2)]
    with pytest.raises(ParameterError, match="same mark 0000000000"):
        check_marks(tokens)
    check_marks([make_token(COLLECTION, number << 240) for number in (1, 2)])


def test_a_finding_says_which_way_found_it_and_whether_others_failed() -> None:
    assert str(Finding("create.name", "label 'Name'", 1)) == "  ok  create.name: label 'Name'"
    assert "way 3: the ones before find nothing" in str(Finding("create.name", "css 'x'", 3))
    assert str(Finding("create.save", None)) == "  no  create.save"


@pytest.fixture
def run(
    url: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], tmp_path: Any
) -> Callable[..., tuple[int, str, str]]:
    monkeypatch.chdir(tmp_path)
    for name in [each for each in os.environ if each.startswith(("ADMIN_", "GANSHARE_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("GANSHARE_DATABASE_URL", url)
    monkeypatch.setenv("ADMIN_COLLECTION", COLLECTION.address)

    def run_admin(*arguments: str) -> tuple[int, str, str]:
        code = run_cli(admin, arguments, "ganshare admin")
        said = capfd.readouterr()
        return code, said.out, said.err

    return run_admin


def test_options_of_the_browser_go_with_its_route_only(run: Callable[..., Any]) -> None:
    code, _, error = run("mint", "--window")
    assert (code, "go with --route browser" in error) == (2, True)


def test_a_dry_run_counts_and_opens_no_browser(run: Callable[..., Any]) -> None:
    code, said, _ = run("mint", "--route", "browser", "--profile", "mine", "--dry-run")
    assert code == 0
    assert "0 items" in said
    assert "https://opensea.io" in said
    assert "Dry run" in said


def test_the_pages_get_to_see_the_sellers_account(
    run: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name, number in (("KEYSTORE", 1), ("SELLER_KEYSTORE", 2)):
        make_quick_keystore(tmp_path / name, "secret words", bytes([number]) * 32)
        monkeypatch.setenv(f"ADMIN_{name}", str(tmp_path / name))
    code, said, _ = run("mint", "--route", "browser", "--dry-run")
    assert (code, Account.from_key(b"\x02" * 32).address in said) == (0, True)


def test_a_wrong_setting_of_the_route_is_named(
    run: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ADMIN_OPENSEA_WEB_BASE", "opensea")
    code, _, error = run("mint", "--route", "browser", "--profile", "mine", "--dry-run")
    assert (code, "ADMIN_OPENSEA_WEB_BASE" in error) == (2, True)
