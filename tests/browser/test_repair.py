"""A supplier without training mends a dismantler's file in the browser, on one page, up to its batch.

With SHOTS=folder each step is kept there as a picture, to be looked at.
"""

import base64
import os
import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from intake.models import Batch, Manifest
from rebattery.accounts.models import User
from rebattery.accounts.roles import Role
from tests.browser.axe import faults_of, overflow_of
from tests.factories import make_person
from tests.intake import drafting
from tests.intake.manifest_files import shared_file

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
SHOTS = os.environ.get("SHOTS")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SIZES = {"desk": (1280, 800), "landscape": (1180, 820), "tablet": (800, 1180)}
LOOKS = [("desk", "light"), ("landscape", "dark"), ("tablet", "light")]
ALL_LOOKS = [(size, theme) for size in SIZES for theme in ("light", "dark")]
DROP = """async ([name, type, content]) => {
  const bytes = Uint8Array.from(atob(content), (char) => char.charCodeAt(0));
  const data = new DataTransfer();
  data.items.add(new File([bytes], name, { type }));
  const send = (kind) => document.body.dispatchEvent(
    new DragEvent(kind, { bubbles: true, cancelable: true, dataTransfer: data }));
  send("dragenter");
  const isShown = !document.querySelector("[data-drop-here]").hidden;
  send("dragover");
  send("drop");
  return isShown;
}"""


@pytest.fixture
def person(committed_db) -> User:
    return make_person(Role.SUPPLIER)


@pytest.fixture(params=["own", "dismantler_de.xlsx"])
def content(request) -> bytes:
    return drafting.german_workbook() if request.param == "own" else shared_file(request.param).read_bytes()


def drop(page: Page, name: str, content: bytes) -> bool:
    """Drop a file onto the page; tell whether the page showed that it takes it."""
    return page.evaluate(DROP, [name, XLSX, base64.b64encode(content).decode()])


def keep(page: Page, name: str) -> None:
    """Look at the page in each size, and keep pictures in each theme too where somebody wants them."""
    before = page.viewport_size
    for size, theme in ALL_LOOKS if SHOTS else LOOKS:
        width, height = SIZES[size]
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(color_scheme=theme)
        assert overflow_of(page) == 0, f"{name} is too wide for {size}"
        assert faults_of(page) == [], f"{name} in {theme} at {size}"
        if SHOTS:
            page.screenshot(path=Path(SHOTS) / f"{name}-{size}-{theme}.png")
    page.emulate_media(color_scheme="light")
    page.set_viewport_size(before)


def cell(page: Page, row: int, column: int) -> Locator:
    return page.locator(f"#row-{row} [data-cell='{column}']")


def mend_by_key(page: Page, row: int, column: int, text: str) -> None:
    """Press n, which must find this cell, and type over it."""
    page.keyboard.press("n")
    expect(cell(page, row, column)).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.insert_text(text)
    page.keyboard.press("Enter")
    expect(cell(page, row, column)).to_be_focused()
    expect(cell(page, row, column)).not_to_have_class(re.compile(r"\bbad\b"))


