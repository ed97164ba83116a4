"""The pages of certificates, channels, reference items and checks."""

import hashlib
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from grading.models import Calibration, ControlMeasurement, Instrument, ReferenceItem
from tests.factories import balance, make_instrument, make_person
from tests.grading.instrumenting import PDF, instrument_objects

pytestmark = pytest.mark.django_db
MANAGED = {
    "channel_new": "instrument_id",
    "channel_edit": "channel_id",
    "reference_new": "",
    "reference_edit": "item_id",
    "calibration_withdraw": "calibration_id",
    "check_withdraw": "measurement_id",
}
READ = {
    "checks_due": "",
    "references": "",
    "instrument": "instrument_id",
    "calibration_file": "calibration_id",
}


@pytest.fixture
def objects(settings, tmp_path):
    settings.FILES_ROOT = tmp_path
    return instrument_objects()


def address(name: str, key: str, objects: dict[str, int]) -> str:
    return reverse(name, args=[objects[key]] if key else [])


class TestAccess:
    @pytest.mark.parametrize(
        ("name", "key"), [*MANAGED.items(), *READ.items(), ("instrument_check", "instrument_id")]
    )
    def test_a_supplier_is_refused(self, client, objects, name, key):
        client.force_login(make_person("supplier"))

        assert client.get(address(name, key, objects)).status_code == 403

    @pytest.mark.parametrize(("name", "key"), MANAGED.items())
    @pytest.mark.parametrize("role", ["warehouse", "reviewer", "auditor"])
    def test_only_administrators_change(self, client, objects, name, key, role):
        client.force_login(make_person(role))

        assert client.post(address(name, key, objects), {}).status_code == 403

    @pytest.mark.parametrize(
        ("role", "status"), [("auditor", 403), ("warehouse", 200), ("reviewer", 200), ("administrator", 200)]
    )
    def test_who_measures_may_check(self, client, objects, role, status):
        client.force_login(make_person(role))

        assert client.get(address("instrument_check", "instrument_id", objects)).status_code == status

    @pytest.mark.parametrize(("name", "key"), READ.items())
    def test_an_auditor_reads(self, client, objects, name, key):
        client.force_login(make_person("auditor"))

        assert client.get(address(name, key, objects)).status_code == 200


class TestFile:
    def test_is_handed_out_so_that_no_browser_opens_it(self, client, objects):
        client.force_login(make_person("warehouse"))

        response = client.get(address("calibration_file", "calibration_id", objects))

        content = b"".join(response.streaming_content)
        assert content == PDF
        instrument = client.get(address("instrument", "instrument_id", objects)).text
        assert hashlib.sha256(content).hexdigest() in instrument
        assert response["Content-Type"] == "application/pdf"
        assert "attachment" in response["Content-Disposition"]

    def test_is_not_found_where_there_is_none(self, client):
        client.force_login(make_person("warehouse"))
        first = make_instrument().calibrations.get()

        assert client.get(reverse("calibration_file", args=[first.pk])).status_code == 404


