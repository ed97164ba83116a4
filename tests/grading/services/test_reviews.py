"""Reviews: confirm, retest, override by two people, and never on one's own work."""

import threading
from dataclasses import replace
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from grading.models import Decision, ReviewCase
from grading.services.decisions import grade
from grading.services.reviews import (
    confirm,
    order_retest,
    override_approve,
    override_decline,
    override_request,
)
from grading.services.reviews.cases import AlreadyDecided, Justification, OwnMeasurement, ReviewRefused
from grading.services.reviews.overriding import SafetyStands, SecondPersonNeeded
from intake.domain.lifecycle import Move
from intake.models import Pack
from intake.services.lifecycle import MoveRefused, move_packs
from rebattery.accounts.models import User
from rebattery.actor import SYSTEM, task_actor
from rebattery.audit.models import Event
from rebattery.audit.record import ReasonMissing
from tests.evidence import (
    GRADED_AT,
    add_capacity,
    add_inspection,
    finish_again,
    make_inspected,
    make_reviews,
    make_tested,
    publish_seed,
)
from tests.factories import balance, make_actor, make_person

WHY = Justification(code="policy_right", text="Seen the pack")


@pytest.fixture
def policy(db):
    return publish_seed()


@pytest.fixture
def ann(db):
    return make_actor(make_person("reviewer", name="Ann"))


@pytest.fixture
def ben(db):
    return make_actor(make_person("reviewer", name="Ben"))


def seen(cases):
    return {case.pk: case.version for case in cases}


def status_of(case):
    return Pack.objects.get(pk=case.pack_id).status


def fresh(case):
    return ReviewCase.objects.get(pk=case.pk)


def ask(case, actor, to="C"):
    return override_request(
        case_id=case.pk, version=case.version, grade=to, why=WHY, actor=actor, at=GRADED_AT
    )


def approve(case, actor):
    return override_approve(case_id=case.pk, version=case.version, why=WHY, actor=actor, at=GRADED_AT)


def decline(case, actor):
    return override_decline(case_id=case.pk, version=case.version, why=WHY, actor=actor, at=GRADED_AT)


class TestConfirm:
    def test_rejects_what_the_policy_rejects(self, policy, ann):
        [case] = make_reviews()
        confirm(cases=seen([case]), why=WHY, actor=ann, at=GRADED_AT)
        assert (fresh(case).state, fresh(case).closed_by, fresh(case).version) == ("confirmed", "Ann", 2)
        assert status_of(case) == "rejected"
        told = Event.objects.filter(actor_label="Ann").order_by("id")
        assert [event.event_type for event in told] == ["review.confirmed", "pack.rejected"]
        assert {event.reason for event in told} == {"Seen the pack"}
        balance()

    def test_accepts_what_was_only_flagged(self, policy, ann):
        [case] = make_reviews(soh="74", ratio="2.0")
        confirm(cases=seen([case]), why=WHY, actor=ann, at=GRADED_AT)
        assert status_of(case) == "graded"

    def test_rejects_from_quarantine(self, policy, ann):
        make_inspected(safety="critical")
        grade(pack_ids=list(Pack.objects.values_list("pk", flat=True)), actor=SYSTEM, at=GRADED_AT)
        case = ReviewCase.objects.get()
        confirm(cases=seen([case]), why=WHY, actor=ann, at=GRADED_AT)
        assert status_of(case) == "rejected"

    def test_refuses_a_hold(self, policy, ann):
        [case] = make_reviews(soh="74", ratio=None)
        with pytest.raises(ReviewRefused, match="a hold is not a verdict"):
            confirm(cases=seen([case]), why=WHY, actor=ann, at=GRADED_AT)

    def test_wants_to_know_why(self, policy, ann):
        [case] = make_reviews()
        with pytest.raises(ReasonMissing), transaction.atomic():
            confirm(
                cases=seen([case]), why=Justification(code="policy_right", text=" "), actor=ann, at=GRADED_AT
            )
        assert status_of(case) == "in_review"

    @pytest.mark.parametrize("nobody", [SYSTEM, task_actor("Grading", job_id="1")])
    def test_is_for_people(self, policy, nobody):
        [case] = make_reviews()
        with pytest.raises(ReviewRefused, match="Only a person"):
            confirm(cases=seen([case]), why=WHY, actor=nobody, at=GRADED_AT)

    @pytest.mark.rule(21)
    @pytest.mark.parametrize("forbidden", [{"soh": "74", "ratio": None}, {"by": "ann"}, {"moved": True}])
    def test_of_a_group_changes_nothing_when_one_is_forbidden(self, policy, ann, forbidden):
        group = make_reviews(3)
        if "by" in forbidden:
            group += make_reviews(by=User.objects.get(pk=ann.person_id))
        elif "moved" in forbidden:
            group += make_reviews()
            pack_id = group[-1].pack_id
            move_packs(pack_ids=[pack_id], move=Move.RETEST, actor=SYSTEM, at=GRADED_AT, reason="Doubt")
        else:
            group += make_reviews(**forbidden)
        before = Event.objects.count()
        with pytest.raises((ReviewRefused, MoveRefused), match=group[-1].pack.serial), transaction.atomic():
            confirm(cases=seen(group), why=WHY, actor=ann, at=GRADED_AT)
        assert {fresh(case).state for case in group} == {"open"}
        assert {status_of(case) for case in group[:3]} == {"in_review"}
        assert Event.objects.count() == before

    @pytest.mark.rule(22)
    def test_tells_the_second_reviewer_who_decided_first(self, policy, ann, ben):
        [case] = make_reviews()
        confirm(cases=seen([case]), why=WHY, actor=ann, at=GRADED_AT)
        with pytest.raises(AlreadyDecided, match="Ann decided first: confirmed"):
            order_retest(cases=seen([case]), why=WHY, actor=ben, at=GRADED_AT)

    def test_lets_one_of_two_at_once_win(self, committed_db):
        publish_seed()
        [case] = make_reviews()
        actors = [make_actor(make_person("reviewer")) for _ in range(2)]
        outcomes, barrier = [], threading.Barrier(2)

        def work(actor):
            try:
                barrier.wait()
                confirm(cases=seen([case]), why=WHY, actor=actor, at=GRADED_AT)
                outcomes.append("won")
            except AlreadyDecided:
                outcomes.append("lost")
            finally:
                connection.close()

        threads = [threading.Thread(target=work, args=[actor]) for actor in actors]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(outcomes) == ["lost", "won"]
        assert Event.objects.filter(event_type="review.confirmed").count() == 1


