"""Deciding on packs that wait: rows, states, reviews, trail; leases, poison and double delivery."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from grading.models import Decision, GradingClaim, ReviewCase
from grading.queries.policies import NoPolicyInForce
from grading.queries.waiting import is_grading_waiting
from grading.services.decisions import complete_where_settled, grade, grade_waiting, missing_for
from intake.domain.lifecycle import Move
from intake.models import Pack
from intake.services.lifecycle import move_packs
from rebattery.actor import SYSTEM
from rebattery.audit.models import Event
from rebattery.audit.verify import verify
from rebattery.celery import app
from rebattery.jobs import Job, send
from tests.evidence import (
    GRADED_AT,
    add_capacity,
    add_resistance,
    finish_again,
    leave_claims,
    make_inspected,
    make_tested,
    publish_seed,
)
from tests.factories import AT, balance, make_person
from tests.together import at_once

LATER = GRADED_AT + timedelta(hours=1)


@pytest.fixture
def policy(db):
    return publish_seed()


@pytest.fixture
def dead_broker(monkeypatch):
    """Let the broker be a port on which nobody listens."""
    monkeypatch.setattr(app.conf, "broker_url", "redis://127.0.0.1:1/0")
    monkeypatch.setattr(app, "_pool", None)
    monkeypatch.setattr(app.amqp, "_producer_pool", None)
    assert not send(Job.GRADE_WAITING)


def run(chunk_size: int = 1000) -> int:
    return grade_waiting(actor=SYSTEM, now=lambda: GRADED_AT, chunk_size=chunk_size)


def status_of(pack: Pack) -> str:
    return Pack.objects.get(pk=pack.pk).status


def codes_of(pack: Pack) -> list[str]:
    events = Event.objects.filter(pack_id=pack.pk) | Event.objects.filter(
        subject_type="pack", subject_id=pack.pk
    )
    return [event.event_type for event in events.order_by("id")]


class TestGradeWaiting:
    def test_decides_and_tells_the_trail(self, policy):
        [pack] = make_tested()
        assert run() == 1
        decision = Decision.objects.get(pack=pack)
        assert (decision.grade, decision.route, decision.kind) == ("B", "pack_reuse", "policy")
        assert decision.reasons[0]["sentence"].startswith("B, not A: SOH 74.0 % is not above 80 %")
        assert decision.policy_sha256 == policy.sha256
        assert decision.evidence["soh_percent"] == "74.0000"
        assert decision.warranty["term_months"] == 12
        assert decision.applications[0]["code"] == "ESS"
        assert status_of(pack) == "graded"
        assert codes_of(pack)[-2:] == ["decision.made", "pack.graded"]
        assert not GradingClaim.objects.exists()
        balance()

    @pytest.mark.parametrize(
        ("evidence", "grade", "rule"),
        [
            ({"soh": "15"}, "D", "SOH_BELOW_20"),
            ({"ratio": None}, "H", "IR_MISSING"),
            ({"soh": None}, "H", "SOH_NOT_MEASURED"),
            ({"ratio": "2.0"}, "C", "IR_ADVISORY_2_0"),
            ({"chemistry": "NMC"}, "D", "NMC_SOH_NOT_ABOVE_80"),
            ({"chemistry": "NIMH"}, "X", "CHEM_OUT_OF_SCOPE"),
        ],
    )
    def test_sends_what_a_person_must_see_to_review(self, policy, evidence, grade, rule):
        [pack] = make_tested(**evidence)
        run()
        case = ReviewCase.objects.get(pack=pack)
        assert (case.decision.grade, case.rule, case.state) == (grade, rule, "open")
        assert status_of(pack) == "in_review"
        assert codes_of(pack)[-3:] == ["decision.made", "pack.sent_to_review", "review.opened"]
        balance()

    def test_holds_what_was_measured_far_from_its_procedure(self, policy):
        [pack] = make_inspected(chemistry="LFP")
        words = "temperature 60.0 °C is outside 20 to 30 °C"
        departures = [{"words": words, "is_grave": True}, {"words": "no rest recorded", "is_grave": False}]
        add_capacity([pack], "74", departures=departures)
        add_resistance([pack], "1.2")
        finish_again([pack])

        run()

        case = ReviewCase.objects.get(pack=pack)
        assert (case.decision.grade, case.rule) == ("H", "SOH_OFF_PROCEDURE")
        assert case.decision.missing == ["soh_percent"]
        assert f"departs from its procedure: {words}." in case.decision.reasons[0]["sentence"]
        assert case.decision.evidence["soh_source"] == "off_procedure"
        balance()

    @pytest.mark.rule(3)
    def test_leaves_a_pack_in_quarantine_where_it_is(self, policy):
        packs = [*make_inspected(safety="critical"), *make_inspected(safety="damaged")]
        assert run() == 2
        assert [Decision.objects.get(pack=pack).grade for pack in packs] == ["Q", "D"]
        assert [status_of(pack) for pack in packs] == ["quarantined", "quarantined"]
        assert ReviewCase.objects.filter(state="open").count() == 2
        balance()

    def test_finds_nothing_the_second_time(self, policy):
        make_tested(3)
        make_inspected(2, safety="critical")
        assert (run(), run()) == (5, 0)
        assert Decision.objects.count() == 5

    def test_judges_a_quarantine_that_another_clock_dated_later(self, policy):
        make_inspected(safety="critical")
        early = AT - timedelta(days=1)
        grade_waiting(actor=SYSTEM, now=lambda: max(early, policy.effective_from))
        assert run() == 0

    @pytest.mark.rule(3)
    def test_leaves_packs_without_finished_tests_alone(self, policy):
        packs = make_inspected(2)
        assert run() == 0
        assert {status_of(pack) for pack in packs} == {"inspected"}

    def test_drains_chunk_after_chunk(self, policy):
        make_tested(7)
        assert run(chunk_size=3) == 7

    def test_stops_when_its_time_is_over(self, policy):
        make_tested(2)
        moments = iter([GRADED_AT, GRADED_AT, LATER])
        assert grade_waiting(actor=SYSTEM, now=lambda: next(moments), chunk_size=1) == 1

    def test_needs_a_policy(self, db):
        make_tested()
        with pytest.raises(NoPolicyInForce):
            run()

    def test_takes_constant_statements(self, policy):
        make_tested()
        run()  # compiles the policy and begins the run that all belong to
        counts = []
        for size in (10, 300):
            make_tested(size)
            make_tested(size, soh="15")
            with CaptureQueriesContext(connection) as queries:
                assert run(chunk_size=4000) == 2 * size
            counts.append(len(queries))
        assert counts[0] == counts[1] < 60

    def test_supersedes_after_a_retest(self, policy):
        [pack] = make_tested(soh="15")
        run()
        move_packs(pack_ids=[pack.pk], move=Move.RETEST, actor=SYSTEM, at=LATER, reason="Doubt")
        add_capacity([pack], "74")
        finish_again([pack])
        assert run() == 1
        old, new = Decision.objects.filter(pack=pack).order_by("id")
        assert (old.grade, old.superseded_by_id, new.grade) == ("D", new.pk, "B")
        assert ReviewCase.objects.get(pack=pack).state == "superseded"
        assert codes_of(pack)[-4:] == [
            "decision.superseded",
            "decision.made",
            "review.superseded",
            "pack.graded",
        ]
        balance()


class TestGrade:
    def test_decides_on_the_chosen_ones_that_wait(self, policy):
        chosen, other = make_tested(2), make_tested(1)
        [inspected] = make_inspected()
        leave_claims(chosen, attempts=1)
        assert grade(pack_ids=[p.pk for p in [*chosen, inspected]], actor=SYSTEM, at=GRADED_AT) == 2
        assert grade(pack_ids=[p.pk for p in chosen], actor=SYSTEM, at=GRADED_AT) == 0
        assert status_of(other[0]) == "tested"
        assert not GradingClaim.objects.exists()
        balance()


class TestCompleteWhereSettled:
    def test_finishes_what_no_missing_fact_can_change(self, policy, django_capture_on_commit_callbacks):
        settled = make_inspected(chemistry="NMC")
        add_capacity(settled, "78")
        waiting = make_inspected(chemistry="LFP")
        add_capacity(waiting, "78")
        ids = [pack.pk for pack in [*settled, *waiting]]
        with django_capture_on_commit_callbacks() as callbacks:
            assert complete_where_settled(pack_ids=ids, actor=SYSTEM, at=GRADED_AT) == [settled[0].pk]
        assert len(callbacks) == 1
        assert (status_of(settled[0]), status_of(waiting[0])) == ("tested", "inspected")
        balance()

    def test_is_accepted_when_the_broker_is_dead(self, committed_db, dead_broker):
        publish_seed()
        packs = make_inspected(chemistry="NMC")
        add_capacity(packs, "78")
        assert complete_where_settled(pack_ids=[packs[0].pk], actor=SYSTEM, at=GRADED_AT)
        assert is_grading_waiting()

    def test_waits_for_the_resistance_that_a_certificate_needs(self, policy):
        [pack] = packs = make_inspected(chemistry="LFP")
        add_capacity(packs, "45")
        assert missing_for(pack_id=pack.pk, at=GRADED_AT) == ("the internal resistance",)
        assert complete_where_settled(pack_ids=[pack.pk], actor=SYSTEM, at=GRADED_AT) == []
        add_resistance(packs, "1.2")
        assert missing_for(pack_id=pack.pk, at=GRADED_AT) == ()
        assert complete_where_settled(pack_ids=[pack.pk], actor=SYSTEM, at=GRADED_AT) == [pack.pk]


class TestMissingFor:
    def test_names_what_could_still_change_the_route(self, policy):
        [pack] = make_inspected(chemistry="LFP")
        assert missing_for(pack_id=pack.pk, at=GRADED_AT) == (
            "the internal resistance",
            "the weakest cell",
            "a bench measurement of SOH",
        )


class TestDoubleDelivery:
    def test_decides_once(self, committed_db):
        publish_seed()
        make_tested(300, by=make_person())
        make_tested(100, soh="15")

        done = at_once(lambda _: run(chunk_size=30), range(4))

        assert sum(done) == 400
        assert Decision.objects.count() == Decision.objects.filter(superseded_by=None).count() == 400
        assert ReviewCase.objects.count() == 100
        assert not GradingClaim.objects.exists()
        assert list(verify()) == []
