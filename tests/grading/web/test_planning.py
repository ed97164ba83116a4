"""The test queue's page."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.evidence import add_capacity, make_inspected, publish_seed
from tests.factories import make_instrument, make_person
from tests.grading.channeling import make_channel
from tests.procedures import make_procedure

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(client):
    client.force_login(make_person("warehouse"))
    return client


@pytest.fixture
def packs():
    publish_seed()
    made = make_inspected(2, chemistry="LFP") + make_inspected(chemistry="NMC")
    add_capacity(made[2:], "70")
    return made


def queue(client, query=""):
    return client.get(reverse("test_queue") + query)


class TestQueue:
    def test_is_not_for_suppliers(self, client, packs):
        client.force_login(make_person("supplier"))

        assert queue(client).status_code == 403

    def test_leads_to_the_bench_and_says_what_to_skip(self, staff, packs):
        page = queue(staff).text

        assert f'href="{reverse("bench_pack", args=[packs[0].pk])}"' in page
        assert "Skip the resistance" in page
        assert "<li>SOH</li>" in page
        assert "± 5 points for a claim as sent" in page

    def test_leads_auditors_to_the_pack(self, client, packs):
        client.force_login(make_person("auditor"))

        assert f'href="{reverse("bench_pack", args=[packs[0].pk])}"' not in queue(client).text

    def test_says_where_the_figures_come_from(self, client, packs):
        client.force_login(make_person("auditor"))
        page = queue(client).text

        assert "claim as sent" in page
        assert '<span class="quiet small">± 5.0</span>' in page

    @pytest.mark.parametrize(
        ("query", "count"),
        [
            ("?lacks=capacity", 2),
            ("?lacks=rest", 1),
            ("?state=received", 0),
            ("?chemistry=NMC", 1),
            ("?sort=status_at", 3),
            ("?sort=-worth_kwh", 3),
            ("?sort=serial&supplier=nobody", 0),
        ],
    )
    def test_filters_and_sorts(self, staff, packs, query, count):
        assert len(queue(staff, query).context["rows"]) == count

    def test_exports_with_its_reasons(self, staff, packs):
        lines = b"".join(queue(staff, "?export=csv").streaming_content).decode().splitlines()

        assert len(lines) == 4
        assert "shown once measured" in lines[1]
        assert "Resistance cannot change the route: skip" in lines[3]

    def test_estimates_the_hours(self, staff, packs):
        make_procedure()
        make_procedure("hppc-pulses")
        make_channel(make_instrument())

        page = queue(staff).text

        assert "Until the last test is done" in page
        assert "14.8 h each by" in page

    def test_works_without_a_policy(self, staff):
        make_inspected()

        assert "No policy in force" in queue(staff).text

    def test_says_that_nothing_waits(self, staff):
        assert "No pack waits for tests." in queue(staff).text

    def test_asks_the_database_as_often_for_many(self, staff, packs, django_assert_num_queries):
        queue(staff)
        with CaptureQueriesContext(connection) as for_three:
            queue(staff)
        make_inspected(10)

        with django_assert_num_queries(len(for_three)):
            queue(staff)