class TestRepair:
    def test_needs_no_training(self, person, worker, windows, content):
        page = windows.open(person, path=reverse("batch_upload"))
        keep(page, "1-upload")
        assert drop(page, "Lieferliste.xlsx", content)

        self.say_what_the_column_is(page)
        self.mend_what_is_wrong(page)
        self.announce(page)

        batch = Batch.objects.get()
        assert page.url.endswith(reverse("manifest", args=[batch.manifest_id]))
        page.get_by_role("link", name=f"Open batch {batch.number}").click()
        expect(page.get_by_role("region", name="Packs of this batch").get_by_role("row")).to_have_count(6)
        assert batch.packs.count() == 5
        assert set(batch.packs.values_list("declared__extra__Lagerplatz", flat=True)) >= {"H2-14"}
        assert page.said == []

    def say_what_the_column_is(self, page: Page) -> None:
        expect(page.get_by_role("row", name=re.compile("Lagerplatz"))).to_contain_text("needs an answer")
        keep(page, "2-columns")
        page.get_by_label("Read Lagerplatz as").select_option(label="Keep it beside the pack, not read")
        page.get_by_role("button", name="Read the file with these columns").click()
        expect(page.get_by_role("heading", name="Rows")).to_be_visible()

    def mend_what_is_wrong(self, page: Page) -> None:
        keep(page, "3-check")
        page.keyboard.press("n")
        expect(cell(page, drafting.DUPLICATE_ROW, drafting.SERIAL_COLUMN)).to_be_focused()
        page.get_by_role("button", name=f"Leave out row {drafting.DUPLICATE_ROW}").click()
        expect(page.locator(f"#row-{drafting.DUPLICATE_ROW}")).to_contain_text("Left out")
        mend_by_key(page, drafting.DAMAGED_ROW, drafting.SERIAL_COLUMN, "ID3-77-041")
        keep(page, "4-mending")
        mend_by_key(page, drafting.BLANK_ROW, drafting.ACCIDENT_COLUMN, "nein")
        mend_by_key(page, drafting.SOH_ROW, drafting.SOH_COLUMN, "0,68")
        expect(page.get_by_role("heading", name="Nothing to mend")).to_be_visible()
        page.get_by_role("link", name=str(drafting.SOH_ROW), exact=True).click()
        expect(page.get_by_role("dialog")).to_contain_text("fraction to percent")
        keep(page, "5-understood")
        page.keyboard.press("Escape")

    def announce(self, page: Page) -> None:
        arrival = (timezone.now() + timedelta(days=9)).date()
        page.get_by_label("Expected arrival").fill(arrival.isoformat())
        keep(page, "6-ready")
        page.get_by_role("button", name="Announce all 5 packs").click()
        expect(page.get_by_role("link", name=re.compile("Open batch"))).to_be_visible(timeout=30_000)
        keep(page, "7-announced")
        assert Batch.objects.get().expected_on == arrival


class TestUpload:
    def test_takes_several_files_and_keeps_them_in_sight(self, person, worker, windows):
        page = windows.open(person, path=reverse("batch_upload"))
        good = drafting.good_csv(["RB-7001"])
        files = [
            {"name": "one.csv", "mimeType": "text/csv", "buffer": good},
            {"name": "two.xlsx", "mimeType": XLSX, "buffer": drafting.german_workbook()},
            {"name": "one again.csv", "mimeType": "text/csv", "buffer": good},
        ]

        page.get_by_label("Manifest", exact=True).set_input_files(files)
        page.get_by_role("button", name="Send and check").click()

        sent = page.get_by_role("list", name="Being sent").get_by_role("listitem")
        expect(sent.filter(has_text="one again.csv")).to_contain_text("You sent this very file before")
        listed = page.get_by_role("region", name="Your files", exact=True).locator("tbody")
        expect(listed.get_by_text("Draft")).to_have_count(2, timeout=30_000)
        page.reload()
        expect(listed.get_by_role("link", name="Answer 1 question")).to_be_visible()
        assert Manifest.objects.count() == 2
        assert page.said == []


