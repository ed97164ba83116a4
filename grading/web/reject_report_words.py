"""A reject report in words and figures, the same for the page and for the paper."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from grading.domain.disputes import MOST_DISPUTES
from grading.models import CapacityTest, ResistanceTest, ReviewCase
from grading.queries.pack_story import limits_of
from grading.queries.reject_reports import RejectReport
from grading.queries.test_runs import SOURCES
from intake.domain.dispositions import OrderKind, PackState
from intake.domain.lifecycle import Status
from rebattery.dates import day_in_words
from rebattery.ui.templatetags.words import NOTHING, figure, signed, utc

Row = list[str]


def sheet_of(report: RejectReport) -> dict[str, Any]:
    """Return a report as text in lists and pairs; no figure is without its unit."""
    pack, decision = report.pack, report.decision
    reasons = [row for row in decision.reasons if row["kind"] == "reason"]
    return {
        "serial": pack.serial,
        "facts": [
            ["Make and model", f"{pack.make} {pack.model}".strip() or NOTHING],
            ["Chemistry", pack.get_chemistry_display()],
            ["Batch", pack.batch.number],
            ["Received as", pack.received_as],
            ["In law now", pack.get_legal_status_display()],
            ["State", pack.get_status_display()],
        ],
        "why": [str(row["sentence"]) for row in reasons],
        "limits": [
            [row.fact, row.unit, _figure(row.measured), _figure(row.limit), _figure(row.margin), row.rule]
            for row in limits_of(reasons)
        ],
        "claims": _claims(report),
        "tests": [*_capacity_test(report.capacity), *_resistance_test(report.resistance)],
        "inspection": _inspection(report),
        "path": [
            [
                step.rule,
                _STATES[step.state] + (", near its limit" if step.is_near else ""),
                _figure(step.value),
                _figure(step.limit),
                signed(step.margin, 2),
            ]
            for step in report.steps
        ],
        "decision": _decision(report),
        "dispute": _dispute(report),
        "next": _next(report),
    }


def _figure(value: Decimal | str | None) -> str:
    return NOTHING if value in (None, "") else figure(str(value))


_STATES = {"matched": "applies", "passed": "does not apply", "undecidable": "its fact is missing"}


def _claims(report: RejectReport) -> list[Row]:
    pack, capacity, resistance = report.pack, report.capacity, report.resistance
    method = f"claimed by {pack.declared_soh_method}" if pack.declared_soh_method else ""
    soh = capacity.soh_percent if capacity else None
    spread = capacity.u_soh_points if capacity else None
    rows = [
        _claim("State of health", "%", pack.declared_soh_percent, soh, spread, method),
        _claim(
            "SOH of the weakest cell", "%", None, capacity.weakest_soh_percent if capacity else None, None, ""
        ),
        _claim(
            "Capacity",
            "Ah",
            pack.rated_capacity_ah,
            capacity.measured_capacity_ah if capacity else None,
            None,
            "against rated",
        ),
        _claim(
            "Energy",
            "kWh",
            pack.nominal_energy_kwh,
            capacity.measured_energy_kwh if capacity else None,
            None,
            "against nominal",
        ),
        _claim(
            "Internal resistance",
            "mΩ",
            resistance.baseline_mohm if resistance else None,
            resistance.ir_mohm if resistance else None,
            resistance.u_ir_mohm if resistance else None,
            _baseline_words(resistance),
        ),
    ]
    return [row for row in rows if row[2:4] != [NOTHING, NOTHING]]


def _claim(
    what: str, unit: str, claimed: Decimal | None, measured: Decimal | None, spread: Decimal | None, how: str
) -> Row:
    """Return one row; ``spread`` is a standard uncertainty, told with coverage factor 2."""
    found = _figure(measured)
    if spread is not None:
        found += f" ± {_figure(2 * spread)} (k = 2)"
    between = measured - claimed if measured is not None and claimed is not None else None
    return [what, unit, _figure(claimed), found, signed(between, 2), how or NOTHING]


def _baseline_words(test: ResistanceTest | None) -> str:
    if test is None or test.baseline_mohm is None:
        return "no baseline"
    return f"baseline: {SOURCES.get(test.baseline_source, test.baseline_source)}"


def _capacity_test(test: CapacityTest | None) -> list[Row]:
    if test is None:
        return []
    conditions = (
        f"{test.get_method_display()}; {_figure(test.c_rate)} C, {_figure(test.temperature_degc)} °C,"
        f" {_figure(test.voltage_from_v)} to {_figure(test.voltage_to_v)} V"
    )
    unit = "Ah" if test.basis == CapacityTest.Basis.AH else "kWh"
    value = test.measured_capacity_ah if unit == "Ah" else test.measured_energy_kwh
    result = f"SOH {_figure(test.soh_percent)} %: {_figure(value)} of {_figure(test.reference_value)} {unit}"
    return [_test("Capacity", result, test, conditions)]


def _resistance_test(test: ResistanceTest | None) -> list[Row]:
    if test is None:
        return []
    pulse = f" of {_figure(test.pulse_duration_s)} s" if test.pulse_duration_s else ""
    conditions = (
        f"{test.get_method_display()}{pulse}; {_figure(test.temperature_degc)} °C,"
        f" state of charge {_figure(test.soc_percent)} %"
    )
    ratio = f", {_figure(test.ir_ratio)}× the baseline" if test.ir_ratio is not None else ""
    return [_test("Resistance", f"{_figure(test.ir_mohm)} mΩ{ratio}", test, conditions)]


def _test(what: str, result: str, test: CapacityTest | ResistanceTest, conditions: str) -> Row:
    procedure = f"{test.procedure}. " if test.procedure else "No procedure named. "
    measured = f"{what}, {day_in_words(test.measured_at)}"
    return [
        measured,
        result,
        str(test.instrument),
        test.certificate_number or NOTHING,
        procedure + conditions,
    ]


def _inspection(report: RejectReport) -> list[str]:
    inspection = report.inspection
    if inspection is None:
        return ["Not inspected."]
    found = [f"Found: {item['text']}." for item in inspection.findings] or ["No hazard found."]
    return [f"Inspected on {day_in_words(inspection.at)}.", *found]


def _decision(report: RejectReport) -> list[Row]:
    decision = report.decision
    author = decision.author if decision.is_override else f"policy {decision.policy}"
    return [
        ["Grade", f"{decision.grade} by {author}"],
        ["Policy", f"{decision.policy.code}, version {decision.policy.version}"],
        ["Policy SHA-256", decision.policy_sha256],
        ["Evidence SHA-256", decision.evidence_sha256],
        ["Decided", utc(decision.decided_at)],
        ["Review", _review(report.review, is_override=decision.is_override)],
    ]


def _review(review: ReviewCase | None, *, is_override: bool) -> str:
    if is_override:
        closed = review.closed_at if review else None
        return f"Two reviewers set this grade against the policy, {utc(closed)}."
    if review is None or review.state != ReviewCase.State.CONFIRMED:
        return "Rests on the policy and on the hazards that were found."
    return f"A reviewer who did not measure the pack confirmed it, {utc(review.closed_at)}."


def _dispute(report: RejectReport) -> list[str]:
    if report.obstacle_to_dispute:
        return [report.obstacle_to_dispute]
    times = {1: "once", 2: "twice"}.get(MOST_DISPUTES, f"{MOST_DISPUTES} times")
    return [
        "You can dispute this result on the pack's page, with your own evidence, until the pack leaves our"
        " house; it does not leave while a dispute waits for our answer.",
        f"The same decision can be disputed {times}. A reviewer who had no part in it answers.",
    ]


def _next(report: RejectReport) -> list[str]:
    line = report.disposition
    status = Status(report.pack.status)
    if line is None:
        return ["The pack stays with us until it is ordered back to you or to recycling. You are told then."]
    order = line.order
    code = f", waste code {order.waste_code}" if order.waste_code else ""
    if line.state == PackState.HANDED_OVER:
        went = "On its way back to you" if status is Status.RETURNED else "Sent to recycling"
        paper = f"order {order.number}, document {order.document_number}{code}"
        left = order.ended_at or order.ordered_at
        return [f"{went} on {day_in_words(left)}: {paper}."]
    if order.kind == OrderKind.RETURN:
        return [f"It goes back to you by order {order.number}{code}."]
    return [f"It goes to recycling by order {order.number}{code}: it is waste since {utc(order.ordered_at)}."]


def document_of(*, reports: Sequence[RejectReport], title: str, facts: Sequence[Row]) -> dict[str, Any]:
    """Return the data of a paper about ``reports``, without pictures."""
    return {
        "title": title,
        "issuer": "ReBattery",
        "footer": title,
        "facts": list(facts),
        "packs": [sheet_of(report) | {"photos": []} for report in reports],
    }
