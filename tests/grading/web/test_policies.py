"""The pages of policies."""

import pytest
from django.urls import reverse

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
