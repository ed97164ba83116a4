"""The page that ends an override, and the ways to it; what a bounded override says on its pack's page."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from grading.models import Decision
from grading.services.reviews import Scope
from intake.models import Pack
from tests.evidence import make_reviews, publish_seed
from tests.factories import make_actor, make_person
from tests.grading.services.reviews.acts import ANY_USE, approve, ask
from tests.grading.web.reviewing import signed_in

pytestmark = pytest.mark.django_db
ANSWER = {"reason_code": "set_by_mistake", "reason": "The wrong pack"}


@pytest.fixture
def measured_by():
    return make_person("reviewer", name="Tess Ter")


@pytest.fixture
def override(measured_by):
    return overridden(by=measured_by)


def overridden(scope=ANY_USE, **evidence):
    if not Decision.objects.exists():
        publish_seed()
    [case] = make_reviews(**evidence)
    ann, ben = (make_actor(make_person("reviewer")) for _ in range(2))
    return approve(ask(case, ann, scope=scope), ben)


def end_page(override):
    return reverse("override_end", args=[override.pack_id])


def pages_with_way(override):
    case = Decision.objects.get(superseded_by=override).review
    return [reverse("pack", args=[override.pack_id]), reverse("review_case", args=[case.pk])]


def page(person, name):
    return signed_in(person).get(name).content.decode()


class TestOverrideEnd:
    @pytest.mark.parametrize("role", ["supplier", "warehouse", "auditor", "administrator"])
    def test_is_for_reviewers(self, override, role):
        person = (
            make_person(role, supplier=override.pack.supplier) if role == "supplier" else make_person(role)
        )
        client = signed_in(person)
        assert client.get(end_page(override)).status_code == 403
        asked = ANSWER | {"decision_id": override.pk}
        assert client.post(end_page(override), asked).status_code == 403
        assert end_page(override) not in page(person, pages_with_way(override)[0])

    def test_leads_back_to_a_pack_that_the_policy_judged(self, override):
        reviewer = make_person("reviewer")
        for way in pages_with_way(override):
            assert end_page(override) in page(reviewer, way)
        answer = ANSWER | {"decision_id": override.pk}
        text = signed_in(reviewer).post(end_page(override), answer, follow=True).content.decode()
        assert "The override is ended: D by seed-v1 v1." in text
        assert Pack.objects.get(pk=override.pack_id).status == "in_review"
        for way in pages_with_way(override):
            assert end_page(override) not in page(reviewer, way)
        assert "No override counts" in page(reviewer, end_page(override))

    def test_is_not_offered_to_who_measured(self, override, measured_by):
        for way in pages_with_way(override):
            assert end_page(override) not in page(measured_by, way)
        assert "You inspected or measured this pack yourself" in page(measured_by, end_page(override))

    def test_keeps_what_was_typed_where_a_reason_is_missing(self, override):
        answer = ANSWER | {"decision_id": override.pk, "reason_code": ""}
        text = signed_in(make_person("reviewer")).post(end_page(override), answer).content.decode()
        assert "The wrong pack" in text
        assert Pack.objects.get(pk=override.pack_id).status == "graded"

    def test_says_that_another_decision_counts_since(self, override):
        answer = ANSWER | {"decision_id": override.pk - 1}
        text = signed_in(make_person("reviewer")).post(end_page(override), answer).content.decode()
        assert "not in force any more" in text


class TestBoundedOverride:
    def test_says_what_it_counts_for_and_lists_no_other_application(self):
        until = timezone.now().date() + timedelta(days=30)
        override = overridden(Scope(code="application", note="UPS hall 3", expires_on=until))
        staff, own = make_person("auditor"), make_person("supplier", supplier=override.pack.supplier)
        pack = reverse("pack", args=[override.pack_id])
        assert "This grade counts for one application only: UPS hall 3." in page(staff, pack)
        assert "This grade counts for one application only." in page(own, pack)
        assert "UPS hall 3" not in page(own, pack)
        for person in (staff, own):
            assert "Suggested applications" not in page(person, pack)
            assert "it carries no warranty of the policy" in page(person, pack)
        assert override.applications == []

    def test_for_any_use_lists_applications_and_carries_no_warranty(self, override):
        text = page(make_person("auditor"), reverse("pack", args=[override.pack_id]))
        assert "Suggested applications" in text
        assert "This grade counts" not in text
        assert "it carries no warranty of the policy" in text
