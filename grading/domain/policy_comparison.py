"""Where one policy is stricter or looser than another, found by asking both everywhere it can matter."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import groupby, pairwise
from typing import Any, Literal

from grading.domain.matrix import GRADES, Cell, Matrix
from grading.domain.policy import Policy
from grading.domain.soh import SOH_MAX_PERCENT

Direction = Literal["same", "stricter", "looser", "terms"]


@dataclass(frozen=True)
class Piece:
    """A value, or all values between two neighboring limits: nothing can differ inside of one."""

    low: Decimal
    high: Decimal | None
    """``None`` without an upper end."""

    @property
    def is_point(self) -> bool:
        return self.low == self.high

    @property
    def sample(self) -> Decimal:
        """A value inside."""
        return self.low + 1 if self.high is None else (self.low + self.high) / 2


@dataclass(frozen=True)
class Outcome:
    """What a cell gives a pack."""

    grade: str
    route: str
    flags: tuple[str, ...]
    warranty: str | None


@dataclass(frozen=True)
class Asked:
    """The answer of both policies for one chemistry, one piece of SOH and one of resistance."""

    chemistry: str
    soh: Piece
    ir: Piece
    before: Outcome
    after: Outcome

    @property
    def direction(self) -> Direction:
        return _direction(self.before, self.after)


@dataclass(frozen=True)
class Change:
    """A region of the tables in which the policies differ."""

    chemistries: tuple[str, ...]
    """Labels of the chemistries to which it applies."""
    soh: str
    ir: str
    before: Outcome
    after: Outcome
    direction: Direction


@dataclass(frozen=True)
class Comparison:
    """All differences between the tables of two policies."""

    asked: tuple[Asked, ...] = field(repr=False)
    changes: tuple[Change, ...]

    def count(self, direction: Direction) -> int:
        """Return how many regions differ in this direction."""
        return sum(change.direction == direction for change in self.changes)

    @property
    def sentence(self) -> str:
        """Say it in sum."""
        return self.sentence_of("The tables")

    def sentence_of(self, tables: str) -> str:
        """Say it in sum of the tables that were compared."""
        if not self.changes:
            return f"{tables} give the same as before everywhere."
        words = {"stricter": "stricter", "looser": "looser", "terms": "other terms with the same grade"}
        parts = [f"{words[d]} in {_times(n)}" for d in _ORDER if (n := self.count(d))]
        return f"{tables} are {', '.join(parts)}."

    def of_row(self, row: Mapping[str, Any], chemistries: Iterable[str], guard: Decimal) -> frozenset[str]:
        """Return the directions found inside one sound row of the new policy's bands."""
        codes = frozenset(chemistries)
        return frozenset(
            asked.direction for asked in self.asked if asked.chemistry in codes and _holds(row, asked, guard)
        )


def compare(old: Policy, new: Policy, *, without: Collection[str] = ()) -> Comparison:
    """Return every difference between the decision tables of ``old`` and ``new``, floors included.

    Both are asked with the weakest cell at no floor and without overlays: these stand beside the
    tables, see :func:`grading.domain.policy_differences.differences`.

    :param without: chemistries that are not asked about.
    """
    asked, found = [], []
    for code in sorted({*old.matrices, *new.matrices} - set(without)):
        mine = list(_ask(code, old, new))
        asked += mine
        found += [(code, change) for change in _regions(mine)]
    merged = [
        Change(
            tuple(_label(old, new, code) for code, _ in group), a.soh, a.ir, a.before, a.after, a.direction
        )
        for a, group in _grouped(found)
    ]
    return Comparison(tuple(asked), tuple(merged))


def _grouped(found: list[tuple[str, Change]]) -> Iterable[tuple[Change, list[tuple[str, Change]]]]:
    by_change: dict[Change, list[tuple[str, Change]]] = {}
    for code, change in found:
        by_change.setdefault(change, []).append((code, change))
    return by_change.items()


def _label(old: Policy, new: Policy, code: str) -> str:
    classes = {**old.document["chemistry_classes"], **new.document["chemistry_classes"]}
    return str(classes[code]["label"])


