"""Numbers as people write them: decimal comma or point, thousands, 万, and a unit behind."""

import re
import unicodedata
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple


class Style(StrEnum):
    """Which sign separates the decimals."""

    POINT = "point"
    COMMA = "comma"


class Quantity(NamedTuple):
    """A number with its two readings, equal when the decimal sign does not matter, and what follows it.

    One reading is None when the digits allow only the other.
    """

    point: Decimal | None
    comma: Decimal | None
    suffix: str

    @property
    def is_ambiguous(self) -> bool:
        """Tell whether "1.234" may be 1.234 or 1234."""
        return self.point is not None and self.comma is not None and self.point != self.comma

    def in_style(self, style: Style | None) -> Decimal | None:
        """Return the number, or None when only the style could tell and none is given."""
        if self.is_ambiguous:
            return {Style.POINT: self.point, Style.COMMA: self.comma, None: None}[style]
        return self.point if self.point is not None else self.comma


_PLAIN = re.compile(r"-?\d{1,15}(?:\.(?:\d{1,2}|\d{4,12}))?", re.ASCII)
_QUANTITY = re.compile(r"([-+]?)\s*(\d[\d.,'’ ]*|[.,]\d+)(.*)", re.DOTALL)
_SPACED = re.compile(r"(\d{1,3})((?:[ '’]\d{3})+)((?:[.,]\d+)?)")
_GROUPED = re.compile(r"\d{1,3}(?:([.,])\d{3})(?:\1\d{3})*")
_NO_CENTS = re.compile(r"[.,]\s?[-–—]+$")  # "1.200,-"
_DROP_SIGNS = str.maketrans("", "", ".,")
LARGEST_FRACTION = Decimal("1.05")
_TIMES = {"万": Decimal(10_000), "千": Decimal(1000)}
_MAX_CHARACTERS = 60


def _readings(digits: str) -> tuple[Decimal | None, Decimal | None] | None:
    """Return the number read with a decimal point and with a decimal comma."""
    if found := _SPACED.fullmatch(digits):
        digits = found[1] + re.sub(r"\D", "", found[2]) + found[3]
    if not digits.translate(_DROP_SIGNS).isdecimal():
        return None
    signs = [sign for sign in digits if sign in ".,"]
    if not signs:
        return Decimal(digits), Decimal(digits)
    last = signs[-1]
    whole, _, decimals = digits.rpartition(last)
    as_decimal = _with_decimals(whole, decimals, last)
    as_thousands = None
    if len(set(signs)) == 1 and _GROUPED.fullmatch(digits) and not digits.startswith("0"):
        as_thousands = Decimal(digits.replace(last, ""))
    if as_decimal is None and as_thousands is None:
        return None
    return (as_decimal, as_thousands) if last == "." else (as_thousands, as_decimal)


def _with_decimals(whole: str, decimals: str, sign: str) -> Decimal | None:
    """Read digits around the decimal sign; the other sign may group the thousands."""
    if sign in whole or not decimals:
        return None
    if not whole.isdecimal() and whole:
        if not _GROUPED.fullmatch(whole):
            return None
        whole = whole.replace("," if sign == "." else ".", "")
    return Decimal(f"{whole or 0}.{decimals}")


def read_quantity(text: str) -> Quantity | None:
    """Read a number with what follows it; None when the text does not begin with a number."""
    if _PLAIN.fullmatch(text):
        value = Decimal(text)
        return Quantity(value, None if "." in text else value, "")
    text = unicodedata.normalize("NFKC", text[: _MAX_CHARACTERS + 1]).replace("−", "-").strip()
    text = _NO_CENTS.sub("", text)
    found = _QUANTITY.fullmatch(text)
    if not found or len(text) > _MAX_CHARACTERS:
        return None
    readings = _readings(found[2].strip())
    if readings is None:
        return None
    suffix = found[3].strip()
    times = _TIMES.get(suffix[:1], Decimal(1)) if suffix[:2] not in ("千克", "千瓦", "千米") else Decimal(1)
    suffix = suffix[1:].strip() if times != 1 else suffix
    factor = -times if found[1] == "-" else times
    point, comma = (None if value is None else value * factor for value in readings)
    return Quantity(point, comma, suffix)


