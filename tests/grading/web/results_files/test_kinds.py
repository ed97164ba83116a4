"""Files of results go in, down and mended up again in the form of any spreadsheet program."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import load_workbook

from grading.models import CapacityTest, ResultsFile
from tests.grading.results_files import capacity, errors_of
from tests.intake import old_workbooks, open_documents

pytestmark = pytest.mark.django_db
KINDS = ["xls", "ods"]
Sheets = list[tuple[str, list[list[object]]]]


@pytest.fixture
def written(tmp_path):
    """Return what writes sheets as a workbook of a kind."""

    def write(kind: str, sheets: Sheets) -> bytes:
        if kind == "ods":
            tables = [open_documents.sheet(rows, name=name) for name, rows in sheets]
            return open_documents.write_ods(tmp_path / "made.ods", sheets=tables).read_bytes()
        streams = [(name, old_workbooks.sheet_of(rows), 0) for name, rows in sheets]
        return old_workbooks.compound_of({"Workbook": old_workbooks.workbook_of(streams)})

    return write


def downloaded(client, file: ResultsFile) -> Sheets:
    """Return the sheets of a file's workbook as a spreadsheet program shows them."""
    response = client.get(reverse("results_file_workbook", args=[file.pk]))
    book = load_workbook(io.BytesIO(b"".join(response.streaming_content)))
    return [
        (sheet.title, [["" if cell is None else cell for cell in row] for row in sheet.values])
        for sheet in book
    ]


def send_back(client, file: ResultsFile, name: str, content: bytes) -> str:
    address = reverse("results_file_workbook", args=[file.pk])
    return client.post(address, {"file": SimpleUploadedFile(name, content)}, follow=True).content.decode()


@pytest.mark.parametrize("kind", KINDS)
class TestResultsFileSend:
    def test_records_a_clean_workbook(self, operator, pack, written, kind):
        row = capacity(pack)
        content = written(kind, [("Capacity", [list(row), list(row.values())])])
        file = SimpleUploadedFile(f"results.{kind}", content)

        operator.post(reverse("results_file_send"), {"file": file, "record": "on"})

        stored = ResultsFile.objects.get()
        assert (stored.state, errors_of(stored)) == ("recorded", {})
        assert f"{CapacityTest.objects.get().soh_percent:.1f}" == "74.0"


@pytest.mark.parametrize("kind", KINDS)
class TestResultsFileWorkbook:
    @pytest.fixture
    def file(self, operator, pack, written, kind):
        row = capacity(pack, **{"C-rate (C)": "50", "Note": "=1+1"})
        content = written(kind, [("Capacity", [list(row), list(row.values())])])
        operator.post(reverse("results_file_send"), {"file": SimpleUploadedFile(f"results.{kind}", content)})
        return ResultsFile.objects.get()

    def test_changes_nothing_when_nothing_was_changed(self, operator, file, written, kind):
        before = list(file.rows.values("kind", "number", "cells", "values", "problems"))

        said = send_back(operator, file, f"same.{kind}", written(kind, downloaded(operator, file)))

        assert "Nothing was changed in the workbook." in said
        assert list(file.rows.values("kind", "number", "cells", "values", "problems")) == before

    def test_takes_the_mended_cells_back(self, operator, file, written, kind):
        sheets = downloaded(operator, file)
        rows = dict(sheets)["Capacity"]
        rows[1][rows[0].index("C-rate (C)")] = "0,33"

        said = send_back(operator, file, f"mended.{kind}", written(kind, sheets))

        file.refresh_from_db()
        assert "1 row changed, 0 added." in said
        assert (file.version, errors_of(file)) == (2, {})
