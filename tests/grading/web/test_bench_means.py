"""With what the bench measures: channels, procedures, demands on a retest, and what others report."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from grading.models import CapacityTest, ReviewCase, SohReport
from grading.services import decisions
from grading.services.instruments import add_reference_item
from grading.services.reviews import order_retest
from grading.services.reviews.cases import RetestDemand
from grading.services.test_runs import record_capacity
from rebattery.actor import SYSTEM
from tests import bench
from tests.evidence import add_capacity, make_inspected
from tests.factories import balance, make_actor, make_instrument, make_pack_type, make_person
from tests.grading.channeling import make_channel
from tests.grading.services.reviews.acts import WHY, seen
from tests.grading.services.test_runs.test_conditions import ACCURACY
from tests.grading.web.test_bench import WRONG, capacity, post
from tests.procedures import make_procedure

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("operator")]


def page_of(client, pack) -> str:
    return client.get(reverse("bench_pack", args=[pack.pk])).text


def report(**fields) -> dict[str, str]:
    minute = (timezone.now() - timedelta(minutes=1)).strftime("%Y-%m-%dT%H:%M")
    values = {"kind": "bms", "value_percent": "81,5", "read_at": minute, "tool": "LeafSpy"}
    return {f"report-{name}": value for name, value in (values | fields).items()}


class TestBenchCapacity:
    def test_names_channel_and_procedure_and_tells_departures(self, client, pack, instrument):
        channel, procedure = make_channel(instrument, "7", **ACCURACY), make_procedure()
        fields = {"channel_id": channel.pk, "procedure_id": procedure.pk, "temperature_degc": "22"}

        page = post(client, "bench_capacity", pack, capacity(instrument, **fields)).text

        balance()
        stored = CapacityTest.objects.get()
        assert (stored.channel, stored.procedure) == (channel, procedure)
        assert "temperature is 22 °C, outside 23 to 27 °C" in page
        assert "channel 7" in page and str(procedure) in page
        assert "Uncertainty budget" in page and "Not counted, because not known" in page

    def test_refuses_the_channel_of_another_instrument(self, client, pack, instrument):
        strange = make_channel(make_instrument(code="CY-2"), "1")

        page = post(client, "bench_capacity", pack, capacity(instrument, channel_id=strange.pk)).text

        assert "Choose a channel of this instrument." in page
        assert not CapacityTest.objects.exists()

    def test_asks_for_a_reason_where_the_kind_is_there_already(self, client, pack, instrument):
        add_capacity([pack], "74", ended_by_cell_limit=False)

        page = post(client, "bench_capacity", pack, capacity(instrument)).text

        assert "This pack has a result of this kind already." in page
        assert CapacityTest.objects.count() == 1

    def test_needs_none_for_another_kind_and_says_which_counts(self, client, pack, instrument):
        add_capacity([pack], "74", ended_by_cell_limit=False)
        energy = {"reference": "pack_type:kwh", "measured_energy_kwh": "30", "ended_by_cell_limit": "no"}

        page = post(client, "bench_capacity", pack, capacity(instrument, **energy)).text

        assert CapacityTest.objects.filter(superseded_by=None).count() == 2
        assert "Counts" in page and "Stands; another kind counts" in page


class TestRetest:
    def sent_back(self, instrument, by, demand):
        pack = make_inspected(pack_type=make_pack_type())[0]
        record_capacity(rows=[bench.capacity(pack, instrument)], actor=make_actor(by), at=bench.RECORDED_AT)
        now = timezone.now()
        decisions.grade(pack_ids=[pack.pk], actor=SYSTEM, at=now)
        reviewer = make_actor(make_person("reviewer"))
        order_retest(cases=seen(ReviewCase.objects.all()), why=WHY, actor=reviewer, at=now, demand=demand)
        return pack

    def test_shows_barred_instruments_that_cannot_be_picked(self, client, instrument, operator):
        pack = self.sent_back(instrument, operator, RetestDemand(other_instrument=True))

        page = page_of(client, pack)

        assert "The retest is to be made with another instrument" in page
        assert f'<option value="{instrument.pk}" disabled ' in page
        assert "the reviewer wants another one for this retest" in page

    def test_tells_a_barred_person_instead_of_offering_a_form(self, client, instrument, operator):
        pack = self.sent_back(instrument, operator, RetestDemand(other_person=True))

        page = page_of(client, pack)

        assert "the reviewer wants somebody else to measure it this time" in page
        assert "Record capacity test" not in page
        refused = post(client, "bench_capacity", pack, capacity(instrument, reason="Retest"))
        assert "the reviewer wants somebody else" in refused.text
        assert CapacityTest.objects.count() == 1

    def test_lets_another_person_measure(self, client, instrument):
        pack = self.sent_back(instrument, make_person("warehouse"), RetestDemand(other_person=True))

        page = page_of(client, pack)

        assert "by another person than the tests before" in page
        assert "Record capacity test" in page


class TestBenchSohReport:
    @pytest.mark.parametrize("role", WRONG)
    def test_is_for_those_who_test(self, client, pack, role):
        client.force_login(make_person(role))

        assert post(client, "bench_soh_report", pack, report()).status_code == 403

    def test_of_an_unknown_pack_is_not_found(self, client):
        assert client.post(reverse("bench_soh_report", args=[0]), report()).status_code == 404

    def test_is_noted_and_shown_once_the_capacity_is_measured(self, client, pack):
        page = post(client, "bench_soh_report", pack, report()).text

        balance()
        assert SohReport.objects.get().value_percent == Decimal("81.5")
        # Before that it could color the measurement.
        assert "1 noted; shown once the capacity is measured." in page and "LeafSpy" not in page
        add_capacity([pack], "74")
        assert "LeafSpy" in page_of(client, pack)

    def test_with_faults_comes_back_as_typed(self, client, pack):
        page = post(client, "bench_soh_report", pack, report(value_percent="120", kind="")).text

        assert "120" in page and "must be at most 105" in page
        assert not SohReport.objects.exists()

    def test_stands_in_the_dossier_for_staff_only(self, client, pack):
        post(client, "bench_soh_report", pack, report())

        client.force_login(make_person("auditor"))
        assert "LeafSpy" in client.get(reverse("pack", args=[pack.pk])).text
        client.force_login(make_person("supplier", supplier=pack.supplier))
        assert "LeafSpy" not in client.get(reverse("pack", args=[pack.pk])).text


class TestBench:
    def test_tells_of_overdue_checks_in_one_line(self, client, instrument):
        assert "Checks due" not in client.get(reverse("bench")).text
        add_reference_item(
            code="REF-1",
            name="Reference pack",
            quantity="capacity_ah",
            reference_value=Decimal(100),
            tolerance_percent=Decimal(1),
            interval_days=30,
            source="Its certificate",
            actor=make_actor(),
            at=timezone.now(),
        )

        page = client.get(reverse("bench")).text

        assert "1 instrument should have measured a reference item by now." in page
        assert reverse("checks_due") in page
