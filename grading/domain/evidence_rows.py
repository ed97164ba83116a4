"""Evidence in the rows of a CSV file."""

import csv
import re
from collections.abc import Collection, Iterable, Mapping
from decimal import Decimal
from typing import Any

from grading.domain.evidence import SAFETY, SOH_SOURCES, Evidence
from rebattery.errors import RuleViolation

COLUMNS = (
    "id",
    "chemistry",
    "soh_percent",
    "soh_source",
    "ir_ratio",
    "weakest_cell_soh_percent",
    "safety",
    "weakest_bound_from_pack_ah",
)
MORE_COLUMNS = (
    "soh_u_points",
    "soh_age_days",
    "soh_age_months",
    "ir_ratio_u",
    "declared_soh_percent",
    "cell_spread_percent",
    "capacity_procedure",
    "resistance_procedure",
    "identity_confirmed",
    "ir_comparable",
    "beyond_calendar_life",
    "has_history",
)
"""Read where a file has them: facts that are seldom asked for, or usually the same."""
_ANSWERS = ("identity_confirmed", "ir_comparable", "beyond_calendar_life", "has_history")
_WORDS = {"1": True, "yes": True, "true": True, "0": False, "no": False, "false": False}
_LIMITS = {
    "soh_percent": (Decimal(0), Decimal(105)),
    "ir_ratio": (Decimal("0.0001"), Decimal(1000)),
    "weakest_cell_soh_percent": (Decimal(0), Decimal(105)),
    "soh_u_points": (Decimal(0), Decimal(100)),
    "ir_ratio_u": (Decimal(0), Decimal(1000)),
    "declared_soh_percent": (Decimal(0), Decimal(200)),
    "cell_spread_percent": (Decimal(0), Decimal(200)),
}
_COUNTS = {"soh_age_days": 20_000, "soh_age_months": 700}
_NUMBER = re.compile(r"-?\d+(\.\d+)?", re.ASCII)

Row = dict[str, str]


class RowsInvalid(RuleViolation):
    """Some rows cannot be read."""

    code = "rows_invalid"

    def __init__(self, faults: list[str]):
        super().__init__("\n".join(faults))
        self.faults = faults


def read_rows(lines: Iterable[str], *, chemistries: Collection[str]) -> list[tuple[Row, Evidence]]:
    """Return each row of a CSV file, its eight columns as written, with the evidence it states.

    Columns are found by name: the eight must be there, those of ``MORE_COLUMNS`` may be, others are
    ignored. A blank cell is a fact that is not known. Rows stand for packs whose identity is confirmed and
    whose IR was measured under comparable conditions, unless they say otherwise.

    :raises RowsInvalid: with every fault, each with line, column and value.
    """
    reader = csv.DictReader(lines)
    found: list[tuple[Row, Evidence]] = []
    faults: list[str] = []
    try:
        if absent := [name for name in COLUMNS if name not in (reader.fieldnames or ())]:
            raise RowsInvalid([f"line 1: the header has no column {', '.join(absent)}"])
        for cells in reader:
            cells |= {name: cells.get(name) or "" for name in MORE_COLUMNS}
            wrong = _faults_of(cells, chemistries)
            faults += [f"line {reader.line_num}, {fault}" for fault in wrong]
            if not wrong:
                row = {name: cells[name] for name in COLUMNS}
                found.append((row, _evidence(cells)))
    except csv.Error as error:
        faults.append(f"line {reader.line_num}: {error}")
    if faults:
        raise RowsInvalid(faults)
    return found


def ignored_columns(lines: Iterable[str]) -> list[str]:
    """Return the columns of a file that :func:`read_rows` does not read."""
    try:
        header = next(csv.reader(lines), [])
    except csv.Error:  # which reading the rows tells
        return []
    return [name for name in header if name not in (*COLUMNS, *MORE_COLUMNS)]


def _faults_of(cells: Mapping[str, str | None], chemistries: Collection[str]) -> list[str]:
    if None in cells or None in (cells[name] for name in COLUMNS):
        return ["the number of cells differs from the header"]
    row = {name: (cells[name] or "").strip() for name in (*COLUMNS, *MORE_COLUMNS)}
    words = {
        "chemistry": (row["chemistry"].upper(), chemistries),
        "soh_source": (row["soh_source"].lower(), SOH_SOURCES),
        "safety": (row["safety"].lower(), SAFETY),
    }
    words |= {name: (row[name].lower(), _WORDS) for name in ("weakest_bound_from_pack_ah", *_ANSWERS)}
    faults = [
        f"column {name}: {row[name]!r} is none of {', '.join(allowed)}"
        for name, (word, allowed) in words.items()
        if word and word not in allowed
    ]
    for name, (low, high) in _LIMITS.items():
        if row[name] and not (_NUMBER.fullmatch(row[name]) and low <= Decimal(row[name]) <= high):
            faults.append(f"column {name}: {row[name]!r} is not a number from {low} to {high}")
    for name, most in _COUNTS.items():
        if row[name] and not (re.fullmatch(r"[0-9]{1,5}", row[name]) and int(row[name]) <= most):
            faults.append(f"column {name}: {row[name]!r} is not a whole number from 0 to {most}")
    return faults


def _evidence(cells: Mapping[str, str]) -> Evidence:
    text = {name: cells[name].strip() for name in (*COLUMNS, *MORE_COLUMNS)}
    facts: dict[str, Any] = {name: Decimal(text[name]) if text[name] else None for name in _LIMITS}
    facts |= {name: int(text[name]) if text[name] else None for name in _COUNTS}
    facts |= {name: text[name] or None for name in ("capacity_procedure", "resistance_procedure")}
    answers = {name: _WORDS.get(text[name].lower()) for name in ("weakest_bound_from_pack_ah", *_ANSWERS)}
    compares = True if text["ir_ratio"] else None
    return Evidence(
        identity_confirmed=answers["identity_confirmed"] is not False,
        chemistry=text["chemistry"].upper() or "UNKNOWN",
        safety=text["safety"].lower() or None,
        soh_source=text["soh_source"].lower() or None,
        ir_comparable=compares if answers["ir_comparable"] is None else answers["ir_comparable"],
        weakest_bound_from_pack_ah=answers["weakest_bound_from_pack_ah"] is True,
        beyond_calendar_life=answers["beyond_calendar_life"],
        has_history=answers["has_history"],
        **facts,
    )