class TestForms:
    @pytest.fixture(autouse=True)
    def administrator(self, client):
        client.force_login(make_person("administrator"))

    def test_records_a_certificate_of_a_channel_with_its_file(self, client, objects):
        today = timezone.now().date()
        fields = {
            "certificate_number": "CAL-9",
            "laboratory": "LabCo",
            "channel_id": objects["channel_id"],
            "has_passed": "yes",
            "valid_from_date": today.isoformat(),
            "valid_to_date": (today + timedelta(days=365)).isoformat(),
            "file": SimpleUploadedFile("cal 9.pdf", PDF),
        }

        page = client.post(
            address("instrument_calibrate", "instrument_id", objects), fields, follow=True
        ).text

        balance()
        assert "Certificate CAL-9" in page and "cal 9.pdf" in page
        assert Calibration.objects.get(certificate_number="CAL-9").channel_id == objects["channel_id"]

    def test_shows_why_a_file_is_refused(self, client, objects):
        fields = {
            "certificate_number": "CAL-9",
            "has_passed": "no",
            "valid_from_date": timezone.now().date().isoformat(),
            "file": SimpleUploadedFile("a.pdf", b"\x7fELF\x00\x01"),
        }

        page = client.post(address("instrument_calibrate", "instrument_id", objects), fields).text

        assert "It is a program." in page

    def test_a_failed_check_is_told_and_shown(self, client, objects):
        fields = {
            "item_id": objects["item_id"],
            "measured_value": "103,5",
            "measured_at": timezone.now().strftime("%Y-%m-%dT%H:%M"),
        }

        page = client.post(address("instrument_check", "instrument_id", objects), fields, follow=True).text

        balance()
        assert "failed its check and may not measure" in page
        assert "tolerance 1 %" in page and 'class="chart"' in page
        assert ControlMeasurement.objects.latest("pk").has_passed is False

    def test_withdraws_with_a_reason(self, client, objects):
        path = address("check_withdraw", "measurement_id", objects)

        assert "This field is required." in client.post(path, {"reason": ""}).text
        page = client.post(path, {"reason": "Slip"}, follow=True).text

        balance()
        assert "Withdrawn. It stays visible" in page
        assert "It was withdrawn already." in client.post(path, {"reason": "Again"}).text

    def test_adds_and_changes_a_channel(self, client, objects):
        path = address("channel_new", "instrument_id", objects)
        client.post(path, {"code": "ch-7", "current_range_a": "300", "current_reading_percent": "0,05"})
        channel = Instrument.objects.get(pk=objects["instrument_id"]).channels.get(code="CH-7")

        fields = {"current_range_a": "200", "is_active": "on", "reason": "Data sheet"}
        page = client.post(reverse("channel_edit", args=[channel.pk]), fields, follow=True).text

        balance()
        assert "200 A" in page
        assert "Taken." in client.post(path, {"code": "CH-7"}).text

    def test_adds_and_changes_a_reference_item(self, client, objects):
        fields = {
            "code": "ref-9",
            "name": "Resistor",
            "quantity": "acir_1khz_mohm",
            "reference_value": "10",
            "tolerance_percent": "1",
            "interval_days": "60",
            "source": "Report 9",
        }
        page = client.post(reverse("reference_new"), fields, follow=True).text
        item = ReferenceItem.objects.get(code="REF-9")
        changed = fields | {"tolerance_percent": "2", "is_active": "on", "reason": "Report 10"}
        client.post(reverse("reference_edit", args=[item.pk]), changed)

        balance()
        item.refresh_from_db()
        assert "Reference item REF-9 added." in page
        assert item.tolerance_percent == 2


class TestList:
    def test_filters_by_standing_and_overdue_checks(self, client, objects):
        client.force_login(make_person("warehouse"))
        make_instrument(code="OLD-1", calibrated_to_date=timezone.now().date())
        make_instrument(code="IDLE-1", is_active=False)

        shown = {
            query: {code for code in ("OLD-1", "IDLE-1") if code in client.get(f"/instruments/?{query}").text}
            for query in (
                "today=lapsed",
                "today=unusable",
                "today=inactive",
                "today=failed",
                "checks=overdue",
            )
        }

        assert shown == {
            "today=lapsed": {"OLD-1"},
            "today=unusable": {"OLD-1"},
            "today=inactive": {"IDLE-1"},
            "today=failed": set(),
            "checks=overdue": {"OLD-1"},
        }

    def test_exports(self, client, objects):
        client.force_login(make_person("auditor"))

        content = b"".join(client.get("/instruments/?export=csv").streaming_content).decode()

        assert "May measure" in content and "CAL-F" in content

    def test_of_dues_asks_as_often_for_many_as_for_one(self, client, objects, django_assert_num_queries):
        client.force_login(make_person("warehouse"))
        client.get(reverse("checks_due"))
        with CaptureQueriesContext(connection) as for_one:
            client.get(reverse("checks_due"))
        for _ in range(10):
            make_instrument()

        with django_assert_num_queries(len(for_one)):
            assert "Due now" in client.get(reverse("checks_due")).text
