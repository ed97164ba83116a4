"""The tour of the README, walked by people of every role on the real web server and worker."""

import os
import signal
import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from grading.models import CapacityTest, Decision, Instrument
from intake.models import Batch, Manifest, Pack, Scan
from rebattery.accounts.models import User
from rebattery.accounts.roles import Role
from rebattery.audit.verify import verify
from tests.browser import steps
from tests.evidence import publish_seed
from tests.factories import make_instrument, make_person, make_supplier

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
LFP, NMC, LEAKING = "RB-LFP-1", "RB-NMC-2", "RB-HAZ-3"
GOOD = steps.manifest(
    steps.row(LFP), steps.row(NMC, chemistry="NMC", soh="84,0"), steps.row(LEAKING, status="damaged")
)
BAD = steps.manifest(
    steps.row(LFP, soh="780"), steps.row(NMC, chemistry="Unobtainium"), steps.row(LFP, status="perhaps")
)


@pytest.fixture
def house(committed_db) -> dict[str, User]:
    """A policy, two good instruments, a lapsed one, and one person of each role."""
    publish_seed()
    ends = timezone.now().date()
    make_instrument(code="CYC-1")
    make_instrument(code="IR-1", kind=Instrument.Kind.IR_TESTER, name="Pulse tester")
    make_instrument(code="CYC-OLD", calibrated_from_date=ends - timedelta(days=365), calibrated_to_date=ends)
    supplier = make_supplier("NORTH", "North Fleet")
    people = {role.value: make_person(role) for role in Role if role != Role.SUPPLIER}
    return people | {"supplier": make_person(Role.SUPPLIER, supplier=supplier)}


def wait_for(condition: Callable[[], bool], *, seconds: int = 30) -> None:
    ends = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < ends, "it took too long"
        time.sleep(0.1)


def settled() -> bool:
    return not Manifest.objects.filter(state="queued").exists()


def instrument(code: str) -> int:
    return Instrument.objects.get(code=code).pk


