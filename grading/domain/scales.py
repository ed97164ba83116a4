"""Measured values drawn on the limits of a policy: one scale for each number, in parts of its length."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby

from grading.domain.changing import Number, Reach, numbers_of, reaches_of
from grading.domain.evidence import Evidence
from grading.domain.policy import Policy
from grading.domain.reasons import IR, SOH, WEAKEST
from grading.domain.verdict import decide

LENGTH = 1000
"""Parts of a scale; a picture needs no finer ones."""
_LABELS = {SOH: "SOH", IR: "IR", WEAKEST: "Weakest cell"}
_LEAST_IR = Decimal(3)


@dataclass(frozen=True, slots=True)
class Segment:
    """A range in which the grade is the same with the other facts as they are."""

    grade: str
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
    """As measured, before a guard lowers it; ``None`` where none counts."""
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
    """Return the scales on which the chemistry's table judges a pack, each part as ``decide`` judges it.

    There is none where the chemistry has no table, or where safety or identity leave it nothing to say.
    """
    matrix = policy.matrices.get(evidence.chemistry)
    if matrix is None or matrix.kind != "graded":
        return ()
    if evidence.safety != "ok" or not evidence.identity_confirmed:
        return ()
    now = decide(policy, evidence)
    numbers = {number.fact: number for number in numbers_of(policy, evidence, now)}
    scales = [_scale(policy, numbers[fact]) for fact in _LABELS if numbers[fact].limits]
    # A limit of the resistance is one of the chemistry's; where it decides nothing, there is nothing to draw.
    return tuple(scale for scale in scales if scale.fact != IR or len(scale.segments) > 1)


def _scale(policy: Policy, number: Number) -> Scale:
    ranges = _ranges(number, reaches_of(policy, number))
    high = number.highest
    if number.fact == IR:
        high = max(_LEAST_IR, ranges[-1][1] * 2, (number.value or Decimal(0)) + 1)

    def place(value: Decimal) -> int:
        return int(min(max(value / high, Decimal(0)), Decimal(1)) * LENGTH)

    ends = [*(low for _, low in ranges[1:]), high]
    segments = tuple(
        Segment(
            grade,
            f"{grade} from {_plain(low)} to {_plain(end)}{number.unit}",
            place(low),
            place(end) - place(low),
        )
        for (grade, low), end in zip(ranges, ends, strict=True)
    )
    return Scale(
        fact=number.fact,
        label=_LABELS[number.fact],
        unit=number.unit,
        value=number.value,
        place=0 if number.value is None else place(number.value),
        segments=segments,
        limits=tuple((low, place(low)) for _, low in ranges[1:]),
    )


def _ranges(number: Number, reaches: Iterable[Reach]) -> list[tuple[str, Decimal]]:
    """Return the grades along a number, each with where it begins; neighbors with one grade are one range."""
    found: list[tuple[str, Decimal]] = []
    last = Decimal(0)
    for grade, group in groupby(reaches, key=lambda reach: reach.verdict.grade):
        rows = list(group)
        # Whether the limit itself belongs to the one side or the other, it is where they meet.
        start = last if last in number.limits else rows[0].first
        found.append((grade, start if found else Decimal(0)))
        last = rows[-1].last
    return found


def _plain(value: Decimal) -> str:
    return f"{value.quantize(Decimal('0.01')).normalize():f}"
