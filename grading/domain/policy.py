"""Grading policies: versioned documents, compiled for deciding."""

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from grading.domain.canonical import canonical_json, sha256_of
from grading.domain.matrix import Band, Cell, Matrix, compile_bands, explained
from grading.domain.policy_faults import faults_in
from grading.domain.reasons import WEAKEST, Clause, Reason
from grading.domain.shipped import shipped_json
from grading.domain.validity import Term, terms_of
from rebattery.errors import RuleViolation

__all__ = [
    "SHIPPED",
    "Overlay",
    "Policy",
    "PolicyInvalid",
    "canonical_json",
    "compile_policy",
    "parse_policy",
    "policy_sha256",
    "seed_document",
]


SHIPPED = ("seed-v1", "seed-v2-guarded")
"""Policies that come with the product; the second grades by lower bounds and is published only on request."""


class PolicyInvalid(RuleViolation):
    """This policy cannot be used."""

    code = "policy_invalid"

    def __init__(self, faults: list[str]):
        super().__init__("This policy cannot be used:\n" + "\n".join(faults))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class Overlay:
    """A remark, or a cap on the grade, that applies when all its terms hold."""

    reason: Reason
    terms: tuple[tuple[str, Callable[[Any, Any], bool], Any], ...]
    treat_as: frozenset[str] | None
    """Classes it applies to; ``None`` for all."""
    grades: frozenset[str] | None
    cap: Cell | None
    """The best outcome left; ``None`` when it only remarks."""

    def fires(self, facts: Callable[[str], Any]) -> bool:
        """Tell whether every term holds; a term on a missing fact never does."""
        for fact, compare, limit in self.terms:
            value = facts(fact)
            if value is None or not compare(value, limit):
                return False
        return True


@dataclass(frozen=True)
class Policy:
    """A policy document and its compiled form; :func:`grading.domain.verdict.decide` applies it."""

    document: Mapping[str, Any]
    sha256: str
    id: str
    version: int
    effective_from: datetime
    matrices: Mapping[str, Matrix]
    """The decision table of each chemistry code."""
    treat_as: Mapping[str, str]
    safety: Mapping[str, Cell]
    guard_band_pts: Decimal
    soh_sources: frozenset[str]
    max_age_days: int | None
    procedures: Mapping[str, frozenset[str]]
    """Codes of the procedures whose results count, for ``capacity`` and ``resistance``; absent: any."""
    k_lower_bound: Decimal | None
    """SOH counts less this many standard uncertainties; ``None`` where uncertainty does not guard."""
    undecided_factor: Decimal | None
    """Nearer to a limit than this many standard uncertainties a pack is held for a retest."""
    needed: frozenset[str]
    """Missing facts that hold a pack where they can change the route."""
    no_ir: Reason
    certifiable: frozenset[str]
    """Routes on which a pack can get a certificate."""
    remarks: tuple[Overlay, ...]
    caps: tuple[Overlay, ...]
    review_grades: frozenset[str]
    review_flags: frozenset[str]
    near: Mapping[str, Decimal]
    soh_limits: Mapping[str, tuple[Decimal, ...]]
    validity: Mapping[str, Term]
    """How long grades count, where the policy ends them."""

    @property
    def label(self) -> str:
        """Name to print beside every grade letter."""
        return f"{self.id} v{self.version}"

    def matrix_of(self, chemistry: str) -> Matrix:
        """Return the decision table of ``chemistry``; one that the policy does not know counts as unknown."""
        return self.matrices.get(chemistry) or self.matrices["UNKNOWN"]

    def route_label(self, route: str) -> str:
        """Return the words for ``route``."""
        return str(self.document["routes"][route]["label"])

    @property
    def needs_uncertainty(self) -> bool:
        """Tell whether an SOH counts only with its uncertainty."""
        return self.k_lower_bound is not None or self.undecided_factor is not None

    def accepts_procedure(self, test: str, code: str | None) -> bool:
        """Tell whether results of the procedure ``code`` count as ``capacity`` or ``resistance``."""
        return test not in self.procedures or code in self.procedures[test]

    def window(self, test: str, condition: str) -> tuple[Decimal, Decimal]:
        """Return the range that ``condition`` must have in the ``capacity`` or ``resistance`` test."""
        low, high = self.document["test_conditions"][test][condition]
        return Decimal(low), Decimal(high)


def parse_policy(document: Mapping[str, Any]) -> Policy:
    """Check ``document`` and compile it.

    :raises PolicyInvalid: with every fault, when it is not a sound policy.
    """
    if faults := faults_in(document):
        raise PolicyInvalid(faults)
    return compile_policy(document)


