"""Price tables: a TOML file of rules on a painting's traits; the first match decides.

currency = "POL"
default = "0.05"
floor = "0.02"

[[rule]]
when = { Style = "Cubist", Colour = "Red" }
price = "0.2"
"""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from admin.marketplace.seaport.amounts import Currency
from admin.minting.metadata import traits
from ganshare.errors import ParameterError, SettingsError, nearest, quoted

__all__ = ["Prices", "read_prices"]

_KNOWN = {"Style", "Subject", "Category", "Colour", "Colour hex"}
_KEYS = {"currency", "default", "floor", "rule"}
Rule = tuple[Mapping[str, str], str]


@dataclass(frozen=True, slots=True)
class Prices:
    """A price table; each price as it was written, such as "0.05".

    Args:
        currency: the symbol of what they are in, such as "POL".
        default: where no rule matches.
        rules: traits that a painting must have, and its price then.
        floor: no painting is listed for less; None for no floor.
    """

    currency: str
    default: str
    rules: tuple[Rule, ...] = ()
    floor: str | None = None

    def of(self, item: Mapping[str, Any], currency: Currency) -> int:
        """Give a painting's price in the currency's smallest units."""
        shown = traits(item)
        return currency.parse(
            next((price for when, price in self.rules if _fits(when, shown)), self.default)
        )

    def floor_in(self, currency: Currency) -> int:
        """The floor in the currency's smallest units; 0 for none."""
        return 0 if self.floor is None else currency.parse(self.floor)

    def check(self, currency: Currency, items: Sequence[Mapping[str, Any]]) -> list[str]:
        """Hold the table against what is sold in, and against the paintings.

        Args:
            currency: that orders are signed in.
            items: all paintings that it is for.

        Returns:
            A sentence for each rule that decides no price.

        Raises:
            SettingsError: it is in another currency, or a rule asks for a trait that no painting
                can have.
            ParameterError: a price is none, or below the floor.
        """
        if self.currency != currency.symbol:
            raise SettingsError(
                f"The price table is in {quoted(self.currency)}, and the tokens are sold in "
                f'{currency.symbol}. Write currency = "{currency.symbol}" and all prices in it, '
                "or let them be sold in another currency.",
                given=self.currency,
                allowed=currency.symbol,
            )
        floor = self.floor_in(currency)
        for text in (self.default, *(price for _, price in self.rules)):
            if currency.parse(text) < floor:
                raise ParameterError(
                    f"The price {quoted(text)} is below the table's floor of {self.floor}.",
                    given=text,
                    allowed=self.floor,
                )
        shown = [traits(item) for item in items]
        self._check_names(_KNOWN.union(*shown))
        return list(self._idle(shown)) if shown else []

    def _check_names(self, known: set[str]) -> None:
        for number, (when, _) in enumerate(self.rules, 1):
            for name in when.keys() - known:
                close = nearest(name, known)
                hint = f" Did you mean {quoted(close)}?" if close else ""
                raise SettingsError(
                    f"Rule {number} of the price table asks for the trait {quoted(name)}; there "
                    f"are {', '.join(sorted(known))}.{hint}",
                    given=name,
                    allowed=sorted(known),
                    nearest=close,
                )

    def _idle(self, shown: Sequence[Mapping[str, str]]) -> Iterator[str]:
        """Tell which rules decide no price, and why."""
        left = list(shown)
        for number, (when, price) in enumerate(self.rules, 1):
            fitting = [each for each in left if _fits(when, each)]
            left = [each for each in left if not _fits(when, each)]
            if fitting:
                continue
            said = f"rule {number} ({price}) fits none of {len(shown)} paintings"
            for name, value in when.items():
                values = {each[name] for each in shown if name in each}
                if value not in values:
                    close = nearest(value, values)
                    said += f": none has the {name} {quoted(value)}"
                    said += f", the nearest is {quoted(close)}" if close else ""
                    break
            else:
                if any(_fits(when, each) for each in shown):
                    said += " that no rule before it fits"
            yield said


def read_prices(path: Path) -> Prices:
    """Read a price table.

    Raises:
        SettingsError: the file cannot be read, or something in it is no rule.
    """
    try:
        values = tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise SettingsError(f"The price table {path} cannot be read: {error}.") from error
    rules, texts = values.get("rule", []), {name: values.get(name, "") for name in _KEYS - {"rule"}}
    unknown = sorted(values.keys() - _KEYS)
    fine = all(isinstance(text, str) for text in texts.values()) and texts["default"]
    if unknown or not fine or not isinstance(rules, list):
        raise SettingsError(
            f'The price table {path} needs a text `default`, such as "0.05", and `[[rule]]`s; '
            "`currency` and `floor` are texts, too.",
            given=unknown,
        )
    if not texts["currency"]:
        raise SettingsError(
            f"The price table {path} does not say what its prices are in; write a line "
            'currency = "POL" at its top, with the symbol of what you sell in.'
        )
    read = tuple(_rule(rule, path) for rule in rules)
    return Prices(texts["currency"], texts["default"], read, texts["floor"] or None)


def _fits(when: Mapping[str, str], shown: Mapping[str, str]) -> bool:
    return all(shown.get(name) == value for name, value in when.items())


def _rule(rule: object, path: Path) -> Rule:
    if isinstance(rule, dict) and rule.keys() == {"when", "price"}:
        when, price = rule["when"], rule["price"]
        if isinstance(when, dict) and when and isinstance(price, str):
            return {str(name): str(value) for name, value in when.items()}, price
    raise SettingsError(
        f"A rule of {path} is {quoted(rule)}; it needs `when` with one trait or more, and `price`.",
        given=rule,
    )
