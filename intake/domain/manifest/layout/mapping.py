"""Which column of a spreadsheet holds which canonical field, in which unit."""

import csv
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path

from intake.domain.manifest.corrections import EXTRA, IGNORE, MIXED, Corrections
from intake.domain.manifest.fields import FIELDS
from intake.domain.manifest.plan import ColumnPlan
from intake.domain.manifest.values.units import Unit, unit_of

HEADER_SEARCH_ROWS = 30
ANSWERED = "answered"
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})
_BRACKET = re.compile(r"(?P<before>[^(\[{]*)[(\[{](?P<inside>[^)\]}]*)[)\]}](?P<after>.*)", re.DOTALL)
_TRAILING = re.compile(
    r"(?P<base>.+?)(?:\s*[,/]\s*|[\s_]+)(?:in\s+)?(?P<unit>[^\s,_/]+)", re.DOTALL | re.IGNORECASE
)
_SAY_NOTHING = frozenset(["name", "bezeichnung", "value", "wert", "text", "nr", "no", "值", "名称", "编号"])
_UNIT_ROW_HINTS = frozenset(
    [
        "ja/nein",
        "yes/no",
        "y/n",
        "j/n",
        "是/否",
        "text",
        "date",
        "datum",
        "yyyy-mm-dd",
        "dd.mm.yyyy",
        "tt.mm.jjjj",
        "mm/yyyy",
        "mm/jjjj",
        "pcs",
        "stk",
        "stück",
        "个",
    ]
)
# "额定容量 (kWh)": the name says charge, the unit says energy, and the unit is the stronger word.
_BY_DIMENSION = {
    ("rated_capacity_ah", "energy"): "nominal_energy_kwh",
    ("nominal_energy_kwh", "charge"): "rated_capacity_ah",
    ("energy_throughput_kwh", "charge"): "capacity_throughput_ah",
    ("capacity_throughput_ah", "energy"): "energy_throughput_kwh",
}


@dataclass(frozen=True, slots=True)
class Match:
    """What a heading means: one field, or several candidates, or nothing."""

    field: str | None = None
    unit: Unit | None = None
    unit_text: str = ""
    confidence: str | None = None
    candidates: tuple[str, ...] = ()