def compile_policy(document: Mapping[str, Any]) -> Policy:
    """Compile a document that was found sound when it was published.

    It is not checked again: a rule that came later must not take the policy from the decisions it made.
    """
    evidence, review, near = document["evidence"], document["review"], document["near_limits"]
    needs = {"ir_ratio": evidence["needs_ir"], WEAKEST: evidence["needs_weakest"], "soh_percent": True}
    overlays = [_overlay(document, entry) for entry in document["overlays"]]
    matrices = {code: _matrix(document, entry) for code, entry in document["chemistry_classes"].items()}
    return Policy(
        document=document,
        sha256=policy_sha256(document),
        id=document["id"],
        version=document["version"],
        effective_from=datetime.fromisoformat(document["effective_from"]),
        matrices=matrices,
        treat_as={code: entry["treat_as"] for code, entry in document["chemistry_classes"].items()},
        safety={
            kind: _stated(document, entry, f"Safety: {kind}") for kind, entry in document["safety"].items()
        },
        guard_band_pts=Decimal(document["guard_band_pts"]),
        soh_sources=frozenset(evidence["soh_sources_allowed"]),
        max_age_days=evidence["max_age_days"],
        procedures={test: frozenset(codes) for test, codes in evidence.get("procedures", {}).items()},
        k_lower_bound=_optional(evidence, "k_lower_bound"),
        undecided_factor=_optional(evidence, "undecided_factor"),
        needed=frozenset(fact for fact, is_needed in needs.items() if is_needed),
        no_ir=_remark(document, evidence["no_ir_flag"]),
        certifiable=frozenset(route for route, entry in document["routes"].items() if entry["certificate"]),
        remarks=tuple(overlay for overlay in overlays if overlay.cap is None),
        caps=tuple(overlay for overlay in overlays if overlay.cap is not None),
        review_grades=frozenset(review["grades"]),
        review_flags=frozenset(review["flags"]),
        near={fact: Decimal(value) for fact, value in near.items()},
        soh_limits={code: matrix.soh_limits() for code, matrix in matrices.items()},
        validity=terms_of(document),
    )


def policy_sha256(document: Mapping[str, Any]) -> str:
    """Return the hash that stands on every decision made under ``document``."""
    return sha256_of(document)


def seed_document(name: str = "seed-v1") -> dict[str, Any]:
    """Return a policy that ships with the product: ``seed-v1``, the default, or another of ``SHIPPED``."""
    return shipped_json("policies", name)


def _optional(part: Mapping[str, Any], name: str) -> Decimal | None:
    return Decimal(part[name]) if part.get(name) is not None else None


def _remark(document: Mapping[str, Any], code: str) -> Reason:
    return Reason(code, document["texts"][code])


def _stated(document: Mapping[str, Any], entry: Mapping[str, Any], step: str) -> Cell:
    """Build an outcome whose explanation is a text of the policy rather than a comparison."""
    grade, code = entry.get("grade", "H"), entry["code"]
    head = f"{grade}: {document['texts'][code]}"
    return Cell(grade, entry.get("route", "hold"), code, head=head, step=step)


def _overlay(document: Mapping[str, Any], entry: Mapping[str, Any]) -> Overlay:
    compare = {"<": operator.lt, "<=": operator.le, "=": operator.eq, ">=": operator.ge, ">": operator.gt}
    terms = tuple(
        (t["fact"], compare[t["op"]], t["limit"] if isinstance(t["limit"], bool) else Decimal(t["limit"]))
        for t in entry["when"]
    )
    return Overlay(
        reason=_remark(document, entry["code"]),
        terms=terms,
        treat_as=None if entry["classes"] is None else frozenset(entry["classes"]),
        grades=None if entry["grades"] is None else frozenset(entry["grades"]),
        cap=_stated(document, entry, f"Overlay: {entry['code']}") if entry["grade"] else None,
    )


def _matrix(document: Mapping[str, Any], entry: Mapping[str, Any]) -> Matrix:
    floors, name = document["floors"], entry["treat_as"]
    rule = document["class_rules"].get(name)
    floor = Decimal(floors["pack_percent"])
    pack_cell = _floor_cell(
        floors, floors["pack_code"], Clause("soh_percent", "is below the floor of", floor)
    )
    weakest_floor = Decimal(floors["weakest_percent"])
    weakest_clause = Clause(WEAKEST, "is below the floor of", weakest_floor)
    below = Band(Decimal(0), True, (pack_cell,), step=f"SOH below the floor of {floor} %")
    if rule:
        # Without bands of its own a class still has the floor, and one outcome above it.
        cell = _stated(document, rule, f"Rule of the class: {name}")
        above: tuple[Band, ...] = (Band(floor, True, (cell,)),)
    else:
        rows = [row for row in document["bands"] if row["class"] == name]
        above = compile_bands(rows, floor=floor, flag=lambda code: _remark(document, code))
    return Matrix(
        kind=rule["kind"] if rule else "graded",
        step=f"Chemistry: {entry['label']}, by the rules for {name}",
        bands=explained((below, *above)),
        weakest_floor=weakest_floor,
        weakest_cell=_floor_cell(floors, floors["weakest_code"], weakest_clause),
        flags=tuple(_remark(document, code) for code in entry.get("flags", ())),
    )


def _floor_cell(floors: Mapping[str, Any], code: str, clause: Clause) -> Cell:
    return Cell(floors["grade"], floors["route"], code, head=floors["grade"], clauses=(clause,), step="Floor")
