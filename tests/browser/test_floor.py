"""Dock and inspection in a real browser: scanner first, saved field by field, a hazard at once."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from intake.models import InspectionDraft, Pack, Photo, Scan
from tests.browser.axe import faults_of
from tests.browser.scanner import burst
from tests.browser.windows import SIZES
from tests.factories import make_batch, make_pack
from tests.intake.pictures import jpeg

pytestmark = pytest.mark.browser


@pytest.fixture
def dock(open_page):
    """A batch with one hazard declared, open at the dock."""
    batch = make_batch(packs=[{"serial": "RB-1001"}, {"serial": "RB-1002", "ddr_status": "critical"}])
    return open_page(path=reverse("dock_batch", args=[batch.pk]))


@pytest.fixture
def pack(open_page) -> Pack:
    return make_pack(serial="RB-1001", status="received")


class TestDock:
    def test_receives_one_scan_after_the_other_without_a_touch(self, dock):
        for code, tone in [("RB-1001", "ok"), ("RB-1002", "stop"), ("STRANGER", "warning")]:
            burst(dock, code)
            expect(dock.locator(f"[data-scan-result={tone}]")).to_contain_text(code)

        assert list(Scan.objects.order_by("id").values_list("outcome", flat=True)) == [
            "received",
            "received",
            "unexpected",
        ]
        assert dock.said == []

    def test_works_without_script(self, open_page):
        batch = make_batch(packs=[{"serial": "RB-1001"}])
        page = open_page(path=reverse("dock_batch", args=[batch.pk]), java_script_enabled=False)

        page.get_by_label("Scan or type a serial").fill("rb-1001")
        page.get_by_role("button", name="Receive").click()

        expect(page.locator(".scan-ok")).to_contain_text("1 of 1 arrived")

    @pytest.mark.parametrize("theme", ["light", "dark"])
    @pytest.mark.parametrize("size", SIZES)
    def test_has_no_serious_accessibility_fault_and_fits(self, open_page, theme, size):
        batch = make_batch(packs=[{"serial": "RB-1001", "ddr_status": "critical"}, {}])
        page = open_page(size, theme, path=reverse("dock_batch", args=[batch.pk]))
        burst(page, "RB-1001")
        expect(page.locator("[data-scan-result=stop]")).to_be_visible()

        for path in (page.url, reverse("dock"), reverse("dock_close", args=[batch.pk]), "/scan/?code=NOBODY"):
            page.goto(path)
            assert faults_of(page) == [], path
            assert page.evaluate("document.documentElement.scrollWidth - innerWidth") == 0, path


class TestInspection:
    def test_saves_field_by_field(self, open_page, pack):
        page = open_page(path=reverse("inspect_pack", args=[pack.pk]))

        for code in ("venting", "smoke", "heating"):
            page.locator(f"label:has(input[name={code}][value=no])").click()
        page.get_by_label("Isolation resistance").fill("500,5")
        page.get_by_label("Pack voltage").fill("350")
        page.get_by_label("Pack voltage").blur()
        page.wait_for_function("document.querySelector('#saved').textContent.includes('Saved')")
        page.wait_for_load_state("networkidle")

        draft = InspectionDraft.objects.get()
        assert draft.answers == dict.fromkeys(("venting", "smoke", "heating"), "no")
        assert (str(draft.isolation_kohm), str(draft.pack_voltage_v)) == ("500.50", "350.00")
        assert page.said == []

    def test_takes_a_photo_without_touching_the_answers(self, open_page, pack):
        page = open_page(path=reverse("inspect_pack", args=[pack.pk]))
        page.locator("label:has(input[name=burn][value=no])").click()

        photo = {"name": "label.jpg", "mimeType": "image/jpeg", "buffer": jpeg()}
        page.locator("#photo_label").set_input_files(photo)

        expect(page.locator("#at-photo_label img")).to_be_visible()
        assert page.locator("input[name=burn][value=no]").is_checked()
        assert Photo.objects.get().slot == "label"
        assert page.said == []

    def test_stops_at_a_hazard_and_isolates_the_pack(self, open_page, pack):
        page = open_page(path=reverse("inspect_pack", args=[pack.pk]))

        page.locator("label:has(input[name=swelling][value=yes])").click()
        page.get_by_role("button", name="Put RB-1001 into quarantine").click()

        expect(page.locator(".hazard-bar")).to_contain_text("Case or cells swollen")
        assert Pack.objects.get().status == "quarantined"

    def test_keeps_a_hazard_in_sight_wherever_the_page_is(self, open_page, pack):
        page = open_page(path=reverse("inspect_pack", args=[pack.pk]))
        page.locator("label:has(input[name=connector_damage][value=yes])").click()
        isolate = page.get_by_role("button", name="Put RB-1001 into quarantine")

        for place in ("document.body.scrollHeight", "0"):
            page.evaluate(f"scrollTo(0, {place})")
            expect(isolate).to_be_in_viewport()
        page.reload()
        expect(isolate).to_be_in_viewport()
        page.get_by_role("button", name="Save draft").click()

        expect(page.locator(".hazard-bar")).to_contain_text("In quarantine.")
        assert page.said == []

    @pytest.mark.rule(22)
    def test_shows_a_conflict_until_somebody_settles_it(self, open_page, pack):
        first, second = (open_page(path=reverse("inspect_pack", args=[pack.pk])) for _ in range(2))
        first.locator("label:has(input[name=seal_broken][value=no])").click()
        expect(first.locator("#saved")).to_contain_text("Saved")
        second.locator("label:has(input[name=seal_broken][value=yes])").click()
        expect(second.get_by_label("I have seen both")).to_be_visible()

        second.get_by_role("button", name="Save draft").click()
        second.wait_for_load_state()
        assert InspectionDraft.objects.get().answers == {"seal_broken": "no"}
        second.get_by_label("I have seen both").check()

        expect(second.locator("#refusal")).to_have_count(0)
        assert InspectionDraft.objects.get().answers == {"seal_broken": "yes"}
        assert second.said == []

    @pytest.mark.rule(22)
    def test_shows_two_people_each_others_answers(self, open_page, pack):
        first, second = (open_page(path=reverse("inspect_pack", args=[pack.pk])) for _ in range(2))
        first.locator("label:has(input[name=burn][value=no])").click()
        expect(first.locator("#saved")).to_contain_text("Saved")

        second.locator("label:has(input[name=water][value=no])").click()

        expect(second.locator("#refusal")).to_contain_text("saved answers about this pack")
        expect(second.locator("input[name=burn][value=no]")).to_be_checked()
        expect(second.locator("input[name=water][value=no]")).to_be_checked()

    @pytest.mark.parametrize("theme", ["light", "dark"])
    @pytest.mark.parametrize("size", SIZES)
    def test_has_no_serious_accessibility_fault_and_fits(self, open_page, pack, theme, size):
        page = open_page(size, theme, path=reverse("inspect_pack", args=[pack.pk]))
        assert faults_of(page) == []

        page.get_by_role("button", name="Finish inspection").click()
        expect(page.locator("#refusal")).to_be_visible()

        assert faults_of(page) == []
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") == 0
