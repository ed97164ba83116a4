"""The shape of a policy document: which fields it has, and what each of them may hold."""

from collections.abc import Mapping
from typing import Any

from grading.domain.document_shape import BOOL, TEXT, moment, one_of, or_null
from grading.domain.matrix import GRADES
from grading.domain.policy_writing import (
    LONGEST_NAME,
    LONGEST_TEXT,
    code_text,
    list_of,
    plain_number,
    policy_id,
    text_of,
    whole_number,
)
from grading.domain.reasons import SOH

ROUTES = ("pack_reuse", "small_application", "recycling", "hold", "quarantine", "out_of_scope")
OVERLAY_FACTS = (
    SOH,
    "cell_spread_percent",
    "declared_gap_points",
    "weakest_gap_points",
    "beyond_calendar_life",
    "has_history",
)
OVERLAY_KINDS = ("age", "insurer", "customer", "market", "other")
SOURCE_STATUSES = ("confirmed", "not confirmed", "own choice")
IR_OPS = ("<", "<=", ">=", ">")
BLOCK_FACTS = ("beyond_calendar_life", "has_history")
"""Facts that may lower a grade: those whose absence never holds a pack."""

_GRADE, _ROUTE = one_of(*GRADES), one_of(*ROUTES)
_OUTCOME = {"grade": _GRADE, "route": _ROUTE, "code": code_text}
_WINDOWS = {"*": [plain_number]}
_NAME, _PERSON = text_of(LONGEST_NAME), text_of(LONGEST_NAME, shortest=0)
_TEXT = text_of(LONGEST_TEXT, lines=True)

SHAPE: Mapping[str, Any] = {
    "id": policy_id,
    "version": whole_number(0),
    "title": _NAME,
    "effective_from": moment,
    "author": _PERSON,
    "approver": _PERSON,
    "chemistry_classes": {"*": {"label": _NAME, "treat_as": code_text, "flags?": [code_text]}},
    "class_rules": {
        "*": {
            "kind": one_of("hold", "unknown", "exit"),
            "code": code_text,
            "grade?": _GRADE,
            "route?": _ROUTE,
        }
    },
    "safety": {"critical": _OUTCOME, "damaged": _OUTCOME},
    "floors": {
        "weakest_percent": plain_number,
        "weakest_code": code_text,
        "pack_percent": plain_number,
        "pack_code": code_text,
        "grade": _GRADE,
        "route": _ROUTE,
    },
    "bands": [
        {"class": code_text, "lo": plain_number, "lo_incl": BOOL, "hi": plain_number, "hi_incl": BOOL}
        | {"ir_op": or_null(one_of(*IR_OPS)), "ir_limit": or_null(plain_number)}
        | _OUTCOME
        | {"flags": [code_text], "warranty": or_null(code_text)}
    ],
    "evidence": {
        "soh_sources_allowed": [one_of("lab", "bms", "telematics", "estimate")],
        "max_age_days": or_null(whole_number(0)),
        "needs_ir": BOOL,
        "needs_weakest": BOOL,
        "no_ir_flag": code_text,
        "procedures?": {"capacity?": [TEXT], "resistance?": [TEXT]},
        "k_lower_bound?": or_null(plain_number),
        "undecided_factor?": or_null(plain_number),
    },
    "guard_band_pts": plain_number,
    "test_conditions": {"capacity": _WINDOWS, "resistance": _WINDOWS},
    "near_limits": {
        "soh_percent": plain_number,
        "ir_ratio": plain_number,
        "weakest_cell_soh_percent": plain_number,
    },
    "overlays": [
        {
            "code": code_text,
            "when": [
                {
                    "fact": one_of(*OVERLAY_FACTS),
                    "op": one_of("<", "<=", "=", ">=", ">"),
                    "limit": lambda _: "",
                }
            ],
            "classes": or_null(list_of(code_text)),
            "grades": or_null(list_of(_GRADE)),
            "grade": or_null(_GRADE),
            "route": or_null(_ROUTE),
            "kind?": one_of(*OVERLAY_KINDS),
            "party?": _NAME,
        }
    ],
    "review": {"grades": [_GRADE], "flags": [code_text]},
    "routes": {route: {"label": _NAME, "certificate": BOOL} for route in ROUTES},
    "warranty": {
        "*": {
            "label": _NAME,
            "by_default": BOOL,
            "term_months": whole_number(0),
            "cycles": whole_number(0),
            "threshold_percent": plain_number,
            "residual_basis": one_of("certified_at_sale", "nameplate"),
            "monitoring": one_of("none", "optional", "mandatory"),
            "note": text_of(LONGEST_TEXT, shortest=0, lines=True),
        }
    },
    "applications": [
        {"code": code_text, "label": _NAME, "routes": [_ROUTE], "min_usable_kwh": plain_number}
        | {"voltage_v": [plain_number], "rebuild": BOOL}
        | {"min_current_a?": or_null(plain_number), "min_c_rate?": or_null(plain_number)}
    ],
    "grade_validity?": {
        "*": {"storage_months": whole_number(0), "remeasure_months": or_null(whole_number(0))}
    },
    "sources?": [{"text": _TEXT, "status": one_of(*SOURCE_STATUSES)}],
    "texts": {"*": _TEXT},
}