def plain(value: Decimal) -> str:
    """Write a Decimal without exponent and without trailing zeros."""
    text = f"{value:f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


@dataclass(slots=True)
class Magnitudes:
    """How large the numbers of a column are when read in one style."""

    fractions: int = 0
    larger: int = 0
    low: Decimal | None = None
    high: Decimal | None = None

    def add(self, value: Decimal) -> None:
        """Count one number; zero is both a fraction and not, and counts as neither."""
        if 0 < value <= LARGEST_FRACTION:
            self.fractions += 1
        elif value > LARGEST_FRACTION:
            self.larger += 1
        self.low = value if self.low is None or value < self.low else self.low
        self.high = value if self.high is None or value > self.high else self.high

    def merged(self, other: "Magnitudes") -> "Magnitudes":
        """Return the magnitudes of both together."""
        lows = [low for low in (self.low, other.low) if low is not None]
        highs = [high for high in (self.high, other.high) if high is not None]
        fractions, larger = self.fractions + other.fractions, self.larger + other.larger
        return Magnitudes(fractions, larger, min(lows, default=None), max(highs, default=None))


@dataclass(slots=True)
class NumberVotes:
    """What all numbers of a column together say about how they are written."""

    point: int = 0
    comma: int = 0
    ambiguous: int = 0
    clear: Magnitudes = field(default_factory=Magnitudes)
    by_point: Magnitudes = field(default_factory=Magnitudes)
    by_comma: Magnitudes = field(default_factory=Magnitudes)

    def add(self, cell: str | float) -> None:
        """Let one cell vote; text that is no number abstains, a unit behind the number speaks for itself."""
        quantity = read_quantity(cell) if isinstance(cell, str) else number_cell(cell)
        if quantity is None:
            return
        point, comma, suffix = quantity
        self.ambiguous += quantity.is_ambiguous
        self.comma += point is None
        self.point += comma is None
        if suffix:
            return
        if point is None or comma is None or point == comma:
            self.clear.add(point if point is not None else comma or Decimal(0))
        else:
            self.by_point.add(point)
            self.by_comma.add(comma)

    def magnitudes(self, style: Style | None) -> Magnitudes:
        """Return the magnitudes as read in a style; without one, of the cells that need none."""
        if style is None:
            return self.clear
        return self.clear.merged(self.by_comma if style is Style.COMMA else self.by_point)


def number_cell(cell: float) -> Quantity:
    """Read a workbook's number with the 15 digits that the spreadsheet program keeps."""
    value = Decimal(f"{cell:.15g}")
    return Quantity(value, value, "")


def settle_style(own: NumberVotes, point_in_file: int, comma_in_file: int, hard) -> Style | None:
    """Settle how a column is written: by its clear cells, else the file's, else by the only possible range.

    None means that cells such as "1.234" stay a question; it never guesses.
    """
    for point, comma in ((own.point, own.comma), (point_in_file, comma_in_file)):
        if bool(point) != bool(comma):
            return Style.POINT if point else Style.COMMA
        if point and comma:
            return None
    if not own.ambiguous or hard is None:
        return None
    fits = [_fits(own.magnitudes(style), hard) for style in (Style.POINT, Style.COMMA)]
    if fits[0] == fits[1]:
        return None
    return Style.POINT if fits[0] else Style.COMMA


def _fits(magnitudes: Magnitudes, hard: tuple[Decimal, Decimal]) -> bool:
    low, high = magnitudes.low, magnitudes.high
    return low is not None and high is not None and hard[0] <= low and high <= hard[1]
