"""Set a grade against the policy: one person asks, a second one answers."""

from datetime import datetime

from django.db import transaction

from grading.domain.canonical import canonical_json
from grading.domain.evidence import Evidence
from grading.domain.override_scopes import ANY_USE, Scope, asked_words, override_sentence, scope_faults
from grading.domain.review_reasons import OVERRIDE_OUTCOMES, goes_to_reuse, is_safety_decision
from grading.models import Decision, ReviewCase
from grading.queries.policies import compiled
from grading.queries.separation import why_not_review
from grading.services.decisions.judging import Judgement, applications_json
from grading.services.decisions.writing import insert_decisions, record_decisions, supersede
from grading.services.reviews.cases import (
    Justification,
    ReviewRefused,
    State,
    change_cases,
    closing,
    lock_cases,
    versions_after,
)
from intake.domain.lifecycle import Move, Status
from intake.domain.separation import Judging
from intake.services.lifecycle import move_packs
from intake.services.superseding import new_keys
from rebattery.actor import Actor
from rebattery.dates import day_in_words


class SecondPersonNeeded(ReviewRefused):
    """You asked for this override; a second person must answer. Nothing was changed."""

    code = "second_person_needed"


class ScopeRefused(ReviewRefused):
    """Say for what the override counts, and until when. Nothing was changed."""

    code = "scope_refused"


class SafetyStands(ReviewRefused):
    """A safety decision is not overridden: only new facts change it. Nothing was changed."""

    code = "safety_stands"


@transaction.atomic
def override_request(
    *,
    case_id: int,
    version: int,
    grade: str,
    why: Justification,
    scope: Scope,
    actor: Actor,
    at: datetime,
) -> ReviewCase:
    """Ask that a second person set ``grade`` with its route against the policy.

    :param version: version of the case that the person saw.
    :param scope: for what the grade is to count, and until when.
    :raises SafetyStands: when the decision rests on the safety gate.
    :raises ScopeRefused: when the scope lacks its note or its end.
    :raises ReviewRefused: when the grade cannot be set, was decided by somebody else, or rests on the
        person's own measurement.
    """
    [case] = lock_cases(cases={case_id: version}, states=(State.OPEN,), actor=actor, faults=[_not_in_review])
    if is_safety_decision(case.decision.grade, case.decision.reason_codes):
        raise SafetyStands
    if grade not in OVERRIDE_OUTCOMES or grade == case.decision.grade:
        raise ReviewRefused("Choose another grade than the policy's. Nothing was changed.")
    if faults := scope_faults(scope, today=at.date()):
        raise ScopeRefused(fields=faults)
    changes = {
        "state": State.OVERRIDE_REQUESTED.value,
        "requested_by_person_id": actor.person_id,
        "requested_by": actor.label,
        "requested_at": at,
        "override_grade": grade,
        "override_route": OVERRIDE_OUTCOMES[grade],
        "override_scope": scope.code,
        "override_scope_note": scope.note.strip(),
        "override_expires_on": scope.expires_on,
        "reason_code": why.code,
        "reason": why.text,
    }
    decided = f"{case.decision.grade} by {case.decision.author}"
    facts = {"grade": decided, "new_grade": asked_words(grade=grade, scope=scope)}
    change_cases(
        cases=[case],
        code="review.override_requested",
        changes=changes,
        why=why,
        actor=actor,
        at=at,
        facts=lambda _: facts,
    )
    return case


@transaction.atomic
def override_approve(
    *, case_id: int, version: int, why: Justification, actor: Actor, at: datetime
) -> Decision:
    """Set the grade that another person asked for: a new decision takes the old one's place.

    :raises SecondPersonNeeded: when the person asked for it themselves.
    :raises ReviewRefused: when it was decided by somebody else, rests on the person's own measurement, or
        was to count until a day that is past.
    """
    case = _as_second_person(case_id, version, actor)
    if case.override_expires_on and case.override_expires_on < at.date():
        until = day_in_words(case.override_expires_on)
        raise ReviewRefused(f"It was to count until {until}, which is past: decline it. Nothing was changed.")
    asked = Justification(code=case.reason_code, text=case.reason)
    decision = _overriding_decision(case, actor, at)
    change_cases(
        cases=[case],
        code="review.override_approved",
        changes=closing(State.OVERRIDDEN, why, actor, at),
        own=versions_after([case]),
        why=why,
        actor=actor,
        at=at,
        facts=lambda _: {"requested_by": case.requested_by},
    )
    move = Move.ACCEPT if goes_to_reuse(case.override_grade) else Move.REJECT
    move_packs(
        pack_ids=[case.pack_id], move=move, actor=actor, at=at, reason=asked.text, reason_code=asked.code
    )
    return decision


