"""What an inspected pack's page says is still missing for its grade."""

import re
from html import unescape

import pytest
from django.urls import reverse

from rebattery.accounts.roles import Role
from tests.evidence import add_capacity, make_inspected, publish_seed
from tests.factories import make_person
from tests.grading import cast

pytestmark = pytest.mark.django_db
MISSING = "Still missing for a grade: "


@pytest.fixture
def page(client):
    """Open a pack's page as a person of a role."""

    def open_as(role, pack) -> str:
        supplier = pack.supplier if role == Role.SUPPLIER else None
        client.force_login(make_person(role, supplier=supplier))
        return client.get(reverse("pack", args=[pack.pk])).text.split("<main")[1]

    return open_as


def missing(html: str) -> str:
    text = " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())
    return text.split(MISSING)[1].split(".")[0] if MISSING in text else ""


class TestMissing:
    @pytest.mark.parametrize("role", [Role.WAREHOUSE, Role.SUPPLIER, Role.AUDITOR])
    def test_is_linked_to_the_bench_for_those_who_may_test(self, page, role):
        publish_seed()
        pack = cast.inspected()

        html = page(role, pack)

        assert "SOH" in missing(html)
        assert (f'<a href="{reverse("bench_pack", args=[pack.pk])}">' in html) is (role == Role.WAREHOUSE)

    def test_is_only_what_is_left(self, page):
        publish_seed()
        [pack] = make_inspected(chemistry="LFP")
        add_capacity([pack], "85")

        assert missing(page(Role.AUDITOR, pack)) == "the internal resistance"

    @pytest.mark.parametrize("state", ["received", "graded", "in_review"])
    def test_is_nothing_in_other_states(self, page, state):
        publish_seed()

        assert missing(page(Role.WAREHOUSE, cast.STATES[state]())) == ""

    def test_is_nothing_before_a_policy_is_in_force(self, page):
        assert missing(page(Role.AUDITOR, cast.inspected())) == ""
