"""A desk over a real store and real blobs, with people who ask."""

import pytest

from bot.core.words import Words, load_words


@pytest.fixture
def words() -> Words:
    return load_words()
