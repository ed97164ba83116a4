"""Overrides take two people and never open the safety gate."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from grading.models import Decision, ReviewCase
from grading.services.decisions import grade
from grading.services.reviews import (
    Scope,
    confirm,
)
from grading.services.reviews.cases import AlreadyDecided, ReviewRefused
from grading.services.reviews.overriding import SafetyStands, ScopeRefused, SecondPersonNeeded
from rebattery.actor import SYSTEM
from rebattery.audit.models import Event
from tests.evidence import (
    GRADED_AT,
    add_capacity,
    add_inspection,
    finish_again,
    make_inspected,
    make_reviews,
    make_tested,
)
from tests.factories import balance
from tests.grading.services.reviews.acts import WHY, approve, ask, decline, fresh, seen, status_of


class TestOverride:
    def test_makes_a_new_decision_on_the_same_evidence(self, policy, ann, ben):
        [case] = make_reviews()
        case = ask(case, ann)
        assert (case.state, status_of(case)) == ("override_requested", "in_review")
        decision = approve(case, ben)
        base = Decision.objects.get(superseded_by=decision)
        assert (decision.kind, decision.grade, decision.route) == ("override", "C", "small_application")
        assert decision.evidence_sha256 == base.evidence_sha256
        assert [reason["code"] for reason in decision.reasons][:2] == ["OVERRIDE", "NMC_SOH_NOT_ABOVE_80"]
        assert not any(name in str(decision.reasons) for name in ("Ann", "Ben"))
        assert (fresh(case).state, status_of(case)) == ("overridden", "graded")
        told = [e.event_type for e in Event.objects.filter(actor_label="Ben").order_by("id")]
        assert told == [
            "decision.superseded",
            "decision.overridden",
            "review.override_approved",
            "pack.accepted",
        ]
        made = Event.objects.get(event_type="decision.overridden")
        assert made.subject_label == f"C by override against {policy}"
        assert made.facts["policy"] == str(policy)
        balance()

    def test_keeps_for_what_it_counts_and_until_when(self, policy, ann, ben):
        [case] = make_reviews()
        until = (GRADED_AT + timedelta(days=30)).date()
        asked = ask(case, ann, scope=Scope(code="customer", note=" Acme ", expires_on=until))
        told = Event.objects.get(event_type="review.override_requested")
        assert (fresh(case).override_scope, fresh(case).override_scope_note) == ("customer", "Acme")
        assert told.after["override_expires_on"] == until.isoformat()
        assert "for one customer only: Acme, until" in told.facts["new_grade"]
        decision = approve(asked, ben)
        assert (decision.scope, decision.valid_until) == ("for one customer only: Acme", until)
        assert "for one customer only, until" in decision.reasons[0]["sentence"]
        assert "Acme" not in str(decision.reasons)
        made = Event.objects.get(event_type="decision.overridden")
        assert (made.after["scope"], made.after["valid_until"]) == (decision.scope, until.isoformat())
        balance()

    @pytest.mark.parametrize(
        "scope",
        [
            Scope(code="customer", note="Acme"),
            Scope(code="internal"),
            Scope(code="any_use", expires_on=GRADED_AT.date()),
        ],
    )
    def test_needs_its_bounds(self, policy, ann, scope):
        [case] = make_reviews()
        with pytest.raises(ScopeRefused) as refused, transaction.atomic():
            ask(case, ann, scope=scope)
        assert refused.value.fields
        assert fresh(case).state == "open"

    @pytest.mark.parametrize("lacking", [{"override_expires_on": None}, {"override_scope_note": ""}])
    def test_without_its_bounds_is_refused_by_the_database_too(self, policy, ann, lacking):
        [case] = make_reviews()
        until = (GRADED_AT + timedelta(days=1)).date()
        ask(case, ann, scope=Scope(code="customer", note="Acme", expires_on=until))
        with pytest.raises(IntegrityError, match="override_is_bounded"), transaction.atomic():
            ReviewCase.objects.filter(pk=case.pk).update(**lacking)

    def test_is_not_approved_after_its_last_day(self, policy, ann, ben):
        [case] = make_reviews()
        until = (GRADED_AT + timedelta(days=1)).date()
        case = ask(case, ann, scope=Scope(code="any_use", expires_on=until))
        with pytest.raises(ReviewRefused, match="is past: decline it"):
            approve(case, ben, at=GRADED_AT + timedelta(days=2))
        assert approve(case, ben, at=GRADED_AT + timedelta(days=1)).valid_until == until

    def test_declined_leaves_no_scope_behind(self, policy, ann, ben):
        [case] = make_reviews()
        until = (GRADED_AT + timedelta(days=1)).date()
        case = decline(ask(case, ann, scope=Scope(code="any_use", expires_on=until)), ben)
        assert (fresh(case).override_scope, fresh(case).override_expires_on) == ("", None)

    def test_to_a_reject_rejects(self, policy, ann, ben):
        [case] = make_reviews(soh="74", ratio=None)
        approve(ask(case, ann, to="D"), ben)
        assert status_of(case) == "rejected"

    def test_declined_waits_again(self, policy, ann, ben):
        [case] = make_reviews()
        case = decline(ask(case, ann), ben)
        assert (case.state, case.requested_by, case.version, status_of(case)) == ("open", "", 3, "in_review")
        approve(ask(case, ben), ann)
        balance()

    @pytest.mark.rule(4)
    @pytest.mark.parametrize("answer", [approve, decline])
    def test_is_never_answered_by_the_one_who_asked(self, policy, ann, answer):
        [case] = make_reviews()
        case = ask(case, ann)
        with pytest.raises(SecondPersonNeeded):
            answer(case, ann)

    @pytest.mark.rule(4)
    def test_is_never_answered_by_their_token_either(self, policy, ann):
        [case] = make_reviews()
        case = ask(case, ann)
        with pytest.raises(SecondPersonNeeded):
            approve(case, replace(ann, kind="token", id=99))

    @pytest.mark.parametrize("letter", ["D", "H", "Q", "Z", ""])
    def test_needs_another_grade_that_people_may_set(self, policy, ann, letter):
        [case] = make_reviews()
        with pytest.raises(ReviewRefused, match="Choose another grade"):
            ask(case, ann, to=letter)

    @pytest.mark.parametrize("safety", ["critical", "damaged"])
    def test_never_opens_the_safety_gate(self, policy, ann, safety):
        packs = make_inspected(safety=safety)
        grade(pack_ids=[packs[0].pk], actor=SYSTEM, at=GRADED_AT)
        with pytest.raises(ReviewRefused):
            ask(ReviewCase.objects.get(), ann)

    def test_of_a_safety_decision_in_review_is_refused_too(self, policy, ann):
        packs = make_tested()
        add_inspection(packs, "damaged")
        grade(pack_ids=[packs[0].pk], actor=SYSTEM, at=GRADED_AT)
        case = ReviewCase.objects.get()
        assert (case.rule, status_of(case)) == ("SAFETY_DAMAGED", "in_review")
        with pytest.raises(SafetyStands):
            ask(case, ann)

    @pytest.mark.parametrize(
        ("soh", "weakest", "rule"),
        [("19.9", None, "SOH_BELOW_20"), ("72", Decimal("19.9"), "WEAK_CELL_FLOOR")],
    )
    def test_never_lifts_a_pack_over_a_floor(self, policy, ann, soh, weakest, rule):
        packs = make_inspected(chemistry="LFP")
        kind = "cell" if weakest else ""
        add_capacity(packs, soh, weakest_soh_percent=weakest, weakest_kind=kind, ended_by_cell_limit=False)
        finish_again(packs)
        grade(pack_ids=[packs[0].pk], actor=SYSTEM, at=GRADED_AT)
        case = ReviewCase.objects.get()
        assert case.rule == rule
        with pytest.raises(SafetyStands):
            ask(case, ann)

    @pytest.mark.rule(22)
    def test_request_is_seen_by_the_one_who_comes_second(self, policy, ann, ben):
        [case] = make_reviews()
        ask(case, ann)
        with pytest.raises(AlreadyDecided, match="Ann asked for an override first, to grade C"):
            confirm(cases=seen([case]), why=WHY, actor=ben, at=GRADED_AT)
