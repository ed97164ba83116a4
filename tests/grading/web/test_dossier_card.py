"""The decision's card on a pack's page."""

import hashlib
from datetime import timedelta

import pytest
from django.template.loader import render_to_string
from django.urls import reverse

from grading.domain.policy import seed_document
from grading.models import Calibration, CapacityTest, Decision
from grading.queries.verdict_cards import card_of
from grading.services.decisions import grade_waiting
from grading.services.policies import publish
from grading.services.reviews import Scope
from rebattery.accounts.roles import Role
from rebattery.actor import SYSTEM
from tests.evidence import GRADED_AT, make_inspected, make_reviews, make_tested, publish_seed
from tests.factories import make_actor, make_person
from tests.grading.domain.packs import changed_document
from tests.grading.ending import graded as ending
from tests.grading.ending import publish_terms
from tests.grading.services.reviews.acts import approve, ask

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


class TestDecisionEvidence:
    @pytest.mark.rule(5)
    def test_is_not_for_a_supplier(self, client, pack):
        client.force_login(make_person(Role.SUPPLIER, supplier=pack.supplier))

        assert client.get(reverse("decision_evidence", args=[decision_of(pack).pk])).status_code == 403

    def test_is_a_file_with_the_hash_of_the_decision(self, client, pack):
        auditor, decision = make_person(Role.AUDITOR), decision_of(pack)
        address = reverse("decision_evidence", args=[decision.pk])
        page = page_of(client, auditor, pack)
        file = client.get(address)

        assert f'href="{address}"' in page and decision.evidence_sha256 in page
        assert hashlib.sha256(file.content).hexdigest() == decision.evidence_sha256
        assert file["Content-Disposition"].startswith("attachment")

    def test_is_shown_in_words(self, client, pack):
        page = page_of(client, make_person(Role.AUDITOR), pack)

        assert "capacity_test_id " in page and "{&#x27;" not in page
        assert 'identity_confirmed</dt><dd class="code">yes</dd>' in page


def decision_of(pack) -> Decision:
    return Decision.objects.get(pack=pack)


class TestDecisionCard:
    def test_shows_margins_path_terms_and_what_would_change_it(self, client, pack):
        page = page_of(client, make_person(Role.REVIEWER), pack)

        assert "SOH above 80 % would make it A, pack reuse." in page
        assert "SOH 74 %. With the other facts as they are: D from 0 to 20 %" in page
        assert "Path of the evaluation" in page
        assert "full equivalent cycles" in page
        assert reverse("policy_simulate", args=[Decision.objects.get().policy_id]) in page
        assert "certificate <a" in page

    def test_keeps_staff_matters_from_the_supplier(self, client, pack):
        page = page_of(client, make_person(Role.SUPPLIER, supplier=pack.supplier), pack)

        assert "SOH above 80 % would make it A, pack reuse." in page
        assert "/simulate/" not in page
        assert "certificate <a" not in page

    def test_says_which_applications_fit_and_why_the_others_do_not(self, client, pack):
        page = page_of(client, make_person(Role.SUPPLIER, supplier=pack.supplier), pack)

        assert "at least 5 kWh usable, 40 to 1000 V" in page
        assert "Does not fit" in page
        assert "Only for packs on the route small application." in page

    def test_leads_to_the_certificate_itself(self, client, pack):
        [capacity] = CapacityTest.objects.filter(pack=pack)
        proof = Calibration.objects.get(instrument=capacity.instrument_id, certificate_number="CAL-1")

        page = page_of(client, make_person(Role.REVIEWER), pack)

        row = f"{reverse('instrument', args=[capacity.instrument_id])}#certificate-{proof.pk}"
        assert f'certificate <a href="{row}">CAL-1</a>' in page
        assert f'id="certificate-{proof.pk}"' in client.get(row).text

    def test_says_until_when_it_counts(self, client, db):
        publish_terms()
        [best], [good] = ending(soh="85"), ending()

        supplier = make_person(Role.SUPPLIER, supplier=best.supplier)
        assert "Counts until <time>20 May 2027</time>; measure again from <time>20 Feb 2027</time>." in (
            page_of(client, supplier, best)
        )
        assert "Counts until <time>20 Nov 2027</time>. " in page_of(client, make_person(Role.REVIEWER), good)

    def test_says_to_staff_who_asks_for_a_rule(self, client, db):
        entries = [dict(entry) for entry in seed_document()["overlays"]]
        for entry in entries:
            entry |= {"kind": "insurer", "party": "Acme Re"}
        publish(document=changed_document(overlays=entries), actor=SYSTEM, at=GRADED_AT - timedelta(1))
        [pack] = ending(declared_soh_percent="90")

        said = "Asked by the insurer, Acme Re."
        assert said in page_of(client, make_person(Role.REVIEWER), pack)
        assert said not in page_of(client, make_person(Role.SUPPLIER, supplier=pack.supplier), pack)

    def test_of_a_decision_from_before_paths_is_the_same(self, client, pack):
        person = make_person(Role.REVIEWER)
        decision = Decision.objects.get()
        assert decision.path
        stored = page_of(client, person, pack).count("does not apply")

        decision.path = None

        assert [step.state for step in card_of(decision).steps].count("passed") == stored

    def test_of_a_failure_has_none(self, client, db):
        publish_seed()
        pack = make_inspected(safety="odd")[0]
        grade_waiting(actor=SYSTEM, now=lambda: GRADED_AT)

        assert "What would change it" not in page_of(client, make_person(Role.REVIEWER), pack)


class TestCardOfAnOverride:
    @pytest.fixture
    def page(self, client, db):
        publish_seed()

        def show(role, **fields):
            [case] = make_reviews()
            ask(case, make_actor(make_person(Role.REVIEWER)), scope=Scope(**fields))
            case.refresh_from_db()
            approve(case, make_actor(make_person(Role.REVIEWER)))
            person = make_person(role, supplier=case.pack.supplier if role == Role.SUPPLIER else None)
            return page_of(client, person, case.pack)

        return show

    @pytest.mark.parametrize("role", [Role.AUDITOR, Role.SUPPLIER])
    @pytest.mark.parametrize(
        "scope",
        [
            {"code": "any_use"},
            {"code": "any_use", "expires_on": (GRADED_AT + timedelta(days=30)).date()},
            {
                "code": "application",
                "note": "Telecom 48 V",
                "expires_on": (GRADED_AT + timedelta(days=30)).date(),
            },
        ],
    )
    def test_shows_the_bands_and_what_would_change_what_the_policy_says(self, page, role, scope):
        text = page(role, **scope)

        assert "The limits below are the policy's, not theirs." in text
        assert "With the other facts as they are: " in text
        assert "What would change what the policy says" in text
        assert "would make it" in text
        assert "it carries no warranty of the policy" in text
        assert ("No other application was looked at." in text) == (scope["code"] == "application")
        assert ("Telecom 48 V" in text) == (role == Role.AUDITOR and scope["code"] == "application")

    def test_says_that_nothing_is_measured_where_grading_failed(self, client, db):
        publish_seed()
        [case] = make_reviews()
        case.decision.kind, case.decision.evidence = "override", {"failure": "KeyError"}

        assert card_of(case.decision) is None
        assert "Grading had failed on our side" in render_to_string(
            "grading/verdict/_card.html", {"card": None, "decision": case.decision}
        )
