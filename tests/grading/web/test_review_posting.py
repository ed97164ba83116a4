"""Addresses of steps that are only opened lead to the review and change nothing."""

import pytest
from django.urls import reverse

from tests.evidence import make_reviews, publish_seed
from tests.factories import make_person
from tests.grading.web.reviewing import fresh, signed_in, url

pytestmark = pytest.mark.django_db
STEPS = ("confirm", "override", "answer", "retest", "hold", "end_hold")


@pytest.fixture
def ann():
    publish_seed()
    return signed_in(make_person("reviewer", name="Ann"))


class TestOpenedOnly:
    @pytest.mark.parametrize("step", STEPS)
    def test_leads_to_the_review(self, ann, step):
        [case] = make_reviews()
        found = ann.get(url(f"review_{step}", case), {"rule": case.rule})
        assert (found.status_code, found["Location"]) == (
            302,
            f"{url('review_case', case)}?rule={case.rule}",
        )
        assert (fresh(case).state, fresh(case).version) == ("open", case.version)

    @pytest.mark.parametrize("name", ["review_confirm_group", "review_undo"])
    def test_of_several_leads_to_the_queue(self, ann, name):
        assert ann.get(reverse(name))["Location"] == reverse("review_queue")

    def test_takes_no_other_method(self, ann):
        [case] = make_reviews()
        assert ann.put(url("review_confirm", case)).status_code == 405
        assert signed_in(make_person("supplier")).get(url("review_confirm", case)).status_code == 403
