"""A pack's way as its supplier reads it: each step with the evidence that is theirs to see."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from grading.domain.reasons import IR, SOH, WEAKEST
from grading.models import CapacityTest, Decision, ResistanceTest
from grading.queries.test_runs import SOURCES, Result, Results
from intake.models import Inspection, Pack
from rebattery.audit.trail import Entry
from rebattery.dates import day_in_words

T = TypeVar("T", CapacityTest, ResistanceTest)


@dataclass(frozen=True)
class Step:
    """One line of the timeline."""

    at: datetime
    sentence: str
    details: list[str]
    """Evidence in sentences: no names, no internal notes."""


@dataclass(frozen=True)
class Limit:
    """One comparison behind a decision."""

    rule: str
    """Code of the rule in the policy."""
    fact: str
    unit: str
    measured: str
    limit: str
    margin: str


_FACTS = {
    SOH: ("State of health", "%"),
    IR: ("Internal resistance", "× baseline"),
    WEAKEST: ("SOH of the weakest cell", "%"),
}


def limits_of(reasons: Sequence[dict[str, Any]]) -> list[Limit]:
    """Return those of a decision's reasons that compare a value with a limit."""
    return [
        Limit(row["code"], *_FACTS[row["fact"]], row["measured"], row["limit"], row["margin"])
        for row in reasons
        if row["fact"] in _FACTS and row["measured"] is not None and row["limit"] is not None
    ]


@dataclass(frozen=True)
class Evidence:
    """Everything on a pack that a step may refer to."""

    pack: Pack
    inspections: Sequence[Inspection]
    results: Results
    decisions: Sequence[Decision]
    """The newest first."""


def steps_of(*, story: Sequence[Entry], evidence: Evidence) -> list[Step]:
    """Return the told lines of a story, each with what it rests on; no query."""
    return [Step(entry.at, entry.sentence, _reason(entry) + _details(entry, evidence)) for entry in story]


def _reason(entry: Entry) -> list[str]:
    return [f"Reason: {entry.reason}"] if entry.reason else []


def _details(entry: Entry, evidence: Evidence) -> list[str]:
    match entry.event_type:
        case "pack.announced":
            day = evidence.pack.batch.expected_on
            return [f"Expected on {day_in_words(day)}."] if day else []
        case "pack.inspected" | "pack.quarantined":
            return _findings(entry, evidence)
        case "pack.tested":
            return _measured(entry.at, evidence)
        case "pack.graded" | "pack.sent_to_review":
            reasons = _reasons(_decision_at(entry.at, evidence))
            return [reason for reason in reasons if reason not in entry.sentence]
        case "pack.suspended":
            decision = _decision_at(entry.at, evidence)
            return [f"Grade {decision.grade} by {decision.author} is suspended."] if decision else []
        case "pack.accepted" | "pack.rejected":
            decision = _decision_at(entry.at, evidence)
            return _result(decision) + _reasons(decision) + _measured(entry.at, evidence)
    return []


def _findings(entry: Entry, evidence: Evidence) -> list[str]:
    """Name what the inspection found; a pack in quarantine without one has its reason in the sentence."""
    found = next((row for row in evidence.inspections if row.at <= entry.at), None)
    return [f"Found: {item['text']}." for item in found.findings] if found else []


def _measured(until: datetime, evidence: Evidence) -> list[str]:
    """Say what the newest result of each kind was by ``until``."""
    capacity = _newest_of_kinds(evidence.results.capacity, until)
    resistance = _newest_of_kinds(evidence.results.resistance, until)
    return [*map(capacity_words, capacity), *map(resistance_words, resistance)]


def _newest_of_kinds(results: Sequence[Result[T]], until: datetime) -> list[T]:
    found: dict[str, T] = {}
    for result in results:
        if result.test.at <= until:
            found.setdefault(result.kind, result.test)
    return [found[kind] for kind in sorted(found)]


def capacity_words(test: CapacityTest) -> str:
    """Say a capacity result with unit, method and day."""
    source = SOURCES.get(test.reference_source, test.reference_source)
    unit = "Ah" if test.basis == CapacityTest.Basis.AH else "kWh"
    return (
        f"Measured SOH {test.soh_percent:.2f} % of {test.reference_value.normalize():f} {unit} ({source}): "
        f"{_lower(test.get_method_display())}, {day_in_words(test.measured_at)}.{_out_of_force(test)}"
    )


def _out_of_force(test: CapacityTest | ResistanceTest) -> str:
    return " It does not count any more: the instrument did not measure correctly." * bool(
        test.invalidated_by_id
    )


def resistance_words(test: ResistanceTest) -> str:
    """Say a resistance result with unit, method and day, and what it means."""
    ratio = f", {test.ir_ratio:.2f}× the baseline of {test.baseline_mohm:.2f} mΩ" if test.ir_ratio else ""
    counts = "" if test.is_comparable else f"; it does not count: {test.incomparable_because}"
    how = f"{test.get_method_display()}, {day_in_words(test.measured_at)}"
    return f"Measured resistance {test.ir_mohm:.2f} mΩ{ratio}{counts}: {how}.{_out_of_force(test)}"


def _decision_at(moment: datetime, evidence: Evidence) -> Decision | None:
    """Return the decision that stood at ``moment``."""
    return next((row for row in evidence.decisions if row.decided_at <= moment), None)


def _result(decision: Decision | None) -> list[str]:
    return [f"Grade {decision.grade} by {decision.author}."] if decision else []


def _reasons(decision: Decision | None) -> list[str]:
    reasons = decision.reasons if decision else []
    return [str(reason["sentence"]) for reason in reasons if reason["kind"] == "reason"]


def _lower(words: str) -> str:
    return words if words[:2].isupper() else words[:1].lower() + words[1:]
