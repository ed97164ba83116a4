"""What is wrong with a procedure document, every fault at once."""

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from itertools import pairwise
from typing import Any

from grading.domain.document_shape import INT, TEXT, decimal, finite, one_of, or_null, shape_faults

METHODS = {
    "capacity": ("cc_discharge", "cccv_charge"),
    "resistance": ("dc_pulse", "ac_1khz"),
    "screen": ("pulse_screen",),
}
"""What each kind of procedure may measure with."""
STATUSES = ("confirmed", "recalled")
CODE = re.compile(r"[a-z0-9][a-z0-9-]{1,39}", re.ASCII)


def _window(value: object) -> str:
    if not isinstance(value, list) or len(value) != 2 or None in map(finite, value):
        return f'must be a low and a high end, like ["23", "27"], not {value!r}'
    if Decimal(value[0]) > Decimal(value[1]):
        return f"must begin at its low end, not {value!r}"
    return ""


SHAPE: Mapping[str, Any] = {
    "code": TEXT,
    "version": INT,
    "kind": one_of(*METHODS),
    "method": one_of(*(method for methods in METHODS.values() for method in methods)),
    "title": TEXT,
    "summary": TEXT,
    "c_rate": or_null(decimal),
    "c_rate_tolerance_percent": or_null(decimal),
    "temperature_degc": {"grading": _window, "accepted": _window},
    "ambient_degc": or_null(_window),
    "voltage_limits": {
        "by": one_of("pack_type", "cell"),
        "min_v": or_null(decimal),
        "max_v": or_null(decimal),
    },
    "rest_before_s": decimal,
    "capacity?": {
        "taper_c_rate": decimal,
        "rest_between_s": decimal,
        "cutoff_tolerance_mv": decimal,
        "steady_current_percent": decimal,
        "gap_s": decimal,
        "counter_flag_percent": decimal,
        "counter_reject_percent": decimal,
        "plausible_of_rated": _window,
        "cycles": INT,
        "agreement_percent": or_null(decimal),
    },
    "resistance?": {
        "pulse_lengths_s": [decimal],
        "grading_pulse_s": or_null(decimal),
        "pulse_c_rates": [decimal],
        "directions": [one_of("discharge", "charge")],
        "soc_percent": _window,
        "min_c_rate": or_null(decimal),
        "min_delta_v": or_null(decimal),
        "flag_rest_below_s": decimal,
        "ocv_drift_mv_per_min": or_null(decimal),
        "settled_percent": or_null(decimal),
        "max_soc_change_percent": or_null(decimal),
    },
    "uncertainty": {
        "repeatability_percent": or_null(decimal),
        "edge_s": or_null(decimal),
        "cutoff_percent_per_v": or_null(decimal),
        "percent_per_k": or_null(decimal),
        "reference_tolerance_percent": or_null(decimal),
        "activation_kj_per_mol": or_null(decimal),
    },
    "sources": [{"text": TEXT, "status": one_of(*STATUSES)}],
}


def faults_in(document: object) -> list[str]:
    """Return every fault of ``document`` as a sentence that starts with its place; empty when it is sound."""
    return shape_faults(document, SHAPE, "procedure") or list(_meaning_faults(document))  # type: ignore[arg-type]


def _meaning_faults(document: Mapping[str, Any]) -> Iterator[str]:
    if not CODE.fullmatch(document["code"]):
        yield "code: must be 2 to 40 small letters, digits and hyphens"
    if document["version"] < 1:
        yield "version: must be 1 or more"
    for name, longest in (("title", 120), ("summary", 1000)):
        if not 0 < len(document[name].strip()) <= longest:
            yield f"{name}: must hold 1 to {longest} characters"
    kind, method = document["kind"], document["method"]
    if method not in METHODS[kind]:
        yield f"method: a {kind} procedure measures by {' or '.join(METHODS[kind])}, not {method}"
    wanted, other = ("capacity", "resistance") if kind == "capacity" else ("resistance", "capacity")
    if wanted not in document:
        yield f"procedure: {wanted} is missing; a {kind} procedure needs it"
    if other in document:
        yield f"procedure: a {kind} procedure has no part {other}"
    if (document["c_rate"] is None) != (document["c_rate_tolerance_percent"] is None):
        yield "c_rate: the rate and its tolerance go together"
    if document["c_rate"] is not None and not Decimal(document["c_rate"]):
        yield "c_rate: must be above 0"
    grading, accepted = (_ends(document["temperature_degc"][name]) for name in ("grading", "accepted"))
    if not accepted[0] <= grading[0] <= grading[1] <= accepted[1]:
        yield "temperature_degc: what grades must lie inside what is accepted"
    yield from _voltage_faults(document["voltage_limits"])
    if "capacity" in document:
        yield from _capacity_faults(document["capacity"])
    if "resistance" in document:
        yield from _resistance_faults(document["resistance"], method, Decimal(document["rest_before_s"]))
    if not document["sources"]:
        yield "sources: at least one is needed"
    for i, source in enumerate(document["sources"], 1):
        if not source["text"].strip():
            yield f"sources {i}: text is empty"


def _ends(window: list[str]) -> tuple[Decimal, Decimal]:
    return Decimal(window[0]), Decimal(window[1])


def _voltage_faults(limits: Mapping[str, Any]) -> Iterator[str]:
    ends = limits["min_v"], limits["max_v"]
    if limits["by"] == "pack_type" and ends != (None, None):
        yield "voltage_limits: limits by pack type have no voltages of their own"
    if limits["by"] == "cell" and (None in ends or Decimal(ends[0]) >= Decimal(ends[1])):
        yield "voltage_limits: limits by cell need a lower and a higher voltage"


def _capacity_faults(part: Mapping[str, Any]) -> Iterator[str]:
    if not 1 <= part["cycles"] <= 20:
        yield "capacity.cycles: must be 1 to 20"
    if part["cycles"] > 1 and part["agreement_percent"] is None:
        yield "capacity.agreement_percent: is missing; several cycles must agree within something"
    if Decimal(part["counter_flag_percent"]) > Decimal(part["counter_reject_percent"]):
        yield "capacity: the counter is flagged before it is rejected"


def _resistance_faults(part: Mapping[str, Any], method: str, rest_s: Decimal) -> Iterator[str]:
    lengths = [Decimal(length) for length in part["pulse_lengths_s"]]
    grading = None if part["grading_pulse_s"] is None else Decimal(part["grading_pulse_s"])
    if method == "ac_1khz":
        if lengths or grading is not None or part["pulse_c_rates"] or part["directions"]:
            yield "resistance: AC has no pulses, currents or directions"
    else:
        if not lengths or any(a >= b for a, b in pairwise([Decimal(0), *lengths])):
            yield "resistance.pulse_lengths_s: must rise from above 0, each length once"
        if grading not in lengths:
            yield "resistance.grading_pulse_s: must be one of the pulse lengths"
        if not part["directions"] or len(set(part["directions"])) != len(part["directions"]):
            yield "resistance.directions: discharge, charge, or both"
        if any(not Decimal(rate) for rate in part["pulse_c_rates"]):
            yield "resistance.pulse_c_rates: must be above 0"
    low, high = _ends(part["soc_percent"])
    if low < 0 or high > 100:
        yield "resistance.soc_percent: must lie between 0 and 100"
    if Decimal(part["flag_rest_below_s"]) > rest_s:
        yield "resistance.flag_rest_below_s: must not be longer than the rest that is asked for"
