"""The order of the review queue: dangers first, then by age, page by page, out of an index."""

from datetime import timedelta

import pytest
from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.urls import reverse

from grading.models import ReviewCase
from grading.queries.review_desk import by_urgency, waiting
from grading.services.decisions import grade_waiting
from rebattery.accounts.roles import Role
from rebattery.actor import SYSTEM
from rebattery.ui.listing import list_page
from tests.evidence import GRADED_AT, make_inspected, make_reviews, publish_seed
from tests.factories import make_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def cases():
    """Reviews of one moment, then dangers of a later one, as they stand in the queue."""
    publish_seed()
    older = make_reviews(52)
    make_inspected(2, safety="critical")
    grade_waiting(actor=SYSTEM, now=lambda: GRADED_AT + timedelta(microseconds=1))
    dangers = ReviewCase.objects.filter(rule__startswith="SAFETY_").order_by("pk")
    return [*dangers, *older]


def in_order():
    return by_urgency(waiting(on=GRADED_AT.date(), is_held=False)).order_by("urgency", "id")


class TestByUrgency:
    def test_puts_dangers_first_and_tells_moments_apart(self, cases):
        assert list(in_order()) == cases
        first = in_order()[0]
        assert first.urgency < in_order()[2].urgency
        assert first.opened_at > in_order()[2].opened_at

    def test_is_paged_without_a_gap_or_a_repeat(self, cases):
        shown, query = [], ""
        while True:
            rows = by_urgency(waiting(on=GRADED_AT.date(), is_held=False))
            page = list_page(rows, columns=(), filters=(), params=QueryDict(query), default_sort="urgency")
            shown += page.rows
            if not page.next_url:
                break
            query = page.next_url.removeprefix("?")
        assert shown == cases

    def test_is_read_from_its_index(self, cases):
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off")
            sql, params = in_order()[:51].query.sql_with_params()
            cursor.execute(f"EXPLAIN {sql}", params)
            plan = "\n".join(line for (line,) in cursor.fetchall())
        assert "Index Scan using review_urgency" in plan
        assert "Sort" not in plan

    def test_stands_on_the_page(self, cases):
        client = Client()
        client.force_login(make_person(Role.REVIEWER))
        page = client.get(reverse("review_queue")).context["page"]
        assert [row.pk for row in page.rows] == [case.pk for case in cases[: len(page.rows)]]
