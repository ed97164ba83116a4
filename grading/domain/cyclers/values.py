"""Numbers, durations and dates, from the text that files hold."""

import math
import re
from datetime import UTC, datetime

import numpy as np
import polars as pl
from numpy.typing import NDArray

from grading.domain.cyclers.table import Floats

Mask = NDArray[np.bool_]

_BLANKS = ["", "-", "--", "---", "nan", "null", "none", "n/a", "na", "#n/a"]
_POINT_THOUSANDS = r"^[+-]?\d{1,3}(,\d{3})+\.\d*$"
_COMMA_THOUSANDS = r"^[+-]?\d{1,3}(\.\d{3})+,\d*$"
_DURATION = (
    r"^(?:(?P<d>\d+)(?:\s*d(?:ays?)?\s*,?\s*|-|\s+))?(?P<h>\d+):(?P<m>\d{1,2})"
    r":(?P<s>\d{1,2})(?:[.,](?P<f>\d+)|:(?P<ms>\d{1,3}))?$"
)
_PLAIN_DURATION = re.compile(rb"(?P<h>\d+):(?P<m>\d\d):(?P<s>\d\d)(?:\.(?P<f>\d+))?")
_LONGEST_DURATION = 20
_FORMATS = (
    "%Y-%m-%d %H:%M:%S%.f",
    "%Y-%m-%dT%H:%M:%S%.f",
    "%Y/%m/%d %H:%M:%S%.f",
    "%m/%d/%Y %H:%M:%S%.f",
    "%d/%m/%Y %H:%M:%S%.f",
    "%m/%d/%Y %I:%M:%S %p",
    "%d/%m/%Y %I:%M:%S %p",
    "%d.%m.%Y %H:%M:%S%.f",
    "%d-%b-%y %I:%M:%S %p",
    "%d-%b-%Y %I:%M:%S %p",
    "%d-%b-%Y %H:%M:%S%.f",
    "%Y-%m-%d %H:%M",
)
_FIRST_EPOCH_S, _LAST_EPOCH_S = 3e8, 4e9
_DAYS_1970 = 25_569


def _trimmed(text: pl.Series) -> pl.Series:
    return text.fill_null("").str.strip_chars(" \t\r\u00a0")


def numbers_of(text: pl.Series, *, has_decimal_comma: bool) -> tuple[Floats, Mask]:
    """Return the numbers, NaN for a blank, and which texts are neither; each of shape (n,).

    Thousands are told from decimals by a decimal sign after them: ``1,234`` alone is no number in either way.
    """
    text = _trimmed(text)
    is_blank = text.str.to_lowercase().is_in(_BLANKS)
    if has_decimal_comma:
        is_grouped = text.str.contains(_COMMA_THOUSANDS)
        is_odd = text.str.contains(".", literal=True) & ~is_grouped
        text = text.str.replace_all(".", "", literal=True).str.replace(",", ".", literal=True)
    else:
        is_grouped = text.str.contains(_POINT_THOUSANDS)
        is_odd = text.str.contains(",", literal=True) & ~is_grouped
        text = text.str.replace_all(",", "", literal=True)
    number = text.cast(pl.Float64, strict=False)
    failed = (number.is_null() | is_odd | ~number.fill_null(0.0).is_finite()) & ~is_blank
    value = np.array(number.fill_null(math.nan).to_numpy(), dtype=np.float64)
    failed_mask = failed.to_numpy()
    value[failed_mask | is_blank.to_numpy()] = math.nan
    return value, failed_mask


def durations_of(text: pl.Series) -> tuple[Floats, Mask]:
    """Return seconds of ``00:22:05.05``, ``0d 00:22:05.05``, ``1 day, 0:22:05`` and ``00:22:05:050``."""
    plain = _plain_durations(text)
    return (plain, np.isnan(plain)) if plain is not None else _any_durations(text)


