"""Packs by the grade that they had and the grade that they get, as a matrix whose numbers lead to them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from grading.domain.matrix import GRADES as ORDER
from rebattery.ui.labels import GRADES


@dataclass(frozen=True)
class MatrixCell:
    """How many packs go from one grade to another."""

    count: int
    look: str
    """same, stricter or looser; empty for no pack."""
    url: str


@dataclass(frozen=True)
class GradeMatrix:
    """Old grades downwards, new ones across; ``grading/what_if/_matrix.html`` shows it."""

    heads: list[str]
    """Words of the grades that occur, best first."""
    rows: list[tuple[str, list[MatrixCell], int]]
    """For each old grade its words, its cells and its sum."""
    sums: list[int]
    """Packs by new grade."""

    @property
    def total(self) -> int:
        return sum(self.sums)

    @property
    def moved(self) -> int:
        """Return how many packs get another grade."""
        return sum(cell.count for _, cells, _ in self.rows for cell in cells if cell.look != "same")


def grade_matrix(counts: Mapping[tuple[str, str], int], *, url_of: Callable[[str, str], str]) -> GradeMatrix:
    """Lay out ``counts``, packs by (old grade, new grade).

    ``url_of`` takes the old and the new grade of a cell, and returns where its packs are listed.
    """
    used = [grade for grade in ORDER if any(grade in pair for pair in counts)]
    rows = []
    for old in used:
        cells = [_cell(counts.get((old, new), 0), old, new, url_of) for new in used]
        rows.append((_words(old), cells, sum(cell.count for cell in cells)))
    sums = [sum(counts.get((old, new), 0) for old in used) for new in used]
    return GradeMatrix([_words(grade) for grade in used], rows, sums)


def _cell(count: int, old: str, new: str, url_of: Callable[[str, str], str]) -> MatrixCell:
    if not count:
        return MatrixCell(0, "", "")
    look = "same" if old == new else "stricter" if ORDER.index(new) > ORDER.index(old) else "looser"
    return MatrixCell(count, look, url_of(old, new))


def _words(grade: str) -> str:
    return f"{grade} {GRADES[grade]}".strip()
