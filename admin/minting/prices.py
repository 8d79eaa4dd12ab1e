"""Prices by what a painting shows: a table in a TOML file, the first rule that fits decides.

default = "0.05"

[[rule]]
when = { Style = "Cubist", Colour = "Red" }
price = "0.2"
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from admin.marketplace.seaport.amounts import Currency
from admin.minting.metadata import traits
from ganshare.errors import SettingsError, quoted

__all__ = ["Prices", "read_prices"]


@dataclass(frozen=True, slots=True)
class Prices:
    """A price table; each price as it was written, such as "0.05".

    Args:
        default: for whatever no rule fits.
        rules: traits that a painting must have, and its price then.
    """

    default: str
    rules: tuple[tuple[Mapping[str, str], str], ...] = ()

    def of(self, item: Mapping[str, Any], currency: Currency) -> int:
        """Give a painting's price in the currency's smallest units."""
        shown = traits(item)
        fitting = (
            price for when, price in self.rules if all(shown.get(k) == v for k, v in when.items())
        )
        return currency.parse(next(fitting, self.default))


def read_prices(path: Path) -> Prices:
    """Read a price table.

    Raises:
        SettingsError: the file cannot be read, or something in it is no rule.
    """
    try:
        values = tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise SettingsError(f"The price table {path} cannot be read: {error}.") from error
    rules = values.get("rule", [])
    unknown = sorted(values.keys() - {"default", "rule"})
    if unknown or not isinstance(values.get("default"), str) or not isinstance(rules, list):
        raise SettingsError(
            f'The price table {path} needs a text `default`, such as "0.05", and `[[rule]]`s.',
            given=unknown,
        )
    return Prices(values["default"], tuple(_rule(rule, path) for rule in rules))


def _rule(rule: object, path: Path) -> tuple[Mapping[str, str], str]:
    if isinstance(rule, dict) and rule.keys() == {"when", "price"}:
        when, price = rule["when"], rule["price"]
        if isinstance(when, dict) and when and isinstance(price, str):
            return {str(name): str(value) for name, value in when.items()}, price
    raise SettingsError(
        f"A rule of {path} is {quoted(rule)}; it needs `when` with one trait or more, and `price`.",
        given=rule,
    )
