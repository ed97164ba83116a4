"""The converter of a column of numbers: style, unit, scale and range, settled for the whole column."""

import re
from dataclasses import dataclass
from decimal import Decimal

from intake.domain.manifest.corrections import FRACTION, MIXED, PERCENT
from intake.domain.manifest.fields import WATT_HOURS_FROM, Field, Kind
from intake.domain.manifest.plan import ColumnPlan
from intake.domain.manifest.problems import ERROR, Issue, error, question, warning
from intake.domain.manifest.values.normalizing import Converter, Outcome
from intake.domain.manifest.values.quantities import (
    LARGEST_FRACTION,
    Magnitudes,
    NumberVotes,
    Style,
    number_cell,
    plain,
    read_quantity,
    settle_style,
)
from intake.domain.manifest.values.units import Unit, unit_of

UNSETTLED = "unsettled"
WATT_HOURS_PERHAPS_FROM = 200  # more than any car's pack; a truck's in kWh, or a scooter's in Wh
# The unit that is meant when every value of a column without a unit is outside the range of the field's own.
_OTHER_UNIT = {"kWh": "Wh", "Ah": "mAh", "V": "mV", "mΩ": "Ω", "kg": "g"}
_FRACTION_MAY_REACH = 2  # what a person writes into a column of fractions later may be a percentage
_PLACEHOLDERS = {Decimal(text) for text in ("999999", "9999999", "99999999")}
_CYCLES_NOT_KNOWN = Decimal(9999)
_PLACEHOLDERS_OUT_OF_RANGE = {Decimal(text) for text in ("999", "9999", "99999")}
_CONVERTED_PLACES = 4  # "500 lbs" does not mean 226.796185 kg; a distance is told in whole km
_SOH = "soh_declared_percent"
_DIGITS = r"\d{1,3}(?:[.,]\d{1,4})?"
_SOH_RANGE = re.compile(
    rf"(?P<low>{_DIGITS})\s*%?\s*(?:-|–|—|to|bis|~|至)\s*(?P<high>{_DIGITS})\s*%?"
    rf"|(?:>|≥|>=|über|over|min\.?)\s*(?P<above>{_DIGITS})\s*%?"
    rf"|(?:<|≤|<=|unter|under|max\.?)\s*(?P<below>{_DIGITS})\s*%?"
)


@dataclass(frozen=True, slots=True)
class NumberRules:
    """How the numbers of one column are read: see ColumnPlan.

    conversions: what is done to the values, in words.    issue: what the supplier should know of the column.
    """

    style: str = ""
    unit: str = ""
    percent: str = PERCENT
    conversions: tuple[str, ...] = ()
    issue: Issue | None = None


def settle_numbers(
    field: Field, unit: str, own: NumberVotes, point: int, comma: int, *, style: str = "", percent: str = ""
) -> NumberRules:
    """Settle the rules of a column from its votes; the clear cells of the file are the second opinion.

    A unit, style or percent that is given is somebody's word and not voted on.
    """
    settled = Style(style) if style else settle_style(own, point, comma, field.hard)
    magnitudes = own.magnitudes(settled)
    conversions, issue = [], None
    if settled is Style.COMMA and (own.comma or own.ambiguous):
        conversions.append("decimal comma")
    if settled is Style.POINT and own.ambiguous and not own.point:
        conversions.append("decimal point")
    percent = (percent if field.unit == "%" else "") or _percent_of(field, magnitudes)
    if percent in (FRACTION, MIXED):
        conversions.append("fraction to percent")
    if not unit and field.hard:
        unit, issue = _infer_unit(field, magnitudes)
    if unit == MIXED:
        conversions.append(f"values above {WATT_HOURS_FROM}: Wh to kWh")
    elif unit and unit_of(unit) != unit_of(field.unit):
        conversions.append(f"{unit} to {field.unit}")
    return NumberRules(settled or "", unit, percent, tuple(conversions), issue)


def _percent_of(field: Field, magnitudes: Magnitudes) -> str:
    if field.unit != "%":
        return PERCENT
    if magnitudes.fractions and not magnitudes.larger:
        return FRACTION
    # Percentages by their votes alone: a fraction that somebody types later must not pass for 0.8 %.
    return UNSETTLED if field.name == _SOH else PERCENT


def _infer_unit(field: Field, magnitudes: Magnitudes) -> tuple[str, Issue | None]:
    """Return the unit that the values themselves demand, and what to tell of it."""
    other, own = unit_of(_OTHER_UNIT.get(field.unit, "")), unit_of(field.unit)
    low, high, hard = magnitudes.low, magnitudes.high, field.hard
    if other is None or own is None or low is None or high is None or hard is None:
        return "", None
    text, ratio = _OTHER_UNIT[field.unit], other.factor / own.factor
    if field.unit == "kWh" and low > WATT_HOURS_PERHAPS_FROM and high <= WATT_HOURS_FROM:
        message = f"No unit is given, and {plain(low)} to {plain(high)} may be kWh or Wh."
        return "", question("unit_unclear", message, "Say which unit is meant.")
    is_outside = low > hard[1] or high < hard[0]
    if field.unit == "kWh":
        is_outside = low > WATT_HOURS_FROM
    if not is_outside or not hard[0] <= low * ratio <= high * ratio <= hard[1]:
        return "", None
    limit = f"above {WATT_HOURS_FROM}" if field.unit == "kWh" else f"impossible in {field.unit}"
    message = f"No unit is given and every value is {limit}: read as {text}."
    return text, warning("unit_inferred", message, "Write the unit into the heading.")


