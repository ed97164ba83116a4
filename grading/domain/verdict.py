"""The one authority that turns a policy and the evidence on a pack into a grade and a route."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Self

from grading.domain.absences import ir_absence, soh_absence, weakest_absence
from grading.domain.ended import ended_cells, expiry
from grading.domain.evidence import Evidence
from grading.domain.explaining import deciding_reason, near_limits, notes_on
from grading.domain.facts import ir_fault, soh_fault, usable_facts
from grading.domain.matrix import Band, Cell, Facts, Matrix
from grading.domain.policy import Policy
from grading.domain.reasons import (
    IDENTITY_UNCONFIRMED,
    IR,
    SAFETY_NOT_INSPECTED,
    SOH_NOT_MEASURED,
    WEAKEST,
    Reason,
    fact_list,
)
from grading.domain.undecided import undecided_reasons
from grading.domain.waiting_for import capped, open_facts


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a policy concludes about one pack."""

    grade: str
    route: str
    reasons: tuple[Reason, ...]
    """Why, the deciding reason first, then the conditions that come with the grade."""
    path: tuple[str, ...]
    """Steps of the evaluation, in order."""
    needs_review: bool
    flags: tuple[str, ...] = ()
    """Codes of the conditions and of the remarks."""
    missing: tuple[str, ...] = ()
    """Fields of the evidence that can still change the route of a held pack, cheapest first."""
    notes: tuple[Reason, ...] = ()
    """Remarks that change neither grade nor route."""
    near: tuple[Reason, ...] = ()
    """Limits that the pack nearly crosses."""
    warranty: str | None = None
    """Key of the warranty terms in the policy."""

    def to_json(self) -> dict[str, Any]:
        """Return the verdict as it is stored and compared on replay, Decimals as strings."""
        plain = {name: getattr(self, name) for name in ("grade", "route", "needs_review", "warranty")}
        lists = {name: list(getattr(self, name)) for name in _TEXTS}
        return (
            plain | lists | {name: [reason.to_json() for reason in getattr(self, name)] for name in _REASONS}
        )

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """Rebuild what :meth:`to_json` wrote."""
        texts = {name: tuple(value[name]) for name in _TEXTS}
        reasons = {name: tuple(map(Reason.from_json, value[name])) for name in _REASONS}
        return cls(**{**value, **texts, **reasons})


_TEXTS, _REASONS = ("path", "flags", "missing"), ("reasons", "notes", "near")


def decide(policy: Policy, evidence: Evidence) -> Verdict:
    """Return the verdict of ``policy`` on ``evidence``; the same two always give the same verdict.

    The first gate that can conclude does: safety, identity, chemistry, floors, evidence, matrix;
    overlays can only make the outcome stricter. A missing fact holds the pack only where it can
    still change the route. Never raises.
    """
    matrix = policy.matrix_of(evidence.chemistry)
    if evidence.safety is None:
        return _held_at_gate(policy, evidence, matrix, SAFETY_NOT_INSPECTED)
    if evidence.safety != "ok":
        return _stated(policy, policy.safety[evidence.safety], ())
    if not evidence.identity_confirmed:
        return _held_at_gate(policy, evidence, matrix, IDENTITY_UNCONFIRMED)
    if matrix.kind == "exit":
        return _stated(policy, matrix.bands[-1].cells[0], (*_CLEARED, matrix.step))
    facts = usable_facts(policy, evidence)
    if facts.weakest is not None and facts.weakest < matrix.weakest_floor:
        return _graded(policy, evidence, matrix, facts, None, matrix.weakest_cell)
    if matrix.kind == "graded":
        return _by_matrix(policy, evidence, capped(policy, evidence, matrix, facts), facts)
    if unsure := undecided_reasons(policy, evidence, matrix, facts):
        return _held(policy, unsure, open_facts(policy, evidence, matrix, facts), (*_CLEARED, matrix.step))
    if facts.soh is not None and matrix.band_at(facts.soh) is not matrix.bands[-1]:
        return _graded(policy, evidence, matrix, facts, matrix.bands[0], matrix.bands[0].cells[0])
    cell = matrix.bands[-1].cells[0]
    return _held(
        policy,
        (Reason(cell.code, cell.head),),
        open_facts(policy, evidence, matrix, facts),
        (*_CLEARED, matrix.step),
    )


