"""The board of channels, and its buttons."""

from datetime import date

import pytest
from django.urls import reverse

from grading.models import ChannelUse
from tests.evidence import make_inspected
from tests.factories import balance, make_instrument, make_person, make_supplier
from tests.grading.channeling import make_channel
from tests.procedures import make_procedure

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(client):
    client.force_login(make_person("warehouse"))
    return client


@pytest.fixture
def channel():
    return make_channel(make_instrument(code="CYC-1"), "CH-7")


def start(client, channel, **fields):
    return client.post(reverse("channel_start", args=[channel.pk]), fields, follow=True)


class TestAccess:
    def test_the_board_is_not_for_suppliers(self, client, channel):
        client.force_login(make_person("supplier"))

        assert client.get(reverse("channel_board")).status_code == 403

    @pytest.mark.parametrize("role", ["supplier", "auditor", "administrator"])
    def test_only_the_bench_starts_tests(self, client, channel, role):
        client.force_login(make_person(role))

        assert start(client, channel).status_code == 403

    @pytest.mark.parametrize("name", ["channel_start", "channel_end", "channel_cancel"])
    def test_an_unknown_one_is_not_found(self, staff, name):
        assert staff.post(reverse(name, args=[0])).status_code == 404


class TestChannelBoard:
    def test_offers_free_channels(self, staff, channel):
        page = staff.get(reverse("channel_board")).text

        assert "CH-7" in page and "Start a test" in page

    def test_offers_nothing_on_an_instrument_that_may_not_measure(self, staff):
        make_channel(make_instrument(calibrated_to_date=date(2026, 2, 1)))

        page = staff.get(reverse("channel_board")).text

        assert "Nothing can be started on it." in page
        assert page.count("Calibration lapsed") == 1
        assert "Start a test" not in page

    def test_has_no_column_of_acts_for_who_may_not_act(self, client, channel):
        client.force_login(make_person("auditor"))

        page = client.get(reverse("channel_board")).text

        assert "What to do" not in page
        assert "The people of the bench start and end tests here." in page

    def test_has_words_for_no_channel_and_for_no_instrument(self, staff):
        assert "No instrument yet." in staff.get(reverse("channel_board")).text
        make_instrument()
        assert "No channel is registered." in staff.get(reverse("channel_board")).text


class TestChannelStart:
    def test_starts_and_ends_a_test(self, staff, channel):
        pack, procedure = make_inspected()[0], make_procedure()

        page = start(staff, channel, serial=pack.serial, procedure=procedure.pk).text

        assert f"{pack.serial} runs on CH-7" in page
        assert "discharge at 0.3333 C: 180 min" in page
        use = ChannelUse.objects.get()
        assert "ended" in staff.post(reverse("channel_end", args=[use.pk]), follow=True).text
        balance()

    def test_cancels_a_test(self, staff, channel):
        start(staff, channel, serial=make_inspected()[0].serial, procedure=make_procedure().pk)
        use = ChannelUse.objects.get()

        staff.post(reverse("channel_cancel", args=[use.pk]))

        use.refresh_from_db()
        assert use.outcome == "cancelled"

    @pytest.mark.parametrize(
        ("serial", "why"), [("NOT-HERE", "No pack has this serial."), ("", "This field is required.")]
    )
    def test_says_what_is_wrong(self, staff, channel, serial, why):
        assert why in start(staff, channel, serial=serial, procedure=make_procedure().pk).text
        assert not ChannelUse.objects.exists()

    def test_asks_which_pack_where_two_suppliers_use_a_serial(self, staff, channel):
        for code in ("ONE", "OTHER"):
            make_inspected(supplier=make_supplier(code), serial="TWIN-1")
        procedure = make_procedure().pk

        refused = start(staff, channel, serial="TWIN-1", procedure=procedure)
        start(staff, channel, serial="other:twin-1", procedure=procedure)

        assert "Several suppliers use this serial." in refused.text
        assert ChannelUse.objects.get().pack.supplier.code == "OTHER"
