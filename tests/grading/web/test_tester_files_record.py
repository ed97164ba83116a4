"""The form that records a tester file: what it proposes, what it refuses, what it says afterwards."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from grading.models import CapacityTest
from rebattery.accounts.roles import Role
from rebattery.audit.trail import events_of
from tests.evidence import make_inspected
from tests.factories import balance, make_instrument, make_pack_type, make_person
from tests.grading.tester_samples import TYPE, full_test
from tests.grading.testing_files import RECEIVED_AT, make_ready, read, send
from tests.procedures import make_procedure

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _files(settings, tmp_path):
    settings.FILES_ROOT = tmp_path / "files"


@pytest.fixture
def operator(client):
    client.force_login(make_person(Role.WAREHOUSE))
    return client


def page(client, file):
    response = client.get(reverse("tester_file", args=[file.pk]))
    assert response.status_code == 200
    return response.content.decode()


class TestTesterFileAssign:
    def test_takes_a_raised_digit_for_no_number(self, operator):
        file = make_ready()
        sent = {"pack_id": "²", "version": "²"}

        response = operator.post(reverse("tester_file_assign", args=[file.pk]), sent, follow=True)

        assert (
            "No pack at the bench has the serial (blank). Nothing was changed." in response.content.decode()
        )

    def test_reads_no_version_out_of_one(self, operator):
        file = make_ready()
        sent = {"pack_id": str(file.pack_id), "version": "²"}

        assert operator.post(reverse("tester_file_assign", args=[file.pk]), sent).status_code == 302


class TestTesterFileRecord:
    def values(self, **more):
        return {
            "instrument_id": make_instrument().pk,
            "measured_at": "2026-11-20T10:00",
            "with_capacity": "on",
            "reference": "pack_type:ah",
            "ended_by_cell_limit": "no",
            "with_resistance": "on",
            "pulse": "0",
            "baseline_source": "type_catalogue",
        } | more

    def test_records_both_and_links_them(self, operator):
        file = make_ready()

        response = operator.post(reverse("tester_file_record", args=[file.pk, 0]), self.values(), follow=True)

        text = response.content.decode()
        assert "3 results of RB-0001 recorded." in text, response.context["tests"][0].form.errors
        assert "Recorded from it" in text
        test = CapacityTest.objects.get()
        assert str(test.measured_capacity_ah) == "97.825"
        balance()

    def test_shows_what_is_missing_at_its_field(self, operator):
        file = make_ready()

        response = operator.post(
            reverse("tester_file_record", args=[file.pk, 0]), self.values(ended_by_cell_limit="")
        )

        assert "Answer yes or no." in response.content.decode()
        assert not CapacityTest.objects.exists()

    def test_proposes_the_reference_that_the_derivation_used_and_no_moment_of_ours(self, operator):
        text = page(operator, make_ready(nominal_energy_kwh="40"))

        assert '<option value="pack_type:ah" selected>' in text and "115 Ah: SOH 85.1 %" in text
        assert 'name="measured_at"' in text and f'value="{timezone.now():%Y}' not in text
        assert "A clock that names no time zone is read as UTC." in text

    def test_proposes_the_catalog_baseline_where_there_is_one(self, operator):
        file = make_ready()
        assert '<option value="type_catalogue" selected>' in page(operator, file)

        known = {name: value for name, value in TYPE.items() if not name.startswith("baseline")}
        make_inspected(1, serial="RB-0002", pack_type=make_pack_type(**known, baseline_ir_mohm=None))
        other = read(send("RB-0002.csv", full_test(note=",RB-0002")))

        assert '<option value="" selected>None known</option>' in page(operator, other)

    def test_notes_the_procedure_that_was_chosen_only_here(self, operator):
        file, procedure = make_ready(), make_procedure()
        assert file.procedure is None
        chosen = self.values(capacity_procedure_id=procedure.pk)

        operator.post(reverse("tester_file_record", args=[file.pk, 0]), chosen)

        file.refresh_from_db()
        assert (file.state, file.procedure) == ("recorded", procedure)
        told = events_of(subject_type="tester_file", subject_id=file.pk).order_by("-id")[0]
        assert (told.before["procedure_id"], told.after["procedure_id"]) == (None, procedure.pk)
        balance()

    def test_shows_both_when_another_basis_is_taken(self, operator):
        file = make_ready(nominal_energy_kwh="40")
        values = self.values(reference="nameplate:kwh")
        del values["with_resistance"]

        text = operator.post(
            reverse("tester_file_record", args=[file.pk, 0]), values, follow=True
        ).content.decode()

        assert "% by energy (85.1 % by charge)" in text

    def test_refuses_a_moment_after_the_file_was_received(self, operator):
        file = make_ready()
        late = f"{RECEIVED_AT + timedelta(minutes=1):%Y-%m-%dT%H:%M}"

        response = operator.post(
            reverse("tester_file_record", args=[file.pk, 0]), self.values(measured_at=late)
        )

        assert "The file was received before, at 2026-11-20 15:00 UTC." in response.content.decode()
        assert not CapacityTest.objects.exists()

    def test_says_so_when_there_is_nothing_to_record(self, operator):
        file = send()

        response = operator.post(reverse("tester_file_record", args=[file.pk, 0]), self.values(), follow=True)

        assert "Nothing was recorded." in response.content.decode()