def _by_matrix(policy: Policy, evidence: Evidence, matrix: Matrix, facts: Facts) -> Verdict:
    is_full = facts.soh is not None and facts.ir is not None and facts.weakest is not None
    missing = () if is_full and not policy.validity else open_facts(policy, evidence, matrix, facts)
    if ended := ended_cells(policy, evidence, matrix, facts):
        reason = expiry(policy, ended, missing)
        return _held(policy, (reason,), missing, (*_CLEARED, matrix.step))
    unsure = undecided_reasons(policy, evidence, matrix, facts)
    if facts.soh is None or missing:
        # A fact that only ends the doubt at a limit is listed, but the doubt is the reason.
        decisive = tuple(fact for fact in missing if fact in matrix.open_facts(facts))
        absent = tuple(_absences(policy, evidence, matrix, facts, decisive if unsure else missing))
        return _held(policy, absent or unsure, missing, (*_CLEARED, matrix.step))
    if unsure:
        return _held(policy, unsure, (), (*_CLEARED, matrix.step))
    band = matrix.band_at(facts.soh)
    return _graded(policy, evidence, matrix, facts, band, matrix.strictest(band, facts.ir))


_CLEARED = ("Safety: ok", "Identity: confirmed")


def _graded(
    policy: Policy, evidence: Evidence, matrix: Matrix, facts: Facts, band: Band | None, cell: Cell
) -> Verdict:
    conditions = cell.flags
    if facts.ir is None and cell.route in policy.certifiable:
        conditions += (policy.no_ir,)
    notes = matrix.flags + tuple(notes_on(policy, evidence, matrix, facts, band, cell))
    flags = tuple(reason.code for reason in conditions + notes)
    steps = (*_CLEARED, matrix.step, *([band.step] if band else ["Floor of the weakest cell"]), cell.step)
    return Verdict(
        grade=cell.grade,
        route=cell.route,
        reasons=(deciding_reason(policy, cell, facts), *conditions),
        path=tuple(step for step in steps if step),
        needs_review=cell.grade in policy.review_grades or not policy.review_flags.isdisjoint(flags),
        flags=flags,
        notes=notes,
        near=tuple(near_limits(policy, evidence, matrix, facts, band)) if band else (),
        warranty=cell.warranty,
    )


def _stated(policy: Policy, cell: Cell, steps: tuple[str, ...]) -> Verdict:
    return Verdict(
        grade=cell.grade,
        route=cell.route,
        reasons=(Reason(cell.code, cell.head),),
        path=(*steps, cell.step),
        needs_review=cell.grade in policy.review_grades,
    )


def _held_at_gate(policy: Policy, evidence: Evidence, matrix: Matrix, code: str) -> Verdict:
    """Hold at the first gate that lacks its fact, naming it and all that will be needed after it."""
    gates = (("safety", evidence.safety is None), ("identity_confirmed", not evidence.identity_confirmed))
    waiting = tuple(fact for fact, is_open in gates if is_open)
    later = open_facts(policy, evidence, matrix, usable_facts(policy, evidence))
    sentence = f"H: {fact_list(waiting[:1])} is missing."
    return _held(policy, (Reason(code, sentence, waiting[0]),), waiting + later, ())


def _held(
    policy: Policy, reasons: tuple[Reason, ...], missing: tuple[str, ...], path: tuple[str, ...]
) -> Verdict:
    return Verdict(
        grade="H",
        route="hold",
        reasons=reasons,
        path=(*path, "Hold"),
        needs_review="H" in policy.review_grades,
        missing=missing,
    )


def _absences(
    policy: Policy, evidence: Evidence, matrix: Matrix, facts: Facts, missing: tuple[str, ...]
) -> Iterable[Reason]:
    """Say what is missing and what it decides; without an SOH the rest may turn out not to be needed."""
    if facts.soh is None:
        yield soh_absence(soh_fault(policy, evidence) or SOH_NOT_MEASURED, evidence, missing)
        return
    if IR in missing:
        is_other = ir_fault(policy, evidence) is not None
        yield ir_absence(evidence, matrix.band_at(facts.soh), is_of_other_procedure=is_other)
    if WEAKEST in missing:
        yield weakest_absence(matrix)
