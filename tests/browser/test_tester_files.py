"""Tester files in a real browser: sent, asked about, drawn and recorded, on both sizes and themes."""

import pytest
from django.urls import reverse

from grading.models import CapacityTest, TesterFile
from tests.browser.looks import assert_all_fine
from tests.evidence import publish_seed
from tests.factories import make_instrument, make_person
from tests.grading.tester_samples import full_test
from tests.grading.testing_files import make_bench_pack, make_ready, read, send

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("committed_db")]


class TestTesterFiles:
    @pytest.mark.timeout(300)
    def test_are_for_everybody(self, windows):
        ready = make_ready()
        inverted = read(send("RB-0001 inverted.csv", full_test(sign=-1)))
        loose = read(send("channel 3.csv", full_test(note=",loose")))
        refused = read(send("broken.csv", b"nothing\n" * 9))
        page = windows.open(make_person("warehouse"))

        files = (ready, inverted, loose, refused)
        addresses = [reverse("tester_file", args=[file.pk]) for file in files]
        assert_all_fine(page, reverse("tester_files"), *addresses)

    def test_a_file_is_sent_read_and_recorded(self, windows, worker):
        publish_seed()
        pack = make_bench_pack("RB-0001")
        instrument = make_instrument()
        page = windows.open(make_person("warehouse"), path=reverse("tester_files"))

        file = {"name": "RB-0001.csv", "mimeType": "text/csv", "buffer": full_test()}
        page.get_by_label("Tester files").first.set_input_files(file)
        page.get_by_role("button", name="Send").click()
        page.get_by_role("heading", level=1, name="RB-0001.csv").wait_for()
        page.get_by_role("heading", name="Record", exact=True).wait_for(timeout=60_000)
        assert page.locator("[data-chart-canvas] svg").count() >= 4
        page.get_by_label("Instrument").first.select_option(str(instrument.pk))
        page.get_by_label("Measured at (UTC)").fill("2026-11-20T10:00")
        page.get_by_label("No", exact=True).check()
        page.get_by_role("button", name="Record", exact=True).click()
        page.get_by_text("3 results of RB-0001 recorded.").wait_for()

        assert CapacityTest.objects.get().pack_id == pack.pk
        assert TesterFile.objects.get().state == "recorded"
        assert page.said == []

    def test_a_question_is_answered(self, windows):
        make_bench_pack("RB-0001")
        file = read(send("RB-0001.csv", full_test(sign=-1)))
        page = windows.open(make_person("warehouse"), path=reverse("tester_file", args=[file.pk]))

        page.get_by_label("How do you know?").fill("Rig 2 is wired so.")
        page.get_by_role("button", name="Inverted: + is discharge").click()
        page.get_by_text("Being read").wait_for()

        assert TesterFile.objects.get().answers == {"sign": "inverted"}
