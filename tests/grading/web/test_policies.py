"""The pages of policies."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from grading.domain.policy import seed_document
from grading.services.policies import publish
from rebattery.actor import SYSTEM
from tests.evidence import publish_seed
from tests.factories import make_person

pytestmark = pytest.mark.django_db


class TestPolicies:
    def test_say_so_when_there_is_none(self, client):
        client.force_login(make_person("auditor"))
        assert "No policy is published." in client.get(reverse("policies")).content.decode()

    def test_list_shows_the_one_in_force(self, client):
        publish_seed()
        client.force_login(make_person("warehouse"))
        assert "in force" in client.get(reverse("policies")).content.decode()

    def test_are_not_for_suppliers(self, client):
        version = publish_seed()
        client.force_login(make_person("supplier"))
        assert client.get(reverse("policies")).status_code == 403
        assert client.get(reverse("policy", args=[version.pk])).status_code == 403


class TestPolicy:
    def test_shows_the_tables_in_words(self, client):
        version = publish_seed()
        client.force_login(make_person("reviewer"))
        page = client.get(reverse("policy", args=[version.pk])).content.decode()
        for text in (
            "60 % ≤ SOH ≤ 80 %",
            "80 % &lt; SOH ≤ 105 %",
            "&lt; 1.5× baseline",
            "Weakest cell below 20 %: D, recycling.",
            "Lithium manganese iron phosphate (LMFP)",
            "12 months or 1,000 cycles",
            version.sha256,
        ):
            assert text in page

    def test_says_until_when_it_decides(self, client):
        version = publish_seed()
        later = timezone.now() + timedelta(days=90)
        document = seed_document() | {"version": 2, "effective_from": f"{later:%Y-%m-%dT%H:%M:%SZ}"}
        following = publish(document=document, actor=SYSTEM, at=timezone.now())
        client.force_login(make_person("auditor"))

        page = client.get(reverse("policy", args=[version.pk])).text
        assert f"{following.effective_from:%Y-%m-%d %H:%M} UTC, when" in page
        assert f'<a href="{reverse("policy", args=[following.pk])}">seed-v1 v2</a> takes over' in page
        assert "takes over" not in client.get(reverse("policy", args=[following.pk])).text
