"""The page that orders packs to be graded again: the wrong person first."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from grading.models import GradingRun, GradingRunPack
from grading.queries.regrading import newest_decision_id
from rebattery.accounts.roles import Role
from tests.evidence import add_inspection, make_reviews, make_tested, publish_seed
from tests.factories import make_person
from tests.grading.regrading import carry_out, make_graded, order, publish_stricter

NEW = "/grading-runs/new/"


@pytest.fixture(autouse=True)
def policy(db):
    return publish_seed()


@pytest.fixture
def reviewer(db) -> Client:
    client = Client()
    client.force_login(make_person(Role.REVIEWER))
    return client


def shown(client: Client, query: str) -> str:
    return " ".join(client.get(NEW + query).content.decode().split())


def send(client: Client, query: str, **changes: str):
    """Fill the form in as the page offers it."""
    body = client.get(NEW + query).content.decode()
    offered = {name: re.search(f'name="{name}" value="([0-9]+)"', body)[1] for name in ("policy_id", "seen")}
    values = offered | {"reason_code": "newer_policy", "reason": "Version 2 is in force"} | changes
    return client.post(NEW + query, values)


def ordinary(run: GradingRun) -> dict[str, str]:
    """Return what a form said that was opened before this order."""
    seen = newest_decision_id()
    return {"policy_id": run.policy_id, "seen": seen, "reason_code": "newer_policy", "reason": "Version 2"}


def ticks(packs) -> str:
    return "?" + "&".join(f"pack={pack.pk}" for pack in packs)


class TestRegradeNew:
    @pytest.mark.parametrize("role", [Role.SUPPLIER, Role.WAREHOUSE, Role.AUDITOR, Role.ADMINISTRATOR])
    @pytest.mark.parametrize("method", ["get", "post"])
    def test_is_for_reviewers(self, role, method):
        client = Client()
        client.force_login(make_person(role))
        assert getattr(client, method)(NEW).status_code == 403

    def test_orders_ticked_packs(self, reviewer):
        packs = make_graded(3)
        response = send(reviewer, ticks(packs[:2]))
        run = GradingRun.objects.get(kind="regrade")
        assert response["Location"] == reverse("grading_run", args=[run.pk])
        assert set(run.packs.values_list("pack", flat=True)) == {pack.pk for pack in packs[:2]}
        assert run.title == "2 ticked packs"

    def test_orders_all_that_match_a_filter(self, reviewer):
        make_graded(2)
        make_graded(soh="55")
        send(reviewer, "?grade=B&status=graded&all=1")
        run = GradingRun.objects.get(kind="regrade")
        assert (run.pack_count, run.title) == (2, "State: Graded, Grade: B")

    def test_orders_what_an_older_policy_graded(self, reviewer):
        make_graded(2)
        newer = publish_stricter()
        send(reviewer, f"?all=1&older={newer.pk}")
        assert GradingRun.objects.get(kind="regrade").pack_count == 2

    def test_orders_exactly_the_failures_of_a_run(self, reviewer):
        packs = make_graded(3)
        add_inspection(packs[:1], "odd")
        failed = carry_out(order(packs))
        send(reviewer, f"?all=1&failed={failed.pk}", reason_code="failure_mended")
        run = GradingRun.objects.exclude(pk=failed.pk).get(kind="regrade")
        assert list(run.packs.values_list("pack", flat=True)) == [packs[0].pk]

    def test_tells_what_cannot_be_and_goes_on_without(self, reviewer):
        packs, [tested] = make_graded(2), make_tested()
        query = ticks([*packs, tested])
        page = shown(reviewer, query)
        assert f'1 neither graded nor in review: <span class="code">{tested.serial}</span>' in page
        refused = send(reviewer, query).content.decode()
        assert f"{tested.serial}: neither graded nor in review." in refused
        assert not GradingRunPack.objects.exists()

        send(reviewer, query, without="on")

        assert GradingRun.objects.get(kind="regrade").pack_count == 2

    def test_says_what_becomes_of_reviews_and_who_is_told(self, reviewer):
        cases = make_reviews(2)
        page = shown(reviewer, ticks([case.pack for case in cases]))
        assert "<dt>Open reviews</dt><dd>2 are opened anew." in page
        assert "<dd>Suppliers, only of packs whose result changes.</dd>" in page
        assert "Open reviews" not in shown(reviewer, ticks(make_graded()))

    def test_names_the_run_that_already_waits(self, reviewer):
        packs = make_graded(2)
        run = order(packs[:1])
        page = shown(reviewer, ticks(packs))
        assert f'<a href="/grading-runs/{run.pk}/">already waiting in grading run {run.pk}</a>' in page
        send(reviewer, ticks(packs), without="on")
        newest = GradingRun.objects.filter(kind="regrade").latest("pk")
        assert list(newest.packs.values_list("pack", flat=True)) == [packs[1].pk]

    def test_names_it_too_where_no_pack_is_left(self, reviewer):
        packs = make_graded(2)
        run = order(packs)
        again = reviewer.post(NEW + ticks(packs), ordinary(run) | {"without": "on"}).content.decode()
        assert "Nothing of it can be graded again. Nothing was ordered." in again
        assert f"already waiting in grading run {run.pk}</a>" in again
        assert GradingRun.objects.filter(kind="regrade").count() == 1

    def test_says_what_was_decided_meanwhile_and_looks_again(self, reviewer):
        packs = make_graded(1)
        again = send(reviewer, ticks(packs), seen="0").content.decode()
        assert "decided on since it was chosen" in again
        assert not GradingRunPack.objects.exists()
        seen = re.search('name="seen" value="([0-9]+)"', again)[1]
        assert send(reviewer, ticks(packs), seen=seen).status_code == 302

    def test_needs_words(self, reviewer):
        packs = make_graded(1)
        refused = send(reviewer, ticks(packs), reason="").content.decode()
        assert "This field is required." in refused
        assert not GradingRunPack.objects.exists()

    @pytest.mark.parametrize(
        "query", ["", "?grade=B", "?pack=x", pytest.param(f"?pack={'9' * 5_000}", id="endless")]
    )
    def test_asks_to_choose_first(self, reviewer, query):
        assert "No pack is chosen." in shown(reviewer, query)

    @pytest.mark.parametrize("query", ["?all=1&run=x", "?all=1&grade=B", "?pack=99999999999999999999"])
    def test_says_when_nothing_fits(self, reviewer, query):
        page = shown(reviewer, query)
        assert "No pack fits." in page or "No pack is chosen." in page


class TestPackList:
    def test_offers_boxes_to_reviewers_alone(self, reviewer):
        [pack], [tested] = make_graded(), make_tested()
        page = " ".join(reviewer.get(reverse("packs")).content.decode().split())
        assert f'value="{pack.pk}" aria-label="Pack {pack.serial}">' in page
        assert f'value="{tested.pk}" aria-label="Pack {tested.serial}" disabled>' in page
        auditor = Client()
        auditor.force_login(make_person(Role.AUDITOR))
        assert "Grade the ticked" not in auditor.get(reverse("packs")).content.decode()

    def test_takes_its_filters_along(self, reviewer):
        make_graded()
        page = reviewer.get(reverse("packs") + "?grade=B").content.decode()
        assert f'href="{NEW}?grade=B&amp;all=1"' in page
