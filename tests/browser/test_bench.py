"""The bench in a real browser: by keyboard, kept as one types, blind, two people at once."""

import os
from pathlib import Path

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from grading.models import BenchDraft, CapacityTest
from tests.browser.axe import faults_of, overflow_of
from tests.browser.windows import SIZES
from tests.evidence import make_inspected, publish_seed
from tests.factories import make_instrument, make_pack_type, make_person
from tests.grading.channeling import make_channel
from tests.grading.running import fill_in, make_run, row_of

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("committed_db")]
SHOTS = os.environ.get("SHOTS")
PASTE = """(text) => { const data = new DataTransfer(); data.setData("text/plain", text);
document.activeElement.dispatchEvent(
  new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true })); }"""
FIRST = "[data-cell=measured_capacity_ah]"


@pytest.fixture
def packs():
    publish_seed()
    make_channel(make_instrument(code="CY-1"), "1")
    fields = {"chemistry": "LFP", "declared_soh_percent": "81.37", "declared_soh_method": "odometer"}
    return make_inspected(3, pack_type=make_pack_type(chemistry="LFP"), **fields)


@pytest.fixture
def otto():
    return make_person("warehouse", name="Otto")


def look(page: Page, name: str) -> None:
    """Hold the page against both sizes, and keep a picture of it when asked."""
    for size in ("tablet", "desk"):
        width, height = SIZES[size]
        page.set_viewport_size({"width": width, "height": height})
        assert not overflow_of(page), f"{name} is too wide for the {size}"
        assert not list(faults_of(page)), name
        # The picture itself asks for a style that the page's policy forbids.
        assert SHOTS or page.said == []
        if SHOTS:
            page.screenshot(path=Path(SHOTS) / f"{name}-{size}.png", full_page=True)


def form(page: Page, kind: str = "capacity"):
    return page.locator(f"form[action$='/bench/{kind}/']")


class TestPackPage:
    @pytest.mark.parametrize("theme", ["light", "dark"])
    def test_is_for_everybody(self, windows, packs, otto, theme):
        page = windows.open(otto, "tablet", theme, path=reverse("bench_pack", args=[packs[0].pk]))
        look(page, f"pack-{theme}")

        form(page).get_by_label("Measured charge").fill("85,1")
        form(page).get_by_label("C-rate").fill("nine")
        form(page).get_by_role("button", name="Record capacity test").click()
        expect(page.locator(".form-errors")).to_contain_text("Enter a number")
        look(page, f"pack-refused-{theme}")

    def test_records_a_capacity_test_by_keyboard_alone(self, windows, packs, otto):
        page = windows.open(otto, path=reverse("bench_pack", args=[packs[0].pk]))
        form(page).get_by_label("Instrument").focus()

        page.keyboard.type("CY-1")
        for _ in range(4):
            page.keyboard.press("Enter")
        page.keyboard.type("Constant")
        page.keyboard.press("Enter")
        page.keyboard.type("Catalog")
        page.keyboard.press("Enter")
        for text in ("", "85,1", "", "0,33", "25", "", "402", "288"):
            page.keyboard.type(text)
            page.keyboard.press("Enter")
        page.keyboard.press("Space")
        expect(page.locator("#capacity-derived")).to_contain_text("Ready to record")
        page.keyboard.press("Control+Enter")

        expect(page.get_by_role("heading", level=1, name=packs[1].serial)).to_be_visible()
        assert CapacityTest.objects.get(pack=packs[0]).soh_percent == 74
        assert page.said == []

    def test_survives_a_reload_and_shows_what_follows(self, windows, packs, otto):
        page = windows.open(otto, path=reverse("bench_pack", args=[packs[0].pk]))
        form(page).get_by_label("Reference: what").select_option("pack_type:ah")
        form(page).get_by_label("Measured charge").fill("85,1")
        form(page).get_by_label("C-rate").focus()
        expect(page.locator("#capacity-saved")).to_contain_text("Saved")
        expect(page.locator("#capacity-derived output")).to_have_text("74.00")

        page.reload()

        expect(form(page).get_by_label("Measured charge")).to_have_value("85,1")
        assert page.said == []

    def test_somebody_elses_values_are_shown_and_not_overwritten(self, windows, packs, otto):
        address = reverse("bench_pack", args=[packs[0].pk])
        mine, hers = windows.open(otto, path=address), windows.open(make_person(name="Anna"), path=address)
        form(hers).get_by_label("Measured charge").fill("90")
        form(hers).get_by_label("C-rate").focus()
        expect(hers.locator("#capacity-saved")).to_contain_text("Saved")

        form(mine).get_by_label("Measured charge").fill("85,1")
        form(mine).get_by_label("C-rate").focus()

        expect(mine.locator("#capacity")).to_contain_text("Anna typed: 90")
        expect(form(mine).get_by_label("Measured charge")).to_have_value("85,1")
        assert BenchDraft.objects.get().values["measured_capacity_ah"] == "90"
        mine.get_by_label("I have seen both").check()
        expect(mine.locator("#capacity-saved")).to_contain_text("Otto")
        assert BenchDraft.objects.get().values["measured_capacity_ah"] == "85,1"

    def test_the_claim_is_nowhere_before_a_value_is_recorded(self, windows, packs, otto):
        page = windows.open(otto, path=reverse("bench_pack", args=[packs[0].pk]))

        assert "81.3" not in page.content() and "odometer" not in page.content()

    def test_a_scanned_instrument_is_chosen(self, windows, packs, otto):
        page = windows.open(otto, path=reverse("bench_pack", args=[packs[0].pk]))

        page.get_by_role("textbox", name="Scan an instrument").fill("cy-1")
        page.keyboard.press("Enter")

        expect(form(page).get_by_label("Instrument").locator("option:checked")).to_contain_text("CY-1")
        expect(page.locator("#capacity-saved")).to_contain_text("Saved")


