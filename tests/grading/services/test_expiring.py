"""Grades that ran out: taken back and decided anew, in a run of their own."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from grading.models import Decision, GradingRun, ReviewCase
from grading.services.decisions import expire
from grading.services.policies import publish
from grading.services.reviews import Scope
from intake.models import Pack
from rebattery.actor import SYSTEM
from rebattery.audit.models import Event
from tests.evidence import GRADED_AT, add_inspection, make_reviews, publish_seed
from tests.factories import balance, make_actor, make_person
from tests.grading.domain.packs import changed_document
from tests.grading.ending import DAY_AFTER, LAST_DAY, current, graded, publish_terms, run_out
from tests.grading.services.reviews.acts import approve, ask
from tests.together import at_once


@pytest.fixture
def policy(db):
    return publish_terms()


def status_of(pack):
    return Pack.objects.get(pk=pack.pk).status


class TestJudge:
    def test_states_the_last_day_and_the_day_to_measure_again(self, policy):
        [best], [good] = graded(soh="85"), graded()
        assert (current(best).valid_until.isoformat(), current(best).remeasure_from.isoformat()) == (
            "2027-05-20",
            "2027-02-20",
        )
        assert (current(good).valid_until.isoformat(), current(good).remeasure_from) == ("2027-11-20", None)
        assert current(good).evidence["soh_measured_on"] == "2026-11-20"
        assert current(good).evidence["soh_age_months"] == 0

    def test_states_nothing_without_terms(self, db):
        publish_seed()
        [pack] = graded()
        assert (current(pack).valid_until, current(pack).remeasure_from) == (None, None)
        assert "soh_age_months" not in current(pack).evidence


class TestExpire:
    def test_leaves_a_grade_on_its_last_day(self, policy):
        [pack] = graded()
        assert run_out(LAST_DAY) == 0
        assert (status_of(pack), current(pack).grade) == ("graded", "B")
        assert not GradingRun.objects.filter(kind="expiry").exists()

    def test_holds_for_a_fresh_measurement_on_the_day_after(self, policy):
        [pack] = graded()
        old = current(pack)
        assert run_out() == 1
        new = current(pack)
        assert (new.grade, new.reason_codes, new.missing) == ("H", ["GRADE_EXPIRED"], ["soh_percent"])
        assert new.valid_until is None
        assert Decision.objects.get(pk=old.pk).superseded_by == new
        assert status_of(pack) == "in_review"
        assert ReviewCase.objects.get(pack=pack).rule == "GRADE_EXPIRED"
        told = Event.objects.filter(event_type="pack.grade_ended").get()
        assert told.facts["until"] == "2027-11-20"
        assert (told.before, told.after) == ({"status": "graded"}, {"status": "tested"})
        balance()

    def test_keeps_the_decisions_in_a_run_that_ends(self, policy):
        graded(3)
        assert run_out(chunk_size=2) == 3
        found = GradingRun.objects.get(kind="expiry")
        assert (found.state, found.policy, found.decisions.count()) == ("done", policy, 3)
        assert {(t.grade, t.route, t.packs) for t in found.tallies.all()} == {("H", "hold", 3)}
        assert Event.objects.filter(event_type="grading_run.done", subject_id=found.pk).exists()

    def test_goes_on_in_the_same_run_where_its_time_was_over(self, policy):
        graded(3)
        hour = timedelta(hours=1)
        moments = iter([DAY_AFTER, DAY_AFTER, DAY_AFTER + hour, DAY_AFTER + hour])
        assert expire(actor=SYSTEM, now=lambda: next(moments), chunk_size=1) == 1
        [found] = GradingRun.objects.filter(kind="expiry")
        assert (found.state, found.decisions.count()) == ("queued", 1)

        assert run_out(DAY_AFTER + 2 * hour) == 2
        [found] = GradingRun.objects.filter(kind="expiry")
        assert (found.state, found.decisions.count()) == ("done", 3)
        balance()

    def test_takes_as_many_statements_for_many_packs_as_for_one(self, policy):
        graded()
        with CaptureQueriesContext(connection) as one:
            run_out()
        graded(20)
        with CaptureQueriesContext(connection) as many:
            run_out()
        assert len(many) <= len(one)

    def test_changes_nothing_the_second_time(self, policy):
        graded(2)
        run_out()
        before = Event.objects.count()
        assert run_out() == 0
        assert (Event.objects.count(), GradingRun.objects.filter(kind="expiry").count()) == (before, 1)

    def test_lets_others_be(self, policy):
        [lasting], [reject] = graded(soh="40"), graded(soh="15")
        assert run_out(DAY_AFTER + timedelta(days=4000)) == 0
        assert (current(lasting).grade, current(reject).grade) == ("C", "D")

    def test_judges_by_the_policy_in_force_then(self, policy):
        [pack] = graded()
        publish(document=changed_document(id="lasting"), actor=SYSTEM, at=GRADED_AT + timedelta(days=2))
        assert run_out() == 1
        assert (current(pack).grade, current(pack).policy.code, status_of(pack)) == ("B", "lasting", "graded")
        assert current(pack).valid_until is None

    def test_puts_a_pack_that_cannot_be_judged_before_a_person(self, policy):
        good, bad = graded(2)
        add_inspection([bad], "odd")
        assert run_out() == 2
        assert (current(bad).kind, status_of(bad)) == ("failed", "in_review")
        assert (current(good).kind, current(good).grade) == ("policy", "H")
        balance()

    def test_ends_an_override_with_what_the_policy_says(self, db):
        publish_seed()
        ann, ben = (make_actor(make_person("reviewer", name=name)) for name in ("Ann", "Ben"))
        [case] = make_reviews()
        until = (GRADED_AT + timedelta(days=30)).date()
        case = ask(case, ann, scope=Scope(code="customer", note="Acme", expires_on=until))
        approve(case, ben)
        pack = case.pack
        assert (current(pack).kind, current(pack).valid_until, status_of(pack)) == (
            "override",
            until,
            "graded",
        )
        assert run_out(GRADED_AT + timedelta(days=30)) == 0
        assert run_out(GRADED_AT + timedelta(days=31)) == 1
        assert (current(pack).kind, current(pack).grade, status_of(pack)) == ("policy", "D", "in_review")
        balance()


class TestTwoWorkers:
    def test_leave_what_one_leaves(self, committed_db):
        publish_terms()
        packs = graded(12)

        done = at_once(lambda _: run_out(chunk_size=2), range(2))

        assert sum(done) == 12
        assert Decision.objects.filter(superseded_by=None, grade="H").count() == len(packs)
        assert Event.objects.filter(event_type="pack.grade_ended").count() == 12
        assert set(GradingRun.objects.filter(kind="expiry").values_list("state", flat=True)) == {"done"}
        assert Decision.objects.count() == 24