@transaction.atomic
def override_decline(
    *, case_id: int, version: int, why: Justification, actor: Actor, at: datetime
) -> ReviewCase:
    """Refuse the override that another person asked for: the review waits again.

    :raises SecondPersonNeeded: when the person asked for it themselves.
    :raises ReviewRefused: when it was decided by somebody else or rests on the person's own measurement.
    """
    case = _as_second_person(case_id, version, actor)
    changes = {
        "state": State.OPEN.value,
        "requested_by_person_id": None,
        "requested_by": "",
        "requested_at": None,
        "override_grade": "",
        "override_route": "",
        "override_scope": "",
        "override_scope_note": "",
        "override_expires_on": None,
        "reason_code": "",
        "reason": "",
    }
    requested_by = case.requested_by
    change_cases(
        cases=[case],
        code="review.override_declined",
        changes=changes,
        why=why,
        actor=actor,
        at=at,
        facts=lambda _: {"requested_by": requested_by},
    )
    return case


def _as_second_person(case_id: int, version: int, actor: Actor) -> ReviewCase:
    [case] = lock_cases(
        cases={case_id: version}, states=(State.OVERRIDE_REQUESTED,), actor=actor, faults=[_not_in_review]
    )
    if own := why_not_review(case=case, person_id=actor.person_id, judging=Judging.OVERRIDE):
        raise SecondPersonNeeded(f"{own} Nothing was changed.")
    return case


def scope_of(case: ReviewCase) -> Scope:
    """Return for what the override counts that was asked for."""
    return Scope(
        # Asked for before scopes were kept: nothing bounded it.
        code=case.override_scope or ANY_USE,
        note=case.override_scope_note,
        expires_on=case.override_expires_on,
    )


def _not_in_review(case: ReviewCase) -> str:
    if case.pack.status != Status.IN_REVIEW:
        return f"the pack is {case.pack.get_status_display().lower()}, not in review."
    return ""


def _overriding_decision(case: ReviewCase, actor: Actor, at: datetime) -> Decision:
    """Supersede the policy's decision on the same evidence; its reasons stay readable in the new one."""
    base, policy = case.decision, compiled(case.decision.policy)
    scope = scope_of(case)
    # Suppliers read this sentence: who, for whom and why stand in the review and in the trail.
    sentence = override_sentence(grade=case.override_grade, instead_of=base.grade, scope=scope)
    reason = {"kind": "reason", "code": "OVERRIDE", "sentence": sentence, "fact": None}
    evidence = Evidence.from_json(base.evidence) if base.kind == Decision.Kind.POLICY else None
    judgement = Judgement(
        pack=case.pack,
        kind=Decision.Kind.OVERRIDE,
        grade=case.override_grade,
        route=case.override_route,
        reasons=[reason | {"measured": None, "limit": None, "margin": None}, *base.reasons],
        evidence_json=canonical_json(base.evidence),
        # One that is bounded says itself what it counts for: nothing else fits.
        applications=applications_json(policy, case.override_route, case.pack, evidence)
        if evidence and not scope.words
        else [],
        valid_until=scope.expires_on,
        scope=scope.words,
    )
    [key] = new_keys(model=Decision, count=1)
    supersede(pack_ids=[case.pack_id], new_ids=[key], actor=actor, at=at)
    insert_decisions(ids=[key], judgements=[judgement], version=base.policy, actor=actor, at=at)
    record_decisions(
        ids=[key],
        code="decision.overridden",
        actor=actor,
        at=at,
        reason_code=case.reason_code,
        reason=case.reason,
    )
    return Decision.objects.get(pk=key)
