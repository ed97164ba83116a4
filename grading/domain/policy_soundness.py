"""Whether the rules of a policy fit each other, where each of them is sound by itself."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from grading.domain.soh import SOH_MAX_PERCENT

ACCEPTING = ("A", "B", "C")
"""Grades that a pack goes on with; only they may get a certificate, and can run out in storage."""


def floor_faults(document: Mapping[str, Any]) -> Iterator[str]:
    """Find floors that no pack passes."""
    for name in ("weakest_percent", "pack_percent"):
        if Decimal(document["floors"][name]) > 100:
            yield f"floors.{name}: must be at most 100: it would reject every pack"


def threshold_faults(document: Mapping[str, Any]) -> Iterator[str]:
    """Find warranties that no pack meets on the day it is sold."""
    for key, entry in document["warranty"].items():
        if Decimal(entry["threshold_percent"]) > 100:
            yield f"warranty.{key}.threshold_percent: must be at most 100"


def reach_faults(document: Mapping[str, Any]) -> Iterator[str]:
    """Find rows that no pack reaches: by a resistance below 0, or because the guard band takes too much."""
    for number, row in enumerate(document["bands"], 1):
        if row["ir_limit"] is not None and not Decimal(row["ir_limit"]):
            yield f"bands {number}.ir_limit: must be above 0: no resistance lies below it"
    guard = Decimal(document["guard_band_pts"])
    best = SOH_MAX_PERCENT - guard
    beyond: dict[str, Decimal] = {}
    for row in document["bands"] if guard else ():
        low = Decimal(row["lo"])
        if low > best or (low == best and not row["lo_incl"]):
            beyond[row["class"]] = min(low, beyond.get(row["class"], low))
    for name, low in beyond.items():
        yield (
            f"guard_band_pts: {guard} points are too many: the best SOH, {SOH_MAX_PERCENT} %, would count as"
            f" {max(best, Decimal(0))} %, and no pack would reach the rows of {name} from {low} %"
        )


def window_faults(document: Mapping[str, Any]) -> Iterator[str]:
    """Find ranges that lack an end, or begin above where they end."""
    windows = [
        (f"test_conditions.{test}.{name}", window)
        for test, conditions in document["test_conditions"].items()
        for name, window in conditions.items()
    ]
    windows += [
        (f"applications {n}.voltage_v", a["voltage_v"]) for n, a in enumerate(document["applications"], 1)
    ]
    for place, window in windows:
        if len(window) != 2:
            yield f"{place}: needs a low and a high end"
        elif Decimal(window[0]) > Decimal(window[1]):
            yield f"{place} 1: {window[0]} is above the high end, {window[1]}"


def guard_faults(document: Mapping[str, Any]) -> list[str]:
    """Find a guard that reaches past the doubt around a limit.

    The doubt lies around the limit itself, the guard lowers the SOH: where the guard is wider, a pack just
    above the doubt would be graded below the limit while a worse one is measured again.
    """
    k, factor = (document["evidence"].get(name) for name in ("k_lower_bound", "undecided_factor"))
    if factor is None:
        return []
    faults = []
    if k is not None and Decimal(factor) <= Decimal(k):
        faults.append(
            f"evidence: undecided_factor {factor} must be greater than k_lower_bound {k}: otherwise a pack"
            " just above the doubt at a limit is graded below that limit while a worse one is measured again"
        )
    if Decimal(document["guard_band_pts"]) > 0:
        faults.append(
            f"guard_band_pts: {document['guard_band_pts']} points cannot go with undecided_factor: a pack"
            " just above the doubt at a limit would be graded below that limit while a worse one is measured"
            " again"
        )
    return faults


def route_faults(document: Mapping[str, Any]) -> list[str]:
    """Find grades whose route does not fit them: only packs of A, B or C can get a certificate."""
    return [
        f"{place}: {fault}"
        for place, grade, route in _outcomes(document)
        if (fault := route_fault(document, grade, route))
    ]


def route_fault(document: Mapping[str, Any], grade: str, route: str) -> str:
    """Return why ``grade`` cannot go by ``route``; empty when it can."""
    has_certificate = document["routes"][route]["certificate"]
    if has_certificate == (grade in ACCEPTING):
        return ""
    if has_certificate:
        return f"grade {grade} needs a route without a certificate; {route} has one"
    return f"grade {grade} needs a route with a certificate; {route} has none"


def _outcomes(document: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Yield every outcome that the document gives, with its place."""
    named = [(f"bands {i}", row) for i, row in enumerate(document["bands"], 1)]
    named += [(f"safety.{kind}", entry) for kind, entry in document["safety"].items()]
    named += [(f"class_rules.{name}", rule) for name, rule in document["class_rules"].items()]
    named += [("floors", document["floors"])]
    named += [(f"overlays {entry['code']}", entry) for entry in document["overlays"]]
    for place, entry in named:
        grade, route = entry.get("grade"), entry.get("route")
        if grade is not None and route is not None:
            yield place, grade, route
