"""What the bench is told of a pack that a reviewer sent back."""

import pytest
from django.urls import reverse

from grading.services.reviews import order_retest
from tests.evidence import GRADED_AT, make_reviews, publish_seed
from tests.factories import make_actor, make_person
from tests.grading.services.reviews.acts import WHY, seen
from tests.grading.web.reviewing import signed_in


@pytest.fixture
def sent_back(db):
    publish_seed()
    [case] = make_reviews(soh="74", ratio="2.0")
    order_retest(cases=seen([case]), why=WHY, actor=make_actor(make_person("reviewer")), at=GRADED_AT)
    return case.pack


class TestBenchPack:
    def test_needs_the_tests_that_are_to_be_repeated(self, sent_back):
        bench = signed_in(make_person("warehouse"))
        page = bench.get(reverse("bench_pack", args=[sent_back.pk])).content.decode()
        assert page.count("Needed for a grade") == 2
        assert "Not needed" not in page
        assert "Still missing for a grade" in page

    def test_stands_in_the_queue_with_what_is_lacking(self, sent_back):
        bench = signed_in(make_person("warehouse"))
        page = bench.get(reverse("pack", args=[sent_back.pk])).content.decode()
        assert "a bench measurement of SOH" in page
