"""Pages of the agreement of reported SOH with the bench."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from grading.models import AgreementFit
from tests.factories import balance, make_pack_type, make_person, make_supplier
from tests.grading.agreeing import LEVEL, finest, fitted, make_pairs

pytestmark = pytest.mark.django_db


@pytest.fixture
def group():
    supplier = make_supplier("ACME")
    make_pairs(supplier, [2 + d for d in LEVEL], pack_type=make_pack_type(key="LEAF"))
    make_pairs(supplier, [1, 2], variant="estimate")
    return finest(fitted())[1]


@pytest.fixture
def staff(client):
    client.force_login(make_person("reviewer"))
    return client


class TestAccess:
    @pytest.mark.parametrize("name", ["agreement", "agreement_group"])
    def test_a_supplier_is_refused(self, client, group, name):
        client.force_login(make_person("supplier", supplier=group.supplier))

        args = [group.pk] if name == "agreement_group" else []
        assert client.get(reverse(name, args=args)).status_code == 403

    @pytest.mark.parametrize("role", ["warehouse", "auditor", "supplier"])
    def test_only_reviewers_and_administrators_fit(self, client, role):
        client.force_login(make_person(role))

        assert client.post(reverse("agreement_fit")).status_code == 403
        assert not AgreementFit.objects.exists()

    def test_an_unknown_group_is_not_found(self, staff):
        assert staff.get(reverse("agreement_group", args=[0])).status_code == 404


class TestAgreement:
    def test_shows_n_and_the_use_of_every_group(self, staff, group):
        page = staff.get(reverse("agreement")).text

        assert "Below n = 5: shown, not used" in page
        assert ">Ranks and values</span>" in page
        assert f'<a href="/agreement/{group.pk}/#pairs">18</a>' in page
        assert "20 pairs in 2 groups" in page

    @pytest.mark.parametrize(
        ("query", "groups"),
        [
            ("level=supplier", 1),
            ("level=type", 2),
            ("use=shown", 1),
            ("use=presort", 1),
            ("supplier=acme&sort=bias", 2),
            ("supplier=other", 0),
            ("kind=bms", 0),
            ("type=leaf", 2),
            ("use=nonsense", 0),
        ],
    )
    def test_filters(self, staff, group, query, groups):
        assert len(staff.get(f"{reverse('agreement')}?{query}").context["page"].rows) == groups

    def test_exports_every_figure(self, staff, group):
        lines = (
            b"".join(staff.get(reverse("agreement") + "?export=csv").streaming_content).decode().splitlines()
        )

        assert '"Slope"' in lines[0] and '"s (points)"' in lines[0]
        assert len(lines) == 3

    def test_says_that_there_is_nothing_yet(self, staff):
        assert "Nothing to compare yet." in staff.get(reverse("agreement")).text

    def test_shows_the_newest_version_only(self, staff, group):
        make_pairs(group.supplier, [1])
        fitted()

        assert {row.fit.version for row in staff.get(reverse("agreement")).context["page"].rows} == {2}

    def test_asks_the_database_as_often_for_many_groups(self, staff, group, django_assert_num_queries):
        staff.get(reverse("agreement"))
        with CaptureQueriesContext(connection) as for_two:
            staff.get(reverse("agreement"))
        for number in range(4):
            make_pairs(make_supplier(f"S{number}"), [1, 2])
        fitted()

        with django_assert_num_queries(len(for_two)):
            staff.get(reverse("agreement"))


class TestAgreementGroup:
    def test_draws_what_its_pairs_say_and_lists_them(self, staff, group):
        page = staff.get(reverse("agreement_group", args=[group.pk]))

        assert [chart.id for chart in page.context["charts"]] == [
            "bland-altman",
            "claim-against-measurement",
            "drift",
        ]
        assert len(page.context["page"].rows) == 18
        assert "+2.00 points" in page.text

    def test_shows_few_pairs_without_making_more_of_them(self, staff, group):
        small = finest(group.fit)[0]

        page = staff.get(reverse("agreement_group", args=[small.pk])).text

        assert "below n = 5" in page
        assert "Fewer than ten pairs: no alarm" in page

    @pytest.mark.parametrize("query", ["?limits=outside", "?sort=difference", "?q=RB", "?sort=-soh_percent"])
    def test_filters_and_sorts_its_pairs(self, staff, group, query):
        assert staff.get(reverse("agreement_group", args=[group.pk]) + query).status_code == 200

    def test_exports_its_pairs(self, staff, group):
        answer = staff.get(reverse("agreement_group", args=[group.pk]) + "?export=csv")

        assert len(b"".join(answer.streaming_content).decode().splitlines()) == 19

    def test_leads_from_an_older_version_to_the_newest(self, staff, group):
        make_pairs(group.supplier, [1], pack_type=group.fit and make_pack_type(key="ZOE"))
        make_pairs(group.supplier, [1], variant="estimate")
        fitted()

        page = staff.get(reverse("agreement_group", args=[group.pk])).text

        assert "The newest is v2." in page

    @pytest.mark.parametrize("level", ["supplier", "type"])
    def test_shows_sums_of_groups_too(self, staff, group, level):
        wide = group.fit.groups.filter(level=level).first()

        assert "only single groups are used" in staff.get(reverse("agreement_group", args=[wide.pk])).text


class TestAgreementFit:
    def test_fits_now(self, staff):
        make_pairs(make_supplier(), [1, 2])

        page = staff.post(reverse("agreement_fit"), follow=True).text

        assert "In force now: declared agreement v1." in page
        balance()

    def test_says_that_there_is_nothing_to_fit(self, staff):
        assert "nothing to fit" in staff.post(reverse("agreement_fit"), follow=True).text
