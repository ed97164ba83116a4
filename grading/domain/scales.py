"""Measured values drawn on the limits of a policy: one scale for each number, in parts of its length."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from grading.domain.evidence import Evidence
from grading.domain.facts import usable_facts
from grading.domain.matrix import Cell, Facts, Matrix
from grading.domain.policy import Policy
from grading.domain.reasons import IR, SOH, WEAKEST
from grading.domain.soh import SOH_MAX_PERCENT
from grading.domain.waiting_for import capped

LENGTH = 1000
"""Parts of a scale; a picture needs no finer ones."""
_LEAST_IR = Decimal(3)


@dataclass(frozen=True, slots=True)
class Segment:
    """A range in which the grade is the same with the other facts as they are."""

    grade: str
    """The strictest where a missing fact leaves several."""
    words: str
    start: int
    width: int

    @property
    def middle(self) -> int:
        return self.start + self.width // 2


@dataclass(frozen=True, slots=True)
class Scale:
    """One number of a pack on its limits."""

    fact: str
    label: str
    unit: str
    value: Decimal | None
    """What is compared with the limits; ``None`` where it is missing."""
    place: int
    segments: tuple[Segment, ...]
    limits: tuple[tuple[Decimal, int], ...]

    @property
    def words(self) -> str:
        """Say the picture."""
        ranges = "; ".join(segment.words for segment in self.segments)
        found = "not known" if self.value is None else f"{_plain(self.value)}{self.unit}"
        return f"{self.label} {found}. With the other facts as they are: {ranges}."


def scales_of(policy: Policy, evidence: Evidence) -> tuple[Scale, ...]:
    """Return the scales on which the chemistry's table judges a pack; none where it has no table."""
    matrix = policy.matrices.get(evidence.chemistry)
    if matrix is None or matrix.kind != "graded":
        return ()
    facts = usable_facts(policy, evidence)
    return tuple(_scales(capped(policy, evidence, matrix, facts), facts))


def _scales(matrix: Matrix, facts: Facts) -> Iterator[Scale]:
    cells = [matrix.strictest(band, facts.ir) for band in matrix.bands]
    limits = [band.lo for band in matrix.bands[1:]]
    yield _scale(SOH, "SOH", " %", facts.soh, cells, limits, SOH_MAX_PERCENT)
    band = None if facts.soh is None else matrix.band_at(facts.soh)
    if band and len(band.cells) > 1:
        ends = band.ir_limits()
        high = max(_LEAST_IR, ends[-1] * 2, (facts.ir or Decimal(0)) + 1)
        yield _scale(IR, "IR", "× baseline", facts.ir, list(band.cells), ends, high)
    if band:
        floor = matrix.weakest_floor
        pair = [matrix.weakest_cell, matrix.strictest(band, facts.ir)]
        yield _scale(WEAKEST, "Weakest cell", " %", facts.weakest, pair, [floor], SOH_MAX_PERCENT)


def _scale(
    fact: str,
    label: str,
    unit: str,
    value: Decimal | None,
    cells: Sequence[Cell],
    limits: Sequence[Decimal],
    high: Decimal,
) -> Scale:
    """Lay out ``cells`` between ``limits``; neighbors with one grade are one range."""
    merged: list[tuple[Cell, Decimal, Decimal]] = []
    for cell, low, end in zip(cells, [Decimal(0), *limits], [*limits, high], strict=True):
        if merged and merged[-1][0].grade == cell.grade:
            merged[-1] = (cell, merged[-1][1], end)
        else:
            merged.append((cell, low, end))

    def place(number: Decimal) -> int:
        return int(min(max(number / high, Decimal(0)), Decimal(1)) * LENGTH)

    segments = tuple(
        Segment(
            cell.grade,
            f"{cell.grade} from {_plain(low)} to {_plain(end)}{unit}",
            place(low),
            place(end) - place(low),
        )
        for cell, low, end in merged
    )
    return Scale(
        fact=fact,
        label=label,
        unit=unit,
        value=value,
        place=0 if value is None else place(value),
        segments=segments,
        limits=tuple((low, place(low)) for _, low, _ in merged[1:]),
    )


def _plain(value: Decimal) -> str:
    return f"{value.quantize(Decimal('0.01')).normalize():f}"