class TestEditors:
    def test_see_both_values_when_two_change_one_cell(self, person, windows):
        draft = drafting.answered(drafting.make_draft(person.supplier))
        first = windows.open(person, path=reverse("manifest", args=[draft.pk]))
        second = windows.open(person, path=reverse("manifest", args=[draft.pk]))

        for page, text in ((first, "ID3-77-041"), (second, "ID3-77-099")):
            cell(page, drafting.DAMAGED_ROW, drafting.SERIAL_COLUMN).click()
            page.keyboard.insert_text(text)
            page.keyboard.press("Enter")
            expect(cell(page, drafting.DAMAGED_ROW, drafting.SERIAL_COLUMN)).to_contain_text("ID3-77-041")

        conflict = cell(second, drafting.DAMAGED_ROW, drafting.SERIAL_COLUMN)
        expect(conflict).to_contain_text("Somebody wrote “ID3-77-041” meanwhile; you typed “ID3-77-099”.")
        second.get_by_role("button", name="Use “ID3-77-099”").click()
        expect(conflict).not_to_contain_text("meanwhile")
        expect(conflict).to_contain_text("ID3-77-099")

    def test_take_back_the_last_step_by_key(self, person, windows):
        draft = drafting.answered(drafting.make_draft(person.supplier))
        page = windows.open(person, path=reverse("manifest", args=[draft.pk]))
        changed = cell(page, drafting.DAMAGED_ROW, drafting.SERIAL_COLUMN)
        changed.click()
        page.keyboard.insert_text("ID3-77-041")
        page.keyboard.press("Enter")
        expect(changed).not_to_have_class(re.compile(r"\bbad\b"))

        page.keyboard.press("Control+z")

        expect(page.get_by_role("status").filter(has_text="Taken back")).to_be_visible()
        expect(changed).to_have_class(re.compile(r"\bbad\b"))
        assert page.said == []

    def test_leave_a_cell_as_it_is_by_escape(self, person, windows):
        draft = drafting.answered(drafting.make_draft(person.supplier))
        page = windows.open(person, path=reverse("manifest", args=[draft.pk]))
        sent = []
        page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
        cell(page, drafting.DAMAGED_ROW, drafting.SERIAL_COLUMN).click()
        page.keyboard.insert_text("ID3-77-041")

        page.keyboard.press("Escape")

        expect(cell(page, drafting.DAMAGED_ROW, drafting.SERIAL_COLUMN)).to_be_focused()
        assert sent == []
        page.keyboard.press("ArrowRight")
        expect(cell(page, drafting.DAMAGED_ROW, drafting.SOH_COLUMN)).to_be_focused()
        assert not draft.corrections.filter(kind="cells").exists()

    def test_find_problems_by_key_on_every_page(self, person, windows):
        draft = drafting.make_draft(person.supplier, drafting.long_csv(120, blank={3, 121}), "long.csv")
        page = windows.open(person, path=reverse("manifest", args=[draft.pk]))
        accident = 7

        page.keyboard.press("n")
        expect(cell(page, 3, accident)).to_be_focused()
        page.keyboard.press("n")
        expect(cell(page, 121, accident)).to_be_focused()
        page.keyboard.press("n")
        expect(page.get_by_text("This was the last problem.")).to_be_visible()
        page.keyboard.press("Shift+N")
        expect(cell(page, 3, accident)).to_be_focused()
        assert page.said == []

    def test_are_told_of_every_key(self, person, windows):
        draft = drafting.answered(drafting.make_draft(person.supplier))
        page = windows.open(person, path=reverse("manifest", args=[draft.pk]))

        page.keyboard.press("?")

        keys = page.get_by_role("dialog", name="Keys on this page")
        for words in ("Next problem", "Previous problem", "Move between cells", "Take back the last step"):
            expect(keys).to_contain_text(words)

    def test_of_ours_change_a_cell_by_f2_though_it_scans_elsewhere(self, person, windows):
        draft = drafting.answered(drafting.make_draft(person.supplier))
        ada = make_person(Role.ADMINISTRATOR)
        page = windows.open(ada, path=reverse("manifest", args=[draft.pk]))
        page.keyboard.press("n")
        expect(cell(page, drafting.DUPLICATE_ROW, drafting.SERIAL_COLUMN)).to_be_focused()

        page.keyboard.press("F2")
        page.keyboard.insert_text("ZOE-6699")
        page.keyboard.press("Enter")

        expect(page.locator(f"#row-{drafting.DUPLICATE_ROW}")).to_contain_text("Ready")
        assert page.said == []

    def test_need_no_script(self, person, windows):
        draft = drafting.answered(drafting.make_draft(person.supplier))
        page = windows.open(person, path=reverse("manifest", args=[draft.pk]), java_script_enabled=False)
        page.locator(f"#row-{drafting.DAMAGED_ROW}").get_by_role("link", name="Mend").click()
        page.get_by_label(f"Row {drafting.DAMAGED_ROW}, Seriennummer").fill("ID3-77-041")
        page.get_by_role("button", name="Save and check the row").click()

        expect(page.get_by_text(f"Row {drafting.DAMAGED_ROW} is changed.")).to_be_visible()
        expect(page.locator(f"#row-{drafting.DAMAGED_ROW}")).to_contain_text("Ready")
