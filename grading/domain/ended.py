"""Grades that a policy does not let count any more, because the SOH behind them is too old."""

from dataclasses import replace

from grading.domain.evidence import Evidence
from grading.domain.matrix import Cell, Facts, Matrix
from grading.domain.policy import Policy
from grading.domain.reasons import GRADE_EXPIRED, IR, SOH, Reason, fact_list
from grading.domain.validity import months_words


def ended_cells(policy: Policy, evidence: Evidence, matrix: Matrix, facts: Facts) -> tuple[Cell, ...]:
    """Return those outcomes that are still possible, but whose grade the SOH is too old for."""
    if not policy.validity or facts.soh is None or matrix.kind != "graded":
        return ()
    if facts.weakest is not None and facts.weakest < matrix.weakest_floor:
        return ()
    band = matrix.band_at(facts.soh)
    is_open = facts.ir is None and IR in policy.needed
    cells = band.cells if is_open else (matrix.strictest(band, facts.ir),)
    return tuple(cell for cell in cells if _has_ended(policy, cell, evidence))


def without_ended(policy: Policy, evidence: Evidence, matrix: Matrix) -> Matrix:
    """Return ``matrix`` with a hold in the place of every outcome that the SOH is too old for."""
    bands = []
    for band in matrix.bands:
        cells = (
            replace(cell, grade="H", route="hold") if _has_ended(policy, cell, evidence) else cell
            for cell in band.cells
        )
        bands.append(replace(band, cells=tuple(cells)))
    return replace(matrix, bands=tuple(bands))


def expiry(policy: Policy, ended: tuple[Cell, ...], missing: tuple[str, ...]) -> Reason:
    """Say that the SOH is too old for the best grade it could give, and what else may be needed."""
    best = min(ended, key=lambda cell: cell.severity).grade
    months = months_words(policy.validity[best].storage_months)
    others = tuple(fact for fact in missing if fact != SOH)
    also = f" May also be needed: {fact_list(others)}." if others else ""
    text = f"H: grade {best} counts for {months} after the SOH measurement, and these are over."
    return Reason(GRADE_EXPIRED, f"{text} The SOH has to be measured again.{also}", SOH)


def _has_ended(policy: Policy, cell: Cell, evidence: Evidence) -> bool:
    term = policy.validity.get(cell.grade)
    return term is not None and term.is_over(evidence.soh_age_months)
