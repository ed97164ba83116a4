"""What is wrong with a policy document, every fault at once."""

from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from itertools import groupby, pairwise
from typing import Any

from grading.domain.matrix import GRADES
from grading.domain.reasons import IR, SOH
from grading.domain.soh import SOH_MAX_PERCENT

ROUTES = ("pack_reuse", "small_application", "recycling", "hold", "quarantine", "out_of_scope")
OVERLAY_FACTS = (
    SOH,
    "cell_spread_percent",
    "declared_gap_points",
    "weakest_gap_points",
    "beyond_calendar_life",
    "has_history",
)
BLOCK_FACTS = ("beyond_calendar_life", "has_history")
"""Facts that may lower a grade: those whose absence never holds a pack."""
_UPPER, _LOWER = {"<": ">=", "<=": ">"}, (">=", ">")

Check = Callable[[object], str]


def _kind(kind: type, words: str) -> Check:
    return lambda value: "" if type(value) is kind else f"must be {words}, not {value!r}"


def _one_of(*allowed: object) -> Check:
    return lambda value: (
        "" if value in allowed else f"must be one of {', '.join(map(str, allowed))}, not {value!r}"
    )


def _or_null(check: Check) -> Check:
    return lambda value: "" if value is None else check(value)


def _decimal(value: object) -> str:
    try:
        if type(value) is str and Decimal(value).is_finite() and Decimal(value) >= 0:
            return ""
    except InvalidOperation:
        pass
    return f'must be a decimal number in a string, like "1.5", not {value!r}'


def _moment(value: object) -> str:
    try:
        if type(value) is str and datetime.fromisoformat(value).tzinfo:
            return ""
    except ValueError:
        pass
    return f"must be a moment with its time zone, like 2026-01-01T00:00:00Z, not {value!r}"


_TEXT, _INT, _BOOL = _kind(str, "text"), _kind(int, "a whole number"), _kind(bool, "true or false")
_GRADE, _ROUTE = _one_of(*GRADES), _one_of(*ROUTES)
_OUTCOME = {"grade": _GRADE, "route": _ROUTE, "code": _TEXT}
_WINDOWS = {"*": [_decimal]}

SHAPE: Mapping[str, Any] = {
    "id": _TEXT,
    "version": _INT,
    "title": _TEXT,
    "effective_from": _moment,
    "author": _TEXT,
    "approver": _TEXT,
    "chemistry_classes": {"*": {"label": _TEXT, "treat_as": _TEXT, "flags?": [_TEXT]}},
    "class_rules": {
        "*": {"kind": _one_of("hold", "unknown", "exit"), "code": _TEXT, "grade?": _GRADE, "route?": _ROUTE}
    },
    "safety": {"critical": _OUTCOME, "damaged": _OUTCOME},
    "floors": {
        "weakest_percent": _decimal,
        "weakest_code": _TEXT,
        "pack_percent": _decimal,
        "pack_code": _TEXT,
        "grade": _GRADE,
        "route": _ROUTE,
    },
    "bands": [
        {"class": _TEXT, "lo": _decimal, "lo_incl": _BOOL, "hi": _decimal, "hi_incl": _BOOL}
        | {"ir_op": _or_null(_one_of(*_UPPER, *_LOWER)), "ir_limit": _or_null(_decimal)}
        | _OUTCOME
        | {"flags": [_TEXT], "warranty": _or_null(_TEXT)}
    ],
    "evidence": {
        "soh_sources_allowed": [_one_of("lab", "bms", "telematics", "estimate")],
        "max_age_days": _or_null(_INT),
        "needs_ir": _BOOL,
        "needs_weakest": _BOOL,
        "no_ir_flag": _TEXT,
    },
    "guard_band_pts": _decimal,
    "test_conditions": {"capacity": _WINDOWS, "resistance": _WINDOWS},
    "near_limits": {"soh_percent": _decimal, "ir_ratio": _decimal, "weakest_cell_soh_percent": _decimal},
    "overlays": [
        {
            "code": _TEXT,
            "when": [
                {
                    "fact": _one_of(*OVERLAY_FACTS),
                    "op": _one_of("<", "<=", "=", ">=", ">"),
                    "limit": lambda _: "",
                }
            ],
            "classes": _or_null(lambda v: "" if isinstance(v, list) else f"must be a list, not {v!r}"),
            "grades": _or_null(lambda v: "" if isinstance(v, list) else f"must be a list, not {v!r}"),
            "grade": _or_null(_GRADE),
            "route": _or_null(_ROUTE),
        }
    ],
    "review": {"grades": [_GRADE], "flags": [_TEXT]},
    "routes": {route: {"label": _TEXT, "certificate": _BOOL} for route in ROUTES},
    "warranty": {
        "*": {
            "label": _TEXT,
            "by_default": _BOOL,
            "term_months": _INT,
            "cycles": _INT,
            "threshold_percent": _decimal,
            "residual_basis": _one_of("certified_at_sale", "nameplate"),
            "monitoring": _one_of("none", "optional", "mandatory"),
            "note": _TEXT,
        }
    },
    "applications": [
        {"code": _TEXT, "label": _TEXT, "routes": [_ROUTE], "min_usable_kwh": _decimal}
        | {"voltage_v": [_decimal], "rebuild": _BOOL}
    ],
    "texts": {"*": _TEXT},
}


