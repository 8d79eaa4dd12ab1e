"""Somebody who types the commands of listing."""

import asyncio
import itertools
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from admin.testing.seller import Seller


@pytest.fixture
def make_seller(sqlite_template: Path, tmp_path: Path) -> Iterator[Callable[[], Seller]]:
    numbers = itertools.count()
    with pytest.MonkeyPatch.context() as patch:

        def make() -> Seller:
            folder = tmp_path / str(next(numbers))
            folder.mkdir()
            shutil.copy(sqlite_template, folder / "ledger.db")
            patch.undo()
            seller = Seller(f"sqlite+aiosqlite:///{folder}/ledger.db", folder, patch)
            asyncio.run(seller.mint())
            return seller

        yield make
