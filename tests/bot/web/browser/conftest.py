"""The browsers that these tests drive; a module may have its own, or a site for all its tests."""

from collections.abc import Iterator

import pytest

from bot.testing.browser import Browser, RunningSite


@pytest.fixture
def browser() -> Iterator[Browser]:
    """Starts one for each test; the test says where the page is."""
    found = Browser.start("")
    yield found
    found.driver.quit()


@pytest.fixture(scope="module")
def chrome(served: RunningSite) -> Iterator[Browser]:
    """One for all tests of a module that has a `served`."""
    found = Browser.start(served.url)
    yield found
    found.driver.quit()
