"""Cells of alike packs: two packs of one cell stand on the same side of every limit that matters to them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grading.domain.columnar.digits import (
    GUARDED,
    IR_DIGIT,
    NEAR_IR,
    NEAR_SOH,
    SOH_DIGIT,
    Digit,
    digits_of,
    steps_of,
)
from grading.domain.columnar.limits import Limits, edges, limits_of
from grading.domain.columnar.population import Population
from grading.domain.evidence import Evidence
from grading.domain.policy import Policy
from grading.domain.policy_shape import BLOCK_FACTS
from grading.domain.soh import SOH_MAX_PERCENT

_DENSE = 1 << 20
"""Largest number of possible keys before the keys in use are numbered anew."""


def cells_of(policy: Policy, population: Population) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Return the cell of each pack, shape (n,), and one pack of each cell.

    :raises NotColumnar: when the policy can lower a grade by a fact that no column holds.
    """
    limits = limits_of(policy)
    kinds, of_kind = _alike(policy, limits, population.kinds)
    key, size = of_kind[population.kind], len(kinds)
    digits = list(digits_of(policy, limits, population))
    for digit in digits:
        if size * digit.radix > _DENSE:
            key, size = _numbered_anew(key, size)
        key = key * np.int32(digit.radix) + digit.values
        size *= digit.radix
    key, size = _numbered_anew(key, size)
    first = np.zeros(size, dtype=np.int64)
    first[key[::-1]] = np.arange(len(key) - 1, -1, -1)
    merged, firsts = _merged(policy, kinds, of_kind[population.kind[first]], digits, first)
    return merged[key], first[firsts]


def _alike(
    policy: Policy, limits: Limits, kinds: Sequence[Evidence]
) -> tuple[list[Evidence], NDArray[np.int32]]:
    """Take together the kinds that the policy cannot tell apart."""
    classes: dict[str, str] = {}
    for code, treated in policy.treat_as.items():
        classes.setdefault(treated, code)
    places: dict[Evidence, int] = {}
    found = []
    for kind in kinds:
        code = kind.chemistry if kind.chemistry in policy.matrices else "UNKNOWN"
        idle: dict[str, Any] = {"chemistry": classes[policy.treat_as[code]]}
        idle |= dict.fromkeys((fact for fact in BLOCK_FACTS if fact not in limits.blocks), None)
        for test, fact in (("capacity", "capacity_procedure"), ("resistance", "resistance_procedure")):
            accepts = policy.accepts_procedure(test, getattr(kind, fact))
            idle[fact] = min(policy.procedures.get(test, {""})) if accepts else None
        found.append(places.setdefault(replace(kind, **idle), len(places)))
    return list(places), np.array(found, dtype=np.int32)


def _merged(
    policy: Policy,
    kinds: Sequence[Evidence],
    of_cell: NDArray[np.int32],
    digits: Sequence[Digit],
    first: NDArray[np.int64],
) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Take together the cells that differ only in what does not matter to their kind."""
    steps = [_steps_that_matter(policy, kind) for kind in kinds]
    key = of_cell.astype(np.int64)
    for digit in digits:
        table = np.array([_renumbered(digit, matter) for matter in steps], dtype=np.int64)
        key = key * digit.radix + table[of_cell, digit.values[first]]
        if len(key) and int(key.max()) > _DENSE << 32:
            _, key = np.unique(key, return_inverse=True)
    _, firsts, merged = np.unique(key, return_index=True, return_inverse=True)
    return merged.astype(np.int32), firsts


def _steps_that_matter(policy: Policy, kind: Evidence) -> Mapping[str, tuple[int, ...]]:
    """Return the steps by which packs of ``kind`` can differ in their outcome."""
    matrix = policy.matrices[kind.chemistry]
    if kind.safety in ("damaged", "critical"):
        return {}
    # An unknown chemistry may turn out to be any, so every limit counts.
    own = limits_of(policy, chemistry=None if matrix.kind == "unknown" else kind.chemistry)
    steps = dict(steps_of(policy, own))
    has_soh = kind.soh_source in policy.soh_sources
    if not has_soh or not policy.accepts_procedure("capacity", kind.capacity_procedure):
        steps[SOH_DIGIT] = tuple(edges({SOH_MAX_PERCENT, SOH_MAX_PERCENT * 0}))
        steps = {name: found for name, found in steps.items() if not name.startswith((GUARDED, NEAR_SOH))}
    if kind.ir_comparable is not True or not policy.accepts_procedure(
        "resistance", kind.resistance_procedure
    ):
        steps[IR_DIGIT] = ()
        steps = {name: found for name, found in steps.items() if not name.startswith(NEAR_IR)}
    return steps


def _renumbered(digit: Digit, matter: Mapping[str, tuple[int, ...]]) -> list[int]:
    """Return the digit that stands for each digit when only some steps matter."""
    kept = matter.get(digit.name)
    if kept is None:
        return [0] * digit.radix
    # The first step tells known from not known, unless the digit knows no such difference.
    counted = {digit.steps[0], *kept}
    found = [0]
    for step in digit.steps:
        found.append(found[-1] + (step in counted))
    return found


def _numbered_anew(key: NDArray[np.int32], size: int) -> tuple[NDArray[np.int32], int]:
    """Number only the keys in use."""
    used = np.zeros(size, dtype=bool)
    used[key] = True
    numbers = np.cumsum(used, dtype=np.int32) - np.int32(1)
    return numbers[key], int(numbers[-1]) + 1
