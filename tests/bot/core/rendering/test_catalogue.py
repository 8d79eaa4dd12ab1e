"""The catalogues: the same messages with the same variables, and every word that the code says."""

import re
from pathlib import Path

import pytest
from fluent.syntax import FluentParser, ast, serialize
from fluent.syntax.visitor import Visitor

from bot.core.commands.definitions import COMMANDS, SETTINGS
from bot.core.commands.parameters import Command
from bot.core.messages import Action
from bot.core.rendering.catalogue import Catalogue, english_sentences, load_words
from bot.core.rendering.replies import duration
from ganshare.errors import InternalError

BOT = Path(__file__).parents[4] / "bot"
CORE = BOT / "locale" / "en.ftl"
LONGEST_DESCRIPTION = 100  # Discord's


class Variables(Visitor):
    def __init__(self) -> None:
        self.names: set[str] = set()

    def visit_VariableReference(self, node: ast.VariableReference) -> None:  # noqa: N802
        self.names.add(node.id.name)


def entries(language: str) -> list[ast.Message]:
    """The messages of all catalogues of a language."""
    own = [BOT / "locale" / f"{language}.ftl", *(BOT / "locale").glob(f"*.{language}.ftl")]
    texts = [path.read_text("utf-8") for path in own]
    texts += [english_sentences()] * (language == "en")
    found = [each for text in texts for each in FluentParser().parse(text).body]
    assert [each.content for each in found if isinstance(each, ast.Junk)] == []
    return [each for each in found if isinstance(each, ast.Message)]


def messages(language: str) -> dict[str, set[str]]:
    """The messages of a language, and the variables of each."""
    found: dict[str, set[str]] = {}
    for entry in entries(language):
        assert entry.id.name not in found, f"{entry.id.name} is there twice"
        variables = Variables()
        variables.visit(entry)
        found[entry.id.name] = variables.names
    return found


def test_all_languages_have_the_same_messages_with_the_same_variables(words: Catalogue) -> None:
    for language in words.languages:
        assert messages(language) == messages("en"), language


def test_every_catalogue_in_the_folder_is_offered(words: Catalogue) -> None:
    ends = {path.name.removesuffix(".ftl") for path in (BOT / "locale").glob("*.ftl")}
    assert {each.rpartition(".")[2] for each in ends} == set(words.languages)


def test_the_chinese_catalogue_is_chinese() -> None:
    same = {"web-search-example", "refusal-round-none"}  # words of the lists; another message
    for entry in entries("zh"):
        chinese = re.findall(r"[\u4e00-\u9fff]", serialize(ast.Resource([entry])))
        assert chinese or entry.id.name in same, entry.id.name


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_commands_and_parameters_are_described_within_discords_limit(
    words: Catalogue, command: Command, language: str
) -> None:
    ids = [command.message, *(command.message_of(each) for each in command.parameters)]
    for each in ids:
        assert 1 <= len(words.say(language, each)) <= LONGEST_DESCRIPTION


def test_settings_and_buttons_have_names(words: Catalogue) -> None:
    for name in SETTINGS:
        assert words.has(f"setting-{name.replace('_', '-')}")
    paged = {Action.GALLERY, Action.MINE, Action.SHOW}
    for action in set(Action) - paged:
        assert words.has(f"button-{action}")


def test_every_message_that_the_code_says_is_there_and_no_other() -> None:
    """A message that nobody says is noise, one that is not there an apology."""
    known = messages("en")
    code = "".join(path.read_text("utf-8") for path in BOT.rglob("*.py"))
    said = set(re.findall(r'(?:say|RefusalError)\(\s*(?:[\w.]+,\s*)?"([a-z]+-[a-z-]+)"', code))
    assert said - known.keys() == set()
    made = ("command-", "setting-", "button-", "field-", "duration-")  # from names
    own = {
        each.id.name
        for each in FluentParser().parse(CORE.read_text("utf-8")).body
        if isinstance(each, ast.Message)
    }
    assert {
        each
        for each in own
        if not re.search(rf"[\"']{each}[\"']", code) and not each.startswith(made)
    } == set()


def test_an_unknown_message_or_a_missing_value_is_our_mistake(words: Catalogue) -> None:
    with pytest.raises(InternalError, match="no-such"):
        words.say("en", "no-such")
    with pytest.raises(InternalError, match="queued-title"):
        words.say("en", "queued-title", position=1)


@pytest.mark.parametrize(
    ("tag", "language"),
    [("zh-TW", "zh"), ("zh_Hans_CN", "zh"), ("ZH", "zh"), ("de-AT", "en"), ("", "en")],
)
def test_a_tag_finds_its_language(words: Catalogue, tag: str, language: str) -> None:
    assert words.language(tag) == language


def test_values_are_never_read_as_markup_of_the_catalogue(words: Catalogue) -> None:
    said = words.say("en", "done-alt", prompt="{ $id } { done-title } -x")
    assert said == "Painting: { $id } { done-title } -x"


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0.2, "1 second"),
        (42, "40 seconds"),
        (100, "2 minutes"),
        (240, "4 minutes"),
        (9000, "2 hours"),
    ],
)
def test_times_are_said_as_people_do(words: Catalogue, seconds: float, said: str) -> None:
    assert duration(words, "en", seconds) == said


def test_words_are_read_once() -> None:
    assert load_words() is load_words()
