"""The earlier decisions on a pack's page: by which run, why, and what a reviewer did."""

import pytest
from django.test import Client
from django.urls import reverse

from grading.models import GradingRun
from grading.services import reviews
from rebattery.accounts.models import User
from rebattery.accounts.roles import Role
from tests.evidence import GRADED_AT, make_reviews, publish_seed
from tests.factories import make_actor, make_person
from tests.grading.regrading import carry_out, order
from tests.grading.services.reviews.acts import WHY, seen


@pytest.fixture(autouse=True)
def policy(db):
    return publish_seed()


@pytest.fixture
def ravi(db) -> User:
    return make_person(Role.REVIEWER)


@pytest.fixture
def case(ravi):
    """A confirmed review whose pack was graded again twice."""
    [made] = make_reviews(soh="74", ratio="2.0")
    reviews.confirm(cases=seen([made]), why=WHY, actor=make_actor(ravi), at=GRADED_AT)
    for reason in ("The audit of March", "The audit of April"):
        carry_out(order([made.pack], by=ravi, reason=reason))
    return made


def earlier(viewer: User, pack) -> str:
    client = Client()
    client.force_login(viewer)
    body = " ".join(client.get(reverse("pack", args=[pack.pk])).content.decode().split())
    return body.split("Earlier decisions (2)")[1].split("</details>")[0]


class TestEarlierDecisions:
    def test_keep_people_and_reasons_from_the_supplier(self, case, ravi):
        text = earlier(make_person(Role.SUPPLIER, supplier=case.pack.supplier), case.pack)
        assert ravi.name not in text
        assert "audit" not in text
        assert WHY.text not in text

    def test_tell_run_reason_person_and_confirmation(self, case, ravi):
        text = earlier(ravi, case.pack)
        run = GradingRun.objects.filter(kind="regrade").earliest("pk")
        assert f'<a href="/grading-runs/{run.pk}/">Grading run {run.pk}</a>, ordered by {ravi.name}' in text
        assert "“The audit of March”" in text
        assert f'<a href="/review/{case.pk}/">review</a>: confirmed by {ravi.name}' in text
        assert f"“{WHY.text}”" in text

    def test_link_no_review_for_those_who_may_not_open_it(self, case):
        text = earlier(make_person(Role.WAREHOUSE), case.pack)
        assert "Its review: confirmed by" in text
