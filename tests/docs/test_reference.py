"""docs/reference/ is what the code says, and every command and option in the pages exists."""

import importlib.util
import os
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import click
import pytest

from ganshare.cli import ganshare
from ganshare.settings.listing import listing

ROOT = Path(__file__).parents[2]
TEXTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
# In a block, as a line; or in the text, between backticks.
CALL = re.compile(r"^(?: {4}|(?=\w))(ganshare .+)$|`(ganshare [^`\n]+)`", re.MULTILINE)


@pytest.fixture(scope="module")
def reference() -> ModuleType:
    spec = importlib.util.spec_from_file_location("reference", ROOT / "docs/site/reference.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def defaults_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in list(os.environ):
        if name.startswith(("GANSHARE_", "ENGINE_", "BOT_", "ADMIN_", "SHARES_")):
            monkeypatch.delenv(name)


@pytest.mark.parametrize(
    "name", ["chat.md", "settings.md", pytest.param("commands.md", marks=pytest.mark.slow)]
)
def test_a_reference_is_what_the_code_says(
    name: str, reference: ModuleType, defaults_only: None
) -> None:
    written = (ROOT / "docs/reference" / name).read_text("utf-8")
    assert written == reference.page(name), "python docs/site/reference.py writes it anew"


def test_every_setting_is_in_the_reference(defaults_only: None) -> None:
    text = (ROOT / "docs/reference/settings.md").read_text("utf-8")
    assert len(re.findall(r"^\| `[A-Z_]+` \|", text, re.MULTILINE)) == len(list(listing()))


def calls(page: Path) -> Iterator[list[str]]:
    for block, inline in CALL.findall(page.read_text("utf-8")):
        text = re.split(r" +#| \| |; ", block or inline)[0].rstrip(" \\")
        if text.count('"') % 2 == 0:
            yield shlex.split(text)[1:]


@pytest.mark.parametrize("page", TEXTS, ids=lambda path: path.name)
def test_every_command_of_a_page_exists_with_its_options(page: Path, reference: ModuleType) -> None:
    for words in calls(page):
        command: click.Command | None = ganshare
        options: set[str] = {"--help", "--version"}
        for word in words:
            if isinstance(command, click.Group) and not word.startswith("-"):
                found = command.get_command(click.Context(command), word)
                if found is None and command.invoke_without_command:
                    break
                assert found is not None, words
                command = reference.carried_out(found)
                options |= {
                    opt for each in command.params for opt in (*each.opts, *each.secondary_opts)
                }
            elif re.match(r"--?[a-z]", word):
                assert word.partition("=")[0] in options, words
