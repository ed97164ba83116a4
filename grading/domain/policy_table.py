"""The rows of one class's decision table: read, replaced, and checked cell by cell."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import groupby, pairwise
from typing import Any

from grading.domain.matrix import GRADES
from grading.domain.policy_faults import ends_of, ir_fault
from grading.domain.policy_shape import ROUTES
from grading.domain.policy_soundness import route_fault
from grading.domain.policy_writing import CODE_RULE, code_text, plain_number
from grading.domain.soh import SOH_MAX_PERCENT

Row = dict[str, Any]


@dataclass
class TableFaults:
    """Everything that is wrong with a table, each fault at its cell."""

    cells: dict[tuple[int, str], list[str]] = field(default_factory=dict)
    """By the number of the row, from 0, and the name of the field."""
    whole: list[str] = field(default_factory=list)
    """Faults that belong to no cell."""

    def add(self, row: int, name: str, fault: str) -> None:
        """Note a fault, once."""
        found = self.cells.setdefault((row, name), [])
        if fault not in found:
            found.append(fault)

    @property
    def count(self) -> int:
        return len(self.whole) + sum(map(len, self.cells.values()))


def table_names(document: Mapping[str, Any]) -> list[str]:
    """Return the classes that have a table, in the order of the document."""
    return list(dict.fromkeys(row["class"] for row in document["bands"]))


def chemistries_of(document: Mapping[str, Any], name: str) -> list[str]:
    """Return the codes of the chemistries that a table or a rule judges, in the order of the document."""
    return [code for code, entry in document["chemistry_classes"].items() if entry["treat_as"] == name]


def rows_of(document: Mapping[str, Any], name: str) -> list[Row]:
    """Return copies of the rows of one class."""
    return [dict(row) for row in document["bands"] if row["class"] == name]


def with_rows(document: Mapping[str, Any], name: str, rows: Sequence[Row]) -> dict[str, Any]:
    """Return the document with ``rows`` in the place of the table of one class."""
    mine = [{"class": name, **{key: row[key] for key in row if key != "class"}} for row in rows]
    bands: list[Row] = []
    placed = False
    for row in document["bands"]:
        if row["class"] != name:
            bands.append(row)
        elif not placed:
            bands += mine
            placed = True
    return {**document, "bands": bands if placed else bands + mine}


def blank_row(after: Mapping[str, Any] | None) -> Row:
    """Return a row to fill in that goes on where ``after`` ends."""
    start = after["hi"] if after else "0"
    return {
        "lo": start,
        "lo_incl": not (after and after["hi_incl"]),
        "hi": "",
        "hi_incl": False,
        "ir_op": None,
        "ir_limit": None,
        "grade": "",
        "route": "",
        "code": "",
        "flags": [],
        "warranty": None,
    }


def table_faults(document: Mapping[str, Any], rows: Sequence[Row]) -> TableFaults:
    """Return all that is wrong with ``rows`` as a table of ``document``: every cell, gap and overlap."""
    faults = TableFaults()
    if not rows:
        faults.whole.append("The table has no row.")
    for number, row in enumerate(rows):
        for name, fault in _cell_faults(document, row):
            faults.add(number, name, fault)
    whole = [n for n, _ in enumerate(rows) if not {(n, "lo"), (n, "hi")} & set(faults.cells)]
    if whole and len(whole) == len(rows):
        _tile(rows, faults)
    return faults


def _cell_faults(document: Mapping[str, Any], row: Row) -> Iterator[tuple[str, str]]:
    numbers = [name for name in ("lo", "hi") if plain_number(row[name])]
    yield from ((name, "Enter a number of percent.") for name in numbers)
    if not numbers:
        low, high = Decimal(row["lo"]), Decimal(row["hi"])
        if high > SOH_MAX_PERCENT:
            yield "hi", f"SOH ends at {SOH_MAX_PERCENT} %."
        if low > high or (low == high and not (row["lo_incl"] and row["hi_incl"])):
            yield "hi", "This must lie above where the row begins."
    if row["ir_op"] and plain_number(row["ir_limit"]):
        yield "ir_limit", "Enter the ratio to compare with, such as 1.5."
    elif row["ir_op"] and not Decimal(row["ir_limit"]):
        yield "ir_limit", "The ratio must be above 0."
    if row["ir_limit"] and not row["ir_op"]:
        yield "ir_op", "Say how the resistance is compared."
    if row["grade"] not in tuple(GRADES):
        yield "grade", "Name a grade."
    if row["route"] not in ROUTES:
        yield "route", "Name a route."
    elif row["grade"] in tuple(GRADES) and (fault := route_fault(document, row["grade"], row["route"])):
        yield "route", fault[:1].upper() + fault[1:] + "."
    if not row["code"]:
        yield "code", "Give the reason a code."
    elif code_text(row["code"]):
        yield "code", f"A code {CODE_RULE}."
    if missing := [flag for flag in row["flags"] if flag not in document["texts"]]:
        yield "flags", f"No sentence for {', '.join(missing)}."
    if row["warranty"] is not None and row["warranty"] not in document["warranty"]:
        yield "warranty", "No such terms."


def _tile(rows: Sequence[Row], faults: TableFaults) -> None:
    """Find gaps, overlaps and resistances that no row or two rows take."""
    order = sorted(range(len(rows)), key=lambda n: ends_of(rows[n]))
    groups = [(ends, list(numbers)) for ends, numbers in groupby(order, key=lambda n: ends_of(rows[n]))]
    if groups[0][0][0] != (Decimal(0), 0):
        faults.add(groups[0][1][0], "lo", "The first row must begin at 0 %, with it.")
    if groups[-1][0][1] != (SOH_MAX_PERCENT, 1):
        faults.add(groups[-1][1][0], "hi", f"The last row must end at {SOH_MAX_PERCENT} %, with it.")
    for (before, _), (after, numbers) in pairwise(groups):
        end, start = before[1], after[0]
        if end != start:
            word = "Gap" if end < start else "Overlap"
            low, high = sorted((end[0], start[0]))
            place = f"at exactly {low} %" if low == high else f"between {low} and {high} %"
            faults.add(numbers[0], "lo", f"{word} {place}.")
    for _, numbers in groups:
        group = [rows[n] for n in numbers]
        if any((n, name) in faults.cells for n in numbers for name in ("ir_op", "ir_limit")):
            continue
        if fault := ir_fault(group):
            for number in numbers:
                faults.add(number, "ir_limit", fault[:1].upper() + fault[1:] + ".")
