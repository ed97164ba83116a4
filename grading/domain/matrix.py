"""The decision table of one chemistry class, compiled from the bands of a policy."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import groupby, pairwise
from typing import Any, Literal, NamedTuple, Self

from grading.domain.reasons import IR, SOH, WEAKEST, Clause, Reason

GRADES = "ABCHDXQ"
"""Every grade, from the best to the strictest."""

Kind = Literal["graded", "hold", "unknown", "exit"]


class Facts(NamedTuple):
    """The facts that the policy lets count, ``None`` where one is missing."""

    soh: Decimal | None
    """SOH less the guard band."""
    ir: Decimal | None
    weakest: Decimal | None
    bounded: bool
    """The weakest cell is at least as good as the pack's SOH."""
    measured_soh: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Cell:
    """One outcome of the table, with the words that explain it."""

    grade: str
    route: str
    code: str
    flags: tuple[Reason, ...] = ()
    warranty: str | None = None
    ir_hi: Decimal | None = None
    """Largest IR ratio of this cell; ``None`` when it has no upper end."""
    ir_hi_incl: bool = False
    head: str = ""
    """Grade, and the better one missed: "B, not A"."""
    clauses: tuple[Clause, ...] = ()
    step: str = ""

    @property
    def severity(self) -> int:
        return GRADES.index(self.grade)

    def admits(self, ir: Decimal) -> bool:
        """Tell whether ``ir`` is not beyond the upper end of this cell."""
        return self.ir_hi is None or ir < self.ir_hi or (self.ir_hi_incl and ir == self.ir_hi)

    def capped(self, block: "Cell") -> "Cell":
        """Return the stricter of this cell and ``block``, in the place of this cell."""
        if block.severity <= self.severity:
            return self
        return replace(block, ir_hi=self.ir_hi, ir_hi_incl=self.ir_hi_incl)


@dataclass(frozen=True, slots=True)
class Band:
    """An interval of SOH with its cells, ordered by rising IR."""

    lo: Decimal
    lo_incl: bool
    cells: tuple[Cell, ...]
    step: str = ""

    def cell_at(self, ir: Decimal) -> Cell:
        """Return the cell that holds ``ir``."""
        return next(cell for cell in self.cells if cell.admits(ir))

    def cells_at(self, ir: Decimal | None) -> tuple[Cell, ...]:
        """Return the cells that are possible when IR is ``ir``, or missing."""
        return self.cells if ir is None else (self.cell_at(ir),)

    @property
    def severity(self) -> int:
        return min(cell.severity for cell in self.cells)

    def ir_limits(self) -> list[Decimal]:
        """Return the upper ends of the cells, rising; the last cell has none."""
        return [cell.ir_hi for cell in self.cells if cell.ir_hi is not None]


@dataclass(frozen=True)
class Matrix:
    """How one chemistry class is judged once safety and identity are settled."""

    kind: Kind
    step: str
    bands: tuple[Band, ...]
    weakest_floor: Decimal
    weakest_cell: Cell
    flags: tuple[Reason, ...] = ()
    """Remarks on every matrix verdict of the class."""

    def band_at(self, soh: Decimal) -> Band:
        """Return the band that holds ``soh``; one below the table belongs to its first band."""
        for band in reversed(self.bands):
            if soh > band.lo or (band.lo_incl and soh == band.lo):
                return band
        return self.bands[0]

    def open_facts(self, facts: Facts) -> tuple[str, ...]:
        """Return the missing facts that can still change the route, cheapest first.

        IR and the weakest cell are listed exactly when two of their values give different routes
        for some value of the other missing facts. SOH is always listed: no pack is graded without
        a bench measurement of it, not even where every SOH would give the same route.
        """
        if self.kind == "exit" or (facts.weakest is not None and facts.weakest < self.weakest_floor):
            return ()
        bands = self.bands if facts.soh is None else (self.band_at(facts.soh),)
        found = []
        if facts.ir is None and any(len({cell.route for cell in band.cells}) > 1 for band in bands):
            found.append(IR)
        if facts.weakest is None and self._weakest_is_open(bands, facts):
            found.append(WEAKEST)
        if facts.soh is None:
            found.append(SOH)
        return tuple(found)

    def _weakest_is_open(self, bands: Sequence[Band], facts: Facts) -> bool:
        for band in bands:
            least = band.lo if facts.soh is None else facts.soh
            if facts.bounded and least >= self.weakest_floor:
                continue
            if any(cell.route != self.weakest_cell.route for cell in band.cells_at(facts.ir)):
                return True
        return False

    def strictest(self, band: Band, ir: Decimal | None) -> Cell:
        """Return the strictest outcome of ``band`` that a missing IR still allows."""
        return max(band.cells_at(ir), key=lambda cell: cell.severity)

    def capped(self, block: Cell) -> Self:
        """Return this table with no outcome better than ``block``."""
        bands = (replace(b, cells=tuple(c.capped(block) for c in b.cells)) for b in self.bands)
        return replace(self, bands=tuple(bands))

    def ir_limits(self) -> set[Decimal]:
        """Return every limit of IR in any band."""
        return {limit for band in self.bands for limit in band.ir_limits()}

    def soh_limits(self) -> tuple[Decimal, ...]:
        """Return the limits of SOH at which an outcome changes."""
        return tuple(b.lo for a, b in pairwise(self.bands) if _outcomes(a) != _outcomes(b))


