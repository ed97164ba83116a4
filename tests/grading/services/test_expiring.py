"""Grades that ran out: taken back and decided anew, in a run of their own."""

import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from grading.models import Decision, GradingClaim, GradingRun, ReviewCase
from grading.queries.ending import ENDED
from grading.services.decisions import deciding, expire, grade_waiting
from grading.services.decisions import expiring as module
from grading.services.decisions.claims import DIED, MAX_ATTEMPTS, claim_next
from grading.services.policies import publish
from grading.services.reviews import Scope, confirm
from intake.models import Pack
from rebattery.actor import SYSTEM
from rebattery.audit.models import Event
from tests.evidence import GRADED_AT, add_inspection, leave_claims, make_reviews, publish_seed
from tests.factories import balance, make_actor, make_person
from tests.grading.domain.packs import TERMS, changed_document
from tests.grading.ending import DAY_AFTER, LAST_DAY, current, graded, publish_terms, run_out
from tests.grading.services.reviews.acts import WHY, approve, ask, seen
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


class Killed(BaseException):
    """What ends a worker without a word."""


class TestDyingWorkers:
    def test_give_the_pack_that_kills_them_to_a_person(self, policy, monkeypatch):
        packs = graded(30)
        killer, judge, deaths = packs[17], deciding.judge, 0

        def deadly(*, pack, evidence, policy):
            if pack.pk == killer.pk:
                raise Killed
            return judge(pack=pack, evidence=evidence, policy=policy)

        monkeypatch.setattr(deciding, "judge", deadly)
        while status_of(killer) == "graded":
            GradingClaim.objects.update(lease_until=DAY_AFTER - timedelta(days=800))
            try:
                run_out()
            except Killed:
                deaths += 1
        assert deaths == MAX_ATTEMPTS
        assert ReviewCase.objects.get(pack=killer).rule == "GRADING_FAILED"
        assert current(killer).evidence["failure"] == DIED
        assert Decision.objects.filter(superseded_by=None, rule="GRADE_EXPIRED").count() == 29
        assert GradingRun.objects.get(kind="expiry").state == "done"
        assert not GradingClaim.objects.exists()
        balance()

    def test_keep_their_packs_for_as_long_as_their_lease(self, policy):
        graded(2)
        assert claim_next(chunk_size=1, on=DAY_AFTER.date(), queue=ENDED)
        assert run_out() == 1
        assert GradingRun.objects.get(kind="expiry").state == "queued"
        GradingClaim.objects.update(lease_until=DAY_AFTER - timedelta(days=800))
        assert run_out() == 1
        assert GradingRun.objects.get(kind="expiry").state == "done"

    def test_write_nothing_once_another_took_over(self, policy):
        graded()
        claim = claim_next(chunk_size=1, on=DAY_AFTER.date(), queue=ENDED)
        GradingClaim.objects.update(lease_token=uuid.uuid4())
        assert module._expire_claimed(claim, policy, 0, SYSTEM, DAY_AFTER) == 0
        assert Decision.objects.count() == 1

    def test_lose_no_count_to_a_grading_between(self, policy):
        packs = graded()
        leave_claims(packs, attempts=2)
        grade_waiting(actor=SYSTEM, now=lambda: DAY_AFTER)
        assert GradingClaim.objects.get().attempts == 2
        grade_waiting(actor=SYSTEM, now=lambda: LAST_DAY)
        assert not GradingClaim.objects.exists(), "its grade counts on that day, so it waits for nobody"


class TestReviews:
    def test_are_asked_for_anew_though_facts_and_outcome_are_the_same(self, db):
        document = changed_document(id="ending", grade_validity={"C": TERMS["B"]})
        publish(document=document, actor=SYSTEM, at=GRADED_AT - timedelta(days=1))
        [case] = make_reviews(soh="74", ratio="2.0")
        person = make_actor(make_person("reviewer"))
        confirm(cases=seen([case]), why=WHY, actor=person, at=GRADED_AT)
        confirmed = current(case.pack)
        assert (status_of(case.pack), confirmed.valid_until) == ("graded", LAST_DAY.date())
        publish(document=changed_document(id="lasting"), actor=SYSTEM, at=GRADED_AT + timedelta(days=2))

        assert run_out() == 1

        anew = current(case.pack)
        assert (anew.grade, anew.rule, anew.valid_until) == (confirmed.grade, confirmed.rule, None)
        assert status_of(case.pack) == "in_review"
        assert ReviewCase.objects.get(pack=case.pack, state="open").opened_at == DAY_AFTER
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
