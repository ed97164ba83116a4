"""Reasons of a verdict, in codes and in sentences with margins."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple, Self

SAFETY_NOT_INSPECTED = "SAFETY_NOT_INSPECTED"
IDENTITY_UNCONFIRMED = "IDENTITY_UNCONFIRMED"
SOH_NOT_MEASURED = "SOH_NOT_MEASURED"
SOH_IMPLAUSIBLE = "SOH_IMPLAUSIBLE"
SOH_TOO_OLD = "SOH_TOO_OLD"
GRADE_EXPIRED = "GRADE_EXPIRED"
SOH_OTHER_PROCEDURE = "SOH_OTHER_PROCEDURE"
SOH_OFF_PROCEDURE = "SOH_OFF_PROCEDURE"
SOH_UNCERTAINTY_UNKNOWN = "SOH_UNCERTAINTY_UNKNOWN"
IR_MISSING = "IR_MISSING"
IR_NOT_COMPARABLE = "IR_NOT_COMPARABLE"
IR_OTHER_PROCEDURE = "IR_OTHER_PROCEDURE"
IR_UNCERTAINTY_UNKNOWN = "IR_UNCERTAINTY_UNKNOWN"
WEAKEST_CELL_MISSING = "WEAKEST_CELL_MISSING"
BORDERLINE = "BORDERLINE"
UNDECIDED_RETEST = "UNDECIDED_RETEST"
UNCERTAINTY_INCOMPLETE = "UNCERTAINTY_INCOMPLETE"
NEAR_LIMIT = "NEAR_LIMIT"

SOH, IR, WEAKEST = "soh_percent", "ir_ratio", "weakest_cell_soh_percent"

FACT_LABELS = {
    "safety": "the safety inspection",
    "identity_confirmed": "the identity check at the dock",
    "chemistry": "the chemistry",
    IR: "the internal resistance",
    WEAKEST: "the weakest cell",
    SOH: "a bench measurement of SOH",
}
"""Every fact that a hold can wait for, cheapest to get first: this table is the order of cost.

A look and a scan cost minutes at the dock; the chemistry a label or a search; a resistance one pulse; the
weakest cell a reading of every cell; an SOH hours on a tester.
"""


def cheapest_first(facts: Iterable[str]) -> tuple[str, ...]:
    """Return ``facts`` once each, in the order of :data:`FACT_LABELS`."""
    wanted = set(facts)
    return tuple(fact for fact in FACT_LABELS if fact in wanted)


@dataclass(frozen=True, slots=True)
class Reason:
    """One finding of the policy about one pack."""

    code: str
    sentence: str
    fact: str | None = None
    """Field of the evidence that the finding is about."""
    measured: Decimal | None = None
    limit: Decimal | None = None
    margin: Decimal | None = None
    """Distance between measured value and limit, never negative."""

    def to_json(self) -> dict[str, Any]:
        """Return the reason with its Decimals as strings."""
        numbers = {"measured": self.measured, "limit": self.limit, "margin": self.margin}
        return {"code": self.code, "sentence": self.sentence, "fact": self.fact} | {
            key: None if value is None else str(value) for key, value in numbers.items()
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """Rebuild what :meth:`to_json` wrote."""
        numbers = ("measured", "limit", "margin")
        plain: dict[str, Any] = dict(value)
        return cls(**plain | {k: None if plain[k] is None else Decimal(plain[k]) for k in numbers})


class Clause(NamedTuple):
    """One comparison behind a cell of the decision table."""

    fact: str
    words: str
    """How the fact compares: "is below", "is not above"."""
    limit: Decimal

    def sentence(self, value: Decimal, measured: Decimal, guard: str = "the guard band") -> str:
        """Say how ``value`` compares; ``measured`` differs from it by the ``guard`` only."""
        label, places, unit, margin_unit = _WORDING[self.fact]
        compared = f"{shown(value, places, self.limit)}{unit}"
        if measured != value:
            compared = f"{shown(measured, places)}{unit}, less {guard} {compared},"
        margin = f"{shown(abs(value - self.limit), places, ZERO)}{margin_unit}"
        return f"{label} {compared} {self.words} {self.limit}{_LIMIT_UNITS[self.fact]} (margin {margin})"


_WORDING = {
    SOH: ("SOH", 1, " %", " points"),
    IR: ("IR", 2, "× baseline", "×"),
    WEAKEST: ("weakest cell", 1, " %", " points"),
}
_LIMIT_UNITS = {SOH: " %", IR: "×", WEAKEST: " %"}
ZERO = Decimal(0)


def shown(value: Decimal, places: int = 1, limit: Decimal | None = None) -> str:
    """Return ``value`` for reading, with at most two places unless that would print the limit itself."""
    text = f"{value:.{places}f}"
    if Decimal(text) == value:
        return text
    text = f"{value:.2f}"
    return f"{value:f}" if Decimal(text) == limit else text


def fact_list(facts: tuple[str, ...]) -> str:
    """Name ``facts`` as a person would: "the chemistry and the weakest cell"."""
    labels = [FACT_LABELS[fact] for fact in facts]
    return " and ".join([", ".join(labels[:-1])] * (len(labels) > 1) + labels[-1:])


def near_limit(fact: str, value: Decimal, limit: Decimal) -> Reason:
    """Build the remark that ``value`` lies close to ``limit``."""
    label, places, unit, margin_unit = _WORDING[fact]
    margin = abs(value - limit)
    found = f"{label[0].upper()}{label[1:]} {shown(value, places, limit)}{unit}"
    away = f"{shown(margin, places, ZERO)}{margin_unit} from the limit of {limit}{_LIMIT_UNITS[fact]}"
    return Reason(NEAR_LIMIT, f"{found} is {away}.", fact, value, limit, margin)


def undecided(fact: str, value: Decimal, limit: Decimal, u: Decimal, factor: Decimal) -> Reason:
    """Build the reason that ``value`` is too close to ``limit`` for its standard uncertainty ``u``."""
    label, places, unit, margin_unit = _WORDING[fact]
    margin = abs(value - limit)
    found = f"{label} {shown(value, places, limit)}{unit} with a standard uncertainty of {u.normalize():f}"
    away = f"{shown(margin, places, ZERO)}{margin_unit} from the limit of {limit}{_LIMIT_UNITS[fact]}"
    needed = f"less than the {factor} standard uncertainties that decide"
    text = f"H: undecided, retest: {found}{margin_unit} is {away}, {needed}."
    return Reason(UNDECIDED_RETEST, text, fact, value, limit, margin)
