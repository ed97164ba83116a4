"""Policies for programs."""

import pytest

from grading.domain.policy import policy_sha256, seed_document
from rebattery.accounts.roles import Role
from tests.evidence import publish_seed
from tests.programs import Program

pytestmark = pytest.mark.django_db


class TestPolicies:
    def test_are_not_for_suppliers(self):
        version = publish_seed()
        program = Program(Role.SUPPLIER)
        assert program.get("policies/").status_code == 403
        assert program.get(f"policies/{version.pk}/").status_code == 403

    def test_are_listed_with_the_one_in_force(self):
        publish_seed()
        [found] = Program(Role.AUDITOR).get("policies/").json()["results"]
        assert (found["code"], found["version"], found["in_force"]) == ("seed-v1", 1, True)
        assert "document" not in found

    def test_come_with_the_document_that_has_the_hash(self):
        version = publish_seed()
        found = Program(Role.REVIEWER).get(f"policies/{version.pk}/").json()
        assert found["document"] == seed_document()
        assert policy_sha256(found["document"]) == found["sha256"]

    def test_of_no_such_key_is_not_found(self):
        assert Program(Role.AUDITOR).get("policies/999/").status_code == 404
