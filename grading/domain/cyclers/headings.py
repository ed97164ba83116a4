"""Headings of columns, split into a comparable name and the unit that they state."""

import re
from dataclasses import dataclass

from grading.domain.cyclers.units import is_unit

_WIDE = str.maketrans("（）［］／：", "()[]/:")
_BRACKETED = re.compile(r"(.*\S)\s*[\[(]([^()\[\]]*)[\])](?:_?(\d*)|\.)")
_DROPPED = re.compile(r"[\s_\-./\\~'\"#:]+")
_PLAIN_SUFFIXES = frozenset(["dimensionless", "1"])


@dataclass(frozen=True, slots=True)
class Heading:
    """One heading as the file writes it."""

    written: str
    name: str
    """Without its unit."""
    key: str
    """The name without case, blanks and punctuation."""
    unit: str | None
    """As written; None where the heading states none."""


def key_of(name: str) -> str:
    """Return a name without what writers of the same heading do differently."""
    return _DROPPED.sub("", name).casefold()


def _heading(written: str, name: str, unit: str | None) -> Heading:
    return Heading(written, name.strip(), key_of(name), unit)


def split_heading(written: str) -> Heading:
    """Split ``Voltage(V)``, ``Voltage [V]``, ``Voltage / V``, ``Ewe/V`` and ``voltage_volt``."""
    written = written.strip().strip('"').lstrip("\ufeff~").strip()
    text = written.translate(_WIDE)
    if found := _BRACKETED.fullmatch(text):
        return _heading(written, found[1] + (found[3] or ""), found[2].strip() or None)
    for sign in "/_":
        name, _, unit = text.rpartition(sign)
        unit = unit.strip()
        if not name.strip() or (sign == "_" and text != text.lower()):
            continue
        if unit.casefold() in _PLAIN_SUFFIXES:
            return _heading(written, name, None)
        if is_unit(unit):
            return _heading(written, name, unit)
    return _heading(written, text, None)
