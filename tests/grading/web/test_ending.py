"""The list of grades that run out, and what pages say of it."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from grading.models import Decision, GradingRun
from grading.services.reviews import order_retest
from tests.factories import make_actor, make_person
from tests.grading.ending import DAY_AFTER, current, graded, publish_terms, run_out
from tests.grading.services.reviews.acts import WHY

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(client):
    publish_terms()
    person = make_person("warehouse", name="Otto")
    client.force_login(person)
    return person


def serials(page):
    return [row.pack.serial for row in page.context["page"].rows]


class TestRunningOut:
    def test_is_not_for_suppliers(self, client):
        publish_terms()
        [pack] = graded()
        client.force_login(make_person("supplier", supplier=pack.supplier))
        assert client.get(reverse("running_out")).status_code == 403

    def test_says_when_nothing_runs_out(self, client, staff):
        assert b"No grade runs out." in client.get(reverse("running_out")).content

    def test_lists_what_is_due_first(self, client, staff):
        [good], [best], [lasting] = graded(), graded(soh="85"), graded(soh="40")
        page = client.get(reverse("running_out"))
        assert serials(page) == [best.serial, good.serial]
        assert lasting.serial not in page.content.decode()
        assert "20 Feb 2027" in page.content.decode()

    def test_is_exported(self, client, staff):
        [pack] = graded()
        lines = b"".join(client.get(reverse("running_out"), {"export": "csv"}).streaming_content).decode()
        assert pack.serial in lines
        assert "2027-11-20" in lines

    def test_asks_as_often_for_many_as_for_one(self, client, staff):
        graded()
        client.get(reverse("running_out"))
        with CaptureQueriesContext(connection) as one:
            client.get(reverse("running_out"))
        graded(4)
        with CaptureQueriesContext(connection) as many:
            client.get(reverse("running_out"))
        assert len(one) == len(many)


class TestBench:
    def test_says_that_the_grade_ran_out(self, client, staff):
        [pack] = graded()
        run_out(DAY_AFTER)
        case = Decision.objects.get(pk=current(pack).pk).review
        ann = make_actor(make_person("reviewer"))
        order_retest(cases={case.pk: case.version}, why=WHY, actor=ann, at=DAY_AFTER)
        text = client.get(reverse("bench_pack", args=[pack.pk])).content.decode()
        assert "The grade ran out: H: grade B counts for 12 months after the SOH measurement" in text
        assert "Needed for a grade" in text


class TestGradingRun:
    def test_of_grades_that_ran_out_is_shown_like_any_other(self, client, staff):
        packs = graded(2)
        run_out(DAY_AFTER)
        found = GradingRun.objects.get(kind="expiry")
        page = client.get(reverse("grading_run", args=[found.pk])).text
        assert "Grades that ran out" in page
        assert "Done" in page
        assert client.get(reverse("packs"), {"run": found.pk}).text.count("RB-") >= len(packs)

    def test_has_reviews_under_words(self, client, staff):
        graded()
        run_out(DAY_AFTER)
        client.force_login(make_person("reviewer"))
        assert "Grade ran out" in client.get(reverse("review_queue")).text
