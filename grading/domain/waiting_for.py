"""Which missing facts can still change the route of a pack."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from itertools import product

from grading.domain.ended import ended_cells, without_ended
from grading.domain.evidence import Evidence
from grading.domain.facts import overlay_fires
from grading.domain.matrix import Facts, Matrix
from grading.domain.policy import Policy
from grading.domain.reasons import IR, SOH, WEAKEST, cheapest_first
from grading.domain.undecided import undecided_reasons

QUANTUM = Decimal("0.0001")
"""The finest step of a result."""


def open_facts(policy: Policy, evidence: Evidence, matrix: Matrix, facts: Facts) -> tuple[str, ...]:
    """Return the missing facts that can still change the route, cheapest first.

    An unknown chemistry may turn out to be any. Facts of overlays are never waited for: an overlay acts
    on what is known.
    """
    if matrix.kind != "unknown":
        found = _with_age(policy, evidence, matrix, facts)
        return tuple(fact for fact in found if fact in policy.needed)
    if facts.weakest is not None and facts.weakest < matrix.weakest_floor:
        return ()
    open_now = {"chemistry", *_by_table(policy, evidence, matrix, facts)}
    # Chemistries that the policy treats alike leave the same facts open: one of each class is asked.
    for chemistry in {policy.treat_as[code]: code for code in policy.matrices}.values():
        other = policy.matrices[chemistry]
        if other.kind != "unknown":
            open_now.update(open_facts(policy, replace(evidence, chemistry=chemistry), other, facts))
    return cheapest_first(open_now)


def capped(policy: Policy, evidence: Evidence, matrix: Matrix, facts: Facts) -> Matrix:
    """Return ``matrix`` with no outcome better than the overlays that apply leave it."""
    for overlay in policy.caps if matrix.kind == "graded" else ():
        if overlay.cap and overlay_fires(policy, overlay, evidence, facts):
            matrix = matrix.capped(overlay.cap)
    return matrix


def _with_age(policy: Policy, evidence: Evidence, matrix: Matrix, facts: Facts) -> tuple[str, ...]:
    """Return the open facts of a table; an SOH too old for a grade that is still possible is one of them.

    It may be taken as it is or measured anew, so what could change the route in either case is open.
    """
    table = capped(policy, evidence, matrix, facts)
    found = _by_table(policy, evidence, table, facts)
    if not ended_cells(policy, evidence, table, facts):
        return found
    as_it_is = without_ended(policy, evidence, table)
    anew = facts._replace(soh=None, measured_soh=None)
    return cheapest_first(
        {
            SOH,
            *_by_table(policy, evidence, as_it_is, facts),
            *_by_table(policy, evidence, capped(policy, evidence, matrix, anew), anew),
        }
    )


def _by_table(policy: Policy, evidence: Evidence, matrix: Matrix, facts: Facts) -> tuple[str, ...]:
    """Return the open facts of one table; near a limit for its uncertainty a pack has a further outcome."""
    if matrix.kind == "exit" or policy.undecided_factor is None:
        return matrix.open_facts(facts)
    known = {SOH: facts.soh, IR: facts.ir, WEAKEST: facts.weakest}
    missing = [fact for fact, value in known.items() if value is None]
    if not missing or (facts.weakest is not None and facts.weakest < matrix.weakest_floor):
        return ()
    outcomes = dict(_outcomes(policy, evidence, matrix, facts))
    return cheapest_first(
        fact
        for place, fact in enumerate(known)
        if fact in missing and (fact == SOH or _matters(place, outcomes))
    )


def _matters(place: int, outcomes: dict[tuple[Decimal | None, ...], str]) -> bool:
    """Tell whether the value at ``place`` changes the route with the others as they are."""
    found: dict[tuple[Decimal | None, ...], set[str]] = {}
    for values, route in outcomes.items():
        others = values[:place] + values[place + 1 :]
        found.setdefault(others, set()).add(route)
    return any(len(routes) > 1 for routes in found.values())


def _outcomes(
    policy: Policy, evidence: Evidence, matrix: Matrix, facts: Facts
) -> Iterator[tuple[tuple[Decimal | None, ...], str]]:
    """Yield the route for every way to fill in what is missing exactly, one value for each interval of it."""
    if facts.ir is None:
        evidence = replace(evidence, ir_ratio_u=None)
    if facts.soh is None:
        evidence = replace(evidence, soh_u_points=Decimal(0))
    irs = _ir_values(matrix) if facts.ir is None else [facts.ir]
    for soh in _soh_values(matrix) if facts.soh is None else [facts.soh]:
        measured = soh if facts.soh is None else facts.measured_soh
        filled = facts._replace(soh=soh, measured_soh=measured)
        weakest = _weakest_values(matrix, filled) if facts.weakest is None else [facts.weakest]
        for ir, cell in product(irs, weakest):
            known = filled._replace(ir=ir, weakest=cell)
            yield (soh, ir, cell), _route(policy, evidence, matrix, known)


def _soh_values(matrix: Matrix) -> list[Decimal]:
    return [band.lo if band.lo_incl else band.lo + QUANTUM for band in matrix.bands]


def _ir_values(matrix: Matrix) -> list[Decimal]:
    ends = matrix.ir_limits()
    return sorted({value for end in ends for value in (end - QUANTUM, end, end + QUANTUM)}) or [Decimal(1)]


def _weakest_values(matrix: Matrix, facts: Facts) -> list[Decimal]:
    """Return a value on each side of the floor; one below it contradicts an SOH that bounds it."""
    above = max(matrix.weakest_floor, facts.soh or matrix.weakest_floor)
    is_bounded = facts.bounded and facts.soh is not None and facts.soh >= matrix.weakest_floor
    return [above] if is_bounded else [matrix.weakest_floor - QUANTUM, above]


def _route(policy: Policy, evidence: Evidence, matrix: Matrix, facts: Facts) -> str:
    assert facts.soh is not None
    if facts.weakest is not None and facts.weakest < matrix.weakest_floor:
        return matrix.weakest_cell.route
    if undecided_reasons(policy, evidence, matrix, facts):
        return "hold"
    band = matrix.band_at(facts.soh)
    return matrix.strictest(band, facts.ir).route if matrix.kind == "graded" else band.cells[0].route
