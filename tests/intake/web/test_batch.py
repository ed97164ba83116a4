import pytest
from django.urls import reverse

from intake.models import Batch
from intake.services.arrivals import expect_batch
from intake.services.receiving import close_batch, receive_many
from intake.services.withdrawing import withdraw_batch
from rebattery.accounts.roles import Role
from rebattery.actor import SYSTEM
from tests.factories import AT, make_actor, make_batch, make_person


@pytest.fixture
def own(client, db):
    """A batch whose supplier is signed in."""
    person = make_person(Role.SUPPLIER)
    client.force_login(person)
    return make_batch(person.supplier, packs=[{"serial": "RB-1"}, {"serial": "RB-2"}])


@pytest.fixture
def administrator(db):
    return make_actor(make_person(Role.ADMINISTRATOR, name="Ada Inside"))


def own_actor(batch):
    return make_actor(batch.supplier.people.get())


def page(client, batch):
    return client.get(reverse("batch", args=[batch.pk])).content.decode()


def expect(client, batch, day):
    return client.post(reverse("batch_expected", args=[batch.pk]), {"expected_on": day}, follow=True)


class TestBatch:
    def test_tells_suppliers_the_reason_that_they_gave(self, client, own):
        withdraw_batch(batch_id=own.pk, reason="Sold elsewhere.", actor=own_actor(own), at=AT)

        for shown in (page(client, own), client.get(reverse("pack", args=[own.packs.first().pk])).text):
            assert "Reason: Sold elsewhere." in shown and "Withdrawn" in shown

    def test_keeps_the_reason_of_staff_to_staff(self, client, own, administrator):
        withdraw_batch(batch_id=own.pk, reason="They owe us.", actor=administrator, at=AT)

        for shown in (page(client, own), client.get(reverse("pack", args=[own.packs.first().pk])).text):
            assert "They owe us" not in shown and "Ada Inside" not in shown

    def test_names_missing_packs_after_closing(self, client, own):
        receive_many(batch_id=own.pk, serials=["RB-1"], actor=SYSTEM, at=AT)
        assert "Missing packs" not in page(client, own)

        close_batch(batch_id=own.pk, actor=SYSTEM, at=AT)

        shown = page(client, own)
        listed = shown[shown.index("Missing packs") : shown.index("Arrival")]
        assert "RB-2" in listed and "RB-1" not in listed
        assert "Closed" in shown

    def test_says_that_it_is_cancelled(self, client, own):
        withdraw_batch(batch_id=own.pk, reason="Sold.", actor=SYSTEM, at=AT)

        shown = page(client, own)

        assert "Cancelled" in shown and "Receive at the dock" not in shown


class TestBatchExpected:
    @pytest.mark.rule(5)
    def test_is_not_there_for_another_supplier(self, client, own):
        client.force_login(make_person(Role.SUPPLIER))

        assert expect(client, own, "2099-01-31").status_code == 404
        assert Batch.objects.get(pk=own.pk).expected_on is None

    def test_is_not_for_the_warehouse(self, client, own):
        client.force_login(make_person(Role.WAREHOUSE))

        assert expect(client, own, "2099-01-31").status_code == 403

    def test_sets_the_day(self, client, own):
        shown = expect(client, own, "2099-01-31").content.decode()

        assert f"{own.number} is expected on 31 Jan 2099" in shown
        assert "Overdue" not in shown

    def test_is_offered_until_all_is_here(self, client, own):
        receive_many(batch_id=own.pk, serials=["RB-1"], actor=SYSTEM, at=AT)
        assert "Say when it arrives" in page(client, own)

        receive_many(batch_id=own.pk, serials=["RB-2"], actor=SYSTEM, at=AT)
        assert "Say when it arrives" not in page(client, own)

    @pytest.mark.parametrize("day", ["", "soon", "2020-01-01"])
    def test_says_what_is_wrong_with_a_day(self, client, own, day):
        shown = expect(client, own, day).content.decode()

        assert "Nothing was changed" in shown
        assert Batch.objects.get(pk=own.pk).expected_on is None

    def test_shows_that_a_batch_is_overdue(self, client, own):
        expect_batch(batch_id=own.pk, expected_on=AT.date(), actor=SYSTEM, at=AT)

        shown = client.get(reverse("batches"), {"state": "overdue"}).content.decode()

        assert "<strong>Overdue</strong>" in page(client, own) and own.number in shown
