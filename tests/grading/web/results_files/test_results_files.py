"""Pages of files of results: templates, the door, mending, recording; who is let in and who is not."""

import io
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import load_workbook

from grading.domain.results_file.fields import FIELDS, Kind
from grading.models import BenchDraft, CapacityTest, ResultsFile
from rebattery.accounts.roles import Role
from tests.evidence import add_capacity
from tests.factories import balance, make_actor, make_person
from tests.grading.results_files import capacity, errors_of, reported, send, text_of

pytestmark = pytest.mark.django_db
ACTS = ["workbook", "record", "run"]


def content_of(response) -> bytes:
    return b"".join(response.streaming_content) if response.streaming else response.content


def upload(client, content, **more):
    file = SimpleUploadedFile("results.csv", content)
    return client.post(reverse("results_file_send"), {"file": file, **more}, follow=True)


class TestWrongPerson:
    def test_a_supplier_sees_neither_files_nor_results(self, client, pack):
        file = send(text_of(capacity(pack)), make_actor())
        client.force_login(make_person(Role.SUPPLIER))

        for name in (
            "results",
            "results_resistance",
            "results_reported",
            "results_files",
            "results_template",
        ):
            assert client.get(reverse(name)).status_code == 403
        for name in ("results_file", "results_file_raw", "results_file_progress", "results_file_workbook"):
            assert client.get(reverse(name, args=[file.pk])).status_code == 403

    @pytest.mark.parametrize("role", [Role.SUPPLIER, Role.AUDITOR, Role.ADMINISTRATOR])
    def test_only_who_records_tests_changes_a_file(self, client, pack, role):
        file = send(text_of(capacity(pack)), make_actor())
        client.force_login(make_person(role))

        for act in ACTS:
            assert client.post(reverse(f"results_file_{act}", args=[file.pk])).status_code == 403
        assert client.post(reverse("results_file_send")).status_code == 403
        assert ResultsFile.objects.get().state == "draft"


class TestResultsTemplate:
    def test_holds_a_sheet_for_each_kind_with_the_packs_of_the_bench(self, operator, pack):
        book = load_workbook(io.BytesIO(content_of(operator.get(reverse("results_template")))))

        assert book.sheetnames == ["Capacity", "Resistance", "Members", "Reported SOH", "Read me"]
        cells = [cell.value for cell in book["Capacity"][2]][:2]
        assert cells == [pack.serial, pack.supplier.code]
        assert book["Members"].max_row == 1

    def test_follows_the_filter_of_the_bench(self, operator, pack):
        book = load_workbook(
            io.BytesIO(content_of(operator.get(reverse("results_template"), {"q": "no such"})))
        )

        assert book["Capacity"].max_row == 1

    @pytest.mark.parametrize("kind", list(Kind))
    def test_gives_a_csv_of_each_kind(self, operator, pack, kind):
        lines = operator.get(reverse("results_template"), {"kind": kind.value}).content.decode().splitlines()

        assert len(lines[0].split(",")) == len(FIELDS[kind])
        assert pack.serial in lines[1]

    def test_filled_in_and_sent_back_is_recorded(self, operator, pack):
        book = load_workbook(io.BytesIO(content_of(operator.get(reverse("results_template")))))
        sheet, row = book["Capacity"], capacity(pack)
        for cell in sheet[1]:
            name = str(cell.value).rstrip(" *")
            if name in row:
                sheet.cell(2, cell.column).value = row[name]
        for other in ("Resistance",):
            del book[other]
        target = io.BytesIO()
        book.save(target)
        file = SimpleUploadedFile("filled.xlsx", target.getvalue())

        operator.post(reverse("results_file_send"), {"file": file, "record": "on"})

        balance()
        made = ResultsFile.objects.get()
        assert (made.state, errors_of(made)) == ("recorded", {})
        assert f"{CapacityTest.objects.get().soh_percent:.1f}" == "74.0"


class TestResultsFileSend:
    def test_shows_every_error_with_its_row_and_what_to_do(self, operator, pack):
        page = upload(operator, text_of(capacity(pack, Instrument="NO-1", Method="magic"))).content.decode()

        assert "No instrument for this kind of test has the code NO-1." in page
        assert "takes one of: cc_discharge, cccv_charge." in page
        assert "Record all rows" not in page

    def test_names_columns_that_nobody_knows(self, operator, pack):
        page = upload(operator, text_of(capacity(pack, Moonphase="full"))).content.decode()

        assert "Not known, kept in the file and read by nobody: Moonphase" in page

    def test_answers_a_script_in_json(self, operator, pack):
        file = SimpleUploadedFile("results.csv", text_of(capacity(pack)))

        response = operator.post(reverse("results_file_send"), {"file": file}, headers={"X-Upload": "many"})

        assert response.json()["url"] == reverse("results_file", args=[ResultsFile.objects.get().pk])

    def test_escapes_what_a_file_says(self, operator, pack):
        page = upload(operator, text_of(capacity(pack, Method="<script>alert(1)</script>"))).content.decode()

        assert "<script>alert(1)" not in page

    def test_records_by_a_click(self, operator, pack):
        upload(operator, text_of(capacity(pack)))
        file = ResultsFile.objects.get()

        response = operator.post(reverse("results_file_record", args=[file.pk]), follow=True)

        assert "are recorded" in response.content.decode()
        assert CapacityTest.objects.count() == 1