class TestTour:
    def test_leads_from_a_bad_file_to_decisions(self, house, worker, windows):
        supplier = windows.open(house["supplier"])
        self.read_every_problem_live(supplier, worker)
        self.send_the_mended_file(supplier)

        floor = windows.open(house["warehouse"], "tablet")
        self.scan_at_the_dock(floor)
        self.inspect_with_every_help(floor)
        self.isolate_a_leaking_pack(floor)
        self.measure_both(floor)

        self.read_the_decision(floor)
        self.confirm_the_reject(windows.open(house["reviewer"]))
        self.follow_the_fate(supplier)
        assert supplier.said + floor.said == []
        assert list(verify()) == []

    def read_every_problem_live(self, page: Page, worker) -> None:
        os.killpg(worker.process.pid, signal.SIGSTOP)  # so that the page is seen while it waits
        steps.send(page, BAD)
        expect(page.get_by_text("you may leave this page")).to_be_visible()
        os.killpg(worker.process.pid, signal.SIGCONT)

        problems = page.get_by_role("region", name="Rows of the file").locator("td.bad")
        expect(problems.first).to_be_visible()
        for value in ("780", "Unobtainium", "perhaps"):
            expect(problems.filter(has_text=value)).not_to_have_count(0)

    def send_the_mended_file(self, page: Page) -> None:
        page.get_by_role("link", name="Upload", exact=True).click()
        steps.send(page, GOOD)
        page.get_by_role("button", name="Announce all 3 packs").click()
        page.get_by_role("link", name="Open batch").click()
        expect(page.get_by_role("region", name="Packs of this batch").get_by_role("row")).to_have_count(4)

    def scan_at_the_dock(self, page: Page) -> None:
        batch = Batch.objects.get()
        page.get_by_role("link", name="Dock", exact=True).click()
        page.get_by_role("link", name=batch.number).click()
        tile = page.locator("[data-scan-result]")
        steps.scan(page, LFP)
        expect(tile).to_contain_text("1 of 3 arrived")
        steps.scan_again_at_once(page, LFP)
        expect(page.get_by_text("The repeat was ignored")).to_be_visible()
        steps.scan(page, "RB-STRANGER")
        expect(tile).to_contain_text("Nobody announced this code")
        steps.scan(page, NMC)
        expect(tile).to_contain_text("2 of 3 arrived")
        steps.scan(page, LEAKING)
        expect(tile).to_contain_text("The supplier says: Declared damaged")
        steps.scan(page, LFP)
        expect(tile).to_contain_text("Already here")
        outcomes = Scan.objects.order_by("id").values_list("outcome", flat=True)
        assert list(outcomes) == ["received", "unexpected", "received", "received", "already"]

    def inspect_with_every_help(self, page: Page) -> None:
        for serial in (LFP, NMC):
            steps.open_pack(page, "inspect_pack", serial)
            steps.answer_all(page)
            page.get_by_label("Pack voltage").blur()
            expect(page.locator("#saved")).to_contain_text("Saved")
            steps.finish_inspection(page)
            expect(page.locator("#refusal")).to_contain_text("No photo yet")
            steps.add_label_photo(page)
            expect(page.get_by_role("img", name="Rating label")).to_be_visible()
            steps.finish_inspection(page)
            expect(page.get_by_text(f"Pack {serial} passed its inspection")).to_be_visible()

    def isolate_a_leaking_pack(self, page: Page) -> None:
        steps.open_pack(page, "inspect_pack", LEAKING)
        expect(page.get_by_role("alert").filter(has_text="The supplier says")).to_be_visible()
        page.get_by_role("button", name="Fluid leaking now").click()
        expect(page.locator(".hazard-bar")).to_contain_text("In quarantine")
        assert Pack.objects.get(serial=LEAKING).status == "quarantined"

    def measure_both(self, page: Page) -> None:
        pack = steps.open_pack(page, "bench_pack", LFP)
        lapsed = steps.bench_form(page, "capacity").get_by_role("option", name="CYC-OLD")
        expect(lapsed).to_be_disabled()
        expect(lapsed).to_contain_text("lapsed")
        steps.record_capacity(page, ah="85,68", instrument=instrument("CYC-1"))
        expect(page.get_by_text(f"Capacity test of {LFP} recorded: SOH 74.5 %")).to_be_visible()
        steps.record_resistance(page, mohm="66,5", instrument=instrument("IR-1"))
        expect(page.get_by_text("1.11× its baseline")).to_be_visible()
        steps.open_pack(page, "bench_pack", NMC)
        steps.record_capacity(page, ah="89,70", instrument=instrument("CYC-1"))
        expect(page.get_by_text("SOH 78.0 %")).to_be_visible()
        wait_for(lambda: Decision.objects.count() == 3)
        assert CapacityTest.objects.get(pack=pack).ended_by_cell_limit

    def read_the_decision(self, page: Page) -> None:
        steps.open_pack(page, "pack", LFP)
        decision = page.locator("#decision")
        expect(decision).to_contain_text("Grade B")
        expect(decision).to_contain_text("margin")
        expect(page.locator("#trail")).to_contain_text("passed the pack's inspection")
        steps.open_pack(page, "pack", NMC)
        expect(page.locator(".page-head")).to_contain_text("In review")

    def confirm_the_reject(self, page: Page) -> None:
        page.get_by_role("link", name="Review", exact=True).click()
        page.get_by_role("region", name="Reviews").get_by_role("link", name=NMC).click()
        form = steps.open_step(page, "Confirm")
        steps.give_reason(form, "policy_right", "78 % is not above 80 %.")
        form.get_by_role("button", name="Confirm the decision").click()
        expect(page.get_by_text(f"D of pack {NMC} confirmed")).to_be_visible()
        assert page.said == []

    def follow_the_fate(self, page: Page) -> None:
        page.get_by_role("link", name="Packs", exact=True).click()
        rows = page.get_by_role("region", name="Packs").get_by_role("row")
        # The reviewer could still take the reject back: until that is over it is not told.
        for serial, fate in ((LFP, "Graded"), (NMC, "In review"), (LEAKING, "Quarantined")):
            expect(rows.filter(has_text=serial)).to_contain_text(fate)
        steps.open_pack(page, "pack", NMC)
        expect(page.locator("#trail")).to_contain_text("Waiting for a reviewer")
        expect(page.locator("#trail")).not_to_contain_text("Rejected after review")
        expect(page.get_by_text("is not above 80 %.")).to_have_count(0)

    def test_needs_no_javascript(self, house, worker, windows):
        supplier = windows.open(None, java_script_enabled=False)
        steps.sign_in(supplier, house["supplier"].email)
        steps.send(supplier, BAD)
        wait_for(settled)
        supplier.reload()
        expect(supplier.locator("td.bad").first).to_be_visible()
        steps.send(supplier, GOOD)
        wait_for(settled)
        supplier.reload()
        supplier.get_by_role("button", name="Announce all 3 packs").click()
        wait_for(settled)
        supplier.reload()
        supplier.get_by_role("link", name="Open batch").click()

        floor = windows.open(house["warehouse"], "tablet", java_script_enabled=False)
        floor.goto(reverse("dock_batch", args=[Batch.objects.get().pk]))
        steps.type_in(floor, LFP)
        expect(floor.locator(".scan-ok")).to_contain_text("1 of 3 arrived")
        floor.get_by_role("link", name=f"Inspect {LFP}").click()
        steps.answer_all(floor)
        steps.finish_inspection(floor)
        expect(floor.locator("#refusal")).to_contain_text("No photo yet")
        steps.add_label_photo(floor)
        steps.finish_inspection(floor)
        expect(floor.get_by_text(f"Pack {LFP} passed its inspection")).to_be_visible()
        steps.open_pack(floor, "bench_pack", LFP)
        steps.record_capacity(floor, ah="85,68", instrument=instrument("CYC-1"))
        steps.record_resistance(floor, mohm="66,5", instrument=instrument("IR-1"))

        wait_for(lambda: Pack.objects.get(serial=LFP).status == "graded")
        steps.open_pack(floor, "pack", LFP)
        expect(floor.locator("#decision")).to_contain_text("Grade B")
