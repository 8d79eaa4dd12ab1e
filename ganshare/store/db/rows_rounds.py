"""Converts rows to rounds and entries, and back."""

import json
from dataclasses import asdict, dataclass, fields, replace

from ganshare.domain.votes import Entry, Round, RoundRules, Standing
from ganshare.errors import ParameterError
from ganshare.store.db.database import Row
from ganshare.store.db.rows_queue import as_text, to_value

__all__ = ["AgeLimit", "age_limit", "rules_as_text", "to_entry", "to_round", "to_standing"]

_RULES = {item.name: item.type for item in fields(RoundRules)}


@dataclass(frozen=True, slots=True)
class AgeLimit:
    """How old an account must be for its votes to count in a round: fixed, whenever one asks.

    Args:
        born_before: when it must have been there.
        place: of the round; in a place's first `grace` seconds nobody can have been seen earlier,
            so that who was first seen within them counts as there from its beginning.
    """

    born_before: float
    place: str
    grace: float


def age_limit(round_: Round) -> AgeLimit:
    """Give the limit of a round."""
    return AgeLimit(round_.closes - round_.rules.min_age, round_.place, round_.rules.min_age)


def rules_as_text(rules: RoundRules) -> str:
    """Write rules as the store keeps them."""
    return as_text(asdict(rules))


def to_round(row: Row) -> Round:
    """Read a round; rules that a newer version wrote and this one doesn't know are left out."""
    return to_value(Round, row, rules=_rules(row["rules"]))


def to_entry(row: Row) -> Entry:
    """Read an entry."""
    return to_value(Entry, row, by=row["entered_by"])


def to_standing(row: Row) -> Standing:
    """Read an entry of a round that has ended."""
    return to_value(Standing, row, rank=row["place"])


def _rules(text: str) -> RoundRules:
    try:
        values = json.loads(text)
        known = {name: value for name, value in values.items() if name in _RULES}
        return replace(RoundRules(), **known)
    except (ValueError, TypeError, AttributeError, ParameterError):
        return RoundRules()  # damaged: a round is held by the defaults rather than not at all
