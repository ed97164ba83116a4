"""Packs by what was decided on them; whatever an address holds, it keeps packs or none."""

from datetime import timedelta
from decimal import Decimal

import pytest

from grading.domain.columnar.thresholds import with_thresholds
from grading.domain.policy import seed_document
from grading.queries.packs_of_runs import (
    count_graded_before,
    failed_in,
    graded_before,
    moved_in_report,
    not_reached_by,
    of_run,
    policy_name,
)
from grading.queries.population import taken
from grading.queries.what_if import Scope
from grading.services.what_if.reporting import make_report
from grading.services.what_if.snapshots import take_population
from intake.models import Pack
from tests.evidence import add_inspection, publish_seed
from tests.factories import make_actor
from tests.grading import cast
from tests.grading.regrading import (
    REGRADED_AT,
    carry_out,
    make_graded,
    order,
    publish_stricter,
)

ODD = ["", "x", "-1", "99999999999999999999", "1.5", "²", "77"]


@pytest.fixture(autouse=True)
def policy(db):
    return publish_seed()


class TestOfRun:
    def test_keeps_what_it_decided_on_even_if_decided_anew_since(self):
        packs = make_graded(2)
        run = carry_out(order(packs[:1]))
        carry_out(order(packs))
        assert list(of_run(Pack.objects.all(), str(run.pk))) == packs[:1]

    @pytest.mark.parametrize("odd", ODD)
    def test_keeps_nothing_for_what_is_no_run(self, odd):
        make_graded()
        assert not of_run(Pack.objects.all(), odd)
        assert not failed_in(Pack.objects.all(), odd)


class TestFailedIn:
    def test_keeps_those_that_still_stand_failed(self):
        packs = make_graded(3)
        add_inspection(packs[:2], "odd")
        run = carry_out(order(packs))
        add_inspection(packs[:1], "ok")
        carry_out(order(packs[:1], at=REGRADED_AT + timedelta(hours=1)))
        assert list(failed_in(Pack.objects.all(), str(run.pk))) == packs[1:2]


class TestNotReachedBy:
    def test_keeps_what_still_waits_in_an_order(self):
        packs = make_graded(2)
        run = order(packs)
        assert set(not_reached_by(Pack.objects.all(), str(run.pk))) == set(packs)
        carry_out(run)
        assert not not_reached_by(Pack.objects.all(), str(run.pk))


class TestGradedBefore:
    def test_keeps_what_an_older_policy_graded(self, policy):
        packs = make_graded(2)
        newer = publish_stricter()
        carry_out(order(packs[:1]))
        assert list(graded_before(Pack.objects.all(), str(newer.pk))) == packs[1:]
        assert (count_graded_before(version=newer), count_graded_before(version=policy)) == (1, 0)

    def test_leaves_what_people_or_nobody_decided(self):
        cast.overridden()
        cast.rejected()
        cast.tested()
        assert count_graded_before(version=publish_stricter()) == 0

    @pytest.mark.parametrize("odd", ODD)
    def test_keeps_nothing_for_what_is_no_policy(self, odd):
        make_graded()
        assert not graded_before(Pack.objects.all(), odd)
        assert policy_name(odd) == odd


class TestMovedInReport:
    def test_keeps_the_packs_that_it_lists(self, policy, settings, tmp_path):
        settings.FILES_ROOT = tmp_path
        [moves], [_] = make_graded(), make_graded(soh="90")
        take_population(at=REGRADED_AT)
        report = make_report(
            document=with_thresholds(seed_document(), {"soh-LFP-60": Decimal(75)}),
            against=policy,
            scope=Scope(),
            taken=taken(),
            actor=make_actor(),
            at=REGRADED_AT,
        )
        assert list(moved_in_report(Pack.objects.all(), str(report.pk))) == [moves]

    @pytest.mark.parametrize("odd", ODD)
    def test_keeps_nothing_for_what_is_no_report(self, odd):
        make_graded()
        assert not moved_in_report(Pack.objects.all(), odd)
