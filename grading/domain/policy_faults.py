"""What is wrong with a policy document, every fault at once."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import groupby, pairwise
from typing import Any

from grading.domain.document_shape import shape_faults
from grading.domain.policy_shape import BLOCK_FACTS, SHAPE
from grading.domain.policy_soundness import (
    ACCEPTING,
    floor_faults,
    guard_faults,
    reach_faults,
    route_faults,
    threshold_faults,
    window_faults,
)
from grading.domain.policy_writing import name_faults, plain_number
from grading.domain.procedure_faults import CODE
from grading.domain.reasons import IR
from grading.domain.soh import SOH_MAX_PERCENT

_LONGEST_FAULT = 400
"""A fault quotes what is wrong, which may be a whole document in one field."""
_UPPER = {"<": ">=", "<=": ">"}


def faults_in(document: object) -> list[str]:
    """Return every fault of ``document`` as a sentence that starts with its place; empty when it is sound."""
    faults = list(shape_faults(document, SHAPE, "policy"))
    if isinstance(document, Mapping):
        faults += list(_meaning_faults(document, faults))
    return [fault if len(fault) <= _LONGEST_FAULT else f"{fault[:_LONGEST_FAULT]}…" for fault in faults]


def _meaning_faults(document: Mapping[str, Any], of_shape: list[str]) -> Iterator[str]:
    """Find what is wrong with the parts whose shape is sound."""
    for faults, parts in _CHECKS:
        is_sound = all(part in document for part in parts)
        if is_sound and not any(f.startswith(f"policy.{part}") for f in of_shape for part in parts):
            yield from faults(document)


def _procedure_faults(document: Mapping[str, Any]) -> list[str]:
    """Find lists of procedures that no result can meet."""
    faults = []
    for test, codes in document["evidence"].get("procedures", {}).items():
        if not codes:
            faults.append(f"evidence.procedures.{test}: names no procedure; leave it out to accept any")
        faults += [
            f"evidence.procedures.{test}: {code!r} cannot be the code of a procedure"
            for code in codes
            if not CODE.fullmatch(code)
        ]
    return faults


def _validity_faults(document: Mapping[str, Any]) -> list[str]:
    """Find terms of validity for grades that have none, and terms that never run."""
    faults = []
    for grade, terms in document.get("grade_validity", {}).items():
        months, remeasure = terms["storage_months"], terms["remeasure_months"]
        if grade not in ACCEPTING:
            faults.append(f"grade_validity: only {', '.join(ACCEPTING)} can run out, not {grade!r}")
        if months < 1:
            faults.append(f"grade_validity.{grade}: storage_months must be at least 1")
        if remeasure is not None and not 1 <= remeasure <= months:
            faults.append(f"grade_validity.{grade}: remeasure_months must be between 1 and storage_months")
    return faults


def _reference_faults(document: Mapping[str, Any]) -> list[str]:
    """Find names that point to nothing."""
    rules, texts = document["class_rules"], document["texts"]
    tables = {row["class"] for row in document["bands"]}
    classes = document["chemistry_classes"]
    faults = [
        f"chemistry_classes.{code}: treat_as {entry['treat_as']!r} names neither bands nor a class rule"
        for code, entry in classes.items()
        if entry["treat_as"] not in tables | set(rules)
    ]
    if rules.get(classes.get("UNKNOWN", {}).get("treat_as"), {}).get("kind") != "unknown":
        faults.append("chemistry_classes: UNKNOWN must be there, and its class rule must be of kind unknown")
    faults += [
        f"class_rules.{k}: an exit needs grade and route"
        for k, r in rules.items()
        if r["kind"] == "exit" and not {"grade", "route"} <= set(r)
    ]
    needed = {flag for row in document["bands"] for flag in row["flags"]}
    needed |= {flag for entry in classes.values() for flag in entry.get("flags", ())}
    needed |= {
        entry["code"] for entry in [*document["overlays"], *rules.values(), *document["safety"].values()]
    }
    needed.add(document["evidence"]["no_ir_flag"])
    faults += [f"texts: {code} has no sentence" for code in sorted(needed - set(texts))]
    return faults + [
        f"bands {i}: warranty {row['warranty']!r} has no terms"
        for i, row in enumerate(document["bands"], 1)
        if row["warranty"] is not None and row["warranty"] not in document["warranty"]
    ]


def _tiling_faults(document: Mapping[str, Any]) -> list[str]:
    """Find gaps and overlaps: the bands of a class must cover SOH 0 to 105 and every IR exactly once."""
    faults = []
    by_class: dict[str, list[Mapping[str, Any]]] = {}
    for row in document["bands"]:
        by_class.setdefault(row["class"], []).append(row)
    for name, rows in by_class.items():
        groups = {key: list(group) for key, group in groupby(sorted(rows, key=ends_of), key=ends_of)}
        # An end is (value, 1) when it lies just after the value, so that touching ends are equal.
        ends = [((Decimal(0), 0), (Decimal(0), 0)), *groups, ((SOH_MAX_PERCENT, 1), (SOH_MAX_PERCENT, 1))]
        for (_, end), (start, _) in pairwise(ends):
            if end != start:
                word = "gap" if end < start else "overlap"
                faults.append(
                    f"bands of {name}: {word} between SOH {min(end, start)[0]} and {max(end, start)[0]} %"
                )
        faults += [
            f"bands of {name} from SOH {start} %: {fault}"
            for ((start, _), _), group in groups.items()
            if (fault := ir_fault(group))
        ]
    return faults


def ends_of(row: Mapping[str, Any]) -> tuple[tuple[Decimal, int], tuple[Decimal, int]]:
    """Return where a row begins and ends, so that the rows of one class are in order by it."""
    return (Decimal(row["lo"]), int(not row["lo_incl"])), (Decimal(row["hi"]), int(row["hi_incl"]))


def ir_fault(rows: Sequence[Mapping[str, Any]]) -> str:
    """Return why rows of one range of SOH do not take every IR exactly once; empty when they do."""
    if any((row["ir_op"] is None) != (row["ir_limit"] is None) for row in rows):
        return f"ir_op and {IR} limit go together"
    uppers = sorted((Decimal(row["ir_limit"]), row["ir_op"]) for row in rows if row["ir_op"] in _UPPER)
    rest = [row for row in rows if row["ir_op"] not in _UPPER]
    limits = [limit for limit, _ in uppers]
    if len(rest) != 1 or len(set(limits)) != len(limits):
        return "every IR must have exactly one row"
    last = (Decimal(rest[0]["ir_limit"]), rest[0]["ir_op"]) if rest[0]["ir_op"] else None
    expected = (uppers[-1][0], _UPPER[uppers[-1][1]]) if uppers else None
    return "" if last == expected else "the last row must take every IR that the others leave"


def _overlay_faults(document: Mapping[str, Any]) -> list[str]:
    faults = []
    for entry in document["overlays"]:
        place = f"overlays {entry['code']}"
        if (entry["grade"] is None) != (entry["route"] is None):
            faults.append(f"{place}: grade and route go together")
        for term in entry["when"]:
            if entry["grade"] is not None and term["fact"] not in BLOCK_FACTS:
                faults.append(f"{place}: {term['fact']} cannot change a grade here; use bands and floors")
            boolean = term["fact"] in BLOCK_FACTS
            if boolean != isinstance(term["limit"], bool) or (not boolean and plain_number(term["limit"])):
                faults.append(f"{place}: limit {term['limit']!r} does not fit {term['fact']}")
    return faults


_CHECKS: tuple[tuple[Callable[[Mapping[str, Any]], Iterable[str]], tuple[str, ...]], ...] = (
    (
        _reference_faults,
        (
            *("chemistry_classes", "class_rules", "bands", "overlays"),
            *("safety", "evidence", "texts", "warranty"),
        ),
    ),
    (name_faults, ("chemistry_classes", "class_rules", "warranty", "texts")),
    (_tiling_faults, ("bands",)),
    (_overlay_faults, ("overlays",)),
    (window_faults, ("test_conditions", "applications")),
    (floor_faults, ("floors",)),
    (reach_faults, ("bands", "guard_band_pts")),
    (threshold_faults, ("warranty",)),
    (_procedure_faults, ("evidence",)),
    (_validity_faults, ("grade_validity",)),
    (guard_faults, ("evidence", "guard_band_pts")),
    (route_faults, ("bands", "safety", "class_rules", "floors", "overlays", "routes")),
)
"""Each check of meaning with the parts of the document that it reads."""
