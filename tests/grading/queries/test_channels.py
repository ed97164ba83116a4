"""The board of channels, and the hours that missing tests take."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from grading.models import BenchRun
from grading.queries.channels import board, estimate_for
from grading.services.channels import start_use
from intake.models import Pack
from rebattery.actor import SYSTEM
from tests.evidence import add_capacity, make_inspected, make_tested
from tests.factories import AT, make_batch, make_instrument
from tests.grading.channeling import make_channel
from tests.procedures import make_procedure

pytestmark = pytest.mark.django_db


def occupy(channel):
    pack, procedure = make_inspected()[0], make_procedure()
    return start_use(channel_id=channel.pk, pack_id=pack.pk, procedure_id=procedure.pk, actor=SYSTEM, at=AT)


class TestBoard:
    def test_says_what_is_busy_and_what_is_free(self):
        cycler = make_instrument()
        first, _ = make_channel(cycler, "1"), make_channel(cycler, "2")
        use = occupy(first)

        found = board(at=AT)[0]

        assert [(state.channel.code, state.use, state.is_free) for state in found.channels] == [
            ("1", use, False),
            ("2", None, True),
        ]
        assert found.free == 1

    @pytest.mark.parametrize(("minutes", "overdue"), [(885, False), (886, True)])
    def test_says_what_should_have_ended(self, minutes, overdue):
        occupy(make_channel())

        assert board(at=AT + timedelta(minutes=minutes))[0].channels[0].is_overdue is overdue

    def test_counts_an_open_bench_run_as_busy(self):
        channel = make_channel()
        head = {"channel_id": channel.pk}
        BenchRun.objects.create(kind="capacity", head=head, opened_at=AT, opened_by="Test")

        assert not board(at=AT)[0].channels[0].is_free

    def test_has_nothing_free_on_an_instrument_that_may_not_measure(self):
        make_channel(make_instrument(calibrated_to_date=AT.date()))

        found = board(at=AT)[0]
        assert (found.is_usable, found.free) == (False, 0)

    def test_leaves_out_what_is_out_of_service_and_idle(self):
        make_instrument(is_active=False)

        assert board(at=AT) == []

    def test_asks_the_database_as_often_for_many(self, django_assert_num_queries):
        occupy(make_channel())
        with CaptureQueriesContext(connection) as for_one:
            board(at=AT)
        for _ in range(4):
            occupy(make_channel())

        with django_assert_num_queries(len(for_one)):
            board(at=AT)


class TestEstimateFor:
    def estimate(self):
        return estimate_for(packs=Pack.objects.all(), at=AT)

    def test_shares_the_missing_tests_among_the_free_channels(self):
        make_procedure()
        make_procedure("hppc-pulses")
        cycler, tester = make_instrument(), make_instrument(kind="ir_tester")
        for number in range(3):
            make_channel(cycler, str(number))
        make_channel(tester)
        packs = make_inspected(4)
        add_capacity(packs[:1], "74")

        found = self.estimate()

        capacity, resistance = found.shares
        assert (capacity.tests, capacity.channels, capacity.hours) == (3, 3, 14.75)
        assert (resistance.tests, resistance.channels, resistance.hours) == (4, 1, 4 * 168 / 60)
        assert found.hours == 14.75
        assert not found.is_shared

    def test_adds_up_where_one_cycler_does_both(self):
        make_procedure()
        make_procedure("hppc-pulses")
        make_channel()
        make_inspected()

        found = self.estimate()

        assert found.is_shared
        assert found.hours == 14.75 + 2.8

    def test_counts_rounds_not_fractions(self):
        make_procedure()
        cycler = make_instrument()
        make_channel(cycler, "1")
        make_channel(cycler, "2")
        make_inspected(3)

        assert self.estimate().shares[0].hours == 2 * 14.75

    def test_counts_with_busy_channels_where_none_is_free_and_says_so(self):
        occupy(make_channel())

        capacity = self.estimate().shares[0]

        assert (capacity.channels, capacity.is_any_free) == (1, False)
        assert "none of them free now" in capacity.words

    @pytest.mark.parametrize("has_channel", [True, False])
    def test_estimates_nothing_without_a_procedure_or_a_channel(self, has_channel):
        if has_channel:
            make_channel()
        else:
            make_procedure()
        make_inspected()

        found = self.estimate()

        assert found.hours is None
        assert "cannot be estimated" in found.shares[0].words

    def test_takes_the_procedure_that_most_results_follow(self):
        make_procedure()
        usual = make_procedure("field-capacity")
        make_channel()
        add_capacity(make_inspected(), "74", procedure=usual)
        make_inspected()

        assert self.estimate().shares[0].procedure == usual

    def test_counts_announced_packs_and_none_that_is_past_the_bench(self):
        make_batch(packs=2)
        make_tested(ratio=None)

        assert self.estimate().shares[0].tests == 2
