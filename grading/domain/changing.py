"""What would change a verdict: the nearest changes of one fact that give another grade or route."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from itertools import groupby
from typing import NamedTuple

from grading.domain.evidence import Evidence
from grading.domain.facts import usable_facts
from grading.domain.matrix import Matrix
from grading.domain.policy import Policy
from grading.domain.reasons import IR, SOH, WEAKEST
from grading.domain.soh import SOH_MAX_PERCENT
from grading.domain.supposing import with_new_ir, with_new_soh
from grading.domain.verdict import Verdict, decide
from grading.domain.waiting_for import QUANTUM

_MOST_IR = Decimal(1000)
_SHOWN, _SHOWN_ELSE = {" %": Decimal("0.01")}, Decimal("0.001")
"""How finely a sentence gives a limit that follows from an uncertainty, by its unit."""


@dataclass(frozen=True, slots=True)
class Change:
    """One fact, otherwise as it is, and what the policy would then conclude."""

    fact: str
    words: str
    """The change: "IR below 1.5× baseline"."""
    evidence: Evidence
    """Evidence with this change; ``decide`` gives ``grade`` and ``route`` on it."""
    grade: str
    route: str
    sentence: str


class Reach(NamedTuple):
    """Neighboring values of a number that lead to one outcome."""

    first: Decimal
    last: Decimal
    verdict: Verdict


def changes_of(policy: Policy, evidence: Evidence) -> tuple[Change, ...]:
    """Return what single facts would have to be for another grade or route, in the order of cost.

    Of a known number the nearest value to either side is given for each outcome, of a missing one the
    range of each outcome. Every change was judged by ``decide``; where no single fact changes anything,
    there is none.
    """
    now = decide(policy, evidence)
    found = [*_of_gates(policy, evidence, now)]
    for number in numbers_of(policy, evidence, now):
        found += _of_number(policy, evidence, now, number)
    return tuple(found)


def _of_gates(policy: Policy, evidence: Evidence, now: Verdict) -> Iterator[Change]:
    switches: list[tuple[str, object, str]] = []
    if evidence.safety != "ok":
        switches.append(("safety", "ok", "A safety inspection without findings"))
    if not evidence.identity_confirmed:
        switches.append(("identity_confirmed", True, "A confirmed identity"))
    if evidence.beyond_calendar_life:
        switches.append(("beyond_calendar_life", False, "An age within the maker's calendar life"))
    for fact, value, words in switches:
        changed = replace(evidence, **{fact: value})  # type: ignore[arg-type]  # each by its own type
        if change := _change(policy, now, fact, words, changed):
            yield change
    if policy.matrix_of(evidence.chemistry).kind == "unknown":
        yield from _of_chemistry(policy, evidence, now)


def _of_chemistry(policy: Policy, evidence: Evidence, now: Verdict) -> Iterator[Change]:
    """Name one chemistry of each class that has a table of its own."""
    seen = set()
    for code, matrix in policy.matrices.items():
        name = policy.treat_as[code]
        if matrix.kind != "graded" or name in seen:
            continue
        seen.add(name)
        changed = replace(evidence, chemistry=code)
        if change := _change(policy, now, "chemistry", f"The chemistry {code}", changed):
            yield change


class Number(NamedTuple):
    """A number of the evidence that can be varied while the other facts stay as they are."""

    fact: str
    label: str
    unit: str
    value: Decimal | None
    """What counts now; ``None`` where nothing does."""
    limits: list[Decimal]
    lowest: Decimal
    highest: Decimal
    put: Callable[[Decimal], Evidence]


def numbers_of(policy: Policy, evidence: Evidence, now: Verdict) -> Iterator[Number]:
    """Return the numbers that can be varied, cheapest first, with every limit that may matter.

    :param now: what ``policy`` says of the evidence as it is.
    """
    matrix = policy.matrix_of(evidence.chemistry)
    facts = usable_facts(policy, evidence)
    # Missing, or too old for its grade: it is measured anew.
    is_new = facts.soh is None or SOH in now.missing
    yield Number(
        IR,
        "IR",
        "× baseline",
        facts.ir,
        _with_doubt(policy, matrix.ir_limits(), evidence.ir_ratio_u if facts.ir is not None else None),
        QUANTUM,
        _MOST_IR,
        lambda value: _with_ir(policy, evidence, value, is_new=facts.ir is None),
    )
    yield Number(
        WEAKEST,
        "A weakest cell",
        " %",
        facts.weakest,
        [matrix.weakest_floor],
        Decimal(0),
        SOH_MAX_PERCENT,
        lambda value: replace(evidence, weakest_cell_soh_percent=value),
    )
    yield Number(
        SOH,
        "A bench SOH" if is_new else "SOH",
        " %",
        None if is_new else facts.measured_soh,
        _soh_limits(policy, evidence, matrix, is_new=is_new),
        Decimal(0),
        SOH_MAX_PERCENT,
        lambda value: _with_soh(policy, evidence, value, is_new=is_new),
    )
    if not is_new and facts.soh is not None and evidence.soh_u_points and policy.needs_uncertainty:
        yield Number(
            "soh_u_points",
            "A standard uncertainty of the SOH",
            " points",
            evidence.soh_u_points,
            _u_limits(policy, facts.measured_soh or facts.soh, matrix),
            Decimal(0),
            evidence.soh_u_points,
            lambda value: replace(evidence, soh_u_points=value),
        )


def _with_ir(policy: Policy, evidence: Evidence, value: Decimal, *, is_new: bool) -> Evidence:
    return with_new_ir(policy, evidence, value) if is_new else replace(evidence, ir_ratio=value)


def _with_soh(policy: Policy, evidence: Evidence, value: Decimal, *, is_new: bool) -> Evidence:
    return with_new_soh(policy, evidence, value) if is_new else replace(evidence, soh_percent=value)


def _soh_limits(policy: Policy, evidence: Evidence, matrix: Matrix, *, is_new: bool) -> list[Decimal]:
    """Return the limits of a measured SOH: those of the bands before the guards lowered it."""
    u = None if is_new else evidence.soh_u_points
    limits = {band.lo for band in matrix.bands[1:]}
    lowered = policy.guard_band_pts + (u * policy.k_lower_bound if u and policy.k_lower_bound else 0)
    for overlay in policy.caps:
        limits |= {limit for fact, _, limit in overlay.terms if fact == SOH}
    return sorted({*_with_doubt(policy, limits, u), *(limit + lowered for limit in limits)})


def _with_doubt(policy: Policy, limits: set[Decimal], u: Decimal | None) -> list[Decimal]:
    """Add the ends of the doubt around each limit."""
    reach = (policy.undecided_factor or Decimal(0)) * (u or Decimal(0))
    return sorted({value for limit in limits for value in (limit - reach, limit, limit + reach)})


def _u_limits(policy: Policy, soh: Decimal, matrix: Matrix) -> list[Decimal]:
    """Return the uncertainties at which the SOH comes into doubt at a limit or falls below one."""
    found = set()
    for band in matrix.bands[1:]:
        if policy.undecided_factor:
            found.add(abs(soh - band.lo) / policy.undecided_factor)
        if policy.k_lower_bound:
            found.add((soh - policy.guard_band_pts - band.lo) / policy.k_lower_bound)
    return sorted(u.quantize(QUANTUM, rounding=ROUND_FLOOR) for u in found)


def _of_number(policy: Policy, evidence: Evidence, now: Verdict, number: Number) -> Iterator[Change]:
    reaches = list(reaches_of(policy, number))
    if number.value is None:
        chosen = reaches if len({_outcome(reach.verdict) for reach in reaches}) > 1 else []
    else:
        below = [reach for reach in reversed(reaches) if reach.last < number.value]
        above = [reach for reach in reaches if reach.first > number.value]
        chosen = [*_nearest(below, now), *_nearest(above, now)]
    for reach in chosen:
        words = _words(number, reach, reaches)
        changed = number.put(reach.last if _is_below(number, reach) else reach.first)
        if change := _change(policy, now, number.fact, words, changed):
            yield change


def _nearest(reaches: list[Reach], now: Verdict) -> list[Reach]:
    found: dict[tuple[str, str], Reach] = {}
    for reach in reaches:
        if _outcome(reach.verdict) != _outcome(now):
            found.setdefault(_outcome(reach.verdict), reach)
    return list(found.values())


def reaches_of(policy: Policy, number: Number) -> Iterator[Reach]:
    """Judge a value at and to each side of every limit and join neighbors with the same outcome."""
    values = {value for limit in number.limits for value in (limit - QUANTUM, limit, limit + QUANTUM)}
    inside = sorted(value for value in values if number.lowest <= value <= number.highest)
    judged = [(value, decide(policy, number.put(value))) for value in inside]
    for _, group in groupby(judged, key=lambda item: _outcome(item[1])):
        rows = list(group)
        yield Reach(rows[0][0], rows[-1][0], rows[0][1])


def _is_below(number: Number, reach: Reach) -> bool:
    return number.value is not None and reach.last < number.value


def _words(number: Number, reach: Reach, reaches: list[Reach]) -> str:
    """Say where the outcome begins or ends; of a missing number both."""
    place = reaches.index(reach)
    has_start = place > 0 and not _is_below(number, reach)
    has_end = place < len(reaches) - 1 and (number.value is None or _is_below(number, reach))
    lowest = number.lowest if place == 0 else reach.first
    highest = number.highest if place == len(reaches) - 1 else reach.last
    ends = [
        *([_start(number, reach, highest)] if has_start else []),
        *([_end(number, reach, lowest)] if has_end else []),
    ]
    return f"{number.label} {' and '.join(ends)}{number.unit}"


def _start(number: Number, reach: Reach, highest: Decimal) -> str:
    """Say where a reach begins; what is no short figure is rounded into the reach."""
    limit, step = reach.first - QUANTUM, _SHOWN.get(number.unit, _SHOWN_ELSE)
    is_limit = limit in number.limits and reach.first not in number.limits
    exact = limit if is_limit else reach.first
    short = exact.quantize(step, rounding=ROUND_CEILING)
    if short == exact or short > highest:
        return f"above {_plain(exact)}" if is_limit else f"of at least {_plain(exact)}"
    return f"of at least {_plain(short)}"


def _end(number: Number, reach: Reach, lowest: Decimal) -> str:
    """Say where a reach ends; what is no short figure is rounded into the reach."""
    limit, step = reach.last + QUANTUM, _SHOWN.get(number.unit, _SHOWN_ELSE)
    is_limit = limit in number.limits and reach.last not in number.limits
    exact = limit if is_limit else reach.last
    short = exact.quantize(step, rounding=ROUND_FLOOR)
    if short == exact or short < lowest:
        return f"below {_plain(exact)}" if is_limit else f"of at most {_plain(exact)}"
    return f"of at most {_plain(short)}"


def _plain(value: Decimal) -> str:
    return f"{value.normalize():f}"


def _outcome(verdict: Verdict) -> tuple[str, str]:
    return verdict.grade, verdict.route


def _change(policy: Policy, now: Verdict, fact: str, words: str, changed: Evidence) -> Change | None:
    verdict = decide(policy, changed)
    if _outcome(verdict) == _outcome(now):
        return None
    outcome = f"make it {verdict.grade}, {policy.route_label(verdict.route).lower()}"
    sentence = f"{words} would {'hold it' if verdict.grade == 'H' else outcome}."
    return Change(fact, words, changed, verdict.grade, verdict.route, sentence)