class TestRun:
    @pytest.mark.parametrize("theme", ["light", "dark"])
    def test_is_for_everybody(self, windows, packs, otto, theme):
        run = make_run(packs)
        fill_in(run, **{packs[0].serial: "85,1", packs[1].serial: "x"})
        page = windows.open(otto, "tablet", theme)
        pages = {
            "runs": reverse("bench_runs"),
            "new": reverse("bench_run_new"),
            "run": reverse("bench_run", args=[run.pk]),
            "row": reverse("bench_row", args=[run.pk, row_of(run, packs[1]).pk]),
            "list": reverse("bench"),
        }
        for name, address in pages.items():
            page.goto(address)
            look(page, f"{name}-{theme}")

    def test_a_cell_is_changed_by_keyboard_and_rows_are_recorded(self, windows, packs, otto):
        run = make_run(packs)
        page = windows.open(otto, path=reverse("bench_run", args=[run.pk]))
        page.locator(FIRST).first.focus()

        page.keyboard.press("Enter")
        page.keyboard.type("85,1")
        page.keyboard.press("Enter")
        expect(page.get_by_role("button", name="Record 1 ready row")).to_be_visible()
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        page.keyboard.type("88")
        page.keyboard.press("Enter")
        expect(page.get_by_role("button", name="Record 2 ready rows")).to_be_visible()
        page.keyboard.press("Control+Enter")

        expect(page.get_by_text("2 capacity tests recorded.")).to_be_visible()
        assert CapacityTest.objects.count() == 2 and page.said == []

    def test_a_row_leads_to_the_problem_that_is_out_of_sight(self, windows, packs, otto):
        run = make_run(packs, measured_at="")
        fill_in(run, **{packs[0].serial: "85,1"})
        page = windows.open(otto, "tablet", path=reverse("bench_run", args=[run.pk]))
        cell = page.locator("[data-cell=measured_at]").first
        expect(cell).not_to_be_in_viewport()

        page.get_by_role("link", name="Measured at (UTC)").click()

        expect(cell).to_be_focused()
        expect(cell).to_be_in_viewport(ratio=0.9)
        page.keyboard.press("Enter")
        page.keyboard.type("2026-11-20 13:00")
        page.keyboard.press("Enter")
        expect(page.get_by_role("button", name="Record 1 ready row")).to_be_visible()
        assert page.said == []

    def test_twenty_rows_are_pasted_and_taken_back(self, windows, otto):
        publish_seed()
        run = make_run(make_inspected(20))
        page = windows.open(otto, path=reverse("bench_run", args=[run.pk]))
        page.locator(FIRST).first.focus()
        block = "\n".join(f"8{n % 10},5\t28.{n % 10}" for n in range(20))

        page.evaluate(PASTE, block)

        expect(page.get_by_text("40 cells of 20 rows pasted")).to_be_visible()
        expect(page.get_by_role("button", name="Record 20 ready rows")).to_be_visible()
        page.keyboard.press("Control+z")
        expect(page.get_by_text("40 cells of 20 rows are as they were before.")).to_be_visible()
        assert page.said == []

    def test_a_block_that_is_pasted_into_an_open_cell_fills_down(self, windows, packs, otto):
        run = make_run(packs)
        page = windows.open(otto, path=reverse("bench_run", args=[run.pk]))
        page.locator(FIRST).first.click()
        expect(page.locator(".cell-input")).to_be_focused()

        page.evaluate(PASTE, "\n".join("85,5" for _ in packs))

        expect(page.get_by_text(f"{len(packs)} cells of {len(packs)} rows pasted")).to_be_visible()
        assert page.said == []

    def test_two_people_in_one_cell_see_both_values(self, windows, packs, otto):
        run = make_run(packs)
        address = reverse("bench_run", args=[run.pk])
        mine, hers = windows.open(otto, path=address), windows.open(make_person(name="Anna"), path=address)
        for page, text in ((hers, "90"), (mine, "85,1")):
            page.locator(FIRST).first.focus()
            page.keyboard.press("Enter")
            page.keyboard.type(text)
            page.keyboard.press("Enter")
            expect(page.locator("tr:has(.editing)")).to_have_count(0)

        expect(mine.get_by_role("alert")).to_contain_text("Somebody wrote “90” meanwhile; you typed “85,1”")
        mine.get_by_role("button", name="Use “85,1”").click()
        expect(mine.get_by_role("button", name="Record 1 ready row")).to_be_visible()
        expect(mine.locator(FIRST).first).to_have_attribute("data-text", "85,1")

    def test_packs_are_scanned_in(self, windows, packs, otto):
        run = make_run()
        page = windows.open(otto, path=reverse("bench_run", args=[run.pk]))

        page.get_by_role("textbox", name="Scan or type a serial").fill(packs[0].serial)
        page.keyboard.press("Enter")

        expect(page.get_by_role("rowheader", name=packs[0].serial)).to_be_visible()