def _plain_durations(text: pl.Series) -> Floats | None:
    """Return seconds when all texts are of one form such as 144:02:18.5, None when one is not.

    Digit by digit over all records this takes a fraction of the time that looking at each text does.
    """
    length = text.str.len_bytes()
    width = length.max()
    if text.null_count() or not isinstance(width, int) or not 7 <= width <= _LONGEST_DURATION:
        return None
    if length.min() != width:
        text = text.str.zfill(width)
    written = np.frombuffer(text.str.join("").item().encode(), dtype=np.uint8)
    if len(written) != len(text) * width:
        return None
    signs = written.reshape(len(text), width)
    form = _PLAIN_DURATION.fullmatch(bytes(signs[0]))
    if form is None:
        return None
    seconds = np.zeros(len(text))
    for name, unit_s in (("h", 3_600.0), ("m", 60.0), ("s", 1.0), ("f", 1.0)):
        first, last = form.span(name)
        for place in range(first, last):
            digit = signs[:, place] - np.uint8(48)
            if bool((digit > 9).any()):
                return None
            power = first - 1 - place if name == "f" else last - 1 - place
            seconds += digit * (unit_s * 10.0**power)
    points = [place for place in range(width) if not chr(signs[0, place]).isdigit()]
    return seconds if all(bool((signs[:, one] == signs[0, one]).all()) for one in points) else None


def _any_durations(text: pl.Series) -> tuple[Floats, Mask]:
    text = _trimmed(text)
    is_blank = text.str.to_lowercase().is_in(_BLANKS).to_numpy()
    part = text.str.extract_groups(_DURATION).struct.unnest()
    seconds = (
        part["d"].cast(pl.Float64).fill_null(0.0) * 86_400
        + part["h"].cast(pl.Float64) * 3_600
        + part["m"].cast(pl.Float64) * 60
        + part["s"].cast(pl.Float64).fill_null(0.0)
        + ("0." + part["f"].fill_null("0")).cast(pl.Float64)
        + part["ms"].cast(pl.Float64).fill_null(0.0) / 1_000
    )
    value = seconds.fill_null(math.nan).to_numpy()
    return value, np.isnan(value) & ~is_blank


def _falls(seconds: Floats) -> bool:
    return bool(len(seconds) > 1 and np.any(np.diff(seconds) < 0))


def clock_of(text: pl.Series) -> tuple[Floats, Mask]:
    """Return seconds since 1970 of dates, without a time zone; their order tells which is the day."""
    text = _trimmed(text)
    is_blank = text.str.to_lowercase().is_in(_BLANKS).to_numpy()
    best: Floats | None = None
    for form in _FORMATS:
        parsed = text.str.to_datetime(form, strict=False, time_unit="us")
        if parsed.null_count() - int(is_blank.sum()) > 0.001 * len(text) or parsed.null_count() == len(text):
            continue
        value = (parsed.dt.epoch("us").cast(pl.Float64) / 1e6).fill_null(math.nan).to_numpy()
        if not _falls(value[~np.isnan(value)]):
            return value, np.isnan(value) & ~is_blank
        best = value if best is None else best
    if best is None:
        best = _epochs(text)
    return best, np.isnan(best) & ~is_blank


def _epochs(text: pl.Series) -> Floats:
    """Return seconds since 1970 of numbers that can only be that, or days as spreadsheets count them."""
    value = text.cast(pl.Float64, strict=False).fill_null(math.nan).to_numpy().copy()
    scaled = np.where(value >= _LAST_EPOCH_S, value / 1e3, value)
    days = (value - _DAYS_1970) * 86_400
    found = np.where((value > 20_000) & (value < 80_000), days, scaled)
    found[~((found > _FIRST_EPOCH_S) & (found < _LAST_EPOCH_S))] = math.nan
    return found


def clock_span(first: str, last: str) -> tuple[float, float] | None:
    """Return the first of two dates in seconds since 1970 and how many seconds lie between them."""
    value, failed = clock_of(pl.Series([first, last], dtype=pl.String))
    if failed.any() or np.isnan(value).any():
        return None
    return float(value[0]), float(value[1] - value[0])


def iso_of(seconds: float) -> str:
    """Return a moment without time zone in ISO form."""
    return datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None).isoformat(sep=" ")
