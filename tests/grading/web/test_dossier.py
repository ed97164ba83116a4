"""One pack's page in every state, for staff and for its supplier."""

import re
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from grading.models import Decision
from grading.services import reviews
from intake.models import Pack
from rebattery.accounts.roles import Role
from tests.evidence import add_capacity, make_inspected, publish_seed
from tests.factories import balance, make_actor, make_pack, make_person, make_supplier
from tests.grading import cast

pytestmark = pytest.mark.django_db
STAFF = [role for role in Role.values if role != Role.SUPPLIER]


@pytest.fixture(autouse=True)
def policy(db):
    return publish_seed()


@pytest.fixture
def page(client):
    """Open a pack's page as a person, in words without tags."""

    def open_as(person, pack: Pack) -> str:
        client.force_login(person)
        response = client.get(reverse("pack", args=[pack.pk]))
        assert response.status_code == 200
        return response.text

    return open_as


def words(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def supplier_of(pack: Pack):
    return make_person(Role.SUPPLIER, supplier=pack.supplier)


class TestAccess:
    @pytest.mark.rule(5)
    def test_another_suppliers_pack_is_not_found(self, client):
        pack = make_pack()
        client.force_login(make_person(Role.SUPPLIER, supplier=make_supplier()))

        assert client.get(reverse("pack", args=[pack.pk])).status_code == 404

    def test_asks_to_sign_in(self, client):
        assert client.get(reverse("pack", args=[make_pack().pk])).status_code == 302

    @pytest.mark.parametrize("role", STAFF)
    def test_all_staff_read_it(self, page, role):
        assert "No decision yet." in page(make_person(role), make_pack())


class TestEveryState:
    @pytest.mark.parametrize("state", cast.STATES)
    def test_is_told_whole_to_staff_and_without_names_to_its_supplier(self, page, state):
        pack = cast.STATES[state]()
        balance()

        for_staff = page(make_person(Role.AUDITOR), pack)
        for_supplier = page(supplier_of(pack), pack)

        pack.refresh_from_db()
        for html in (for_staff, for_supplier):
            text = words(html.split("<main")[1].split("</main>")[0])
            assert pack.get_status_display() in text
            assert " ? " not in text  # what a sentence of the trail shows when it misses a fact
            chips = re.findall(r'class="grade-mark">([A-Z])<.*?class="grade-policy">([^<]*)<', html)
            assert len(chips) == html.count('class="grade-mark"')
            assert {policy for _, policy in chips} <= {"seed-v1 v1", "override of seed-v1 v1"}
        internal = (cast.SECRET, "/trail/", "/review/", "Evidence snapshot", "People involved")
        assert [word for word in internal if word in for_supplier] == []

    @pytest.mark.parametrize("state", ["quarantined", "rejected", "overridden", "measured_again"])
    def test_tells_staff_who_and_why(self, page, state):
        assert cast.SECRET in page(make_person(Role.AUDITOR), cast.STATES[state]())


class TestHazardBar:
    @pytest.mark.parametrize("role", [Role.WAREHOUSE, Role.SUPPLIER])
    def test_says_what_the_inspection_found(self, page, role):
        pack = cast.quarantined()

        html = page(supplier_of(pack) if role == Role.SUPPLIER else make_person(role), pack)

        bar = html.split('class="hazard-bar"')[1].split("</ul>")[0]
        assert "Gas, hissing or a sweet solvent smell" in bar
        assert html.index('class="hazard-bar"') < html.index("<main")

    def test_says_what_the_supplier_declared_before_anybody_looked(self, page):
        html = page(make_person(), cast.declared_damaged())

        bar = words(html.split('class="hazard-bar"')[1].split("</ul>")[0])
        assert "Declared damaged (the supplier's word)" in bar
        assert "Flooded (the supplier's word)" in bar

    @pytest.mark.parametrize("state", ["announced", "inspected", "graded", "rejected", "overridden"])
    def test_is_not_there_without_a_hazard(self, page, state):
        assert 'class="hazard-bar"' not in page(make_person(), cast.STATES[state]())

    def test_is_gone_once_a_fresh_inspection_found_nothing(self, page):
        [pack] = make_inspected(ddr_status="damaged")

        assert 'class="hazard-bar"' not in page(make_person(), pack)


class TestDecision:
    def test_shows_reason_margin_route_and_policy(self, page):
        text = words(page(make_person(Role.REVIEWER), cast.graded()))

        assert "B, not A: SOH 74.0 % is not above 80 % (margin 6.0 points)." in text
        assert "Pack reuse" in text
        assert "Policy seed-v1 v1" in text

    def test_shows_an_override_with_what_it_replaced(self, page):
        text = words(page(make_person(Role.AUDITOR), cast.overridden()))

        assert "C, not H: set by two reviewers against the policy, for one customer only" in text
        assert "Earlier decisions (1)" in text
        assert "Override by two people" in text
        assert text.count("override of seed-v1 v1") == 3  # header, decision, all overrides

    def test_names_what_a_hold_misses(self, page):
        pack = cast.held()

        text = words(page(supplier_of(pack), pack))

        assert "SOH" in Decision.objects.get(pack=pack).reasons[0]["sentence"]
        assert Decision.objects.get(pack=pack).reasons[0]["sentence"] in text

    @pytest.mark.parametrize("role", [Role.WAREHOUSE, Role.SUPPLIER])
    def test_links_to_the_review_only_for_those_who_may_see_it(self, page, role):
        pack = cast.in_review()
        viewer = supplier_of(pack) if role == Role.SUPPLIER else make_person(role)

        assert "/review/" not in page(viewer, pack)
        assert "/review/" in page(make_person(Role.AUDITOR), pack)


class TestComparison:
    def test_shows_claim_measurement_and_difference_with_its_sign(self, page):
        pack = cast.graded()

        rows = re.findall(r"<tr>.*?</tr>", page(make_person(), pack), re.DOTALL)

        assert words(next(row for row in rows if "State of health" in row)).startswith(
            "State of health 82.00 74.00 −8.00 %"
        )

    def test_shows_nothing_as_measured_before_a_test(self, page):
        text = words(page(make_person("auditor"), cast.inspected()))

        assert "State of health 82.00 – – % not measured" in text


class TestTests:
    def test_shows_superseded_results_and_why(self, page):
        text = words(page(make_person(), cast.measured_again()))

        assert text.count("Superseded: Test") == 2

    def test_tells_a_supplier_only_that_they_are_superseded(self, page):
        pack = cast.measured_again()

        text = words(page(supplier_of(pack), pack))

        assert text.count("Superseded") == 2
        assert "Superseded:" not in text


class TestWay:
    def steps(self, html: str) -> list[str]:
        return [
            (look.split()[0] if look else "", name)
            for look, name in re.findall(r'<li(?: class="([^"]*)")?[^>]*>([A-Z][a-z ]+)<', html)
        ]

    @pytest.mark.parametrize(
        ("state", "done", "here"),
        [
            ("announced", [], "Announced"),
            ("missing", ["Announced"], "Missing"),
            ("quarantined", ["Announced", "Received"], "Quarantined"),
            ("graded", ["Announced", "Received", "Inspected", "Tested"], "Graded"),
            ("in_review", ["Announced", "Received", "Inspected", "Tested"], "In review"),
            ("rejected", ["Announced", "Received", "Inspected", "Tested"], "Rejected"),
        ],
    )
    def test_shows_how_far_it_came(self, page, state, done, here):
        track = page(make_person(), cast.STATES[state]()).split('class="track"')[1].split("</ol>")[0]

        steps = self.steps(track)

        assert [name for look, name in steps if look == "done"] == done
        assert [name for look, name in steps if look == "here"] == [here]

    def test_forgets_steps_that_a_retest_took_back(self, page):
        pack = cast.in_review()
        case = Decision.objects.get(pack=pack).review
        reviews.order_retest(
            cases={case.pk: case.version},
            why=cast.WHY,
            actor=make_actor(cast.staff("reviewer")),
            at=cast.LATER,
        )

        track = page(make_person(), pack).split('class="track"')[1].split("</ol>")[0]

        assert "<time" not in track.split("Tested")[1]


class TestNextStep:
    @pytest.mark.parametrize(
        ("state", "role", "label"),
        [
            ("announced", Role.WAREHOUSE, "Receive at the dock"),
            ("missing", Role.WAREHOUSE, "Receive at the dock"),
            ("received", Role.WAREHOUSE, "Inspect this pack"),
            ("inspected", Role.WAREHOUSE, "Record tests"),
            ("in_review", Role.REVIEWER, "Open the review"),
            ("quarantined", Role.REVIEWER, "Re-open for inspection"),
        ],
    )
    def test_is_the_one_thing_to_do(self, client, page, state, role, label):
        html = page(make_person(role), cast.STATES[state]())

        url = re.search(rf'<a class="btn btn-primary" href="([^"]+)" data-key="n">{label}</a>', html)[1]

        assert client.get(url).status_code == 200

    @pytest.mark.parametrize("role", [Role.SUPPLIER, Role.AUDITOR])
    @pytest.mark.parametrize("state", ["announced", "received", "inspected"])
    def test_is_not_offered_to_those_who_may_not(self, page, state, role):
        pack = cast.STATES[state]()
        viewer = supplier_of(pack) if role == Role.SUPPLIER else make_person(role)

        assert "btn-primary" not in page(viewer, pack).split("<main")[1]


class TestQueries:
    @pytest.mark.parametrize("role", [Role.AUDITOR, Role.SUPPLIER])
    def test_are_as_many_for_a_long_story_as_for_a_short_one(self, client, page, role):
        pack = cast.measured_again()
        viewer = supplier_of(pack) if role == Role.SUPPLIER else make_person(role)
        page(viewer, pack)  # what is read once per process is read here
        with CaptureQueriesContext(connection) as short:
            page(viewer, pack)
        for soh in range(60, 70):
            add_capacity([pack], str(soh))

        with CaptureQueriesContext(connection) as long:
            page(viewer, pack)

        assert len(long) == len(short)
        assert len(short) < 24
