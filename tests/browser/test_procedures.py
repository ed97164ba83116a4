"""Procedures and uncertainty in a real browser: readable on both sizes, published without a mouse."""

import copy
from decimal import Decimal as D

import pytest
from django.urls import reverse

from grading.domain.procedure import shipped_document
from grading.domain.uncertainty import Accuracy, capacity_soh_budget
from grading.models import ProcedureVersion
from grading.services.procedures import publish
from tests.browser.looks import assert_all_fine, assert_fine
from tests.evidence import add_capacity, make_inspected, publish_seed
from tests.factories import AT, make_actor, make_person

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("committed_db")]


@pytest.fixture
def second():
    document = shipped_document("iso12405-capacity")
    publish(document=document, actor=make_actor(), at=AT)
    changed = copy.deepcopy(document) | {"version": 2}
    changed["uncertainty"]["repeatability_percent"] = "0.3"
    return publish(document=changed, actor=make_actor(), at=AT)


class TestProcedures:
    def test_are_for_everybody(self, windows, second):
        page = windows.open(make_person("reviewer"))

        assert_all_fine(
            page,
            reverse("procedures"),
            reverse("procedure", args=[second.pk]),
            reverse("procedure_next", args=[second.pk]),
            reverse("procedure_import"),
        )

    def test_a_version_is_published_with_the_keyboard(self, windows, second):
        page = windows.open(make_person("reviewer"), path=reverse("procedure", args=[second.pk]))

        page.get_by_role("link", name="New version").focus()
        page.keyboard.press("Enter")
        page.get_by_label("Standard deviation of one result").fill("0,25")
        page.get_by_role("button", name="Publish").focus()
        page.keyboard.press("Enter")
        page.get_by_role("heading", level=1, name="v3").wait_for()

        assert page.get_by_role("row", name="Standard deviation of one result 0.3 % 0.25 %").is_visible()
        third = ProcedureVersion.objects.get(version=3)
        assert third.document["uncertainty"]["repeatability_percent"] == "0.25"


class TestBudget:
    def test_opens_beside_its_result(self, windows):
        publish_seed()
        (pack,) = make_inspected()
        budget = capacity_soh_budget(
            soh_percent=D(80),
            accuracy=Accuracy(current_reading_percent=D("0.1")),
            current_a=D(30),
            reference_tolerance_percent=D(2),
        )
        u = budget.standard_uncertainty
        add_capacity([pack], "80", uncertainty=budget.to_json(), u_soh_points=u)
        page = windows.open(make_person("warehouse"), path=reverse("bench_pack", args=[pack.pk]))

        page.get_by_text("u = 0.9250 points").click()

        assert page.get_by_role("rowheader", name="Reference value").is_visible()
        assert page.get_by_text("Not counted, because not known:").is_visible()
        assert_fine(page, "bench_pack")
