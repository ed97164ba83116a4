"""Disputes of the demo's supplier: one rejected, one upheld and measured again, one that waits."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from grading.domain.disputes import Outcome
from grading.management.demo import measuring
from grading.management.demo.documents import page_of
from grading.management.demo.timeline import Year
from grading.models import Decision, Dispute
from grading.queries.separation import acts_on_dispute
from grading.services.disputes import Upload, answer_dispute, open_dispute
from intake.domain.lifecycle import Status

_DAY = timedelta(days=1)
_REVIEWERS = ("reviewer", "reviewer2")
STANDS = (
    "The test was made with a calibrated instrument, and your report names neither current nor temperature."
    " The result stands."
)
ONCE_MORE = "Your report and our test are too far apart for two methods. We measure the pack once more."


def dispute_in_vain(year: Year, at: datetime) -> None:
    """Let the supplier dispute a reject with a report; the result stands."""
    dispute = _dispute(year, at, Status.REJECTED, has_report=True)
    year.later(at + 1 * _DAY, _answer, dispute, Outcome.REJECTED, STANDS)


def dispute_with_success(year: Year, at: datetime) -> None:
    """Let the supplier dispute the grade that is furthest from its claim; the pack is measured again."""
    dispute = _dispute(year, at, Status.GRADED, has_report=True)
    year.later(at + 1 * _DAY, _answer, dispute, Outcome.UPHELD, ONCE_MORE)
    year.later(at + 3 * _DAY, measuring.measure_again, [dispute.pack_id])


def dispute_lately(year: Year, at: datetime) -> None:
    """Let the supplier dispute a reject that no reviewer has answered yet."""
    _dispute(year, at, Status.REJECTED, has_report=False)


def _dispute(year: Year, at: datetime, status: Status, *, has_report: bool) -> Dispute:
    decision = _furthest_from_claim(status)
    serial, evidence = decision.pack.serial, decision.evidence
    claimed, measured = (f"{float(evidence[name]):.1f}" for name in ("declared_soh_percent", "soh_percent"))
    report = (
        "Report of the dismantler (demo document)",
        f"Pack {serial}",
        f"State of health before dispatch: {claimed} %",
    )
    return open_dispute(
        pack_id=decision.pack_id,
        decision_id=decision.pk,
        comment=f"We read {claimed} % from the pack before dispatch; you measured {measured} %."
        + (" Our report is attached." if has_report else " Please look at it again."),
        uploads=[Upload(f"{serial} report.pdf", page_of(report))] if has_report else [],
        actor=year.who("supplier"),
        at=at,
    )


def _answer(year: Year, at: datetime, dispute: Dispute, outcome: Outcome, text: str) -> None:
    involved = {person for _, person in acts_on_dispute(dispute=dispute)}
    name = next(name for name in _REVIEWERS if year.cast[name].person_id not in involved)
    answer_dispute(dispute_id=dispute.pk, outcome=outcome, text=text, actor=year.who(name), at=at)


def _furthest_from_claim(status: Status) -> Decision:
    """Return the measured decision on a pack of the supplier that differs most from what it claimed."""
    in_force = Decision.objects.filter(
        pack__supplier__code="DEMO",
        pack__status=status,
        superseded_by=None,
        disputes=None,
        evidence__has_keys=["soh_percent", "declared_soh_percent"],
    ).exclude(grade="A")
    return max(in_force.select_related("pack").order_by("pk"), key=lambda decision: _gap(decision.evidence))


def _gap(evidence: Mapping[str, Any]) -> float:
    return float(evidence["declared_soh_percent"] or 0) - float(evidence["soh_percent"] or 0)
