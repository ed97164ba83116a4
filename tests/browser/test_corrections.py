"""A supplier corrects a batch: the receipt, the workbook, and the difference before it is made."""

import io
import os
from pathlib import Path

import openpyxl
import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from intake.models import Manifest, Pack
from intake.services.receiving import receive_many
from rebattery.accounts.roles import Role
from rebattery.actor import SYSTEM
from tests.browser.axe import faults_of, overflow_of
from tests.browser.looks import keep
from tests.factories import AT, make_person, manifest_csv
from tests.intake.services.manifests.acts import draft, imported, read

pytestmark = pytest.mark.browser
SHOTS = os.environ.get("SHOTS")
CORRECTED = manifest_csv("RB-0001", "RB-0002", "RB-0009", **{"SOH (%)": "70"})


@pytest.fixture
def owner(committed_db):
    return make_person(Role.SUPPLIER)


@pytest.fixture
def batch(owner):
    made = imported(owner.supplier, manifest_csv("RB-0001", "RB-0002", "RB-0003"))
    receive_many(batch_id=made.pk, serials=["RB-0002"], actor=SYSTEM, at=AT)
    return made


def looked_at(page: Page, name: str) -> None:
    """Look for what axe and a narrow window find, and keep a picture when somebody wants to look too."""
    assert (faults_of(page), overflow_of(page)) == ([], 0)
    keep(page, name)


@pytest.mark.parametrize(("size", "theme"), [("desk", "light"), ("tablet", "dark")])
class TestDifference:
    def test_is_seen_before_it_is_made(self, windows, owner, batch, size, theme):
        page = windows.open(owner, size, theme, path=reverse("batch", args=[batch.pk]))
        looked_at(page, f"batch-{size}")
        page.get_by_role("link", name="Send a corrected file").click()
        looked_at(page, f"corrected-{size}")
        page.get_by_label("Corrected file").set_input_files(
            {"name": "second.csv", "mimeType": "text/csv", "buffer": CORRECTED}
        )
        page.get_by_role("button", name="Send and check").click()
        read(Manifest.objects.get(replaces=batch))
        page.reload()
        page.get_by_role("link", name=f"See what changes in batch {batch.number}").click()

        changed = page.get_by_role("region", name="Changed", exact=True)
        expect(changed).to_contain_text("78.5 → 70")
        expect(page.get_by_role("region", name="No longer listed", exact=True)).to_contain_text("RB-0003")
        looked_at(page, f"difference-{size}")
        page.get_by_role("button", name="1 changed, 1 added, 1 withdrawn").click()
        read(Manifest.objects.get(replaces=batch))

        page.goto(reverse("batch", args=[batch.pk]))
        expect(page.get_by_text("1 pack added, 1 changed, 1 withdrawn")).to_be_visible()
        looked_at(page, f"batch-corrected-{size}")
        assert dict(Pack.objects.values_list("serial", "status")) == {
            "RB-0001": "announced", "RB-0002": "received", "RB-0003": "withdrawn", "RB-0009": "announced",
        }  # fmt: skip
        assert page.said == []


class TestReceipt:
    @pytest.mark.parametrize("size", ["desk", "tablet"])
    def test_is_one_page_of_paper(self, windows, owner, batch, size):
        page = windows.open(owner, size, path=reverse("batch_receipt", args=[batch.pk]))
        looked_at(page, f"receipt-{size}")

        page.emulate_media(media="print")

        expect(page.get_by_text(batch.number, exact=True).last).to_be_visible()
        expect(page.get_by_role("img", name="QR code")).to_be_visible()
        expect(page.get_by_role("button", name="Print")).to_be_hidden()
        if SHOTS:
            page.pdf(path=Path(SHOTS) / f"receipt-{size}.pdf")
            page.screenshot(path=Path(SHOTS) / f"receipt-print-{size}.png", full_page=True)
        assert page.said == []


class TestWorkbook:
    def test_mends_a_draft(self, windows, owner):
        manifest = draft(owner.supplier, manifest_csv("RB-0001", "RB-0002", "RB-0003", **{"SOH (%)": "182"}))
        page = windows.open(owner, path=reverse("manifest", args=[manifest.pk]) + "?stage=check")
        with page.expect_download() as coming:
            page.get_by_role("link", name="Download the workbook").click()
        book = openpyxl.load_workbook(io.BytesIO(coming.value.path().read_bytes()))
        book["Packs"]["G2"] = "78"
        book["Packs"].delete_rows(4)
        mended = io.BytesIO()
        book.save(mended)

        page.get_by_label("Mended workbook").set_input_files(
            {"name": "draft.xlsx", "mimeType": "application/zip", "buffer": mended.getvalue()}
        )
        page.get_by_role("button", name="Send the mended workbook").click()

        expect(page.get_by_text("1 cell in 1 row corrected")).to_be_visible()
        looked_at(page, "workbook")
        page.get_by_role("button", name="Leave this row out").click()
        expect(page.get_by_text("1 row is left out.")).to_be_visible()
        assert manifest.rows.get(row=4).fate == "dropped"
        assert page.said == []