def _outcomes(band: Band) -> list[tuple[str, str, Decimal | None]]:
    return [(cell.grade, cell.route, cell.ir_hi) for cell in band.cells]


def compile_bands(
    rows: Sequence[Mapping[str, Any]], *, floor: Decimal, flag: Callable[[str], Reason]
) -> tuple[Band, ...]:
    """Build the bands of one class from its rows, cut off below ``floor``.

    :param rows: rows that passed the check of the policy.
    :param flag: turns the code of a flag into its Reason.
    """
    bands = []
    for (lo, lo_excl, hi, hi_incl), group in groupby(sorted(rows, key=_interval), key=_interval):
        if hi < floor or (hi == floor and not hi_incl):
            continue
        cells = tuple(_cell(row, flag) for row in sorted(group, key=_ir_order))
        start, start_excl = max((lo, lo_excl), (floor, False))
        bands.append(Band(start, not start_excl, cells, step=f"SOH {start} to {hi} %"))
    return tuple(bands)


def _interval(row: Mapping[str, Any]) -> tuple[Decimal, bool, Decimal, bool]:
    return Decimal(row["lo"]), not row["lo_incl"], Decimal(row["hi"]), row["hi_incl"]


def _ir_order(row: Mapping[str, Any]) -> tuple[bool, Decimal]:
    return row["ir_op"] in (None, ">", ">="), Decimal(row["ir_limit"] or 0)


def _cell(row: Mapping[str, Any], flag: Callable[[str], Reason]) -> Cell:
    op, limit = row["ir_op"], row["ir_limit"]
    upper = Decimal(limit) if op in ("<", "<=") else None
    return Cell(
        grade=row["grade"],
        route=row["route"],
        code=row["code"],
        flags=tuple(flag(code) for code in row["flags"]),
        warranty=row["warranty"],
        ir_hi=upper,
        ir_hi_incl=op == "<=",
        step=f"IR {op} {limit}×" if op else "",
    )


def explained(bands: Sequence[Band]) -> tuple[Band, ...]:
    """Return ``bands`` with the words that explain each cell by its place among the others."""
    return tuple(
        replace(band, cells=tuple(_explain(bands, i, j, cell) for j, cell in enumerate(band.cells)))
        for i, band in enumerate(bands)
    )


def _explain(bands: Sequence[Band], i: int, j: int, cell: Cell) -> Cell:
    """Give ``cell`` the comparisons that a person needs: the better grade missed, or the limits met."""
    if cell.head:
        return cell
    better = bands[i].cells[j - 1] if j else None
    if better and better.ir_hi is not None and better.severity < cell.severity:
        words = "is above" if better.ir_hi_incl else "is not below"
        return replace(
            cell, head=f"{cell.grade}, not {better.grade}", clauses=(Clause(IR, words, better.ir_hi),)
        )
    for above in bands[i + 1 :]:
        if above.severity < cell.severity:
            words = "is below" if above.lo_incl else "is not above"
            missed = min(above.cells, key=lambda c: c.severity).grade
            return replace(cell, head=f"{cell.grade}, not {missed}", clauses=(Clause(SOH, words, above.lo),))
    while i and bands[i - 1].severity == bands[i].severity:
        i -= 1
    clauses = [Clause(SOH, "is at or above" if bands[i].lo_incl else "is above", bands[i].lo)]
    if cell.ir_hi is not None:
        clauses.append(Clause(IR, "is not above" if cell.ir_hi_incl else "is below", cell.ir_hi))
    return replace(cell, head=cell.grade, clauses=tuple(clauses))
