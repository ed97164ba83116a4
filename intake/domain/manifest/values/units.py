"""Units that suppliers write, each with the factor to the base unit of its dimension."""

import unicodedata
from decimal import Decimal
from typing import NamedTuple


class Unit(NamedTuple):
    """A unit of measure; ``factor`` converts to the base unit of the dimension, after adding ``offset``."""

    dimension: str
    factor: Decimal
    offset: Decimal = Decimal(0)


# dimension -> factor -> spellings, matched after NFKC and casefold.
_SPELLINGS = {
    "energy": {"0.001": "wh 瓦时", "1": "kwh 度 千瓦时", "1000": "mwh 兆瓦时"},
    "charge": {"0.001": "mah 毫安时", "1": "ah 安时", "1000": "kah"},
    "voltage": {"0.001": "mv 毫伏", "1": "v volt volts 伏 vdc", "1000": "kv"},
    "resistance": {
        "1": "mohm mohms mω milliohm milliohms 毫欧",
        "1000": "ohm ohms ω 欧 欧姆",
        "1000000": "kohm kω kiloohm 千欧",
        "1000000000": "megohm megohms megaohm 兆欧",
        "1000000000000": "gohm gω gigaohm",
    },
    "distance": {
        "1": "km kms kilometer kilometers 公里 千米",
        "1000": "tkm",
        "1.609344": "mi mile miles meilen 英里",
    },
    "mass": {
        "0.001": "g 克",
        "1": "kg kgs kilogram 公斤 千克",
        "0.45359237": "lb lbs pound pounds",
        "1000": "t ton tonne 吨",
    },
    "temperature": {"1": "°c c degc celsius 摄氏度"},
    "ratio": {"1": "% percent prozent pct 百分比"},
    "length": {"1": "mm 毫米", "10": "cm 厘米", "25.4": "inch inches zoll"},
}
_UNITS = {
    spelling: Unit(dimension, Decimal(factor))
    for dimension, factors in _SPELLINGS.items()
    for factor, spellings in factors.items()
    for spelling in spellings.split()
}
_FAHRENHEIT = Unit("temperature", Decimal(5) / Decimal(9), Decimal(-32))
_UNITS |= {"°f": _FAHRENHEIT, "degf": _FAHRENHEIT, "fahrenheit": _FAHRENHEIT}
# Case is all that tells a megohm from a milliohm.
_MEGOHM = Unit("resistance", Decimal(1_000_000_000))
_CASED = {"MΩ": _MEGOHM, "MOhm": _MEGOHM, "Mohm": _MEGOHM, "MOHM": _MEGOHM}
_TIMES = {"万": Decimal(10_000), "千": Decimal(1000), "tsd": Decimal(1000), "k": Decimal(1000)}


def unit_of(text: str) -> Unit | None:
    """Read a unit such as "kWh", "mΩ", "公里" or "万公里" (ten thousand kilometers)."""
    token = unicodedata.normalize("NFKC", text).strip(" .")
    if not token:
        return None
    if found := _CASED.get(token) or _UNITS.get(token.casefold()):
        return found
    for prefix, times in _TIMES.items():
        rest = token.casefold().removeprefix(prefix)
        if (
            rest != token.casefold()
            and (found := _UNITS.get(rest.strip(" .")))
            and found.dimension == "distance"
        ):
            return Unit(found.dimension, found.factor * times)
    return None
