from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from grading.models import Instrument
from tests.factories import balance, make_instrument, make_person

pytestmark = pytest.mark.django_db
ROUTES = ["instruments", "instrument", "instrument_new", "instrument_edit", "instrument_calibrate"]


@pytest.fixture
def lapsed():
    return make_instrument(code="CY-1", calibrated_to_date=timezone.now().date())


def address(name: str, instrument: Instrument) -> str:
    return reverse(name, args=() if name in ("instruments", "instrument_new") else (instrument.pk,))


class TestAccess:
    @pytest.mark.parametrize("name", ROUTES)
    def test_a_supplier_is_refused(self, client, lapsed, name):
        client.force_login(make_person("supplier"))

        assert client.get(address(name, lapsed)).status_code == 403

    @pytest.mark.parametrize("name", ROUTES[2:])
    @pytest.mark.parametrize("role", ["warehouse", "reviewer", "auditor"])
    def test_only_administrators_change(self, client, lapsed, name, role):
        client.force_login(make_person(role))

        assert client.post(address(name, lapsed), {}).status_code == 403

    @pytest.mark.parametrize("name", ROUTES[1:2] + ROUTES[3:])
    def test_an_unknown_one_is_not_found(self, client, name):
        client.force_login(make_person("administrator"))

        assert client.get(reverse(name, args=[0])).status_code == 404


class TestInstruments:
    @pytest.mark.rule(13)
    def test_shows_why_one_may_not_measure(self, client, lapsed):
        client.force_login(make_person("warehouse"))

        page = client.get(reverse("instruments")).text

        assert "Calibration lapsed on" in page
        assert "Add instrument" not in page

    def test_asks_the_database_as_often_for_many_as_for_one(self, client, django_assert_num_queries):
        client.force_login(make_person("warehouse"))
        make_instrument()
        client.get(reverse("instruments"))  # the first request also notes the session
        with CaptureQueriesContext(connection) as for_one:
            client.get(reverse("instruments"))
        for _ in range(20):
            make_instrument()

        with django_assert_num_queries(len(for_one)):
            assert client.get(reverse("instruments")).status_code == 200

    def test_says_what_to_do_when_there_is_none(self, client):
        client.force_login(make_person("administrator"))

        assert "No instrument yet." in client.get(reverse("instruments")).text


class TestForms:
    @pytest.fixture(autouse=True)
    def administrator(self, client):
        client.force_login(make_person("administrator"))

    def certificate(self, **fields):
        today = timezone.now().date()
        values = {
            "certificate_number": "CAL-2",
            "valid_from_date": today.isoformat(),
            "valid_to_date": (today + timedelta(days=365)).isoformat(),
            "has_passed": "yes",
        }
        return values | fields

    def test_adds_one(self, client):
        fields = {"code": "cy-9", "name": "Cycler", "kind": "cycler", "maker_serial": ""}

        page = client.post(reverse("instrument_new"), fields | self.certificate(), follow=True).text

        balance()
        assert "Instrument CY-9 added." in page
        assert "added the instrument CY-9 Cycler" in page

    def test_shows_a_refusal_at_its_field(self, client, lapsed):
        fields = {"code": lapsed.code, "name": "Cycler", "kind": "cycler"}

        page = client.post(reverse("instrument_new"), fields | self.certificate()).text

        assert "Taken." in page

    def test_brings_a_lapsed_one_back(self, client, lapsed):
        response = client.post(
            reverse("instrument_calibrate", args=[lapsed.pk]), self.certificate(), follow=True
        )

        balance()
        assert "Certificate CAL-2 of CY-1 recorded." in response.text
        assert "May measure" in response.text

    def test_refuses_a_certificate_that_ends_before_it_begins(self, client, lapsed):
        fields = self.certificate(valid_to_date=timezone.now().date().isoformat())

        page = client.post(reverse("instrument_calibrate", args=[lapsed.pk]), fields).text

        assert "The certificate must end after it begins." in page

    def test_takes_one_out_of_service_with_a_reason(self, client, lapsed):
        fields = {"name": lapsed.name, "kind": lapsed.kind, "reason": "Fan broken"}

        page = client.post(reverse("instrument_edit", args=[lapsed.pk]), fields, follow=True).text

        balance()
        assert "Out of service" in page
        assert "Fan broken" in page

    def test_asks_for_the_reason(self, client, lapsed):
        page = client.post(reverse("instrument_edit", args=[lapsed.pk]), {"name": "X", "kind": "cycler"}).text

        assert "This field is required." in page
        assert Instrument.objects.get().name == lapsed.name
