"""An instrument declared bad, in a real browser: seen before, decided by two, then measured again."""

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from grading.models import CapacityTest, Decision
from grading.services import decisions
from grading.services.test_runs import record_capacity
from intake.models import Pack
from rebattery.actor import SYSTEM
from tests.bench import capacity
from tests.browser.looks import assert_all_fine
from tests.evidence import publish_seed
from tests.factories import make_instrument, make_person
from tests.grading.declaring import SINCE, approve, make_measured, propose

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("committed_db")]


@pytest.fixture
def bad():
    publish_seed()
    return make_instrument(code="CY-1")


class TestDeclarations:
    def test_are_for_everybody(self, windows, bad):
        make_measured(2, with_=bad, other=bad, soh="78", chemistry="NMC")
        done = approve(propose(bad))
        proposed = propose(make_instrument())
        page = windows.open(make_person("reviewer"))

        assert_all_fine(
            page,
            reverse("declarations"),
            reverse("instrument_declare", args=[bad.pk]),
            reverse("declaration", args=[proposed.pk]),
            reverse("declaration", args=[done.pk]),
            reverse("declaration_part", args=[done.pk, "packs"]),
        )

    def test_go_from_a_doubt_to_a_new_grade(self, windows, bad):
        [pack] = make_measured(with_=bad)
        otto = windows.open(make_person("warehouse"), path=reverse("instrument", args=[bad.pk]))
        otto.get_by_role("link", name="Declare bad", exact=True).click()
        otto.get_by_label("Bad since (UTC)").fill(SINCE.strftime("%Y-%m-%dT%H:%M"))
        otto.get_by_label("Why").fill("The shunt reads 3 % low")
        otto.get_by_role("button", name="Show what it touches").click()
        expect(otto.get_by_text("1 back to the bench")).to_be_visible()
        otto.get_by_role("button", name="Propose").click()
        expect(otto.get_by_text("Nothing has happened yet")).to_be_visible()

        rita = windows.open(make_person("reviewer"), path=otto.url)
        rita.get_by_role("button", name="Approve").click()
        rita.get_by_role("button", name="Declare it bad").click()
        expect(rita.get_by_text("It stays for ever")).to_be_visible()
        rita.get_by_role("link", name="packs", exact=False).first.click()

        assert Pack.objects.get(pk=pack.pk).status == "inspected"
        otto.goto(reverse("bench"))
        expect(otto.get_by_text("CY-1 was declared bad")).to_be_visible()
        now = timezone.now()
        row = capacity(pack, make_instrument(code="CY-2"), measured_at=now)
        record_capacity(rows=[row], actor=SYSTEM, at=now)
        assert decisions.grade(pack_ids=[pack.pk], actor=SYSTEM, at=timezone.now()) == 1
        otto.goto(reverse("pack", args=[pack.pk]))
        expect(otto.get_by_text("its instrument was declared bad")).to_be_visible()
        assert CapacityTest.objects.filter(pack=pack, invalidated_by__isnull=True).count() == 1
        assert Decision.objects.filter(pack=pack).count() == 2
