"""Pages of tester files: the door, the inbox, one file; who is let in and who is not."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from grading.models import TesterFile
from rebattery.accounts.roles import Role
from tests.evidence import make_inspected
from tests.factories import AT, balance, make_instrument, make_pack_type, make_person
from tests.grading.channeling import make_channel
from tests.grading.tester_samples import TYPE, full_test
from tests.grading.testing_files import make_bench_pack, make_ready, read, send

pytestmark = pytest.mark.django_db
READERS = [Role.WAREHOUSE, Role.REVIEWER, Role.ADMINISTRATOR, Role.AUDITOR]
ACTS = ["assign", "answer", "place", "again", "aside", "back"]


@pytest.fixture(autouse=True)
def _files(settings, tmp_path):
    settings.FILES_ROOT = tmp_path / "files"


@pytest.fixture
def operator(client):
    client.force_login(make_person(Role.WAREHOUSE))
    return client


def page(client, file):
    response = client.get(reverse("tester_file", args=[file.pk]))
    assert response.status_code == 200
    return response.content.decode()


class TestWrongPerson:
    @pytest.mark.parametrize("name", ["tester_file", "tester_file_raw", "tester_file_progress"])
    def test_a_supplier_never_sees_a_file(self, client, name):
        file = send()
        client.force_login(make_person(Role.SUPPLIER))

        assert client.get(reverse(name, args=[file.pk])).status_code == 403
        assert client.get(reverse("tester_files")).status_code == 403
        assert client.get(reverse("tester_file_points", args=[file.pk, 0])).status_code == 403

    @pytest.mark.parametrize("role", [Role.SUPPLIER, Role.AUDITOR, Role.ADMINISTRATOR])
    def test_only_who_records_tests_changes_a_file(self, client, role):
        file = make_ready()
        client.force_login(make_person(role))

        for act in ACTS:
            assert client.post(reverse(f"tester_file_{act}", args=[file.pk])).status_code == 403
        assert client.post(reverse("tester_file_record", args=[file.pk, 0])).status_code == 403
        assert client.post(reverse("tester_file_send")).status_code == 403
        assert TesterFile.objects.get().version == file.version

    @pytest.mark.parametrize("role", READERS)
    def test_staff_read(self, client, role):
        file = make_ready()
        client.force_login(make_person(role))

        assert "97.825" in page(client, file)
        raw = client.get(reverse("tester_file_raw", args=[file.pk]))
        assert b"".join(raw.streaming_content) == full_test(note=",RB-0001")


class TestTesterFileSend:
    def test_takes_several_and_says_of_each_what_became_of_it(self, operator):
        files = [
            SimpleUploadedFile("a.csv", full_test()),
            SimpleUploadedFile("b.csv", full_test()),
            SimpleUploadedFile("c.pdf", b"%PDF-1.7\n"),
        ]

        response = operator.post(reverse("tester_file_send"), {"file": files}, follow=True)

        text = response.content.decode()
        assert "a.csv: taken; a worker reads it." in text
        assert "b.csv: These very bytes came before" in text
        assert "c.pdf: This is a PDF, no file of a tester." in text
        assert TesterFile.objects.get().file_name == "a.csv"
        balance()

    def test_answers_a_script_with_the_address_of_the_file(self, operator):
        sent = operator.post(
            reverse("tester_file_send"),
            {"file": SimpleUploadedFile("a.csv", full_test())},
            headers={"X-Upload": "one"},
        )
        bad = operator.post(
            reverse("tester_file_send"),
            {"file": SimpleUploadedFile("a.pdf", b"%PDF-1")},
            headers={"X-Upload": "one"},
        )

        file = TesterFile.objects.get()
        assert sent.json() == {"text": "", "url": f"/tester-files/{file.pk}/"}
        assert (bad.status_code, "This is a PDF" in bad.json()["text"]) == (422, True)


class TestTesterFileList:
    def test_filters_by_state_format_sender_and_finding(self, operator):
        make_bench_pack("RB-0001")
        ready = read(send("RB-0001.csv"))
        inverted = read(send("RB-0001 inverted.csv", full_test(sign=-1)))
        address = reverse("tester_files")

        def shown(**query):
            return {row.pk for row in operator.get(address, query).context["page"].rows}

        assert shown() == {ready.pk, inverted.pk}
        assert shown(state="inbox") == {inverted.pk}
        assert shown(state="needs_person") == {ready.pk, inverted.pk}
        assert shown(flag="e_sign") == {inverted.pk}
        assert shown(format="bdf") == {ready.pk, inverted.pk}
        assert shown(by="nobody") == set()
        assert shown(q="inverted") == {inverted.pk}
        assert shown(q=ready.stored_file.sha256[:12]) == {ready.pk}

    def test_exports(self, operator):
        make_ready()

        response = operator.get(reverse("tester_files"), {"export": "csv"})

        assert b"RB-0001.csv" in b"".join(response)


class TestTesterFile:
    def test_shows_findings_chains_pulses_and_charts(self, operator):
        text = page(operator, make_ready())

        for words in ("97.825", "63.200", "Discharges from full to empty", "W_SAMPLING", "chart-0-voltage"):
            assert words in text
        assert "chart-0-slope" in text and "chart-0-discharge" in text and "chart-0-pulses" in text

    def test_asks_with_what_the_numbers_look_like_either_way(self, operator):
        make_bench_pack("RB-0001")
        file = read(send("RB-0001.csv", full_test(sign=-1)))

        text = page(operator, file)

        assert "Which way does the current flow?" in text
        assert "Ah would be charge" in text and 'value="inverted"' in text

    def test_gives_no_soh_and_no_resistance_while_the_sign_is_open(self, operator):
        make_bench_pack("RB-0001")
        file = read(send("RB-0001.csv", full_test(sign=-1)))

        text = page(operator, file)

        assert "No SOH and no resistance is given while this stands open: E_SIGN" in text
        assert "not given, see above" in text
        assert "63.200" not in text and "SOH (%)" not in text and "chart-0-pulses" not in text

    def test_says_that_a_cell_is_no_pack_and_asks_nothing_of_the_current(self, operator):
        volts = {"voltage_min_v": "7200", "voltage_max_v": "10080"}
        make_inspected(1, serial="RB-0001", pack_type=make_pack_type(**TYPE | volts))
        file = read(send("RB-0001.csv", full_test(sign=-1)))

        text = page(operator, file)

        assert "The voltage does not fit the pack type" in text and "Is it the file of a cell" in text
        assert "In which unit is the current?" not in text
        assert "Another pack" in text and "Set this file aside?" in text

    def test_closes_the_channels_that_may_not_measure_and_says_why(self, operator):
        lapsed = make_instrument(code="CY-OLD", calibrated_to_date=AT.date())
        channel = make_channel(lapsed)

        text = page(operator, make_ready())

        [option] = re.findall(rf'<option value="{channel.pk}"[^>]*>1 — [^<]+', text)
        assert "disabled" in option

    def test_offers_the_candidates_and_takes_one_click(self, operator):
        pack = make_bench_pack("RB-0001")
        make_bench_pack("RB-0002")
        file = read(send("RB-0001 RB-0002.csv"))

        assert f'name="pack_id" value="{pack.pk}"' in page(operator, file)
        operator.post(reverse("tester_file_assign", args=[file.pk]), {"pack_id": pack.pk})

        assert read(file).pack_id == pack.pk
        balance()

    def test_shows_the_reason_of_a_refusal(self, operator):
        assert "E_FORMAT" in page(operator, read(send("a.csv", b"nothing\n" * 9)))

    def test_shows_that_it_is_read_and_survives_a_reload(self, operator):
        file = send()

        text = page(operator, file)
        block = operator.get(reverse("tester_file_progress", args=[file.pk]))

        assert "waiting for a worker" in text and "waiting for a worker" in block.content.decode()
        read(file)
        done = operator.get(reverse("tester_file_progress", args=[file.pk]))
        assert done["HX-Refresh"] == "true"


class TestActs:
    def test_assigns_by_a_scanned_serial(self, operator):
        pack = make_bench_pack("RB-0001")
        file = read(send("channel 3.csv"))

        operator.post(reverse("tester_file_assign", args=[file.pk]), {"code": " rb-0001 "})

        assert TesterFile.objects.get().pack_id == pack.pk

    @pytest.mark.parametrize("sent", [{"code": "RB-9999"}, {}, {"pack_id": "9" * 40}])
    def test_says_when_there_is_no_such_pack(self, operator, sent):
        file = read(send("channel 3.csv"))

        response = operator.post(reverse("tester_file_assign", args=[file.pk]), sent, follow=True)

        assert "Nothing was changed." in response.content.decode()
        assert TesterFile.objects.get().pack_id is None

    def test_answers_with_a_reason(self, operator):
        make_bench_pack("RB-0001")
        file = read(send("RB-0001.csv", full_test(sign=-1)))
        address = reverse("tester_file_answer", args=[file.pk])

        without = operator.post(address, {"key": "sign", "value": "inverted"}, follow=True)
        operator.post(address, {"key": "sign", "value": "inverted", "reason": "Rig 2."})

        assert "Say why" in without.content.decode()
        assert TesterFile.objects.get().answers == {"sign": "inverted"}
        balance()

    def test_sets_aside_and_takes_back(self, operator):
        file = make_ready()

        operator.post(reverse("tester_file_aside", args=[file.pk]), {"reason": "A trial."})
        assert "A trial." in page(operator, file)
        operator.post(reverse("tester_file_back", args=[file.pk]))

        assert TesterFile.objects.get().state == "queued"

    def test_refuses_what_somebody_else_changed_meanwhile(self, operator):
        file = make_ready()

        response = operator.post(
            reverse("tester_file_aside", args=[file.pk]), {"reason": "x", "version": "0"}, follow=True
        )

        assert "Somebody has changed this file" in response.content.decode()
        assert TesterFile.objects.get().state == "ready"


class TestTesterFilePoints:
    @pytest.mark.parametrize("of", ["voltage", "current", "temperature", "charge"])
    def test_answers_with_the_visible_part(self, operator, of):
        address = reverse("tester_file_points", args=[make_ready().pk, 0])

        whole = operator.get(address, {"of": of}).json()["series"][0]["points"]
        part = operator.get(address, {"of": of, "from": 1, "to": 2}).json()["series"][0]["points"]

        assert 100 < len(whole) <= 1_600
        assert part and all(1 <= x <= 2 for x, _ in part)

    def test_knows_no_other_chart_and_no_other_test(self, operator):
        file = make_ready()

        assert operator.get(reverse("tester_file_points", args=[file.pk, 0]), {"of": "x"}).status_code == 404
        assert operator.get(reverse("tester_file_points", args=[file.pk, 7])).status_code == 404
