from datetime import date

import pytest

from intake.models import Batch
from intake.services.arrivals import ArrivalInThePast, ArrivalSettled, expect_batch
from intake.services.receiving import close_batch, receive_many
from intake.services.withdrawing import withdraw_batch
from rebattery.actor import SYSTEM
from rebattery.audit.trail import events_of
from tests.factories import AT, balance, make_actor, make_batch, make_person

DAY = date(2026, 11, 30)


def expect(batch, day=DAY, actor=SYSTEM):
    return expect_batch(batch_id=batch.pk, expected_on=day, actor=actor, at=AT)


def trail(batch):
    return list(events_of(subject_type="batch", subject_id=batch.pk).exclude(event_type="batch.announced"))


class TestExpectBatch:
    def test_sets_the_day_and_says_who(self, db):
        batch, person = make_batch(), make_person(name="Ada")

        expect(batch, actor=make_actor(person))
        expect(batch, date(2026, 12, 1))
        balance()

        assert Batch.objects.get(pk=batch.pk).expected_on == date(2026, 12, 1)
        first, second = trail(batch)
        assert (first.event_type, first.actor_label) == ("batch.expected", "Ada")
        assert (first.before, first.after) == ({"expected_on": None}, {"expected_on": "2026-11-30"})
        assert second.before == {"expected_on": "2026-11-30"}

    def test_changes_nothing_when_repeated(self, db):
        batch = make_batch()

        expect(batch)
        expect(batch)

        assert len(trail(batch)) == 1

    @pytest.mark.parametrize(("day", "is_taken"), [(AT.date(), True), (date(2026, 11, 19), False)])
    def test_takes_no_day_that_has_passed(self, db, day, is_taken):
        batch = make_batch()
        if is_taken:
            assert expect(batch, day).expected_on == day
        else:
            with pytest.raises(ArrivalInThePast):
                expect(batch, day)

    def test_can_be_changed_while_something_is_still_to_come(self, db):
        batch = make_batch(packs=2)
        receive_many(batch_id=batch.pk, serials=[batch.packs.first().serial], actor=SYSTEM, at=AT)

        expect(batch)
        balance()

        assert Batch.objects.get(pk=batch.pk).expected_on == DAY
        assert [event.event_type for event in trail(batch)] == ["batch.expected"]

    def test_ends_with_the_last_arrival(self, db):
        batch = make_batch(packs=2)
        serials = list(batch.packs.values_list("serial", flat=True))
        receive_many(batch_id=batch.pk, serials=serials, actor=SYSTEM, at=AT)

        with pytest.raises(ArrivalSettled, match="still to come"):
            expect(batch)

    def test_ends_with_the_batch(self, db):
        closed, cancelled = make_batch(), make_batch()
        close_batch(batch_id=closed.pk, actor=SYSTEM, at=AT)
        withdraw_batch(batch_id=cancelled.pk, reason="Sold.", actor=SYSTEM, at=AT)

        with pytest.raises(ArrivalSettled, match="is closed"):
            expect(closed)
        with pytest.raises(ArrivalSettled, match="is cancelled"):
            expect(cancelled)
