"""Masking: no password survives in what people see, and nothing harmless is lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ganshare.settings.masking import (
    is_secret_name,
    mask_known,
    mask_url,
    mask_urls_within,
    password_of,
)

PASSWORDS = st.text(
    st.characters(min_codepoint=33, max_codepoint=126, exclude_characters="'\""), min_size=6
)


@pytest.mark.parametrize(
    ("url", "masked"),
    [
        ("postgresql+asyncpg://ann:sesame@db/x", "postgresql+asyncpg://ann:***@db/x"),
        ("redis://:sesame@db", "redis://:***@db"),
        ("s3://bucket/prefix", "s3://bucket/prefix"),
        ("sqlite+aiosqlite:///ganshare.db", "sqlite+aiosqlite:///ganshare.db"),
        ("http://127.0.0.1:80/a?mail=a@b", "http://127.0.0.1:80/a?mail=a@b"),
        ("http://h/a?user=x&password=sesame&n=1", "http://h/a?user=x&password=***&n=1"),
    ],
)
def test_only_the_secret_part_of_a_url_is_masked(url: str, masked: str) -> None:
    assert mask_url(url) == masked


@given(PASSWORDS)
def test_no_password_survives_however_odd(password: str) -> None:
    # Digits and a slash look like a port and a path.
    password = f"x{password}"
    url = f"postgresql+asyncpg://ann:{password}@host/db"
    assert mask_url(url) == "postgresql+asyncpg://ann:***@host/db"
    assert password_of(url) == password


def test_urls_inside_a_sentence_are_masked_and_the_sentence_stays() -> None:
    text = "could not reach postgresql://ann:sesame@db/x, trying again"
    assert mask_urls_within(text) == "could not reach postgresql://ann:***@db/x, trying again"


def test_a_telegram_token_in_a_path_is_masked() -> None:
    token = "123456789:" + "AbCdEf-" * 5
    assert mask_urls_within(f"GET /bot{token}/getMe") == "GET /bot123456789:***/getMe"


def test_known_secrets_are_masked_in_their_encoded_form_too() -> None:
    assert mask_known("a p@ss/word, p%40ss%2Fword", ["p@ss/word"]) == "a ***, ***"


def test_very_short_secrets_do_not_mask_half_of_every_word() -> None:
    assert mask_known("a banana", ["a"]) == "a banana"


@pytest.mark.parametrize(
    "name", ["token", "discord_token", "api_key", "apiKey", "Authorization", "db.password"]
)
def test_names_of_secrets_are_known(name: str) -> None:
    assert is_secret_name(name)


@pytest.mark.parametrize("name", ["key", "tokens_per_second", "token_id", "job", "monkey"])
def test_names_of_harmless_values_are_not(name: str) -> None:
    assert not is_secret_name(name)
