"""A supplier drops documents onto a batch and says of which pack the odd one is."""

import os
import time

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from intake.models import Attachment, Batch
from rebattery.accounts.roles import Role
from tests.browser.axe import faults_of, overflow_of
from tests.factories import make_batch, make_person
from tests.intake.pictures import phone_photo
from tests.intake.sending import PDF

SHOTS = os.environ.get("SHOTS")
pytestmark = pytest.mark.browser
FILES = [
    {"name": "UN38.3 RB-0001.pdf", "mimeType": "application/pdf", "buffer": PDF},
    {"name": "rb0002_front.jpg", "mimeType": "image/jpeg", "buffer": phone_photo()},
    {"name": "bms export.csv", "mimeType": "text/csv", "buffer": b"cell;mV\n1;3650\n2;3648\n"},
]


@pytest.fixture
def batch(worker, web_server) -> Batch:
    return make_batch(packs=[{"serial": "RB-0001"}, {"serial": "RB-0002"}, {"serial": "RB-0003"}])


def send_three(page: Page) -> None:
    page.get_by_label("Files, or a zip of them").set_input_files(FILES)
    page.get_by_role("button", name="Send documents").click()


class TestDocuments:
    @pytest.mark.parametrize("options", [{}, {"java_script_enabled": False}])
    def test_are_sent_found_and_assigned(self, windows, batch, options):
        supplier = make_person(Role.SUPPLIER, supplier=batch.supplier)
        page = windows.open(supplier, path=reverse("batch", args=[batch.pk]), **options)

        send_three(page)
        pane = page.locator("#documents")
        odd = pane.get_by_role("row", name="bms export.csv")
        if options:
            wait_for_the_worker()
            page.reload()
        expect(odd).to_contain_text("Names no serial of this batch")
        odd.get_by_role("textbox").fill("rb-0003")
        odd.get_by_role("button", name="Assign").click()
        expect(page.get_by_text("bms export.csv is now with pack RB-0003.")).to_be_visible()

        pane.get_by_role("link", name="All 3 documents").click()
        expect(page.get_by_role("link", name="RB-0003", exact=True)).to_be_visible()
        page.get_by_role("link", name="RB-0002", exact=True).click()
        expect(page.locator("#documents")).to_contain_text("rb0002_front.jpg")
        assert not [line for line in page.said if "reload" not in line]

    @pytest.mark.parametrize("theme", ["light", "dark"])
    def test_have_pages_that_everybody_can_use(self, windows, batch, theme):
        supplier = make_person(Role.SUPPLIER, supplier=batch.supplier)
        page = windows.open(supplier, "tablet", theme, path=reverse("batch", args=[batch.pk]))
        send_three(page)
        expect(page.get_by_role("heading", name="Without a pack: 1")).to_be_visible()
        odd = Attachment.objects.get(pack=None)

        addresses = [
            reverse("batch", args=[batch.pk]),
            reverse("attachments", args=[batch.pk]),
            reverse("attachment", args=[odd.pk]),
        ]
        for address in addresses:
            page.goto(address)
            assert faults_of(page) == []
            assert overflow_of(page) == 0
            if SHOTS:
                page.screenshot(path=f"{SHOTS}/{theme}-{addresses.index(address)}.png", full_page=True)


def wait_for_the_worker() -> None:
    until = time.monotonic() + 30
    while Attachment.objects.count() < 3 and time.monotonic() < until:
        time.sleep(0.1)
