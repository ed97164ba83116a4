"""The converter of a column of numbers: style, unit, scale and range, settled for the whole column."""

from dataclasses import dataclass
from decimal import Decimal

from intake.domain.manifest.fields import Field, Kind
from intake.domain.manifest.normalizing import Converter, Outcome
from intake.domain.manifest.problems import Issue, error, warning
from intake.domain.manifest.quantities import (
    NumberVotes,
    Style,
    number_cell,
    plain,
    read_quantity,
    settle_style,
)
from intake.domain.manifest.units import Unit, unit_of

WATT_HOURS_FROM = 1000  # a traction pack of more than 1000 kWh does not exist, one of 1000 Wh does
_PLACEHOLDERS = {Decimal(text) for text in ("999999", "9999999", "99999999")}
_PLACEHOLDERS_OUT_OF_RANGE = {Decimal(text) for text in ("999", "9999", "99999")}
_CONVERTED_PLACES = 4  # "500 lbs" does not mean 226.796185 kg
_SOH = "soh_declared_percent"


@dataclass(frozen=True, slots=True)
class NumberRules:
    """How the numbers of one column are read.

    style: None leaves "1.234" a question.    unit: of the column, None when the field's own is meant.
    is_fraction: 0.82 means 82 %.    is_mixed: fractions and percents occur, so that neither can be told.
    conversions: what is done to the values, in words.    issue: what the supplier should know of the column.
    """

    style: Style | None = None
    unit: Unit | None = None
    is_fraction: bool = False
    is_mixed: bool = False
    conversions: tuple[str, ...] = ()
    issue: Issue | None = None


def settle_numbers(
    field: Field, unit: Unit | None, unit_text: str, own: NumberVotes, point: int, comma: int
) -> NumberRules:
    """Settle the rules of a column from its votes; the clear cells of the file are the second opinion."""
    style = settle_style(own, point, comma, field.hard)
    magnitudes = own.magnitudes(style)
    conversions, issue = [], None
    if style is Style.COMMA and (own.comma or own.ambiguous):
        conversions.append(Style.COMMA.value)
    is_percent = field.unit == "%"
    is_fraction = is_percent and magnitudes.fractions > 0 and not magnitudes.larger
    is_mixed = field.name == _SOH and magnitudes.fractions > 0 and magnitudes.larger > 0
    if is_fraction:
        conversions.append("fraction to percent")
    if (
        unit is None
        and field.unit == "kWh"
        and magnitudes.low is not None
        and magnitudes.low > WATT_HOURS_FROM
    ):
        unit, unit_text = unit_of("Wh"), "Wh"
        message = "No unit is given and every value is above 1000: read as Wh."
        issue = warning("unit_inferred", message, "Write the unit into the heading.")
    if (
        unit
        and (own_unit := unit_of(field.unit))
        and (unit.factor, unit.offset) != (own_unit.factor, own_unit.offset)
    ):
        conversions.append(f"{unit_text} to {field.unit}")
    return NumberRules(style, unit, is_fraction, is_mixed, tuple(conversions), issue)


class NumberConverter:
    """Convert the cells of one column by its rules."""

    def __init__(self, field: Field, rules: NumberRules):
        self.field = field
        self.rules = rules
        self.own_unit = unit_of(field.unit)

    def __call__(self, cell: str | float) -> Outcome:
        quantity = read_quantity(cell) if isinstance(cell, str) else number_cell(cell)
        if quantity is None:
            return self._no_number()
        unit = self.rules.unit
        if quantity.suffix and self.field.unit:
            unit = unit_of(quantity.suffix)
            if unit is None:
                return self._no_number()
            if self.own_unit is None or unit.dimension != self.own_unit.dimension:
                return None, error(
                    "unit_mismatch",
                    f"“{self.field.label}” is given in {self.field.unit}.",
                    "Correct the unit.",
                )
        elif quantity.suffix and self.field.name != "price_ask":
            return self._no_number()
        value = quantity.in_style(self.rules.style)
        if value is None:
            message = (
                "The point or comma may separate decimals or thousands, and no other value in the file tells."
            )
            return None, error("number_ambiguous", message, "Write it without a thousands separator.")
        return self._scaled(value, unit, is_explicit=bool(quantity.suffix))

    def _no_number(self) -> Outcome:
        if self.field.name == _SOH:
            message = "The SOH is not a number in percent. The pack is taken without a declared SOH."
            return None, warning("soh_not_a_number", message, "Give a percentage, or leave it blank.")
        return None, error(
            "not_a_number", f"“{self.field.label}” is not a number.", "Write digits and at most a unit."
        )

    def _scaled(self, value: Decimal, unit: Unit | None, *, is_explicit: bool) -> Outcome:
        if value in _PLACEHOLDERS or (value == 0 and self._zero_is_placeholder()):
            return None, warning("placeholder", f"{plain(value)} stands for “not known”: taken as blank.")
        if self.field.unit == "%" and not is_explicit:
            if self.rules.is_fraction:
                value *= 100
            elif self.rules.is_mixed and 0 < value <= Decimal("1.05"):
                message = "The column holds both fractions such as 0.82 and percentages such as 82."
                return None, error("percent_mixed", message, "Write all values of the column as percentages.")
        elif unit and self.own_unit and unit != self.own_unit:
            value = round((value + unit.offset) * unit.factor / self.own_unit.factor, _CONVERTED_PLACES)
        return self._checked(value)

    def _zero_is_placeholder(self) -> bool:
        return self.field.name == _SOH or (self.field.hard is not None and self.field.hard[0] > 0)

    def _checked(self, value: Decimal) -> Outcome:
        hard, soft = self.field.hard, self.field.soft
        if hard and not hard[0] <= value <= hard[1]:
            if value in _PLACEHOLDERS_OUT_OF_RANGE:
                return None, warning("placeholder", f"{plain(value)} stands for “not known”: taken as blank.")
            return plain(value), error(
                "out_of_range", self._range_message(value, "must lie", hard), "Correct the value or its unit."
            )
        if self.field.kind is Kind.COUNT:
            if value != value.to_integral_value():
                return None, error(
                    "not_whole", f"“{self.field.label}” is a whole number.", "Correct the number."
                )
            return int(value), None
        if soft and not soft[0] <= value <= soft[1]:
            return plain(value), warning(
                "unusual_value", self._range_message(value, "usually lies", soft), "Check the value."
            )
        return plain(value), None

    def _range_message(self, value: Decimal, verb: str, bounds: tuple[Decimal, Decimal]) -> str:
        unit = f" {self.field.unit}" if self.field.unit else ""
        allowed = f"between {bounds[0]} and {bounds[1]}{unit}"
        return f"“{self.field.label}” {verb} {allowed}; this is {plain(value)}{unit}."


def number_converter(field: Field, rules: NumberRules) -> Converter:
    """Compile the converter of one column of numbers."""
    return NumberConverter(field, rules)
