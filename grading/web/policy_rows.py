"""The rows of a decision table as a page shows and sends them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict

from grading.domain.policy import Policy
from grading.domain.policy_comparison import Comparison
from grading.domain.policy_shape import IR_OPS
from grading.domain.policy_table import Row, TableFaults

MAX_ROWS = 60
_TEXTS = ("lo", "hi", "ir_limit", "grade", "route", "code", "warranty", "ir_op")
_FIELDS = ("lo", "hi", "ir_op", "ir_limit", "grade", "route", "code", "flags", "warranty")


@dataclass(frozen=True)
class ShownRow:
    """One row with what is wrong in it and what it changes."""

    number: int
    row: Row
    faults: Mapping[str, list[str]]
    """By field."""
    directions: Sequence[str]
    """Against the live policy; empty where nothing can be compared."""
    is_new: bool = False
    """Just added: one goes on writing there."""

    @property
    def place(self) -> int:
        """Return the number as a person counts."""
        return self.number + 1


def shown_rows(
    rows: Sequence[Row],
    faults: TableFaults,
    comparison: Comparison | None,
    policy: Policy | None,
    chemistries: Sequence[str],
    new: int | None = None,
) -> list[ShownRow]:
    """Put every row together with its faults and its directions; ``new`` is the number of one just added."""
    found = []
    for number, row in enumerate(rows):
        directions: list[str] = []
        if comparison and policy:
            inside = comparison.of_row(row, chemistries, policy.guard_band_pts)
            directions = [d for d in ("stricter", "looser", "terms") if d in inside] or ["same"]
        mine = {name: faults.cells.get((number, name), []) for name in _FIELDS}
        found.append(ShownRow(number, row, mine, directions, number == new))
    return found


def rows_sent(sent: QueryDict) -> list[Row]:
    """Read the rows that a page sent, each field as typed; what is wrong with them is told later."""
    count = sent.get("rows", "0")
    number = min(int(count), MAX_ROWS) if count.isascii() and count.isdigit() and len(count) < 4 else 0
    return [_row(sent, f"row-{n}-") for n in range(number)]


def _row(sent: QueryDict, prefix: str) -> Row:
    texts: dict[str, Any] = {name: sent.get(prefix + name, "").strip()[:80] for name in _TEXTS}
    for name in ("lo", "hi", "ir_limit"):
        texts[name] = texts[name].replace(",", ".")
    return texts | {
        "lo_incl": sent.get(f"{prefix}lo_incl") == "yes",
        "hi_incl": sent.get(f"{prefix}hi_incl") == "yes",
        "ir_op": texts["ir_op"] if texts["ir_op"] in IR_OPS else None,
        "ir_limit": texts["ir_limit"] or None,
        "warranty": texts["warranty"] or None,
        "flags": [flag[:80] for flag in sent.getlist(f"{prefix}flags")],
    }