class TestOrderRetest:
    def test_sends_packs_back_to_the_bench(self, policy, ann):
        group = make_reviews(2, soh="74", ratio=None)
        order_retest(cases=seen(group), why=WHY, actor=ann, at=GRADED_AT)
        assert {status_of(case) for case in group} == {"inspected"}
        assert {fresh(case).state for case in group} == {"retest_ordered"}
        balance()


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
        balance()

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


class TestOwnMeasurement:
    @pytest.fixture
    def measurer(self, db):
        return make_person("reviewer", name="Mia")

    @pytest.mark.rule(4)
    @pytest.mark.parametrize("act", [confirm, order_retest])
    def test_is_not_decided_by_the_one_who_measured(self, policy, measurer, act):
        [case] = make_reviews(by=measurer)
        with pytest.raises(OwnMeasurement, match="measured this pack yourself"):
            act(cases=seen([case]), why=WHY, actor=make_actor(measurer), at=GRADED_AT)

    @pytest.mark.rule(4)
    def test_is_not_overridden_by_the_one_who_measured(self, policy, measurer, ann):
        [case] = make_reviews(by=measurer)
        with pytest.raises(OwnMeasurement):
            ask(case, make_actor(measurer))
        case = ask(case, ann)
        for answer in (approve, decline):
            with pytest.raises(OwnMeasurement):
                answer(case, make_actor(measurer))

    @pytest.mark.rule(4)
    @pytest.mark.parametrize("column", ["closed_by_person_id", "requested_by_person_id"])
    def test_is_refused_by_the_database_too(self, policy, measurer, column):
        [case] = make_reviews(by=measurer)
        with pytest.raises(IntegrityError, match="review_not_of_own_measurement"), transaction.atomic():
            ReviewCase.objects.filter(pk=case.pk).update(**{column: measurer.pk})

    @pytest.mark.rule(4)
    def test_override_by_one_person_is_refused_by_the_database(self, policy, ann):
        [case] = make_reviews()
        with pytest.raises(IntegrityError, match="override_needs_two_people"), transaction.atomic():
            ReviewCase.objects.filter(pk=case.pk).update(
                state="overridden", requested_by_person_id=ann.person_id, closed_by_person_id=ann.person_id
            )
