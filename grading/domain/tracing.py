"""The path behind a verdict: every rule that was looked at, what it found, and how far its limit was."""

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any, Literal, NamedTuple, Self

from grading.domain.ended import ended_cells
from grading.domain.evidence import Evidence
from grading.domain.facts import ir_fault, overlay_fires, overlay_unknowns, soh_fault, usable_facts
from grading.domain.matrix import Band, Cell, Facts, Matrix
from grading.domain.policy import Overlay, Policy
from grading.domain.reasons import IR, SOH, WEAKEST
from grading.domain.undecided import undecided_reasons
from grading.domain.validity import months_words
from grading.domain.waiting_for import capped

State = Literal["matched", "passed", "undecidable"]


class Step(NamedTuple):
    """One rule as the evaluation came by it; a tuple, because every graded pack has a dozen of them."""

    rule: str
    """The rule in words."""
    state: State
    """``matched``: it acted; ``passed``: it did not apply; ``undecidable``: its fact is missing."""
    fact: str | None = None
    value: Decimal | None = None
    """What was compared: for the SOH what is left after the guards of the policy."""
    limit: Decimal | None = None
    is_near: bool = False
    """So close to the limit that the policy remarks it."""

    @property
    def margin(self) -> Decimal | None:
        """Return value less limit: below zero the value lies below the limit."""
        return None if self.value is None or self.limit is None else self.value - self.limit

    def to_json(self) -> dict[str, Any]:
        """Return the step as it is stored, without what it does not have."""
        plain: dict[str, Any] = {"rule": self.rule, "state": self.state}
        if self.fact is not None:
            plain["fact"] = self.fact
        if self.value is not None:
            plain["value"] = str(self.value)
        if self.limit is not None:
            plain["limit"] = str(self.limit)
        if self.is_near:
            plain["is_near"] = True
        return plain

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """Rebuild what :meth:`to_json` wrote."""
        numbers = {name: Decimal(value[name]) for name in ("value", "limit") if name in value}
        return cls(**{**value, **numbers})


def path_of(policy: Policy, evidence: Evidence) -> tuple[Step, ...]:
    """Return the rules that ``decide`` looks at on its way, in its order, up to the one that concludes.

    It shares every comparison with ``decide`` and decides nothing itself.
    """
    return tuple(_steps(policy, evidence))


def _steps(policy: Policy, evidence: Evidence) -> Iterator[Step]:
    if evidence.safety is None:
        yield Step("Safety inspection", "undecidable", "safety")
        return
    if evidence.safety != "ok":
        yield Step(f"Safety: {evidence.safety}", "matched", "safety")
        return
    yield Step("Safety: damaged or critical", "passed", "safety")
    if not evidence.identity_confirmed:
        yield Step("Identity confirmed at the dock", "undecidable", "identity_confirmed")
        return
    yield Step("Identity confirmed at the dock", "matched", "identity_confirmed")
    matrix = policy.matrix_of(evidence.chemistry)
    yield Step(matrix.step, "undecidable" if matrix.kind == "unknown" else "matched", "chemistry")
    if matrix.kind == "exit":
        return
    facts = usable_facts(policy, evidence)
    floor = _floor_of_weakest(policy, matrix, facts)
    yield floor
    if floor.state == "matched":
        return
    yield from _evidence_steps(policy, evidence, facts)
    if matrix.kind == "graded":
        for overlay in policy.caps:
            yield _overlay_step(policy, overlay, evidence, facts)
        matrix = capped(policy, evidence, matrix, facts)
    if ended := ended_cells(policy, evidence, matrix, facts):
        yield from _band_steps(policy, evidence, matrix, facts)
        yield from _age_steps(policy, evidence, ended)
        return
    unsure = undecided_reasons(policy, evidence, matrix, facts)
    for reason in unsure:
        rule = f"Retest within {policy.undecided_factor} standard uncertainties of a limit"
        yield Step(rule, "matched", reason.fact, reason.measured, reason.limit, is_near=True)
    if not unsure:
        yield from _band_steps(policy, evidence, matrix, facts)
        if facts.soh is not None:
            cell = matrix.strictest(matrix.band_at(facts.soh), facts.ir)
            yield from _age_steps(policy, evidence, (cell,))


def _age_steps(policy: Policy, evidence: Evidence, cells: Iterable[Cell]) -> Iterator[Step]:
    """Compare the age of the SOH with the terms of the grades; none where evidence states no age."""
    months = evidence.soh_age_months
    for grade in dict.fromkeys(cell.grade for cell in cells):
        term = policy.validity.get(grade)
        if term is None or months is None:
            continue
        rule = f"Grade {grade} ends {months_words(term.storage_months)} after the SOH measurement"
        state: State = "matched" if term.is_over(months) else "passed"
        yield Step(rule, state, "soh_age_months", Decimal(months), Decimal(term.storage_months))