def _compact(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(letter for letter in folded if letter.isalnum() or letter in "#%")


@lru_cache(maxsize=1)
def _synonyms() -> tuple[dict[str, tuple[str, ...]], frozenset[str]]:
    """Return the fields per compact heading, and the headings exactly as listed."""
    index: dict[str, dict[str, None]] = {}
    exact = set()
    with Path(__file__).with_name("synonyms.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            exact.add(row["synonym"].casefold())
            for spelling in (row["synonym"], row["synonym"].translate(_UMLAUTS)):
                index.setdefault(_compact(spelling), {})[row["field"]] = None
    for name, field in FIELDS.items():
        exact.add(field.label.casefold())
        for spelling in (name, field.label):
            index.setdefault(_compact(spelling), {})[name] = None
    return {key: tuple(names) for key, names in index.items()}, frozenset(exact)


def _split_unit(text: str, hint: str) -> tuple[Unit | None, str, list[str]]:
    """Return the unit in a heading, or else in the units row, and the heading's readings, fullest first."""
    readings = [text]
    unit, unit_text = unit_of(text), text
    if found := _BRACKET.fullmatch(text):
        unit, unit_text = unit_of(found["inside"]), found["inside"]
        readings += [found["before"] + found["after"], found["inside"]]
    elif (found := _TRAILING.fullmatch(text)) and (trailing := unit_of(found["unit"])):
        unit, unit_text = trailing, found["unit"]
        readings.append(found["base"])
    readings += re.split(r"[/|\n]", text)
    if unit is None:
        unit_text = hint.strip(" ()[]")
        unit = unit_of(unit_text)
    return unit, unit_text.strip() if unit else "", readings


def _without_unit(text: str) -> str:
    """Return a heading such as "Mileage (km)" without its unit in brackets."""
    found = _BRACKET.fullmatch(text)
    return (
        " ".join((found["before"] + found["after"]).split()) if found and unit_of(found["inside"]) else text
    )


def _choose(names: Sequence[str], unit: Unit | None) -> str | None:
    if unit is None:
        return names[0] if len(names) == 1 else None
    others = [other for name in names if (other := _BY_DIMENSION.get((name, unit.dimension)))]
    for name in (*names, *others):
        own = unit_of(FIELDS[name].unit)
        # Text such as "120 x 80 x 20" is not converted: it must come in the field's own unit.
        if own and own.dimension == unit.dimension and (FIELDS[name].hard or own == unit):
            return name
    return None


@lru_cache(maxsize=4096)
def match_header(text: str, units_row: str = "") -> Match:
    """Match a heading to a canonical field by its synonyms; a unit in it decides between two meanings."""
    text = unicodedata.normalize("NFKC", text).strip()
    group, bar, name = text.rpartition(" | ")
    if bar:
        # A group's heading over the column's own: "SOH | Date" means more than "Date", never just "SOH".
        both = match_header(f"{group} {name}", units_row)
        if both.field:
            return both
        return match_header(group if _compact(name) in _SAY_NOTHING else name, units_row)
    index, exact = _synonyms()
    unit, unit_text, readings = _split_unit(text, units_row)
    for reading in readings:
        names = index.get(_compact(reading))
        if not names:
            continue
        chosen = _choose(names, unit)
        if chosen is None:
            return Match(candidates=names)
        is_exact = text.casefold() in exact or (chosen in names and _without_unit(text).casefold() in exact)
        return Match(chosen, unit, unit_text, "exact" if is_exact else "normalized")
    return Match()


def header_score(cells: Sequence[object]) -> int:
    """Count the canonical fields that a row's cells name."""
    matches = (match_header(cell) for cell in cells if isinstance(cell, str) and 0 < len(cell) <= 80)
    return len({match.field or match.candidates for match in matches} - {()})


def find_header(rows: Sequence[Sequence[object]]) -> tuple[int, int]:
    """Return the index of the most heading-like of the first rows, with its score."""
    scores = [header_score(row) for row in rows[:HEADER_SEARCH_ROWS]]
    best = max(scores, default=0)
    return (scores.index(best), best) if best else (-1, 0)


def is_units_row(cells: Sequence[object]) -> bool:
    """Tell whether a row under the heading holds only units and hints such as "yes/no"."""
    texts = [str(cell).strip().strip("()[]").strip() for cell in cells if str(cell).strip()]
    return bool(texts) and all(unit_of(text) or text.casefold() in _UNIT_ROW_HINTS for text in texts)


def letters_of(index: int) -> str:
    """Return the column letters that a spreadsheet program shows for a zero-based index."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _unique_headings(cells: Sequence[object], width: int) -> Iterator[str]:
    seen: dict[str, int] = {}
    for index in range(width):
        heading = " ".join(str(cells[index]).split()) if index < len(cells) else ""
        heading = heading or f"Column {letters_of(index)}"
        seen[heading] = count = seen.get(heading, 0) + 1
        yield heading if count == 1 else f"{heading} ({count})"


def map_columns(
    header: Sequence[object],
    units: Sequence[object] = (),
    *,
    width: int,
    corrections: Corrections | None = None,
) -> tuple[ColumnPlan, ...]:
    """Map every column of a table; the first column that names a field keeps it, unless somebody decided.

    Two columns may both speak of a safety field ("damaged", "defective"): both keep it, the worse counts.
    """
    corrections = corrections or Corrections()
    columns = [
        _mapped(
            index,
            heading,
            str(header[index]) if index < len(header) else "",
            str(units[index]) if index < len(units) else "",
            corrections,
        )
        for index, heading in enumerate(_unique_headings(header, width))
    ]
    owner: dict[str, ColumnPlan] = {}
    for column in sorted(columns, key=lambda each: (each.confidence != ANSWERED, each.index)):
        if column.field:
            owner.setdefault(column.field, column)
    return tuple(_yielding(column, owner) for column in columns)


def _mapped(index: int, heading: str, text: str, hint: str, corrections: Corrections) -> ColumnPlan:
    match = match_header(text, hint)
    column = ColumnPlan(
        index=index,
        header=heading,
        field=match.field,
        use="field" if match.field else "unknown",
        unit=match.unit_text,
        confidence=match.confidence,
        candidates=match.candidates,
    )
    answer = corrections.about("column", index)
    if answer in (EXTRA, IGNORE):
        column = replace(column, field=None, use=answer, unit="", confidence=ANSWERED, candidates=())
    elif answer in FIELDS:
        unit, unit_text, _ = _split_unit(text, hint)
        fits = unit and _choose([answer], unit) == answer
        column = replace(
            column,
            field=answer,
            use="field",
            unit=unit_text if fits else "",
            confidence=ANSWERED,
            candidates=(),
        )
    chosen = unit_of(corrections.about("unit", index) or "")
    is_mixed = corrections.about("unit", index) == MIXED
    if is_mixed and column.field and FIELDS[column.field].may_mix_wh:
        column = replace(column, unit=MIXED)
    elif chosen and column.field and _choose([column.field], chosen) == column.field:
        column = replace(column, unit=corrections.answers[f"unit:{index}"].strip())
    return column


def _yielding(column: ColumnPlan, owner: dict[str, ColumnPlan]) -> ColumnPlan:
    if not column.field or owner[column.field] is column:
        return column
    keeps = FIELDS[column.field].safety
    return replace(
        column,
        field=column.field if keeps else None,
        use="field" if keeps else EXTRA,
        repeats=owner[column.field].header,
    )


def near_fields(header: str, limit: int = 3) -> list[str]:
    """Return the fields whose headings are spelled most like this one, the nearest first."""
    index, _ = _synonyms()
    known = [word for word in index if len(word) > 3]
    near = get_close_matches(_compact(header), known, n=limit, cutoff=0.75)
    return list(dict.fromkeys(name for word in near for name in index[word]))[:limit]


def near_heading(header: str) -> str:
    """Return the known heading that is spelled most like this one, "" when none is near."""
    near = get_close_matches(header.casefold(), sorted(_synonyms()[1]), n=1, cutoff=0.8)
    return near[0] if near else ""