def faults_in(document: object) -> list[str]:
    """Return every fault of ``document`` as a sentence that starts with its place; empty when it is sound."""
    faults = list(_shape_faults(document, SHAPE, "policy"))
    return faults or [*_reference_faults(document), *_tiling_faults(document), *_overlay_faults(document)]  # type: ignore[arg-type]


def _shape_faults(value: object, shape: Any, path: str) -> list[str]:
    if callable(shape):
        fault = shape(value)
        return [f"{path}: {fault}"] if fault else []
    if isinstance(shape, list):
        if not isinstance(value, list):
            return [f"{path}: must be a list, not {value!r}"]
        return [f for i, item in enumerate(value, 1) for f in _shape_faults(item, shape[0], f"{path} {i}")]
    if not isinstance(value, Mapping):
        return [f"{path}: must be an object, not {value!r}"]
    if "*" in shape:
        return [f for key, item in value.items() for f in _shape_faults(item, shape["*"], f"{path}.{key}")]
    known = {key.rstrip("?"): part for key, part in shape.items()}
    faults = [f"{path}: {key} is not a known field" for key in value if key not in known]
    faults += [f"{path}: {key} is missing" for key in shape if not key.endswith("?") and key not in value]
    return faults + [
        f for k, part in known.items() if k in value for f in _shape_faults(value[k], part, f"{path}.{k}")
    ]


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
        groups = {key: list(group) for key, group in groupby(sorted(rows, key=_ends), key=_ends)}
        # An end is (value, 1) when it lies just after the value, so that touching ends are equal.
        ends = [((Decimal(0), 0), (Decimal(0), 0)), *groups, ((SOH_MAX_PERCENT, 1), (SOH_MAX_PERCENT, 1))]
        for (_, end), (start, _) in pairwise(ends):
            if end != start:
                word = "gap" if end < start else "overlap"
                faults.append(
                    f"bands of {name}: {word} between SOH {min(end, start)[0]} and {max(end, start)[0]} %"
                )
        faults += [
            f
            for key, group in groups.items()
            for f in _ir_faults(f"bands of {name} from SOH {key[0][0]} %", group)
        ]
    return faults


def _ends(row: Mapping[str, Any]) -> tuple[tuple[Decimal, int], tuple[Decimal, int]]:
    return (Decimal(row["lo"]), int(not row["lo_incl"])), (Decimal(row["hi"]), int(row["hi_incl"]))


def _ir_faults(place: str, rows: list[Mapping[str, Any]]) -> list[str]:
    if any((row["ir_op"] is None) != (row["ir_limit"] is None) for row in rows):
        return [f"{place}: ir_op and {IR} limit go together"]
    uppers = sorted((Decimal(row["ir_limit"]), row["ir_op"]) for row in rows if row["ir_op"] in _UPPER)
    rest = [row for row in rows if row["ir_op"] not in _UPPER]
    limits = [limit for limit, _ in uppers]
    if len(rest) != 1 or len(set(limits)) != len(limits):
        return [f"{place}: every IR must have exactly one row"]
    last = (Decimal(rest[0]["ir_limit"]), rest[0]["ir_op"]) if rest[0]["ir_op"] else None
    expected = (uppers[-1][0], _UPPER[uppers[-1][1]]) if uppers else None
    return [] if last == expected else [f"{place}: the last row must take every IR that the others leave"]


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
            if boolean != isinstance(term["limit"], bool) or (not boolean and _decimal(term["limit"])):
                faults.append(f"{place}: limit {term['limit']!r} does not fit {term['fact']}")
    for name, window in [(k, w) for part in document["test_conditions"].values() for k, w in part.items()]:
        if len(window) != 2 or Decimal(window[0]) > Decimal(window[1]):
            faults.append(f"test_conditions {name}: needs a low and a high end")
    faults += [
        f"applications {a['code']}: voltage_v needs a low and a high end"
        for a in document["applications"]
        if len(a["voltage_v"]) != 2
    ]
    return faults
