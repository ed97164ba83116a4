"""Runs that decide on nothing: since when, and who takes over when."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from grading.models import GradingClaim, GradingRun, GradingRunWork
from grading.queries.standstill import is_expiry_left, standstill_of
from grading.services.decisions import grade_waiting
from grading.services.decisions.runs import end_run, join_run
from intake.domain.lifecycle import Move
from intake.services.lifecycle import move_packs
from rebattery.actor import SYSTEM
from tests.evidence import GRADED_AT, leave_claims, make_inspected, make_tested, publish_seed
from tests.grading.ending import DAY_AFTER, graded, publish_terms
from tests.grading.regrading import ORDERED_AT, make_graded, order

SECOND = timedelta(seconds=1)


def held(until) -> None:
    GradingRunWork.objects.update(lease_token="0" * 32, lease_until=until)


class TestStandstillOfAnOrder:
    @pytest.fixture
    def run(self, db) -> GradingRun:
        publish_seed()
        return order(make_graded())

    @pytest.mark.parametrize(("later", "stands"), [(15, False), (15.001, True)])
    def test_begins_after_a_silence(self, run, later, stands):
        found = standstill_of(run=run, at=ORDERED_AT + later * SECOND)
        assert (found is not None) is stands

    @pytest.mark.parametrize(
        ("lease_s", "is_held", "within_s"), [(61, True, 46), (30.5, True, 16), (30, False, 15)]
    )
    def test_lasts_until_lease_and_sweep_are_over(self, run, lease_s, is_held, within_s):
        held(ORDERED_AT + lease_s * SECOND)
        found = standstill_of(run=run, at=ORDERED_AT + 30 * SECOND)
        assert (found.since, found.is_today) == (ORDERED_AT, True)
        assert (found.is_held, found.within_s) == (is_held, within_s)

    def test_waits_for_a_worker_where_none_took_it(self, run):
        found = standstill_of(run=run, at=ORDERED_AT + timedelta(days=2))
        assert (found.is_today, found.is_held, found.within_s) == (False, False, 15)

    def test_says_when_one_tries_again_that_gave_it_back(self, run):
        GradingRunWork.objects.update(lease_token=None, lease_until=ORDERED_AT + 40 * SECOND)
        found = standstill_of(run=run, at=ORDERED_AT + 30 * SECOND)
        assert (found.is_held, found.within_s) == (False, 25)


class TestStandstillOfWaitingPacks:
    @pytest.fixture
    def run(self, db) -> GradingRun:
        publish_seed()
        make_tested()
        grade_waiting(actor=SYSTEM, now=lambda: GRADED_AT)
        return GradingRun.objects.get(kind="waiting")

    def test_is_none_where_all_is_decided(self, run):
        assert standstill_of(run=run, at=GRADED_AT + timedelta(minutes=5)) is None

    def test_begins_when_the_packs_came(self, run):
        [pack], came = make_inspected(), GRADED_AT + timedelta(minutes=5)
        with transaction.atomic():
            move_packs(pack_ids=[pack.pk], move=Move.COMPLETE_TESTS, actor=SYSTEM, at=came)
        assert standstill_of(run=run, at=came + 15 * SECOND) is None
        found = standstill_of(run=run, at=came + 16 * SECOND)
        assert (found.since, found.is_held, found.within_s) == (came, False, 15)

    def test_ends_by_the_first_lease(self, run):
        packs, at = make_tested(2), timezone.now()
        leave_claims(packs, attempts=1)
        for pack, seconds in zip(packs, (50, 20), strict=True):
            GradingClaim.objects.filter(pack=pack).update(lease_until=at + seconds * SECOND)
        found = standstill_of(run=run, at=at)
        assert (found.is_held, found.within_s) == (True, 35)


class TestStandstillOfEndedGrades:
    @pytest.fixture
    def run(self, db) -> GradingRun:
        version = publish_terms()
        graded(2)
        return GradingRun.objects.get(
            pk=join_run(kind=GradingRun.Kind.EXPIRY, version=version, actor=SYSTEM, at=DAY_AFTER)
        )

    def test_counts_from_the_last_decision(self, run):
        found = standstill_of(run=run, at=DAY_AFTER + 20 * SECOND)
        assert (found.since, found.is_held, found.within_s) == (DAY_AFTER, False, 15)

    @pytest.mark.parametrize(("later", "left"), [(15, False), (16, True)])
    def test_calls_a_worker(self, run, later, left):
        assert is_expiry_left(at=DAY_AFTER + later * SECOND) is left
        with transaction.atomic():
            end_run(run=run, state=GradingRun.State.DONE, actor=SYSTEM, at=DAY_AFTER)
        assert not is_expiry_left(at=DAY_AFTER + later * SECOND)