def is_fraction(value: Decimal, percent: str) -> bool:
    """Tell whether a number without a unit is a fraction in a column of percentages that is read so."""
    if percent == FRACTION:
        return value <= _FRACTION_MAY_REACH
    return percent == MIXED and 0 < value <= LARGEST_FRACTION


def is_in_wh(value: Decimal) -> bool:
    """Tell whether an energy in a column that mixes kWh and Wh is one in Wh."""
    return value > WATT_HOURS_FROM and value not in _PLACEHOLDERS_OUT_OF_RANGE


def soh_in_words(text: str) -> dict[str, str]:
    """Return what an SOH that is no number says: its text, and the limits of "70-80" or ">80"."""
    said = {"soh_declared_text": text}
    found = _SOH_RANGE.fullmatch(text.strip())
    low, high = (found["low"] or found["above"], found["high"] or found["below"]) if found else (None, None)
    if low:
        said["soh_declared_low_percent"] = plain(Decimal(low.replace(",", ".")))
    if high:
        said["soh_declared_high_percent"] = plain(Decimal(high.replace(",", ".")))
    return said


class NumberConverter:
    """Convert the cells of one column by its plan."""

    def __init__(self, field: Field, column: ColumnPlan):
        self.field = field
        self.style = Style(column.style) if column.style else None
        self.percent = column.percent
        self.unit = unit_of(column.unit)
        self.own_unit = unit_of(field.unit)
        self.is_mixed = column.unit == MIXED
        self.may_mix_wh = field.may_mix_wh and column.unit in ("", MIXED)

    def __call__(self, cell: str | float) -> Outcome:
        quantity = read_quantity(cell) if isinstance(cell, str) else number_cell(cell)
        if quantity is None:
            return self._no_number()
        unit = self.unit
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
        value = quantity.in_style(self.style)
        if value is None:
            message = (
                "The point or comma may separate decimals or thousands, and no other value in the file tells."
            )
            return None, question("number_ambiguous", message, "Say which of them it is.")
        return self._scaled(value, unit, is_explicit=bool(quantity.suffix))

    def _no_number(self) -> Outcome:
        if self.field.name == _SOH:
            message = (
                "The SOH is not a number in percent: kept as text. The pack is taken without a declared SOH."
            )
            return None, warning("soh_not_a_number", message, "Give a percentage, or leave it blank.")
        return None, error(
            "not_a_number", f"“{self.field.label}” is not a number.", "Write digits and at most a unit."
        )

    def _scaled(self, value: Decimal, unit: Unit | None, *, is_explicit: bool) -> Outcome:
        if (
            value in _PLACEHOLDERS
            or (value == 0 and self._zero_is_placeholder())
            or (value == _CYCLES_NOT_KNOWN and self.field.name == "cycle_count")
        ):
            return None, warning("placeholder", f"{plain(value)} stands for “not known”: taken as blank.")
        if self.field.unit == "%" and not is_explicit:
            if is_fraction(value, self.percent):
                value *= 100
            elif self.percent == UNSETTLED and 0 < value <= LARGEST_FRACTION:
                message = (
                    f"{plain(value)} may be a fraction, for {plain(value * 100)} %, or {plain(value)} %."
                )
                return None, error("percent_mixed", message, "Write all values of the column as percentages.")
        elif unit and self.own_unit and unit != self.own_unit:
            places = 0 if self.field.name == "odometer_km" else _CONVERTED_PLACES
            value = round((value + unit.offset) * unit.factor / self.own_unit.factor, places)
        elif self.may_mix_wh and not is_explicit and is_in_wh(value):
            return self._in_wh(value)
        return self._checked(value)

    def _in_wh(self, value: Decimal) -> Outcome:
        """Read a value that is too large for kWh, in a column without a unit."""
        found = self._checked(round(value / 1000, _CONVERTED_PLACES))
        if self.is_mixed:
            return found
        if found[1] and found[1].severity == ERROR:
            return self._checked(value)
        message = f"No unit is given, and {plain(value)} is too much for kWh: it looks like Wh."
        return plain(value), error("unit_mixed", message, "Write all values of the column in kWh.")

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


def number_converter(field: Field, column: ColumnPlan) -> Converter:
    """Compile the converter of one column of numbers."""
    return NumberConverter(field, column)
