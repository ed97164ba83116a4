"""Dates as people write them, kept at the precision that was written."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple


class DateOrder(StrEnum):
    """Which number of 03/04/2021 is the day."""

    DAY_FIRST = "day_first"
    MONTH_FIRST = "month_first"


class ReadDate(NamedTuple):
    """A date read from a cell.

    iso: "2021", "2021-03", "2021-W12" or "2021-03-04", None when unreadable.
    note: two_digit_year or spreadsheet_day_number when a habit had to be assumed.
    ambiguous: day and month could be exchanged.
    """

    iso: str | None
    note: str = ""
    ambiguous: bool = False


_MONTHS = {
    name: number
    for number, names in enumerate(
        [
            "jan january januar",
            "feb february februar",
            "mar march mär märz mrz",
            "apr april",
            "may mai",
            "jun june juni",
            "jul july juli",
            "aug august",
            "sep sept september",
            "oct october okt oktober",
            "nov november",
            "dec december dez dezember",
        ],
        1,
    )
    for name in names.split()
}
_YEAR_FIRST = re.compile(r"(\d{4})([-/.])(\d{1,2})(?:\2(\d{1,2})(?:[ T].*)?)?")
_COMPACT = re.compile(r"(20\d{2})(0[1-9]|1[0-2])([0-3]\d)")
_CHINESE = re.compile(r"(\d{4})年(?:(\d{1,2})月(?:(\d{1,2})[日号]?)?)?")
_YEAR_LAST = re.compile(r"(\d{1,2})\s*([./-])\s*(\d{1,2})\s*\2\s*(\d{4}|\d{2})(?:[ T].*)?")
_MONTH_YEAR = re.compile(r"(\d{1,2})[./-](\d{4})")
_YEAR = re.compile(r"\d{4}")
_WEEK = re.compile(r"(?:kw|cw|wk|week|w)\s*(\d{1,2})\s*[/ .-]\s*(\d{4})", re.IGNORECASE)
_ISO_WEEK = re.compile(r"(\d{4})-?w(\d{2})", re.IGNORECASE)
_NAMED = re.compile(r"(?:(\d{1,2})[ .-]*)?([^\W\d_]+)[ .-]*(?:(\d{1,2}),\s*)?(\d{4}|\d{2})")
_DAY_NUMBER = re.compile(r"([34]\d{4}|5[0-4]\d{3})(?:\.0)?")
_YEARS = range(1899, 2200)
_SPREADSHEET_EPOCH = date(1899, 12, 30)


def _iso(year: str, month: str | int, day: str | int | None = None) -> ReadDate:
    full_year = int(year) + (2000 if len(year) == 2 else 0)
    note = "two_digit_year" if len(year) == 2 else ""
    if full_year not in _YEARS:
        return ReadDate(None)
    try:
        checked = date(full_year, int(month), int(day or 1))
    except ValueError:
        return ReadDate(None)
    return ReadDate(checked.isoformat() if day else checked.isoformat()[:7], note)


def _year(year: str) -> ReadDate:
    return ReadDate(f"{int(year)}" if int(year) in _YEARS else None)


def _week(year: str, week: str) -> ReadDate:
    if int(year) not in _YEARS:
        return ReadDate(None)
    try:
        date.fromisocalendar(int(year), int(week), 1)
    except ValueError:
        return ReadDate(None)
    return ReadDate(f"{int(year)}-W{int(week):02d}")


def _year_last(first: str, sign: str, second: str, year: str, order: DateOrder | None) -> ReadDate:
    """Read day and month before the year: a dot always means day first, other signs need a vote."""
    may_be_month = int(first) <= 12 and int(second) <= 12
    if sign == "." or int(first) > 12 or (may_be_month and order is DateOrder.DAY_FIRST):
        return _iso(year, second, first)
    if int(second) > 12 or order is DateOrder.MONTH_FIRST or first == second:
        return _iso(year, first, second)
    return ReadDate(None, ambiguous=True)


def _read_named(day: str | None, name: str, late_day: str | None, year: str) -> ReadDate:
    month = _MONTHS.get(name.casefold())
    return _iso(year, month, day or late_day) if month else ReadDate(None)


def read_date(text: str, order: DateOrder | None = None) -> ReadDate:
    """Read a date in any common form; the order decides only where day and month could be exchanged."""
    text = unicodedata.normalize("NFKC", text).strip()
    if found := _YEAR_FIRST.fullmatch(text):
        return _iso(found[1], found[3], found[4])
    if found := _YEAR_LAST.fullmatch(text):
        return _year_last(found[1], found[2], found[3], found[4], order)
    if found := _MONTH_YEAR.fullmatch(text):
        return _iso(found[2], found[1])
    if found := _CHINESE.fullmatch(text):
        return _iso(found[1], found[2], found[3]) if found[2] else _year(found[1])
    if found := _COMPACT.fullmatch(text):
        return _iso(*found.groups())
    if found := _DAY_NUMBER.fullmatch(text):
        day = _SPREADSHEET_EPOCH + timedelta(days=int(found[1]))
        return ReadDate(day.isoformat(), "spreadsheet_day_number")
    if _YEAR.fullmatch(text):
        return _year(text)
    if found := _WEEK.fullmatch(text):
        return _week(found[2], found[1])
    if found := _ISO_WEEK.fullmatch(text):
        return _week(found[1], found[2])
    if found := _NAMED.fullmatch(text):
        return _read_named(*found.groups())
    return ReadDate(None)


@lru_cache(maxsize=8192)
def date_bounds(iso: str) -> tuple[date, date]:
    """Return the first and the last day that a date of any precision may mean."""
    if "W" in iso:
        first = date.fromisocalendar(int(iso[:4]), int(iso[-2:]), 1)
        return first, first + timedelta(days=6)
    if len(iso) == 4:
        return date(int(iso), 1, 1), date(int(iso), 12, 31)
    if len(iso) == 7:
        first = date(int(iso[:4]), int(iso[5:]), 1)
        return first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    day = date.fromisoformat(iso)
    return day, day


@dataclass(slots=True)
class DateVotes:
    """What all dates of a column together say about the order of day and month."""

    day_first: int = 0
    month_first: int = 0

    def add(self, cell: str | float) -> None:
        """Let one cell vote if only one order makes it a date."""
        found = _YEAR_LAST.fullmatch(cell.strip()) if isinstance(cell, str) else None
        if found:
            self.day_first += int(found[1]) > 12 >= int(found[3])
            self.month_first += int(found[3]) > 12 >= int(found[1])

    @property
    def disagree(self) -> bool:
        """Tell whether some clear dates have the day first and others the month."""
        return bool(self.day_first and self.month_first)

    def order(self) -> DateOrder | None:
        """Return the order if the clear dates agree; None leaves the others a question."""
        if bool(self.day_first) == bool(self.month_first):
            return None
        return DateOrder.DAY_FIRST if self.day_first else DateOrder.MONTH_FIRST
