"""The strip of expected grades: as a fragment, as a page, by the API, and never for a stranger."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from rebattery.accounts.roles import Capability, Role
from rebattery.accounts.services import create_token
from tests.evidence import publish_seed
from tests.factories import make_actor, make_batch, make_person
from tests.grading.queries.test_expected import draft, line

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def policy(db):
    return publish_seed()


def as_(person) -> Client:
    client = Client()
    client.force_login(person)
    return client


class TestManifest:
    @pytest.mark.rule(5)
    def test_of_another_supplier_is_not_found(self):
        client = as_(make_person(Role.SUPPLIER))

        assert client.get(reverse("expected_grades", args=[draft(line()).pk])).status_code == 404

    def test_is_a_fragment_for_a_page_that_loads_it(self):
        manifest = draft(line("74"), line(None))
        client = as_(make_person(Role.SUPPLIER, supplier=manifest.supplier))

        text = client.get(reverse("expected_grades", args=[manifest.pk]), headers={"HX-Request": "true"}).text

        assert "<html" not in text
        assert "not binding." in text and "only bench evidence grades" in text
        assert "Needs the internal resistance: then B or C." in text
        assert "No SOH is claimed." in text
        assert "seed-v1 v1" in text

    def test_is_a_page_without_script(self):
        manifest = draft(line())

        text = as_(make_person(Role.AUDITOR)).get(reverse("expected_grades", args=[manifest.pk])).text

        assert "<h1>Expected grades</h1>" in text

    def test_says_when_nothing_is_ready(self):
        manifest = draft(line(severity=3))

        text = as_(make_person(Role.AUDITOR)).get(reverse("expected_grades", args=[manifest.pk])).text

        assert "No pack is ready yet" in text


class TestBatch:
    @pytest.mark.rule(5)
    def test_of_another_supplier_is_not_found(self):
        client = as_(make_person(Role.SUPPLIER))

        assert client.get(reverse("expected_grades_of_batch", args=[make_batch().pk])).status_code == 404

    def test_is_told_to_its_supplier(self):
        batch = make_batch()
        client = as_(make_person(Role.SUPPLIER, supplier=batch.supplier))

        assert "not binding." in client.get(reverse("expected_grades_of_batch", args=[batch.pk])).text


class TestApi:
    def ask(self, person, manifest):
        made = create_token(
            person=person,
            label="T",
            scopes=[Capability.VIEW_BATCHES],
            actor=make_actor(person),
            at=timezone.now(),
        )
        client = Client(headers={"Authorization": f"Bearer {made.secret}"})
        return client.get(reverse("api_expected_grades", args=[manifest.pk]))

    @pytest.mark.rule(5)
    def test_of_another_supplier_is_not_found(self):
        assert self.ask(make_person(Role.SUPPLIER), draft(line())).status_code == 404

    def test_gives_the_same_as_json(self):
        manifest = draft(line("74"), line("90", chemistry="NMC"))

        found = self.ask(make_person(Role.SUPPLIER, supplier=manifest.supplier), manifest).json()

        assert found["caveat"] == "At the claimed SOH; only bench evidence grades."
        assert (found["policy"], found["packs"], found["kwh"]) == ("seed-v1 v1", 2, "80.000")
        assert found["shares"][0] == {
            "grade": "H",
            "route": "hold",
            "needs": "the internal resistance",
            "then": ["A", "D"],
            "packs": 1,
            "kwh": "40.000",
        }
