"""The decision's card on a pack's page."""

import pytest
from django.urls import reverse

from grading.models import Decision
from grading.services.decisions import grade_waiting
from rebattery.accounts.roles import Role
from rebattery.actor import SYSTEM
from tests.evidence import GRADED_AT, make_inspected, make_tested, publish_seed
from tests.factories import make_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def pack(db):
    publish_seed()
    made = make_tested(soh="74", ratio="1.2")[0]
    grade_waiting(actor=SYSTEM, now=lambda: GRADED_AT)
    return made


def page_of(client, person, pack):
    client.force_login(person)
    return client.get(reverse("pack", args=[pack.pk])).text


class TestDecisionCard:
    def test_shows_margins_path_terms_and_what_would_change_it(self, client, pack):
        page = page_of(client, make_person(Role.REVIEWER), pack)

        assert "SOH above 80 % would make it A, pack reuse." in page
        assert "SOH 74 %. D from 0 to 20 %" in page
        assert "Path of the evaluation" in page
        assert "full equivalent cycles" in page
        assert reverse("policy_simulate", args=[Decision.objects.get().policy_id]) in page
        assert "certificate <a" in page

    def test_keeps_staff_matters_from_the_supplier(self, client, pack):
        page = page_of(client, make_person(Role.SUPPLIER, supplier=pack.supplier), pack)

        assert "SOH above 80 % would make it A, pack reuse." in page
        assert "/simulate/" not in page
        assert "certificate <a" not in page

    def test_of_a_decision_from_before_paths_is_the_same(self, client, pack):
        person = make_person(Role.REVIEWER)
        decision = Decision.objects.get()
        assert decision.path
        stored = page_of(client, person, pack).count("does not apply")

        decision.path = None
        from grading.queries.verdict_cards import card_of

        assert [step.state for step in card_of(decision).steps].count("passed") == stored

    def test_of_a_failure_has_none(self, client, db):
        publish_seed()
        pack = make_inspected(safety="odd")[0]
        grade_waiting(actor=SYSTEM, now=lambda: GRADED_AT)

        assert "What would change it" not in page_of(client, make_person(Role.REVIEWER), pack)
