"""Where each pack stands between the limits of a policy, as one small number per fact."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from grading.domain.columnar.limits import DECLARED_GAP, Limits, edges
from grading.domain.columnar.population import AGE, MONTHS, PLACES, SCALE, Column, Population, unknown
from grading.domain.policy import Policy
from grading.domain.soh import SOH_MAX_PERCENT
from grading.domain.uncertainty.limits import QUANTUM

_SAFE = 1 << 62
_MOST_SOH = int(SOH_MAX_PERCENT) * SCALE


class TooLarge(ValueError):
    """A product would leave the range of exact integers."""


@dataclass(frozen=True)
class Digit:
    """One digit of every pack: how many of ``steps`` its value has reached."""

    name: str
    steps: tuple[int, ...]
    """In the unit of the digit; the first is reached by every value that is known."""
    values: NDArray[np.uint8]
    """Shape (n,)."""

    @property
    def radix(self) -> int:
        return len(self.steps) + 1


SOH_DIGIT, GUARDED, IR_DIGIT, WEAKEST_DIGIT, UNCERTAINTY = "soh", "guarded", "ir", "weakest", "u"
AGED, STORED = "age", "months"
NEAR_SOH, NEAR_IR = "near soh ", "near ir "


def steps_of(policy: Policy, limits: Limits) -> dict[str, tuple[int, ...]]:
    """Return the steps of every digit that ``policy`` asks for, without the first."""
    # Without uncertainty the guard is one constant: a limit of the guarded SOH is one of the measured.
    of_soh = limits.measured | (limits.guarded if policy.k_lower_bound is None else frozenset())
    found = {SOH_DIGIT: edges(of_soh), IR_DIGIT: edges(limits.ir), WEAKEST_DIGIT: edges(limits.weakest)}
    if policy.needs_uncertainty:
        found[UNCERTAINTY] = []
    if policy.k_lower_bound is not None:
        found[GUARDED] = edges(limits.guarded)
    if policy.undecided_factor is not None:
        found |= {f"{NEAR_SOH}{limit}": [1] for limit in limits.steps}
        found |= {f"{NEAR_IR}{limit}": [1] for limit in sorted(limits.ir - {Decimal(0)})}
    if policy.max_age_days is not None:
        found[AGED] = edges([Decimal(policy.max_age_days).scaleb(-PLACES)])
    if policy.validity:
        found[STORED] = edges(
            Decimal(term.storage_months).scaleb(-PLACES) for term in policy.validity.values()
        )
    found |= {fact: edges(values) for fact, values in limits.others.items()}
    return {name: tuple(steps) for name, steps in found.items()}


def digits_of(policy: Policy, limits: Limits, population: Population) -> Iterator[Digit]:
    """Yield every digit of ``population`` under ``policy``."""
    near = dict(_near_digits(policy, limits, population))
    for name, steps in steps_of(policy, limits).items():
        if name in near:
            yield Digit(name, steps, near[name])
            continue
        column = _column(name, policy, population)
        all_steps = (unknown(column) + 1, *steps)
        values = np.zeros(len(column), dtype=np.uint8)
        for step in all_steps:
            values += (column >= step).view(np.uint8)
        yield Digit(name, all_steps, values)


_PLAIN = {SOH_DIGIT: "soh_percent", IR_DIGIT: "ir_ratio", WEAKEST_DIGIT: "weakest_cell_soh_percent"} | {
    UNCERTAINTY: "soh_u_points",
    AGED: AGE,
    STORED: MONTHS,
}


def _column(name: str, policy: Policy, population: Population) -> Column:
    numbers = population.numbers
    if name == GUARDED and policy.k_lower_bound is not None:
        return _lowered(policy.k_lower_bound, population)
    if (plain := _PLAIN.get(name, name)) in numbers:
        return numbers[plain]
    # The gaps are derived here as for a single pack: no one measures them.
    soh = numbers["soh_percent"]
    other = numbers["declared_soh_percent" if name == DECLARED_GAP else "weakest_cell_soh_percent"]
    is_known = (soh != unknown(soh)) & (other != unknown(other))
    gap = soh.astype(np.int64) - other
    if name == DECLARED_GAP:
        gap = np.abs(gap)
    return np.where(is_known, gap, np.iinfo(np.int64).min)


def _lowered(k: Decimal, population: Population) -> Column:
    """Return SOH less ``k`` standard uncertainties, rounded down as the rule rounds it."""
    soh, u = population.numbers["soh_percent"], population.numbers["soh_u_points"]
    times, parts = k.as_integer_ratio()
    is_known = (soh >= 0) & (soh <= _MOST_SOH) & (u != unknown(u))
    soh, u = _where(is_known, soh), _where(is_known, u)
    _check(u, times)
    lowered = (soh * parts - u * times) // (parts * int(QUANTUM.scaleb(PLACES)))
    return np.where(is_known, lowered, np.iinfo(np.int64).min)


def _near_digits(
    policy: Policy, limits: Limits, population: Population
) -> Iterator[tuple[str, NDArray[np.uint8]]]:
    """Tell which values lie closer to a limit than the policy's number of standard uncertainties."""
    if policy.undecided_factor is None:
        return
    numbers, factor = population.numbers, policy.undecided_factor
    soh, ir = numbers["soh_percent"], numbers["ir_ratio"]
    is_plausible = (soh >= 0) & (soh <= _MOST_SOH)
    yield from _near(NEAR_SOH, soh, numbers["soh_u_points"], limits.steps, factor, is_plausible)
    of_ir = sorted(limits.ir - {Decimal(0)})
    yield from _near(NEAR_IR, ir, numbers["ir_ratio_u"], of_ir, factor, ir > 0)


def _near(
    name: str,
    value: Column,
    u: Column,
    limits: Iterable[Decimal],
    factor: Decimal,
    counts: NDArray[np.bool_],
) -> Iterator[tuple[str, NDArray[np.uint8]]]:
    is_known = counts & (u != unknown(u))
    value, u = _where(is_known, value), _where(is_known, u)
    times, parts = factor.as_integer_ratio()
    for limit in limits:
        scaled, finer = limit.scaleb(PLACES).as_integer_ratio()
        _check(value, finer * parts)
        _check(u, finer * times)
        # A value within u * factor; an uncertainty of zero leaves nothing undecided.
        is_near = np.abs(value * (finer * parts) - scaled * parts) < u * (finer * times)
        yield f"{name}{limit}", (is_near & is_known).view(np.uint8)


def _where(is_known: NDArray[np.bool_], column: Column) -> NDArray[np.int64]:
    return np.where(is_known, column, 0).astype(np.int64, copy=False)


def _check(column: Column, times: int) -> None:
    if len(column) and (int(np.abs(column).max()) + SCALE * 1000) * abs(times) > _SAFE:
        raise TooLarge("a limit, factor or uncertainty has too many digits for exact columns")
