"""Channels are taken and freed with their trail, and never twice."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from grading.models import ChannelUse
from grading.services.channels import ChannelRefused, cancel_use, end_use, start_use
from rebattery.actor import SYSTEM
from rebattery.audit.trail import events
from tests.evidence import make_inspected, make_tested
from tests.factories import AT, balance, make_instrument
from tests.grading.channeling import make_channel
from tests.procedures import make_procedure

pytestmark = pytest.mark.django_db


def start(channel=None, pack=None, procedure=None) -> ChannelUse:
    return start_use(
        channel_id=(channel or make_channel()).pk,
        pack_id=(pack or make_inspected()[0]).pk,
        procedure_id=(procedure or make_procedure()).pk,
        actor=SYSTEM,
        at=AT,
    )


class TestStartUse:
    def test_takes_the_channel_until_the_computed_end(self):
        use = start()

        assert use.expected_end_at == AT + timedelta(minutes=885)
        assert sum(step["minutes"] for step in use.steps) == 885
        event = events().filter(event_type="channel_use.started").get()
        assert event.pack_id == use.pack_id
        assert event.facts["until"] == "2026-11-20 23:45 UTC"
        balance()

    def test_takes_longer_on_a_weak_channel(self):
        pack = make_inspected(rated_capacity_ah=Decimal(120))[0]

        use = start(make_channel(current_range_a=Decimal(20)), pack, make_procedure("field-capacity"))

        assert use.expected_end_at == AT + timedelta(minutes=415 + 360)

    def test_refuses_a_busy_channel(self):
        use = start()

        with pytest.raises(ChannelRefused, match="is busy"):
            start(use.channel)

    def test_refuses_a_capacity_test_on_what_cannot_empty_a_pack(self):
        tester = make_instrument(code="IRT-1", kind="ir_tester")

        with pytest.raises(ChannelRefused, match="IRT-1 is a resistance tester") as refused:
            start(make_channel(tester))

        assert list(refused.value.fields) == ["procedure"]
        assert start(make_channel(tester, code="2"), procedure=make_procedure("ac-1khz")).pk

    def test_refuses_a_pack_on_another_channel(self):
        use = start()

        with pytest.raises(ChannelRefused, match="on channel 1 already"):
            start(pack=use.pack)

    def test_refuses_a_pack_that_is_not_at_the_bench(self):
        with pytest.raises(ChannelRefused, match="is tested; only inspected packs"):
            start(pack=make_tested()[0])

    @pytest.mark.rule(13)
    def test_refuses_an_instrument_that_may_not_measure(self):
        with pytest.raises(ChannelRefused, match="cannot be used"):
            start(make_channel(make_instrument(is_active=False)))

    def test_refuses_a_channel_out_of_service(self):
        with pytest.raises(ChannelRefused, match="out of service"):
            start(make_channel(is_active=False))

    def test_refuses_a_retired_procedure(self):
        with pytest.raises(ChannelRefused, match="is retired"):
            start(procedure=make_procedure(retired_at=AT))

    def test_is_backed_by_the_database(self):
        use = start()
        values = {"pack": make_inspected()[0], "procedure": use.procedure, "started_by": "T"}

        with pytest.raises(IntegrityError, match="channel_use_one_per_channel"), transaction.atomic():
            ChannelUse.objects.create(channel=use.channel, started_at=AT, expected_end_at=AT, **values)

    def test_cannot_be_changed_without_the_trail(self):
        use = start()
        balance()

        ChannelUse.objects.filter(pk=use.pk).update(started_by="Somebody")

        with pytest.raises(Exception, match="trail|event"):
            connection.check_constraints()
        transaction.set_rollback(True)


class TestEndUse:
    @pytest.mark.parametrize(("verb", "outcome"), [(end_use, "ended"), (cancel_use, "cancelled")])
    def test_frees_the_channel_for_the_next(self, verb, outcome):
        use = start()

        freed = verb(use_id=use.pk, actor=SYSTEM, at=AT + timedelta(hours=1))

        assert (freed.outcome, freed.ended_by) == (outcome, "ReBattery")
        assert events().filter(event_type=f"channel_use.{outcome}").count() == 1
        assert start(use.channel, procedure=use.procedure).pk != use.pk
        balance()

    def test_leaves_what_is_free_already(self):
        use = start()
        end_use(use_id=use.pk, actor=SYSTEM, at=AT)

        again = cancel_use(use_id=use.pk, actor=SYSTEM, at=AT + timedelta(hours=1))

        assert (again.outcome, again.ended_at) == ("ended", AT)
        assert not events().filter(event_type="channel_use.cancelled").exists()
