"""Measurements too close to a limit for their uncertainty: no grade, but a retest."""

from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise

from grading.domain.evidence import Evidence
from grading.domain.matrix import Band, Cell, Facts, Matrix
from grading.domain.policy import Policy
from grading.domain.reasons import IR, SOH, Reason, undecided
from grading.domain.uncertainty import is_undecided


def undecided_reasons(policy: Policy, evidence: Evidence, matrix: Matrix, facts: Facts) -> tuple[Reason, ...]:
    """Return one reason for each limit that decides and is too close; empty without such a rule.

    A limit decides when its two sides give different grades or routes with the other facts as they are.
    Only what is measured is compared, without the guard: a guard lowers a value, it does not make it surer.
    """
    if policy.undecided_factor is None:
        return ()
    return tuple(_reasons(policy.undecided_factor, evidence, matrix, facts))


def _reasons(factor: Decimal, evidence: Evidence, matrix: Matrix, facts: Facts) -> Iterator[Reason]:
    soh, u = facts.measured_soh, evidence.soh_u_points
    if soh is None:
        return
    if u is not None:
        for below, above in pairwise(matrix.bands):
            if is_undecided(soh, above.lo, u, factor) and _outcomes(below, facts) != _outcomes(above, facts):
                yield undecided(SOH, soh, above.lo, u, factor)
    ir, ir_u = facts.ir, evidence.ir_ratio_u
    if ir is not None and ir_u is not None and facts.soh is not None:
        for low, high in pairwise(matrix.band_at(facts.soh).cells):
            limit = low.ir_hi
            if (
                limit is not None
                and is_undecided(ir, limit, ir_u, factor)
                and _outcome(low) != _outcome(high)
            ):
                yield undecided(IR, ir, limit, ir_u, factor)


def _outcomes(band: Band, facts: Facts) -> set[tuple[str, str]]:
    return {_outcome(cell) for cell in band.cells_at(facts.ir)}


def _outcome(cell: Cell) -> tuple[str, str]:
    return cell.grade, cell.route
