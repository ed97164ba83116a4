"""The numbers of one column: their style, unit and scale settled for the whole column, never guessed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from grading.domain.results_file.fields import Field, Kind, limits_of
from grading.domain.results_file.headings import Scale, scale_of
from intake.domain.manifest.values.quantities import (
    LARGEST_FRACTION,
    NumberVotes,
    Quantity,
    Style,
    number_cell,
    plain,
    read_quantity,
    settle_style,
)

PLACES: Mapping[str, int] = {"°C": 1, "Ah": 3, "kWh": 4, "V": 2, "mΩ": 3, "s": 1, "A": 1}
"""To how many decimals a value of a unit is kept: what was converted is rounded to them, once."""
_MOST_PLACES = 6
_IS_SOH = {"soh_check", "soh_percent", "value_percent", "weakest_soh_percent"}


class NotANumber(ValueError):
    """The cell is no number for this column; ``rule``, the message and what to do say why."""

    def __init__(self, rule: str, message: str, fix: str):
        super().__init__(message)
        self.rule, self.message, self.fix = rule, message, fix


@dataclass(frozen=True, slots=True)
class Numbers:
    """How one column of numbers is read."""

    field: Field
    scale: Scale
    style: Style | None
    is_fraction: bool = False
    """Percentages written as fractions: 0.82 stands for 82 %."""
    may_be_fraction: bool = False
    """Some values could be fractions and nothing in the column tells."""
    refusal: tuple[str, str] | None = None
    """Why no value of the column can be read: the unit of its heading."""
    conversions: tuple[str, ...] = ()

    def read(self, cell: str | float) -> Decimal:
        """Return the value in the field's own unit.

        :raises NotANumber: when the cell does not say one.
        """
        quantity = read_quantity(cell) if isinstance(cell, str) else number_cell(cell)
        if quantity is None:
            raise NotANumber(
                "not_a_number", f"“{self.field.heading}” is not a number.", "Write digits and at most a unit."
            )
        scale = self._scale_for(quantity)
        value = quantity.in_style(self.style)
        if value is None:
            raise NotANumber(
                "number_ambiguous",
                "The mark may separate decimals or thousands, and nothing else in the column tells.",
                "Write it without thousands marks and with a decimal point.",
            )
        if self.field.unit == "%" and not quantity.suffix:
            return self._percent(value)
        if scale == Scale():
            return value
        return Decimal(plain(round((value + scale.offset) * scale.factor, _places_of(self.field))))

    def _scale_for(self, quantity: Quantity) -> Scale:
        if quantity.suffix:
            own = scale_of(self.field, quantity.suffix)
            if own is None:
                unit = self.field.unit or "no unit"
                raise NotANumber(
                    "unit_mismatch",
                    f"“{self.field.heading}” is given in {unit}, not in {quantity.suffix[:20]}.",
                    "Correct the unit.",
                )
            return own
        if self.refusal:
            raise NotANumber("unit_mismatch", *self.refusal)
        return self.scale

    def _percent(self, value: Decimal) -> Decimal:
        if self.is_fraction:
            return Decimal(plain(value * 100))
        if self.may_be_fraction and 0 < value <= LARGEST_FRACTION:
            raise NotANumber(
                "percent_or_fraction",
                f"{plain(value)} may be a fraction, for {plain(value * 100)} %, or {plain(value)} %.",
                "Write all values of the column as percentages, with % behind them or in the heading.",
            )
        return value


def _places_of(field: Field) -> int:
    return PLACES.get(field.unit, _MOST_PLACES)


def _step_of(field: Field) -> str:
    return f"{plain(Decimal(1).scaleb(-_places_of(field)))} {field.unit}".strip()


def numbers_of(kind: Kind, field: Field, unit: str, cells: Iterable[str | float]) -> Numbers:
    """Settle how a column is read from its heading's ``unit`` and all its ``cells``."""
    votes = NumberVotes()
    for cell in cells:
        if cell != "":
            votes.add(cell)
    limits = limits_of(kind, field)
    hard = (limits.low, limits.high) if limits else None
    style = settle_style(votes, 0, 0, hard)
    conversions: list[str] = []
    if field.unit == "%":
        sizes = votes.magnitudes(style)
        is_stated = unit == "%"
        only_fractions = bool(sizes.fractions) and not sizes.larger
        is_fraction = only_fractions and not is_stated and field.name in _IS_SOH
        if is_fraction:
            conversions.append(f"{field.heading}: fractions read as percent (0.82 = 82 %)")
        return Numbers(
            field, Scale(), style, is_fraction, not is_stated and not is_fraction, None, tuple(conversions)
        )
    if not unit:
        return Numbers(field, Scale(), style)
    scale = scale_of(field, unit)
    if scale is None:
        words = f"“{field.heading}” is measured in {field.unit or 'another unit'}, not in {unit[:20]}."
        return Numbers(field, Scale(), style, refusal=(words, "Correct the unit in the heading."))
    if scale != Scale():
        conversions.append(f"{field.heading}: {unit} to {field.unit}, rounded to {_step_of(field)}")
    return Numbers(field, scale, style, conversions=tuple(conversions))
