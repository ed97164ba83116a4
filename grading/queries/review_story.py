"""What the trail keeps of a review beyond its row: who put it aside, who asked for an override and why."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from grading.domain.override_scopes import ANY_USE, Scope
from grading.domain.review_reasons import reason_words
from grading.models import Decision, ReviewCase
from rebattery.audit.trail import events_about, events_of
from rebattery.dates import day_in_words


@dataclass(frozen=True)
class Signature:
    """One person's part in a review."""

    by: str
    at: datetime | None
    code_words: str
    """The coded reason in words; empty where it has none."""
    reason: str


@dataclass(frozen=True)
class ReviewStory:
    """The steps on one review that its row does not keep."""

    held: Signature | None
    """The last time it was put aside."""
    asked: Signature | None
    """The last time somebody asked for an override."""


def story_of_review(*, case: ReviewCase) -> ReviewStory:
    """Return who put ``case`` aside and who asked for its override, the last time; one query."""
    found = {event.event_type: event for event in events_of(subject_type="review", subject_id=case.pk)}
    return ReviewStory(
        held=_signature(found.get("review.held")) or _held_before(found.get("review.carried_on")),
        asked=_signature(found.get("review.override_requested")),
    )


def _held_before(event: Any) -> Signature | None:
    """Return who put the review aside that this one carries on."""
    held = event.facts.get("held") if event else None
    if not held:
        return None
    at = datetime.fromisoformat(held["at"])
    return Signature(held["by"], at, reason_words(held["reason_code"]), held["reason"])


@dataclass(frozen=True)
class OverrideStory:
    """One override of a pack, as it stands on the dossier for ever."""

    decision: Decision
    case: ReviewCase
    asked: Signature | None
    approved: Signature

    @property
    def sentence(self) -> str:
        """Say it for everybody: it names no person and no customer."""
        return str(self.decision.reasons[0]["sentence"])

    @property
    def instead_of(self) -> str:
        """Return the grade by policy."""
        return self.case.decision.grade

    @property
    def counts(self) -> str:
        """Say for what it counts, and until when; for staff."""
        words = scope_of_case(self.case).words_after_for
        until = self.case.override_expires_on
        return f"{words}, until {day_in_words(until)}" if until else f"{words}, without an end"


def overrides_of(*, decisions: Sequence[Decision]) -> list[OverrideStory]:
    """Return the overrides among a pack's ``decisions``, the newest first; two queries, none without any."""
    found = {decision.pk: decision for decision in decisions if decision.is_override}
    if not found:
        return []
    rows = ReviewCase.objects.filter(state=ReviewCase.State.OVERRIDDEN, decision__superseded_by__in=found)
    cases = list(rows.select_related("decision__policy").order_by("-pk"))
    events = events_about(subjects={"review": [case.pk for case in cases]})
    asked = {e.subject_id: e for e in events.filter(event_type="review.override_requested").order_by("id")}
    return [
        OverrideStory(
            decision=found[case.decision.superseded_by_id or 0],
            case=case,
            asked=_signature(asked.get(case.pk)),
            approved=Signature(case.closed_by, case.closed_at, reason_words(case.reason_code), case.reason),
        )
        for case in cases
    ]


def scope_of_case(case: ReviewCase) -> Scope:
    """Return for what the override of ``case`` counts; for any use where it was asked before scopes."""
    return Scope(
        code=case.override_scope or ANY_USE,
        note=case.override_scope_note,
        expires_on=case.override_expires_on,
    )


def _signature(event: Any) -> Signature | None:
    if event is None:
        return None
    return Signature(event.actor_label, event.at, reason_words(event.reason_code), event.reason)
