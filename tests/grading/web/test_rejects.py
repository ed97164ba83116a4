"""Rejects counted on a page; every count is a link to exactly these packs."""

import csv
import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.evidence import publish_seed
from tests.factories import make_pack_type, make_person, make_supplier
from tests.grading.rejecting import found, reject

pytestmark = pytest.mark.django_db
BY = ["rule", "finding", "supplier", "type", "month"]
SCOPES: list[dict[str, str]] = [
    {},
    {"supplier": "ACME"},
    {"type": "LEAF"},
    {"type": "none"},
    {"since": "2026-12-01"},
    {"until": "2026-11-20", "supplier": "ACME"},
]


@pytest.fixture
def staff(client):
    client.force_login(make_person("auditor"))
    return client


@pytest.fixture
def rejects():
    publish_seed()
    acme, leaf = make_supplier("ACME"), make_pack_type(key="LEAF")
    return [
        reject(supplier=acme, pack_type=leaf),
        reject(supplier=acme, days=40),
        reject(soh="12", chemistry="LFP", pack_type=leaf),
        found("swelling", "water"),
        found("water", days=40),
    ]


def page(client, **asked):
    return client.get(reverse("reject_pareto"), asked)


class TestAccess:
    def test_a_supplier_is_refused(self, client, rejects):
        client.force_login(make_person("supplier", supplier=rejects[0].supplier))

        assert page(client).status_code == 403

    def test_a_supplier_cannot_filter_its_packs_by_it(self, client, rejects):
        client.force_login(make_person("supplier", supplier=rejects[0].supplier))

        assert len(client.get("/packs/?rule=SOH_BELOW_20").context["page"].rows) == 2


class TestRejectPareto:
    @pytest.mark.parametrize("by", BY)
    def test_every_bar_leads_to_exactly_its_packs(self, staff, rejects, by):
        for scope in SCOPES:
            rows = page(staff, by=by, **scope).context["rows"]

            assert rows or (by == "finding" and scope), scope
            for row in rows:
                assert len(staff.get(row.url).context["page"].rows) == row.bar.count, row.url

    def test_a_finding_page_counts_the_packs_without_one(self, staff, rejects):
        shown = page(staff, by="finding")

        assert (shown.context["with_finding"], shown.context["without_finding"]) == (2, 3)
        assert len(staff.get(shown.context["without_url"]).context["page"].rows) == 3

    def test_keeps_the_filters_from_one_count_to_the_next(self, staff, rejects):
        tabs = page(staff, by="rule", supplier="ACME").context["tabs"]

        assert tabs[3]["url"] == "?supplier=ACME&by=type" and tabs[0]["is_here"]

    def test_says_how_few_make_most(self, staff, rejects):
        assert "The first 2 make up 80.0 % of 5 rejects." in page(staff, by="rule").text

    def test_exports_the_same_figures(self, staff, rejects):
        content = b"".join(page(staff, by="supplier", export="csv").streaming_content).decode("utf-8-sig")

        first = next(csv.DictReader(io.StringIO(content)))
        assert first["Supplier"] == "ACME" and first["Rejects"] == "2" and first["Cumulative (%)"] == "40.0"
        assert page(staff, by="supplier", export="xlsx").status_code == 200

    @pytest.mark.parametrize("by", BY)
    def test_asks_the_database_as_often_for_many(self, staff, rejects, by, django_assert_num_queries):
        page(staff, by=by)
        with CaptureQueriesContext(connection) as for_few:
            page(staff, by=by)
        for number in range(3):
            reject(supplier=make_supplier(f"S{number}"), pack_type=make_pack_type(), days=30 * number)

        with django_assert_num_queries(len(for_few)):
            page(staff, by=by)

    @pytest.mark.parametrize(
        "asked",
        [
            {"by": "moon"},
            {"since": "tomorrow"},
            {"supplier": "NOBODY"},
            {"type": "NOTHING"},
            {"since": "2026-12-02", "until": "2026-12-01"},
        ],
    )
    def test_says_what_is_wrong_with_the_address(self, staff, rejects, asked):
        shown = page(staff, **asked)

        assert shown.status_code == 200
        assert shown.context["form"].errors and "rows" not in shown.context

    def test_names_both_days_of_a_period_that_ends_before_it_begins(self, staff, rejects):
        text = page(staff, since="2026-12-02", until="2026-12-01").text

        assert "The first day, 2026-12-02, is after the last, 2026-12-01" in text

    def test_says_that_there_is_none_yet(self, staff):
        assert "No rejects yet." in page(staff).text

    def test_says_that_none_fits(self, staff, rejects):
        assert "No reject fits these filters." in page(staff, until="2020-01-01").text

    def test_says_that_there_are_rejects_but_no_finding(self, staff):
        publish_seed()
        reject()

        assert "No finding on these rejects." in page(staff, by="finding").text


class TestLinkedFilters:
    def test_stand_as_chips_and_stay_when_another_is_set(self, staff, rejects):
        text = staff.get("/packs/?rejected=yes&rule=SOH_BELOW_20&rejected_since=2026-11-01").text

        assert "Rejected by: SOH below the floor" in text and "Rejected from: 2026-11-01" in text
        assert '<input type="hidden" name="rule" value="SOH_BELOW_20">' in text

    @pytest.mark.parametrize(
        "asked", ["rejected=no", "rejected_since=soon", "rejected_until=9999-12-31x", "finding=[1"]
    )
    def test_of_nonsense_keep_nothing(self, staff, rejects, asked):
        shown = staff.get(f"/packs/?{asked}")

        assert shown.status_code == 200
        assert not shown.context["page"].rows

    def test_of_the_last_day_there_is(self, staff, rejects):
        assert staff.get("/packs/?rejected_until=9999-12-31").context["page"].rows
        assert page(staff, until="9999-12-31").context["rows"]