class TestResultsFileRun:
    def test_fills_a_bench_run_with_what_the_file_says(self, operator, pack):
        upload(operator, text_of(capacity(pack, **{"Temperature (°C)": "warm"})))
        file = ResultsFile.objects.get()

        operator.post(reverse("results_file_run", args=[file.pk]))

        file.refresh_from_db()
        draft = BenchDraft.objects.get(run=file.capacity_run)
        assert (file.state, draft.pack_id) == ("in_run", pack.pk)
        assert draft.values["measured_capacity_ah"] == "85.1"
        assert draft.values["temperature_degc"] == "warm"
        assert draft.values["reference"] == "nameplate:ah"

    def test_leaves_reported_soh_with_the_file(self, operator, pack):
        upload(operator, text_of(reported(pack)))
        file = ResultsFile.objects.get()

        page = operator.post(reverse("results_file_run", args=[file.pk]), follow=True).content.decode()

        assert "No row of this file has a pack at the bench" in page
        assert ResultsFile.objects.get().state == "draft"


class TestResultsFileWorkbook:
    def test_marks_the_errors_and_takes_the_mended_cells_back(self, operator, pack):
        upload(operator, text_of(capacity(pack, **{"C-rate (C)": "50"})))
        file = ResultsFile.objects.get()
        address = reverse("results_file_workbook", args=[file.pk])
        book = load_workbook(io.BytesIO(content_of(operator.get(address))))
        sheet = book["Capacity"]
        wrong = next(cell for cell in sheet[2] if cell.comment)
        assert "not plausible" in wrong.comment.text
        wrong.value = "0,33"
        target = io.BytesIO()
        book.save(target)

        operator.post(address, {"file": SimpleUploadedFile("mended.xlsx", target.getvalue())})

        file.refresh_from_db()
        assert (file.version, errors_of(file)) == (2, {})

    def test_changes_nothing_when_nothing_was_changed(self, operator, pack):
        rows = [capacity(pack, Note="=1+1"), capacity(pack, **{"Note": "007", "C-rate (C)": "1,5"})]
        upload(operator, text_of(*rows))
        file = ResultsFile.objects.get()
        before = list(file.rows.values("kind", "number", "cells", "values", "problems"))
        address = reverse("results_file_workbook", args=[file.pk])
        book = SimpleUploadedFile("same.xlsx", content_of(operator.get(address)))

        page = operator.post(address, {"file": book}, follow=True).content.decode()

        assert "Nothing was changed in the workbook." in page
        assert ResultsFile.objects.get().version == 1
        assert list(file.rows.values("kind", "number", "cells", "values", "problems")) == before

    def test_refuses_a_workbook_that_is_older_than_the_rows(self, operator, pack):
        upload(operator, text_of(capacity(pack)))
        file = ResultsFile.objects.get()
        address = reverse("results_file_workbook", args=[file.pk])
        old = content_of(operator.get(address))
        ResultsFile.objects.update(version=2)

        page = operator.post(address, {"file": SimpleUploadedFile("x.xlsx", old)}, follow=True)

        assert "were changed since this workbook was downloaded" in page.content.decode()


class TestResults:
    def test_lists_filters_and_leads_to_the_pack(self, operator, pack):
        file = send(text_of(capacity(pack)), make_actor(), record=True)

        page = operator.get(reverse("results"), {"instrument": "CY-1", "from": "2026-11-20"}).content.decode()
        none = operator.get(reverse("results"), {"to": "2026-11-19"}).content.decode()

        assert (file.state, pack.serial in page, pack.serial in none) == ("recorded", True, False)

    def test_shows_as_many_digits_as_the_uncertainty_allows(self, operator, pack):
        add_capacity([pack], "84.2345", u_soh_points=Decimal("0.6123"))
        add_capacity([pack], "71.5555")

        page = operator.get(reverse("results")).text
        export = content_of(operator.get(reverse("results"), {"export": "csv"})).decode()

        assert all(f">{text}<" in page for text in ("84.23", "0.61", "71.6"))
        assert all(text in export for text in ("84.2345", "0.6123", "71.5555"))

    @pytest.mark.parametrize("name", ["results", "results_resistance", "results_reported"])
    def test_every_list_can_be_seen_and_exported(self, operator, name):
        assert operator.get(reverse(name)).status_code == 200
        assert operator.get(reverse(name), {"export": "xlsx"}).status_code == 200

    def test_exports_conditions_uncertainty_and_the_hash_of_the_source(self, operator, pack):
        file = send(text_of(capacity(pack, Note="=cmd|' /C calc'!A0")), make_actor(), record=True)

        text = content_of(operator.get(reverse("results"), {"export": "csv"})).decode()

        assert file.stored_file.sha256 in text
        assert "'=cmd" in text
        assert '"=cmd' not in text
        for heading in ("Standard uncertainty (points)", "C-rate (C)", "Certificate", "Procedure"):
            assert heading in text

    @pytest.mark.parametrize("day", ["yesterday", "9999-12-31", "2026-02-31"])
    def test_takes_no_day_that_is_none(self, operator, day):
        assert operator.get(reverse("results"), {"to": day, "from": day}).status_code == 200
