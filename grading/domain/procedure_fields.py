"""Every field of a procedure with its words and its unit: for pages, forms and differences alike."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from grading.domain.procedure_departures import METHOD_WORDS
from grading.domain.procedure_faults import METHODS

TEXT, LONG_TEXT, NUMBER, COUNT, WINDOW, NUMBERS, CHOICE, CHOICES = (
    "text", "long text", "number", "count", "window", "numbers", "choice", "choices",
)  # fmt: skip

Choices = tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True)
class Field:
    """One field of the document, found by its dotted path."""

    path: str
    label: str
    type: str = NUMBER
    unit: str = ""
    group: str
    choices: Choices = ()
    hint: str = ""
    may_be_blank: bool = False
    """Stored as null: not asked for, or not known."""

    @property
    def name(self) -> str:
        """Return the path as a form field can be named."""
        return self.path.replace(".", "__")


_GENERAL, _CONDITIONS, _CAPACITY, _PULSES, _SURE = (
    "Procedure", "Conditions", "Full cycles", "Resistance", "Uncertainty",
)  # fmt: skip
GROUPS = (_GENERAL, _CONDITIONS, _CAPACITY, _PULSES, _SURE)
STATUS_WORDS = {"confirmed": "Confirmed", "recalled": "Recalled, not checked"}


def _all(group: str, prefix: str, *fields: Mapping[str, Any]) -> tuple[Field, ...]:
    return tuple(Field(group=group, **dict(field) | {"path": prefix + field["path"]}) for field in fields)


def _f(path: str, label: str, unit: str = "", kind: str = NUMBER, **more: Any) -> dict[str, Any]:
    return {"path": path, "label": label, "unit": unit, "type": kind} | more


_LIMITS: Choices = (("pack_type", "by pack type"), ("cell", "per cell, as below"))
_DIRECTIONS: Choices = (("discharge", "Discharge"), ("charge", "Charge"))
_BLANK: dict[str, Any] = {"may_be_blank": True}

_COMMON = (
    *_all(_GENERAL, "", _f("title", "Title", kind=TEXT), _f("summary", "What is done", kind=LONG_TEXT)),
    *_all(
        _CONDITIONS,
        "",
        _f("c_rate", "C-rate", "C", hint="Blank: each test states its own.", **_BLANK),
        _f("c_rate_tolerance_percent", "C-rate may depart by", "%", **_BLANK),
        _f("temperature_degc.grading", "Temperature that grades", "°C", WINDOW),
        _f("temperature_degc.accepted", "Temperature that is accepted", "°C", WINDOW),
        _f("ambient_degc", "Ambient temperature", "°C", WINDOW, **_BLANK),
        _f("voltage_limits.by", "Voltage limits", kind=CHOICE, choices=_LIMITS),
        _f("voltage_limits.min_v", "Lower limit per cell", "V", **_BLANK),
        _f("voltage_limits.max_v", "Upper limit per cell", "V", **_BLANK),
        _f("rest_before_s", "Rest before", "s"),
    ),
)
_OF_CAPACITY = _all(
    _CAPACITY,
    "capacity.",
    _f("cycles", "Full cycles", kind=COUNT),
    _f("agreement_percent", "Cycles agree within", "%", **_BLANK),
    _f("taper_c_rate", "Full when the charge has tapered to", "C"),
    _f("rest_between_s", "Rest between charge and discharge", "s"),
    _f("cutoff_tolerance_mv", "Cut-off met within, per cell", "mV"),
    _f("steady_current_percent", "Current steady within", "%"),
    _f("gap_s", "Longest gap in the records", "s"),
    _f("counter_flag_percent", "Tester's own counter flagged beyond", "%"),
    _f("counter_reject_percent", "Tester's own counter rejected beyond", "%"),
    _f("plausible_of_rated", "Plausible", "× rated", WINDOW),
)
_OF_RESISTANCE = _all(
    _PULSES,
    "resistance.",
    _f("pulse_lengths_s", "Pulse lengths", "s", NUMBERS),
    _f("grading_pulse_s", "Pulse length that grades", "s", **_BLANK),
    _f("pulse_c_rates", "Currents of the pulses", "C", NUMBERS),
    _f("directions", "Directions", kind=CHOICES, choices=_DIRECTIONS),
    _f("soc_percent", "State of charge", "%", WINDOW),
    _f("min_c_rate", "Least current", "C", **_BLANK),
    _f("min_delta_v", "Least step of the voltage", "V", **_BLANK),
    _f("flag_rest_below_s", "Not comparable when it rested less than", "s"),
    _f("ocv_drift_mv_per_min", "Open-circuit voltage drifts at most", "mV/min", **_BLANK),
    _f("settled_percent", "Current settled within", "%", **_BLANK),
    _f("max_soc_change_percent", "The pulse moves the state of charge at most by", "%", **_BLANK),
)
_REPEATABILITY = _f("repeatability_percent", "Standard deviation of one result", "%", **_BLANK)
_SURE_OF_CAPACITY = _all(
    _SURE,
    "uncertainty.",
    _REPEATABILITY,
    _f("edge_s", "Time missed at both ends", "s", **_BLANK),
    _f("cutoff_percent_per_v", "Slope of the capacity at the cut-off", "%/V", **_BLANK),
    _f("percent_per_k", "Change of the capacity with temperature", "%/K", **_BLANK),
    _f("reference_tolerance_percent", "Reference value known within", "%", **_BLANK),
)
_SURE_OF_RESISTANCE = _all(
    _SURE,
    "uncertainty.",
    _REPEATABILITY,
    _f("reference_tolerance_percent", "Baseline known within", "%", **_BLANK),
    _f("activation_kj_per_mol", "Activation energy of the resistance", "kJ/mol", **_BLANK),
)


def fields_of(kind: str) -> tuple[Field, ...]:
    """Return the fields of a ``capacity``, ``resistance`` or ``screen`` procedure, in the order of pages."""
    methods: Choices = tuple((method, METHOD_WORDS[method]) for method in METHODS[kind])
    method = _all(_CONDITIONS, "", _f("method", "Method", kind=CHOICE, choices=methods))
    is_capacity = kind == "capacity"
    part = _OF_CAPACITY if is_capacity else _OF_RESISTANCE
    sure = _SURE_OF_CAPACITY if is_capacity else _SURE_OF_RESISTANCE
    return (*_COMMON[:2], *method, *_COMMON[2:], *part, *sure)


def value_at(document: Mapping[str, Any], path: str) -> Any:
    """Return the value at a dotted path of ``document``."""
    value: Any = document
    for name in path.split("."):
        value = value[name]
    return value
