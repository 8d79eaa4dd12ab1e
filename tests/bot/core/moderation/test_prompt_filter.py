"""What a prompt may not ask for is found however it is written, and nothing else is."""

import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.moderation.prompt_filter import BlockedPromptError, Moderation, open_moderation
from bot.core.moderation.text_folding import clean_text, readings
from bot.core.rendering.catalogue import load_words
from bot.core.rendering.errors import sentence_of
from ganshare.errors import PromptError, SettingsError
from ganshare.prompts import draw_prompt, parse_prompts


@pytest.fixture(scope="module")
def moderation() -> Moderation:
    return open_moderation()


def rules(moderation: Moderation, text: str) -> set[str]:
    return {found.rule for found in moderation.find(text)}


# --- no false alarms --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "innocent",
    [
        "Scunthorpe United on a Sunday in Essex, Sussex and Middlesex",
        "a naked mole rat",
        "a cocktail in the grass, a classic bassoon, an assassin's cassock",
        "Nude Descending a Staircase",
        "children playing in a meadow",
        "a teenage mutant turtle and a baby dragon",
        "the river Niger, a snigger, a niggard",
        "Al Gore and Gore Vidal have tea",
        "Gorey, the illustrator; gorgeous gorges in Gorizia",
        "Therapist, analyst, the pornichet coast, popcorn",
        "child's play | nudging a boat:0.5",
        "ratio 3:4, 1990, 800 m, 7 samurai",
        "a b c d e f g",
        "湖边的城堡",
        "一个孩子在放风筝",
        "裸体的大卫雕像",
        "\u0437\u0430\u043c\u043e\u043a",
        "",
        "🏰🌊",
    ],
)
def test_innocent_prompts_meet_no_rule(moderation: Moderation, innocent: str) -> None:
    assert moderation.find(innocent) == []


def test_no_drawn_prompt_meets_a_rule(moderation: Moderation) -> None:
    """Every style, subject and colour of the word lists turns up in so many."""
    met = [prompt.text for prompt in map(draw_prompt, range(1000)) if moderation.find(prompt.text)]
    assert met == []


# --- disguises --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "disguised",
    [
        "porn",
        "PORN!",
        "a castle,porn,a lake",
        "p\u200bo\u200dr\u2060n",
        "p\u202eo\u202cr\u2066n",
        "po\u00adrn",
        "\u0440\u043er\u0578",  # Cyrillic and Armenian letters
        "\u03c1\u03bfrn",  # Greek ones
        "\uff50\uff4f\uff52\uff4e",  # wide ones
        "\U0001d4c5\U0001d45c\U0001d4c7\U0001d4c3",  # script ones
        "\u1d18\u1d0f\u0280\u0274",  # small capitals
        "\U0001f17f\U0001f17e\U0001f181\U0001f17d",  # in squares
        "p\u0300o\u0301r\u0302n\u0303",
        "p\u00f6rn",
        "p0rn",
        "p o r n",
        "p.o.r.n",
        "P-0-R-N",
        "p_o_r_n",
        "pooorrrn",
        "p\u115fo\u3164rn",
    ],
)
def test_a_word_is_found_in_disguise(moderation: Moderation, disguised: str) -> None:
    assert rules(moderation, f"some {disguised} here") == {"sexual"}


def test_double_letters_stay_double(moderation: Moderation) -> None:
    assert rules(moderation, "heiiil hiiitler") == {"hate"}
    assert rules(moderation, "heil hitlr") == set()
    assert rules(moderation, "nigger") == {"hate"}
    assert rules(moderation, "niger") == set()


@pytest.mark.parametrize(
    "text",
    ["a naked child", "children, all n4ked", "CHILDREN | erotica", "裸体的儿童", "儿 童 裸-體"],
)
def test_words_that_are_harmless_alone_are_found_together(
    moderation: Moderation, text: str
) -> None:
    assert "minors" in rules(moderation, text)


# --- the sentence -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("locale", "sentence"),
    [
        ("en", "This prompt is not painted here: pornography is not allowed"),
        ("de", "This prompt is not painted here: pornography is not allowed"),
        ("zh-Hans", "色情内容"),
    ],
)
def test_a_blocked_prompt_is_answered_in_one_sentence_without_its_word(
    moderation: Moderation, locale: str, sentence: str
) -> None:
    with pytest.raises(PromptError) as caught:
        moderation.check_prompt("a hentai castle", locale)
    assert isinstance(caught.value, BlockedPromptError)
    text = sentence_of(load_words(), locale, caught.value)
    assert sentence in text
    assert "hentai" not in text + str(caught.value)
    assert "\n" not in text
    (finding,) = caught.value.findings
    assert (finding.rule, finding.language, finding.text) == ("sexual", "en", "hentai")


