"""Where a verb has two doors, form, serializer and service ask for the same."""

from dataclasses import fields

from grading.api.disputes import DisputeInput
from grading.api.soh_reports import SohReportRow
from grading.api.test_results import CapacityRow, ResistanceRow
from grading.services.soh_reports import SohReportInput
from grading.services.test_runs import CapacityInput, ResistanceInput
from grading.web.bench_forms import CapacityForm, ResistanceForm
from grading.web.dispute_forms import DisputeForm
from grading.web.soh_report_forms import SohReportForm
from intake.api.manifests import ManifestUpload
from intake.web.forms import UploadForm, UploadForSupplierForm

FROM_THE_ADDRESS = {"pack_id"}
"""The page's address names the pack, where a row of the API names it itself."""

FROM_A_FILE = {"derivation_id"}
"""Which tester file a value comes from is the system's to say, by whichever door."""
WITH_CYCLES = FROM_A_FILE | {"full_cycles_ah"}
"""So are the full cycles before a capacity, which only a file holds whole."""
WITH_A_PULSE = FROM_A_FILE | {"rest_before_s"}
"""So is how long the pack rested before a pulse, which nobody is asked for."""
ALWAYS_CHECKED = {"intent"}
"""A file dropped on the page is checked first; a program may want its batch at once."""


def inputs(record: type) -> set[str]:
    return {field.name for field in fields(record)}


class TestCapacityTest:
    def test_row_of_the_api_is_the_input_of_the_service(self):
        assert set(CapacityRow().fields) | WITH_CYCLES == inputs(CapacityInput)

    def test_form_asks_for_the_same(self):
        # The form offers source and unit of the reference as one choice, which it takes apart again.
        asked = set(CapacityForm.base_fields) - {"reference"} | {"reference_source", "basis"}

        assert asked | FROM_THE_ADDRESS | WITH_CYCLES == inputs(CapacityInput)


class TestResistanceTest:
    def test_row_of_the_api_is_the_input_of_the_service(self):
        assert set(ResistanceRow().fields) | WITH_A_PULSE == inputs(ResistanceInput)

    def test_form_asks_for_the_same(self):
        asked = set(ResistanceForm.base_fields)

        assert asked | FROM_THE_ADDRESS | WITH_A_PULSE == inputs(ResistanceInput)


class TestSohReport:
    def test_row_of_the_api_is_the_input_of_the_service(self):
        assert set(SohReportRow().fields) == inputs(SohReportInput)

    def test_form_asks_for_the_same(self):
        assert set(SohReportForm.base_fields) | FROM_THE_ADDRESS == inputs(SohReportInput)


class TestManifest:
    def test_form_and_serializer_ask_for_the_same(self):
        assert set(UploadForSupplierForm.base_fields) | ALWAYS_CHECKED == set(ManifestUpload().fields)

    def test_a_supplier_is_asked_for_the_file_alone(self):
        assert set(UploadForm.base_fields) == {"file"}


class TestDispute:
    def test_form_and_serializer_ask_for_the_same(self):
        assert set(DisputeForm.base_fields) == set(DisputeInput().fields)
