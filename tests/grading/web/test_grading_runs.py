"""Pages of grading runs, and the page that orders packs to be graded again: the wrong person first."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from grading.models import Decision, GradingRun, GradingRunWork
from grading.services.decisions import grade_waiting
from grading.services.decisions.runs import end_run
from rebattery.accounts.roles import Role
from rebattery.actor import SYSTEM
from rebattery.ui.templatetags.words import day, utc
from tests.evidence import GRADED_AT, add_inspection, make_inspected, make_tested, publish_seed
from tests.factories import make_person
from tests.grading.regrading import carry_out, decide_since, make_graded, order, publish_stricter


@pytest.fixture(autouse=True)
def policy(db):
    return publish_seed()


def client(role: str = Role.REVIEWER) -> Client:
    made = Client()
    made.force_login(make_person(role))
    return made


def page(name: str, *args: object, role: str = Role.REVIEWER, query: str = "") -> str:
    response = client(role).get(reverse(name, args=args) + query)
    assert response.status_code == 200, response.status_code
    return " ".join(response.content.decode().split())


def waiting_run() -> GradingRun:
    make_tested(2)
    make_tested(soh="15")
    grade_waiting(actor=SYSTEM, now=timezone.now)
    return GradingRun.objects.get(kind="waiting")


class TestGradingRuns:
    def test_are_not_for_suppliers(self):
        assert client(Role.SUPPLIER).get(reverse("grading_runs")).status_code == 403

    def test_list_what_was_decided(self):
        waiting_run()
        order(make_graded(4), reason="An audit")

        shown = page("grading_runs", role=Role.AUDITOR)

        assert "Packs that waited for their grade" in shown
        assert "Graded again by request: Packs that were ticked" in shown
        assert "0 <span" in shown and "of 4" in shown
        assert "Choose packs" not in shown

    def test_say_when_there_is_none(self):
        assert "Nothing was graded yet." in page("grading_runs")

    @pytest.mark.parametrize(
        ("query", "shown"),
        [("kind=waiting", 1), ("kind=expiry", 0), ("state=running", 1), ("state=done", 0), ("by=nobody", 0)],
    )
    def test_filter(self, query, shown):
        run = waiting_run()
        link = f'href="{reverse("grading_run", args=[run.pk])}"'
        assert page("grading_runs", query=f"?{query}").count(link) == shown

    def test_export(self):
        waiting_run()
        lines = client().get(reverse("grading_runs") + "?export=csv").getvalue().decode().splitlines()
        assert lines[1].split(",")[1].strip('"') == "Packs that waited for their grade"


class TestGradingRun:
    def test_counts_by_grade_and_route_with_links(self):
        run = waiting_run()
        shown = page("grading_run", run.pk)
        packs = reverse("grading_run_packs", args=[run.pk])
        assert f'href="{packs}?grade=B&route=pack_reuse&kind=policy">2</a>' in shown
        assert f'href="{packs}?grade=D&route=recycling&kind=policy">1</a>' in shown
        assert "Running" in shown
        assert "hx-get" in shown

    def test_is_not_there(self):
        assert client().get(reverse("grading_run", args=[77])).status_code == 404

    def test_names_failures_and_offers_to_grade_them_again(self):
        packs = make_graded(2)
        add_inspection(packs[:1], "odd")
        run = carry_out(order(packs))
        link = f"{reverse('regrade_new')}?all=1&failed={run.pk}"
        shown = page("grading_run", run.pk)
        assert packs[0].serial in shown
        assert "ValueError" in shown
        assert link.replace("&", "&amp;") in shown or link in shown
        assert link not in page("grading_run", run.pk, role=Role.AUDITOR)

    def test_shows_what_an_order_changed_and_why(self):
        make_tested()
        packs = make_graded(3)
        publish_stricter()
        run = carry_out(order(packs, reason="Version 2 holds"))
        shown = page("grading_run", run.pk)
        assert "3 of 3 packs got another grade." in shown
        assert f"{reverse('grading_run_packs', args=[run.pk])}?old=B&amp;grade=C" in shown
        assert "A newer policy is in force. Version 2 holds" in shown
        assert "hx-get" not in shown

    def test_that_stopped_leads_to_what_it_did_not_reach(self):
        run = order(make_graded(2))
        with transaction.atomic():
            end_run(run=run, state=GradingRun.State.FAILED, actor=SYSTEM, at=timezone.now())
        link = f"{reverse('regrade_new')}?all=1&amp;unreached={run.pk}"
        shown = page("grading_run", run.pk)
        assert "Stopped" in shown
        assert link in shown
        assert link not in page("grading_run", run.pk, role=Role.AUDITOR)
        assert '2</span> <span class="tile-label">can be graded again' in page(
            "regrade_new", query=f"?all=1&unreached={run.pk}"
        )

    def test_says_when_a_run_of_waiting_packs_ended_though_it_stays_open_for_more(self):
        run = waiting_run()
        GradingRun.objects.filter(pk=run.pk).update(last_at=GRADED_AT)
        assert run.done_at is None
        assert f"<dt>Ended</dt><dd>{utc(GRADED_AT)}</dd>" in page("grading_run", run.pk)
        assert "<dt>Ended</dt><dd>–</dd>" in page("grading_run", order(make_graded()).pk)

    def test_tells_what_was_left(self):
        packs = make_graded(2)
        run = order(packs)
        decide_since(packs[:1])
        carry_out(run)
        assert "1 pack left as it is" in page("grading_run", run.pk)
        assert "Decided on since it was chosen" in page("grading_run_left", run.pk)


class TestStandstill:
    def test_says_since_when_and_when_another_takes_over(self):
        run = order(make_graded())
        now = timezone.now()
        moment = now - timedelta(seconds=40)
        GradingRun.objects.filter(pk=run.pk).update(last_at=moment)
        GradingRunWork.objects.update(lease_token=uuid4(), lease_until=now + timedelta(seconds=20))
        for _ in range(2):  # however often it is loaded
            for shown in (page("grading_run", run.pk), page("grading_run_progress", run.pk)):
                assert f"No progress since {day_unless_today(moment, now)}{moment:%H:%M:%S} UTC." in shown
                assert re.search(r"If the worker died, another takes over within 3[45] s\.", shown)

    def test_says_nothing_while_the_run_goes_on_or_once_it_is_done(self):
        run = order(make_graded(), at=timezone.now())
        assert "No progress since" not in page("grading_run", run.pk)
        carry_out(run)
        GradingRun.objects.filter(pk=run.pk).update(last_at=GRADED_AT)
        assert "No progress since" not in page("grading_run", run.pk)

    def test_says_that_no_worker_is_free(self):
        run = order(make_graded())
        assert f"No progress since {day(run.last_at)}, " in page("grading_run", run.pk)
        assert "No worker has it now; a free one takes it over within 15 s." in page("grading_run", run.pk)


def day_unless_today(moment, now) -> str:
    return "" if moment.date() == now.date() else f"{day(moment)}, "


class TestProgress:
    def test_replaces_itself_while_the_run_goes_on(self):
        run = order(make_graded(2))
        response = client().get(reverse("grading_run_progress", args=[run.pk]))
        assert "hx-get" in response.content.decode()
        assert "HX-Refresh" not in response.headers

    def test_ends_by_a_whole_page(self):
        run = carry_out(order(make_graded(2)))
        response = client().get(reverse("grading_run_progress", args=[run.pk]))
        assert "hx-get" not in response.content.decode()
        assert response.headers["HX-Refresh"] == "true"


class TestPacksOfRun:
    @pytest.mark.parametrize(
        ("query", "shown"), [("", 3), ("?grade=B", 2), ("?grade=D&route=recycling", 1), ("?old=A", 0)]
    )
    def test_are_listed_by_what_they_got(self, query, shown):
        run = waiting_run()
        assert page("grading_run_packs", run.pk, query=query).count('<th scope="row"') == shown

    def test_tell_the_grade_before(self):
        packs = make_graded(1)
        publish_stricter()
        run = carry_out(order(packs))
        body = client().get(reverse("grading_run_packs", args=[run.pk]) + "?export=csv").getvalue().decode()
        assert body.splitlines()[1].split(",")[2:4] == ['"B"', '"C"']

    def test_are_in_the_list_of_packs_too(self):
        run = waiting_run()
        [other] = make_graded()
        shown = page("packs", query=f"?run={run.pk}")
        assert f"run {run.pk}" in shown
        assert other.serial not in shown

    def test_name_their_run_to_staff_alone(self):
        run = waiting_run()
        decision = Decision.objects.filter(run=run)[0]
        link = reverse("grading_run", args=[run.pk])
        assert link in page("pack", decision.pack_id)
        owner = Client()
        owner.force_login(make_person(Role.SUPPLIER, supplier=decision.pack.supplier))
        assert link not in owner.get(reverse("pack", args=[decision.pack_id])).content.decode()


class TestPolicyPage:
    def test_counts_older_grades_and_leads_to_them(self):
        make_graded(2)
        newer = publish_stricter()
        shown = page("policy", newer.pk)
        assert f'{reverse("packs")}?older={newer.pk}">2 packs stand graded by an older version' in shown
        assert "seed-v1 v2" in page("packs", query=f"?older={newer.pk}")

    def test_says_nothing_without_any(self, policy):
        make_inspected()
        assert "older version" not in page("policy", policy.pk)