def test_a_rule_that_only_flags_lets_the_prompt_pass(moderation: Moderation) -> None:
    (flagged,) = moderation.check_prompt("Judith beheading Holofernes")
    assert (flagged.rule, flagged.blocks) == ("violence", False)


def test_every_rule_says_what_it_forbids_in_both_languages(moderation: Moderation) -> None:
    assert moderation.rules
    for rule in moderation.rules:
        assert {"en", "zh"} <= rule.says.keys(), rule.name


# --- a community's own lists ------------------------------------------------------------------


def write(folder: Path, text: str, name: str = "own.toml") -> Path:
    folder.joinpath(name).write_text(text, "utf-8")
    return folder


def test_a_community_adds_replaces_and_removes_rules(tmp_path: Path) -> None:
    write(
        tmp_path,
        """
        language = "en"
        [[rule]]
        name = "sexual"
        action = "off"
        [[rule]]
        name = "violence"
        action = "block"
        words = ["war*"]
        [[rule]]
        name = "rival"
        words = ["Kräuter Tee"]
        patterns = ['\\bmidj\\w+']
        """,
    )
    own = open_moderation(tmp_path)
    assert rules(own, "porn") == set()
    assert rules(own, "beheading") == set()
    assert rules(own, "warriors") == {"violence"}
    assert rules(own, "krauter  tee") == rules(own, "in the style of M1djourney") == {"rival"}
    assert rules(own, "色情") == {"sexual"}  # the list of another language
    with pytest.raises(BlockedPromptError, match="rival is not allowed"):
        own.check_prompt("kräuter-tee")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("language =", "Invalid value"),
        ("[[rule]]\nname='x'", "language is missing"),
        ("language='en'\n[[rule]]\nwords=['x']", "name is missing"),
        ("language='en'\n[[rule]]\nname='x'\naction='burn'", "one of block, flag, off"),
        ("language='en'\n[[rule]]\nname='x'\nword=['x']", "no 'word'"),
        ("language='en'\n[[rule]]\nname='x'\nwords='x'", "must be a list of texts"),
        ("language='en'\n[[rule]]\nname='x'\npatterns=['(']", "unterminated"),
        ("language='en'\nrules=1", "'rules' is unknown"),
        ("language='en'\nrule=1", "int"),
    ],
)
def test_a_broken_list_is_named_with_its_mistake(tmp_path: Path, text: str, reason: str) -> None:
    with pytest.raises(SettingsError, match=rf"own\.toml cannot be read: .*{reason}"):
        open_moderation(write(tmp_path, text))


def test_the_manuals_example_is_a_list(tmp_path: Path) -> None:
    manual = Path(__file__).parents[4] / "docs" / "moderation.md"
    example = manual.read_text("utf-8").split("```toml\n")[1].partition("```")[0]
    own = open_moderation(write(tmp_path, example))
    assert rules(own, "our sponsors: Acme Paints!") == rules(own, "Buy here") == {"rivals"}
    assert rules(own, "a president's portrait") == {"politics"}
    assert rules(own, "the president") == set()


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"There is no folder .*lists with"):
        open_moderation(tmp_path / "lists")


# --- hygiene ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("a castle", "a castle"),
        ("a\u200b \u202ecastle\u202c\ufeff", "a castle"),
        ("a\r\n\tcastle\x07\x00", "a castle"),
        ("Cafe\u0301 湖边 🏰 שלום مرحبا", "Café 湖边 🏰 שלום مرحبا"),
        ("z\u0335\u0336\u0337\u0338\u0334\u0327a", "z\u0335\u0336\u0337a"),
        ("\u3164\u2800", ""),
        ("\ud800x\ue000", "x"),
        ("e\U000e0041\U000e007f", "e"),
    ],
)
def test_what_nobody_sees_is_taken_out(given: str, kept: str) -> None:
    assert clean_text(given) == kept


@given(st.text(max_size=300))
def test_a_clean_text_stays_as_it_is_and_can_be_parsed(text: str) -> None:
    clean = clean_text(text)
    assert clean_text(clean) == clean
    if clean and not set(clean) & set("|:") and any(letter.isalnum() for letter in clean):
        parse_prompts(clean)


@settings(deadline=None)  # the first one reads the lists of look-alikes
@given(text=st.text(max_size=300))
def test_any_text_can_be_checked(moderation: Moderation, text: str) -> None:
    moderation.find(text)


@pytest.mark.parametrize(
    "text", ["n i g " * 1000, "a" * 4000, "i1!|" * 1000, "o" * 2000 + "0" * 2000, "裸" * 4000]
)
def test_no_text_takes_long_to_check(moderation: Moderation, text: str) -> None:
    began = time.process_time()  # whatever else the machine does
    moderation.find(text)
    assert time.process_time() - began < 0.5


def test_a_reading_keeps_words_apart() -> None:
    assert readings("The Castle, by-night")[0] == " the castle by night "
