"""Units as the files of testers write them, each with the factor to ours."""

import re

DURATION = "h:min:s"
"""The unit of a column whose values are written as 00:22:05.05 or 0d 00:22:05.05."""

_SPELLINGS: dict[str, dict[float, str]] = {
    "time": {
        1e-6: "us µs μs microsecond microseconds",
        1e-3: "ms msec millisecond milliseconds",
        1.0: "s sec secs second seconds 秒",
        60.0: "min mins minute minutes 分",
        3600.0: "h hr hrs hour hours 小时 std",
    },
    "voltage": {1e-6: "uv µv μv", 1e-3: "mv millivolt millivolts", 1.0: "v volt volts", 1e3: "kv"},
    "current": {
        1e-9: "na",
        1e-6: "ua µa μa microampere",
        1e-3: "ma milliampere milliamperes milliamp milliamps",
        1.0: "a amp amps ampere amperes",
        1e3: "ka",
    },
    "charge": {1e-6: "uah µah μah", 1e-3: "mah milliamperehour", 1.0: "ah amphr amphour amperehour"},
    "energy": {1e-6: "uwh µwh μwh", 1e-3: "mwh milliwatthour", 1.0: "wh watthr watthour", 1e3: "kwh"},
    "temperature": {1.0: "°c ºc ℃ degc celsius degreecelsius degrees c dc ?c ? �c � ?? ï¿½c"},
    "percent": {1.0: "% percent"},
}
_KNOWN = {
    spelling: (quantity, factor)
    for quantity, factors in _SPELLINGS.items()
    for factor, spellings in factors.items()
    for spelling in spellings.split()
}
_DROPPED = re.compile(r"[\s.·*\-_]+")
_DURATION = re.compile(r"h+[^:]*:\s*m+[^:]*:\s*s+", re.IGNORECASE)
OURS = {
    "time": "s",
    "voltage": "V",
    "current": "A",
    "charge": "Ah",
    "energy": "Wh",
    "temperature": "°C",
    "percent": "%",
}
"""The unit that a column without one is in, where its maker has no other habit."""


def is_duration(unit: str) -> bool:
    """Tell whether a unit such as ``h:min:s.ms`` is the pattern of a clock."""
    return bool(_DURATION.search(unit))


def factor_of(unit: str, quantity: str) -> float | None:
    """Return the factor from a unit to ours, or None when it is no unit of the quantity."""
    known = _KNOWN.get(_DROPPED.sub("", unit).casefold())
    return known[1] if known and known[0] == quantity else None


def is_unit(text: str) -> bool:
    """Tell whether a text is a unit that we know."""
    return _DROPPED.sub("", text).casefold() in _KNOWN or is_duration(text)
