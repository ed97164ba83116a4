"""Who may measure a pack reads no claim of it on the pages next to the bench before it is measured."""

from decimal import Decimal

import pytest
from django.urls import reverse

from intake.domain.lifecycle import Status
from tests.evidence import add_capacity, add_resistance, make_inspected, make_tested, publish_seed
from tests.factories import make_person
from tests.grading.agreeing import add_report

pytestmark = pytest.mark.django_db
CLAIM, REPORT, OHMS = "81.37", "78.46", "93.71"
CLAIMS = {
    "chemistry": "LFP",
    "nominal_energy_kwh": Decimal(40),
    "declared_soh_percent": Decimal(CLAIM),
    "declared": {"ir_mohm": OHMS},
    "declared_raw": {"SoH [%]": CLAIM, "Ri": OHMS},
}
MEASURES, READS = ["warehouse", "reviewer"], ["administrator", "auditor"]


@pytest.fixture
def pack():
    publish_seed()
    [made] = make_inspected(**CLAIMS)
    add_report(made, REPORT)
    return made


def dossier(client, role, pack) -> str:
    client.force_login(make_person(role))
    return client.get(reverse("pack", args=[pack.pk])).text


def queue(client, role, query="") -> str:
    client.force_login(make_person(role))
    response = client.get(reverse("test_queue") + query)
    return b"".join(response.streaming_content).decode() if response.streaming else response.text


def told(text) -> set[str]:
    return {figure for figure in (CLAIM, REPORT, OHMS, "81.4", "78.5") if figure in text}


class TestDossier:
    @pytest.mark.parametrize("role", MEASURES)
    def test_tells_nothing_before_the_first_result(self, client, pack, role):
        text = dossier(client, role, pack)

        assert told(text) == set()
        assert "are shown to those who may measure once the capacity is measured" in text
        assert "Left out until the pack is measured: declared SOH, internal resistance, the row" in text

    @pytest.mark.parametrize("role", READS)
    def test_tells_all_to_who_does_not_measure(self, client, pack, role):
        text = dossier(client, role, pack)

        assert {CLAIM, REPORT, OHMS} <= told(text)
        assert "once the capacity is measured" not in text

    def test_tells_the_supplier_its_own_claim(self, client, pack):
        client.force_login(make_person("supplier", supplier=pack.supplier))

        assert CLAIM in client.get(reverse("pack", args=[pack.pk])).text

    def test_tells_of_each_kind_what_is_measured(self, client, pack):
        add_capacity([pack], "74")
        text = dossier(client, "warehouse", pack)
        assert {CLAIM, REPORT} <= told(text) and OHMS not in text

        add_resistance([pack], "1.2")
        assert {CLAIM, REPORT, OHMS} <= told(dossier(client, "warehouse", pack))

    def test_tells_all_of_a_pack_that_left_the_bench_without_a_result(self, client):
        publish_seed()
        [pack] = make_tested(soh=None, ratio=None, **CLAIMS)

        assert pack.status != Status.INSPECTED
        assert {CLAIM, OHMS} <= told(dossier(client, "warehouse", pack))


class TestQueue:
    @pytest.mark.parametrize("query", ["", "?export=csv"])
    @pytest.mark.parametrize("role", MEASURES)
    def test_shows_who_measures_no_figure_that_follows_from_a_claim(self, client, pack, role, query):
        text = queue(client, role, query)

        assert pack.serial in text and "shown once measured" in text
        assert told(text) == set()
        assert "32.5" not in text  # kWh at stake over 40 kWh is the claim again

    @pytest.mark.parametrize("query", ["", "?export=csv"])
    @pytest.mark.parametrize("role", READS)
    def test_shows_the_others_why_it_ranks_so(self, client, pack, role, query):
        text = queue(client, role, query)

        assert "claim as sent" in text and "32.5" in text

    def test_ranks_alike_for_all(self, client, pack):
        [more] = make_inspected(**CLAIMS | {"nominal_energy_kwh": Decimal(90)})

        for role in ("warehouse", "auditor"):
            text = queue(client, role)
            assert text.index(more.serial) < text.index(pack.serial)

    def test_shows_what_was_measured(self, client, pack):
        add_capacity([pack], "74")

        text = queue(client, "warehouse")

        assert "measured" in text and "74.0" in text and "shown once measured" not in text
