"""Price tables: which price a painting has, and what is wrong with a table is said."""

from collections.abc import Callable
from pathlib import Path

import pytest

from admin.marketplace.seaport.amounts import Currency
from admin.marketplace.seaport.order import NATIVE
from admin.minting.prices import Prices, read_prices
from admin.testing.making import make_item
from ganshare.errors import ParameterError, SettingsError

POL = Currency("POL", NATIVE, 18)
WETH = Currency("WETH", "0x" + "7c" * 20, 18)
Table = Callable[..., Prices]


@pytest.fixture
def table(tmp_path: Path) -> Table:
    def read(text: str, currency: str = 'currency = "POL"') -> Prices:
        file = tmp_path / "prices.toml"
        file.write_text(f"{currency}\n{text}", "utf-8")
        return read_prices(file)

    return read


def test_the_first_rule_that_fits_sets_the_price(table: Table) -> None:
    prices = table(
        'default = "0.05"\n'
        '[[rule]]\nwhen = { Style = "Abstract", Colour = "Red" }\nprice = "0.2"\n'
        '[[rule]]\nwhen = { Style = "Abstract" }\nprice = "0.1"\n'
    )
    mauve = make_item(1, attributes={"Style": "Abstract", "Colour": "Mauve"})
    assert prices.of(make_item(1), POL) == 2 * 10**17
    assert prices.of(mauve, POL) == 10**17
    assert prices.of(make_item(1, attributes={}), POL) == 5 * 10**16
    assert prices.check(POL, [make_item(1), mauve]) == []


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "default = 0.05",
            'default = "1"\nx = 1',
            'default = "1"\n[[rule]]\nprice = "1"',
            "?",
        ),
        *('default = "1"\nfloor = 1', 'default = "1"\nrule = 1'),
    ],
)
def test_a_price_table_that_is_none_is_refused(table: Table, text: str) -> None:
    with pytest.raises(SettingsError, match=r"price table|A rule of"):
        table(text)


def test_a_table_that_names_no_currency_is_refused_with_how_to_write_it(table: Table) -> None:
    with pytest.raises(SettingsError, match='write a line currency = "POL" at its top'):
        table('default = "0.05"', "")


def test_a_table_in_another_currency_than_the_sale_is_refused(table: Table) -> None:
    prices = table('default = "0.05"', 'currency = "WETH"')
    assert prices.check(WETH, []) == []
    with pytest.raises(SettingsError, match="in 'WETH', and the tokens are sold in POL"):
        prices.check(POL, [])


@pytest.mark.parametrize("price", ["1_0", "٣", "¹", "+1", " 1", "1,5", "0x1", "1e60", "1e-40"])
def test_a_price_that_is_no_plain_number_is_refused_even_if_nothing_has_it(
    table: Table, price: str
) -> None:
    rule = f'default = "0.05"\n[[rule]]\nwhen = {{ Style = "Cubist" }}\nprice = "{price}"'
    with pytest.raises(ParameterError, match="price"):
        table(rule).check(POL, [make_item(1)])


def test_no_price_is_below_the_floor(table: Table) -> None:
    rule = '[[rule]]\nwhen = { Style = "Cubist" }\nprice = "0.005"'
    fine = table(f'default = "0.05"\nfloor = "0.005"\n{rule}')
    assert fine.floor_in(POL) == 5 * 10**15
    assert fine.check(POL, []) == []
    with pytest.raises(ParameterError, match="is below the table"):
        table(f'default = "0.05"\nfloor = "0.02"\n{rule}').check(POL, [])


@pytest.mark.parametrize(
    ("when", "said"),
    [
        ("style", "trait 'style'.*Did you mean 'Style'"),
        ("Color", "trait 'Color'.*Did you mean 'Colour'"),
        ("Vibe", "trait 'Vibe'; there are Category, Colour, Colour hex, Style, Subject."),
    ],
)
def test_a_trait_that_no_painting_can_have_is_refused(table: Table, when: str, said: str) -> None:
    rule = f'default = "0.05"\n[[rule]]\nwhen = {{ {when} = "Cubist" }}\nprice = "9"'
    with pytest.raises(SettingsError, match=said):
        table(rule).check(POL, [make_item(1)])


def test_rules_that_decide_nothing_are_told(table: Table) -> None:
    prices = table(
        'default = "0.05"\n'
        '[[rule]]\nwhen = { Style = "Abstrakt" }\nprice = "9"\n'
        '[[rule]]\nwhen = { Colour = "Red" }\nprice = "8"\n'
        '[[rule]]\nwhen = { Colour = "Red", Style = "Abstract" }\nprice = "7"\n'
        '[[rule]]\nwhen = { Colour = "Mauve" }\nprice = "6"\n'
    )
    assert prices.check(POL, []) == []
    assert prices.check(POL, [make_item(1), make_item(2)]) == [
        "rule 1 (9) fits none of 2 paintings: none has the Style 'Abstrakt', the nearest is "
        "'Abstract'",
        "rule 3 (7) fits none of 2 paintings that no rule before it fits",
        "rule 4 (6) fits none of 2 paintings: none has the Colour 'Mauve'",
    ]