def _floor_of_weakest(policy: Policy, matrix: Matrix, facts: Facts) -> Step:
    floor, value = matrix.weakest_floor, facts.weakest
    rule = f"Weakest cell below the floor of {floor} %"
    if value is not None:
        near = abs(value - floor) <= policy.near[WEAKEST]
        return Step(rule, "matched" if value < floor else "passed", WEAKEST, value, floor, near)
    is_bounded = facts.bounded and facts.soh is not None and facts.soh >= floor
    if is_bounded:
        return Step(f"{rule}: excluded by the pack's own SOH", "passed", WEAKEST, None, floor)
    return Step(rule, "undecidable", WEAKEST, None, floor)


def _evidence_steps(policy: Policy, evidence: Evidence, facts: Facts) -> Iterator[Step]:
    fault = soh_fault(policy, evidence)
    if fault:
        yield Step("SOH counts by the policy's demands on evidence", "undecidable", SOH, evidence.soh_percent)
    else:
        yield Step("SOH counts by the policy's demands on evidence", "matched", SOH, facts.measured_soh)
    rule = "Resistance counts by the policy's demands on evidence"
    if facts.ir is not None:
        yield Step(rule, "matched", IR, facts.ir)
    elif ir_fault(policy, evidence) or evidence.ir_ratio is not None:
        yield Step(rule, "undecidable", IR, evidence.ir_ratio)
    else:
        yield Step(rule, "undecidable", IR)


def _overlay_step(policy: Policy, overlay: Overlay, evidence: Evidence, facts: Facts) -> Step:
    rule = f"Over the tables: {overlay.reason.sentence}"
    if overlay_fires(policy, overlay, evidence, facts):
        return Step(rule, "matched")
    return Step(rule, "undecidable" if overlay_unknowns(policy, overlay, evidence, facts) else "passed")


def _band_steps(policy: Policy, evidence: Evidence, matrix: Matrix, facts: Facts) -> Iterator[Step]:
    """Walk the bands from the best down to the one that holds the SOH, then its cells by rising IR."""
    if facts.soh is None:
        for band in reversed(matrix.bands[1:]):
            yield Step(_band_words(matrix, band), "undecidable", SOH, None, band.lo)
        return
    found = matrix.band_at(facts.soh)
    limits = policy.soh_limits.get(evidence.chemistry, ())
    for band in reversed(matrix.bands):
        is_last = band is matrix.bands[0]
        limit = None if is_last else band.lo
        near = limit in limits and limit is not None and abs(facts.soh - limit) <= policy.near[SOH]
        state: State = "matched" if band is found else "passed"
        yield Step(_band_words(matrix, band), state, SOH, facts.soh, limit, near)
        if band is found:
            break
    yield from _cell_steps(policy, found, facts)


def _cell_steps(policy: Policy, band: Band, facts: Facts) -> Iterator[Step]:
    for cell in band.cells:
        if cell.ir_hi is None:
            if len(band.cells) > 1:
                state: State = "undecidable" if facts.ir is None else "matched"
                yield Step(f"{_outcome(cell)}: any higher IR", state, IR, facts.ir)
            return
        rule = f"{_outcome(cell)}: IR {'up to' if cell.ir_hi_incl else 'below'} {cell.ir_hi}×"
        if facts.ir is None:
            yield Step(rule, "undecidable", IR, None, cell.ir_hi)
            continue
        near = abs(facts.ir - cell.ir_hi) <= policy.near[IR]
        is_in = cell.admits(facts.ir)
        yield Step(rule, "matched" if is_in else "passed", IR, facts.ir, cell.ir_hi, near)
        if is_in:
            return


def _band_words(matrix: Matrix, band: Band) -> str:
    grades = tuple(cell.grade for cell in band.cells)
    return _interval_words(grades, None if band is matrix.bands[0] else str(band.lo), band.lo_incl)


@lru_cache(maxsize=1024)
def _interval_words(grades: tuple[str, ...], above: str | None, is_included: bool) -> str:
    """Name an interval of SOH by its grades; without a lower end it is the one below the floor."""
    named = " or ".join(dict.fromkeys(grades))
    if above is None:
        return f"{named}: SOH below the floor"
    return f"{named}: SOH {'of at least' if is_included else 'above'} {above} %"


def _outcome(cell: Cell) -> str:
    return f"Grade {cell.grade}"
