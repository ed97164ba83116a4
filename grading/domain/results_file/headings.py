"""What the headings of a table of results mean, and which kind of rows it holds."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from grading.domain.results_file.fields import FIELDS, SHEETS, Field, Kind
from intake.domain.manifest.values.units import unit_of

_BRACKET = re.compile(r"(?P<base>[^(\[]*)[(\[](?P<unit>[^)\]]*)[)\]]\s*(?P<rest>.*)")
_TRAILING = re.compile(r"(?P<base>.+?)(?:\s*[,/]\s*|[\s_]+)(?:in\s+)?(?P<unit>[^\s,_/]+)")
# Of the units that no manifest has; each by the field's own unit.
_MORE_UNITS: Mapping[str, Mapping[str, Decimal]] = {
    "s": {"s": Decimal(1), "sec": Decimal(1), "秒": Decimal(1), "ms": Decimal("0.001"), "min": Decimal(60)},
    "A": {"a": Decimal(1), "安": Decimal(1), "ma": Decimal("0.001"), "ka": Decimal(1000)},
    "C": {"c": Decimal(1), "1/h": Decimal(1)},
}
MIN_FIELDS = 2
"""A row of headings names at least so many."""


@dataclass(frozen=True, slots=True)
class Scale:
    """How a value in another unit becomes one in the field's own: (value + offset) × factor."""

    factor: Decimal = Decimal(1)
    offset: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of a table; ``field`` is empty where nobody knows the heading."""

    index: int
    heading: str
    field: str = ""
    unit: str = ""
    """As the heading writes it; empty when it has none."""
    repeats: str = ""
    """The heading of an earlier column that has the same field: this one is not read."""


def fold(text: str) -> str:
    """Fold width, case, marks and spaces, so that spellings of one heading compare equal."""
    kept = unicodedata.normalize("NFKC", text).casefold()
    kept = kept.replace("ä", "ae").replace("ö", "oe").replace("ü", "ue").replace("ß", "ss")
    return "".join(letter for letter in kept if letter.isalnum())


def scale_of(field: Field, text: str) -> Scale | None:
    """Return how values in the unit ``text`` become values of ``field``; None when they cannot."""
    token = unicodedata.normalize("NFKC", text).strip(" .")
    own = unicodedata.normalize("NFKC", field.unit)
    if token == own:
        return Scale()
    if field.unit in _MORE_UNITS:
        factor = _MORE_UNITS[field.unit].get(token.casefold())
        return Scale(factor) if factor is not None else None
    given, wanted = unit_of(text), unit_of(field.unit) if field.unit else None
    if field.name == "reference_value":
        return Scale() if given and given.dimension in ("charge", "energy") and given.factor == 1 else None
    if given is None or wanted is None or given.dimension != wanted.dimension:
        return None
    return Scale(given.factor / wanted.factor, given.offset)


@lru_cache(maxsize=8)
def _known(kind: Kind) -> dict[str, Field]:
    known: dict[str, Field] = {}
    for field in FIELDS[kind].values():
        for words in (field.title, field.heading, field.name, *field.also):
            known.setdefault(fold(words), field)
    return known


def _split(text: str) -> list[tuple[str, str]]:
    """Return what a heading may be: (words, unit), the fullest first."""
    readings = [(text, "")]
    if found := _BRACKET.fullmatch(text):
        readings.append((found["base"] + found["rest"], found["unit"].strip()))
    elif found := _TRAILING.fullmatch(text):
        readings.append((found["base"], found["unit"]))
    return readings


def column_of(kind: Kind, index: int, heading: str) -> Column:
    """Return what one heading means in a table of ``kind``."""
    text = " ".join(unicodedata.normalize("NFKC", heading).rstrip(" *").split())
    for words, unit in _split(text):
        field = _known(kind).get(fold(words))
        if field is None:
            continue
        if not unit:
            # Our own headings carry the unit: "Measured charge (Ah)" is found whole.
            bracket = _BRACKET.fullmatch(text)
            unit = bracket["unit"].strip() if bracket and field.unit else ""
        elif not _BRACKET.fullmatch(text) and scale_of(field, unit) is None:
            continue  # the last word is no unit, so the heading is another one
        return Column(index=index, heading=heading, field=field.name, unit=unit if field.unit else "")
    return Column(index=index, heading=heading)


def columns_of(kind: Kind, headings: Sequence[str]) -> list[Column]:
    """Return what every heading means; of two that mean the same the first one is read."""
    columns: list[Column] = []
    taken: dict[str, str] = {}
    for index, heading in enumerate(headings):
        column = column_of(kind, index, heading)
        if column.field in taken:
            repeats = taken[column.field]
            column = Column(index=index, heading=heading, repeats=repeats)
        elif column.field:
            taken[column.field] = heading
        columns.append(column)
    return columns


def kind_of_sheet(name: str) -> Kind | None:
    """Return the kind that a sheet's name stands for."""
    wanted = fold(name)
    return next((kind for kind, names in SHEETS.items() if wanted in {fold(one) for one in names}), None)


def score(kind: Kind, cells: Sequence[object]) -> int:
    """Count the fields of ``kind`` that a row's cells name; what only this kind has counts more."""
    texts = [cell for cell in cells if isinstance(cell, str) and 0 < len(cell) <= 80]
    names = {column.field for column in columns_of(kind, texts)} - {""}
    return len(names) if "serial" in names or len(names) >= MIN_FIELDS else 0


def kind_of_headings(cells: Sequence[object]) -> Kind | None:
    """Return the kind whose fields a row of headings names most; None when it names too few.

    Capacity comes first where two name as many: a bare table of Q, Qn and SOH is one of capacities.
    """
    best, most = None, MIN_FIELDS - 1
    for kind in Kind:
        found = score(kind, cells)
        if found > most:
            best, most = kind, found
    return best