def _ask(code: str, old: Policy, new: Policy) -> Iterable[Asked]:
    tables = [(p, p.matrix_of(code)) for p in (old, new)]
    soh_limits = {band.lo + p.guard_band_pts for p, matrix in tables for band in matrix.bands}
    ir_limits = {limit for _, matrix in tables for limit in matrix.ir_limits()}
    for soh in _pieces({Decimal(0), *soh_limits}, SOH_MAX_PERCENT):
        for ir in _pieces({Decimal(0), *ir_limits}, None):
            before, after = (_outcome(p, matrix, soh, ir) for p, matrix in tables)
            yield Asked(code, soh, ir, before, after)


def _pieces(limits: set[Decimal], end: Decimal | None) -> list[Piece]:
    inside = sorted(limit for limit in limits if end is None or limit < end)
    found = [Piece(limit, limit) for limit in inside]
    found += [Piece(low, high) for low, high in pairwise([*inside, *([end] if end is not None else [])])]
    found.append(Piece(inside[-1], None) if end is None else Piece(end, end))
    return sorted(found, key=lambda piece: (piece.low, not piece.is_point))


def _outcome(policy: Policy, matrix: Matrix, soh: Piece, ir: Piece) -> Outcome:
    # A chemistry that is out of scope leaves before any limit is looked at.
    is_exit = matrix.kind == "exit"
    band = matrix.bands[-1] if is_exit else matrix.band_at(soh.sample - policy.guard_band_pts)
    cell: Cell = band.cell_at(ir.sample)
    return Outcome(cell.grade, cell.route, tuple(flag.code for flag in cell.flags), cell.warranty)


def _direction(before: Outcome, after: Outcome) -> Direction:
    if before == after:
        return "same"
    was, now = (_strictness(outcome) for outcome in (before, after))
    return "terms" if was == now else "stricter" if now > was else "looser"


def _strictness(outcome: Outcome) -> tuple[int, int]:
    return GRADES.index(outcome.grade), _ROUTES.index(outcome.route)


_ROUTES = ("pack_reuse", "small_application", "hold", "recycling", "out_of_scope", "quarantine")
"""Routes from what leaves a pack the most use to what leaves it the least."""
_ORDER: tuple[Direction, ...] = ("stricter", "looser", "terms")


def _regions(asked: Sequence[Asked]) -> list[Change]:
    """Join the pieces of one chemistry that changed alike."""
    rows = []
    for soh, group in groupby(asked, key=lambda a: a.soh):
        runs = tuple(
            (_words([a.ir for a in run], "×"), *outcomes)
            for outcomes, run in _runs(list(group))
            if outcomes[0] != outcomes[1]
        )
        rows.append((soh, runs))
    found = []
    for runs, spans in groupby(rows, key=lambda row: row[1]):
        words = _words([soh for soh, _ in spans], " %")
        found += [Change((), words, ir, b, a, _direction(b, a)) for ir, b, a in runs]
    return found


def _runs(row: list[Asked]) -> list[tuple[tuple[Outcome, Outcome], list[Asked]]]:
    return [(key, list(run)) for key, run in groupby(row, key=lambda a: (a.before, a.after))]


def _words(pieces: Sequence[Piece], unit: str) -> str:
    """Name the interval that neighboring pieces make up."""
    first, last = pieces[0], pieces[-1]
    if len(pieces) == 1 and first.is_point:
        return f"exactly {_plain(first.low)}{unit}"
    starts_at_zero = first.is_point and first.low == 0
    low = "" if starts_at_zero else f"{'≥' if first.is_point else '>'} {_plain(first.low)}{unit}"
    high = "" if last.high is None else f"{'≤' if last.is_point else '<'} {_plain(last.high)}{unit}"
    return " and ".join(filter(None, (low, high))) or "any"


def _plain(value: Decimal) -> str:
    return f"{value.normalize():f}"


def _holds(row: Mapping[str, Any], asked: Asked, guard: Decimal) -> bool:
    soh, ir = asked.soh.sample - guard, asked.ir.sample
    low, high = Decimal(row["lo"]), Decimal(row["hi"])
    if soh < low or soh > high or (soh == low and not row["lo_incl"]) or (soh == high and not row["hi_incl"]):
        return False
    if row["ir_op"] is None:
        return True
    limit = Decimal(row["ir_limit"])
    return {"<": ir < limit, "<=": ir <= limit, ">=": ir >= limit, ">": ir > limit}[row["ir_op"]]


def _times(number: int) -> str:
    return "1 place" if number == 1 else f"{number} places"
