"""Withdrawing takes what has not arrived, with a reason, and nothing else."""

import pytest
from django.urls import reverse

from intake.models import Pack
from intake.services.receiving import receive_many
from intake.services.withdrawing import NothingToWithdraw, withdraw_batch
from rebattery.actor import SYSTEM
from rebattery.audit.models import Event
from rebattery.audit.record import ReasonMissing
from tests.factories import AT, balance, make_batch, make_person

pytestmark = pytest.mark.django_db


def states(batch):
    return list(Pack.objects.filter(batch=batch).order_by("row").values_list("status", flat=True))


class TestWithdrawBatch:
    def test_takes_only_what_has_not_arrived(self):
        batch = make_batch(packs=3)
        first = batch.packs.order_by("row")[0]
        receive_many(batch_id=batch.pk, serials=[first.serial], actor=SYSTEM, at=AT)
        withdraw_batch(batch_id=batch.pk, reason="Sold elsewhere", actor=SYSTEM, at=AT)
        balance()
        assert states(batch) == ["received", "withdrawn", "withdrawn"]
        told = Event.objects.filter(event_type="pack.withdrawn")
        assert [event.reason for event in told] == ["Sold elsewhere"] * 2

    def test_cancels_a_batch_of_which_nothing_has_arrived(self):
        batch = make_batch(packs=2)
        withdraw_batch(batch_id=batch.pk, reason="Sold elsewhere", actor=SYSTEM, at=AT)
        balance()
        batch.refresh_from_db()
        assert batch.cancelled_at == AT
        [told] = Event.objects.filter(event_type="batch.cancelled")
        assert (told.subject_id, told.reason, told.facts) == (batch.pk, "Sold elsewhere", {"packs": 2})

    def test_leaves_a_batch_open_of_which_something_has_arrived(self):
        batch = make_batch(packs=2)
        receive_many(batch_id=batch.pk, serials=[batch.packs.first().serial], actor=SYSTEM, at=AT)
        withdraw_batch(batch_id=batch.pk, reason="Sold elsewhere", actor=SYSTEM, at=AT)
        batch.refresh_from_db()
        assert batch.cancelled_at is None

    def test_needs_a_reason(self):
        batch = make_batch()
        with pytest.raises(ReasonMissing):
            withdraw_batch(batch_id=batch.pk, reason=" ", actor=SYSTEM, at=AT)

    def test_refuses_when_all_have_arrived(self):
        batch = make_batch()
        serials = [pack.serial for pack in batch.packs.all()]
        receive_many(batch_id=batch.pk, serials=serials, actor=SYSTEM, at=AT)
        with pytest.raises(NothingToWithdraw):
            withdraw_batch(batch_id=batch.pk, reason="Too late", actor=SYSTEM, at=AT)


class TestPage:
    @pytest.mark.rule(5)
    def test_is_not_there_for_another_supplier(self, client):
        batch = make_batch()
        client.force_login(make_person("supplier"))
        answer = client.post(reverse("batch_withdraw", args=[batch.pk]), {"reason": "Mine?"})
        assert answer.status_code == 404
        assert states(batch) == ["announced"]

    def test_withdraws_ones_own(self, client):
        batch = make_batch(packs=2)
        client.force_login(make_person("supplier", supplier=batch.supplier))
        assert "Withdraw" in client.get(reverse("batch", args=[batch.pk])).content.decode()
        client.post(reverse("batch_withdraw", args=[batch.pk]), {"reason": "Sold elsewhere"})
        assert states(batch) == ["withdrawn"] * 2
