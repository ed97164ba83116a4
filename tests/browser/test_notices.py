"""A supplier sets up a webhook and sees what failed; every page for everybody, on desk and tablet."""

import os
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import transaction
from django.db.models.functions import Now
from django.urls import reverse
from playwright.sync_api import expect

from rebattery.accounts.models import User
from rebattery.accounts.roles import Role
from rebattery.notices.models import Notice
from rebattery.notices.services import delivering
from tests.browser.axe import faults_of, overflow_of
from tests.browser.windows import SIZES
from tests.factories import make_person, make_supplier
from tests.rebattery.notices.making import make_endpoint, make_notice
from tests.rebattery.notices.receiver import receiving

pytestmark = pytest.mark.browser
SHOTS = os.environ.get("SHOTS")


@pytest.fixture
def ann(committed_db) -> User:
    return make_person(Role.SUPPLIER, name="Ann", supplier=make_supplier("ACME"))


@pytest.fixture
def failed(ann, settings) -> Notice:
    """A notice that one colleague and a webhook did not get."""
    settings.EMAIL_BACKEND = "tests.rebattery.notices.receiver.PickyMail"
    settings.WEBHOOKS_MAY_STAY_INSIDE = True
    colleague = make_person(Role.SUPPLIER, supplier=ann.supplier)
    with receiving() as receiver:
        receiver.codes, receiver.said = [503], b"The service is away for an upgrade until this evening. " * 5
        make_endpoint(ann.supplier, url=receiver.url)
        # A worker of another test may listen and would send with its own mail server: for it nothing is due.
        with transaction.atomic():
            notice = make_notice(ann.supplier, title="Batch B-2026-00012 was closed, 2 packs missing")
            notice.deliveries.filter(person=colleague).update(address="refused@example.com")
            notice.deliveries.update(next_attempt_at=Now() + timedelta(days=1))
        notice.deliveries.update(next_attempt_at=Now())
        delivering.deliver_due()
    make_notice(ann.supplier, title="B-2026-00013: 12 packs have a result", topic="results")
    return notice


def looks_of(page, name):
    for theme, size in (("light", "desk"), ("dark", "tablet")):
        width, height = SIZES[size]
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(color_scheme=theme)
        yield from (f"{name} {theme}: {fault}" for fault in faults_of(page))
        if pixels := overflow_of(page):
            yield f"{name} {size}: {pixels} pixels too wide"
        if SHOTS:
            page.screenshot(path=Path(SHOTS) / f"{name}-{size}.png", full_page=True)


class TestNotices:
    def test_are_for_everybody(self, windows, ann, failed):
        endpoint_id = failed.deliveries.get(channel="webhook").endpoint_id
        pages = {
            "notices": reverse("notices"),
            "notice": reverse("notice", args=[failed.pk]),
            "failing": reverse("failing_deliveries"),
            "settings": reverse("notice_settings"),
            "endpoint": reverse("endpoint", args=[endpoint_id]),
        }
        faults = []
        for person in (ann, make_person(Role.ADMINISTRATOR)):
            page = windows.open(person)
            shown = list(pages) if person is ann else ["notices", "notice", "failing"]
            for name in shown:
                page.goto(pages[name])
                faults += looks_of(page, f"{person.role}-{name}")
            faults += page.said

        assert faults == []

    def test_show_all_attempts_on_a_tablet(self, windows, ann, failed):
        webhook = failed.deliveries.get(channel="webhook")
        long = "https://hooks.example.com/" + "a-rather-long-way/" * 12
        failed.deliveries.filter(pk=webhook.pk).update(address=long)
        page = windows.open(ann, path=reverse("notice", args=[failed.pk]), size="tablet")
        expect(page.get_by_text(long)).to_be_visible()

        box = page.locator(".data-scroll")
        assert box.evaluate("box => box.scrollWidth - box.clientWidth") <= 0
        times = page.locator(".data td time").all()
        assert len(times) > 2
        assert all(time.bounding_box()["height"] < 30 for time in times)  # each in one line

    def test_lead_a_supplier_to_what_failed_and_send_it_again(self, windows, ann, failed):
        page = windows.open(ann, path=reverse("notices"))

        page.get_by_role("link", name="Batch B-2026-00012").click()
        expect(page.get_by_text("550 No such mailbox")).to_be_visible()
        page.get_by_role("row", name="refused@example.com").get_by_role("button", name="Send again").click()

        expect(page.get_by_text("1 delivery is being sent again.")).to_be_visible()

    def test_go_to_a_webhook_that_a_supplier_adds(self, windows, ann):
        page = windows.open(ann, path=reverse("notice_settings"))
        form = page.locator("form", has=page.get_by_role("button", name="Add the webhook"))

        form.get_by_label("Address").fill("https://192.168.0.7/hook")
        form.get_by_role("button", name="Add the webhook").click()
        expect(page.get_by_text("This address is inside a private network.").first).to_be_visible()

        form.get_by_label("Address").fill("https://hooks.example.com/rebattery")
        form.get_by_role("button", name="Add the webhook").click()
        expect(page.locator("#new-secret")).to_contain_text("whsec_")

        page.get_by_role("link", name="https://hooks.example.com/rebattery").click()
        page.get_by_role("button", name="Send a test").click()
        expect(page.get_by_text("The test is on its way.")).to_be_visible()
