"""Files of results over the API: the same rules, the same words, row by row."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from grading.models import CapacityTest, ResultsFile
from rebattery.accounts.roles import Role
from tests.evidence import make_inspected, publish_seed
from tests.factories import make_instrument, make_pack_type
from tests.grading.results_files import capacity, errors_of, text_of
from tests.programs import API, Program

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def instrument(settings, tmp_path):
    settings.FILES_ROOT = tmp_path / "files"
    publish_seed()
    return make_instrument(code="CY-1", calibrated_to_date=timezone.now().date().replace(year=2100))


@pytest.fixture
def program():
    return Program(Role.WAREHOUSE)


@pytest.fixture
def packs():
    return make_inspected(2, pack_type=make_pack_type())


def send(program, content, **more):
    return upload(program, "results-files/", SimpleUploadedFile("results.csv", content), **more)


def upload(program, path, file, **more):
    return program.client.post(API + path, {"file": file, **more})


class TestResultsFileList:
    def test_records_a_clean_file_and_says_which_result_each_row_became(self, program, packs):
        response = send(program, text_of(*map(capacity, packs)), record="true")

        told = response.json()
        assert (response.status_code, told["state"], told["problems"]) == (201, "recorded", [])
        made = set(CapacityTest.objects.values_list("pk", flat=True))
        assert {row["result_id"] for row in told["rows"]} == made

    def test_answers_the_same_bytes_with_the_same_file(self, program, packs):
        content = text_of(capacity(packs[0]))
        first = send(program, content)

        again = send(program, content, record="true")

        assert (again.status_code, again.json()["id"]) == (200, first.json()["id"])
        assert not CapacityTest.objects.exists()

    def test_names_every_problem_with_row_column_rule_and_fix(self, program, packs):
        response = send(program, text_of(capacity(packs[0], Method="magic"), capacity(packs[1], Method="")))

        found = response.json()["problems"]
        assert [(one["row"], one["column"], one["rule"]) for one in found] == [
            (2, "Method", "not_a_choice"),
            (3, "Method", "missing"),
        ]
        assert all(one["fix"] for one in found)

    def test_lets_no_supplier_in(self, packs):
        response = Program(Role.SUPPLIER).get("results-files/")

        assert response.status_code == 403


class TestResultsFileRecord:
    def test_refuses_by_kind_row_and_field(self, program, packs):
        made = send(program, text_of(capacity(packs[0], **{"C-rate (C)": "50"}))).json()

        response = program.post(f"results-files/{made['id']}/record/", {})

        assert response.status_code in (409, 422)
        assert list(response.json()["fields"]) == ["capacity.2.c_rate"]

    def test_records_all_rows(self, program, packs):
        made = send(program, text_of(*map(capacity, packs))).json()

        response = program.post(f"results-files/{made['id']}/record/", {})

        assert response.json()["state"] == "recorded"
        assert CapacityTest.objects.count() == 2


class TestResultsFileWorkbook:
    def test_goes_down_and_up_and_changes_nothing(self, program, packs):
        made = send(program, text_of(capacity(packs[0]))).json()
        book = program.get(f"results-files/{made['id']}/workbook/")
        content = b"".join(book.streaming_content)

        address = f"results-files/{made['id']}/workbook/"
        response = upload(program, address, SimpleUploadedFile("same.xlsx", content))

        assert response.json() == {"changed": 0, "added": 0, "missing": 0}


class TestResultsFileRuns:
    def test_puts_the_rows_into_a_run(self, program, packs):
        made = send(program, text_of(*map(capacity, packs))).json()

        response = program.post(f"results-files/{made['id']}/runs/", {})

        assert response.json() == {"taken": 2, "left": 0}
        assert ResultsFile.objects.get().state == "in_run"


class TestParity:
    @pytest.mark.parametrize(
        ("cells", "fields"),
        [
            ({"C-rate (C)": "50"}, {"c_rate": "50"}),
            ({"Voltage at the end (V)": "500"}, {"voltage_to_v": "500"}),
            ({"Measured charge (Ah)": "85.1234"}, {"measured_capacity_ah": "85.1234"}),
            ({"Measured charge (Ah)": "999"}, {"measured_capacity_ah": "999"}),
            ({"Measured at (UTC)": "2100-01-01 10:00"}, {"measured_at": "2100-01-01T10:00:00Z"}),
        ],
    )
    def test_a_file_and_a_request_are_refused_in_the_same_words(
        self, program, packs, instrument, cells, fields
    ):
        send(program, text_of(capacity(packs[0], **cells)))
        row = {
            "pack_id": packs[0].pk, "instrument_id": instrument.pk, "temperature_degc": "25",
            "measured_at": "2026-11-20T13:00:00Z", "method": "cc_discharge", "basis": "ah",
            "measured_capacity_ah": "85.1", "reference_source": "nameplate", "c_rate": "0.33",
            "voltage_from_v": "402", "voltage_to_v": "288", "ended_by_cell_limit": True,
        }  # fmt: skip

        told = program.post("capacity-tests/", {"rows": [row | fields]}).json()["fields"]

        of_file = {key.rpartition(".")[2]: text for key, text in errors_of(ResultsFile.objects.get()).items()}
        # A request's numbers come padded to the four places of its schema.
        of_request = {key.rpartition(".")[2]: text.replace(".0000 ", " ") for key, text in told.items()}
        assert of_file == of_request


def test_bulk_answers_with_members_means_and_uncertainty(program, packs, instrument):
    row = {
        "pack_id": packs[0].pk, "instrument_id": instrument.pk, "temperature_degc": "25",
        "measured_at": "2026-11-20T13:00:00Z", "method": "cc_discharge", "basis": "ah",
        "measured_capacity_ah": "85.1", "reference_source": "nameplate", "c_rate": "0.33",
        "voltage_from_v": "402", "voltage_to_v": "288", "ended_by_cell_limit": True,
        "members": [{"kind": "series_group", "label": "1", "measured_capacity_ah": "85.2"}],
    }  # fmt: skip

    [told] = program.post("capacity-tests/", {"rows": [row]}).json()

    assert [one["label"] for one in told["members"]] == ["1"]
    assert {"channel_id", "procedure_id", "uncertainty"} <= set(told)
