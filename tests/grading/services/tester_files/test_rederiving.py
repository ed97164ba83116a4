"""Everything that is stored comes out again, or the difference is told."""

import itertools
from dataclasses import replace
from datetime import timedelta

import pytest

from grading.domain.cyclers.derived import ALGORITHM_VERSION
from grading.models import Derivation, ResistanceTest
from grading.services import tester_files
from grading.services.tester_files import CapacityAnswers, Head, ResistanceAnswers
from intake.services import files
from tests.database import tamper
from tests.factories import AT, balance, make_actor, make_instrument
from tests.grading.testing_files import make_ready, read
from tests.procedures import make_procedure

CAPACITY = CapacityAnswers(
    procedure_id=None, reference_source="pack_type", basis="ah", ended_by_cell_limit=False
)
PULSES = ResistanceAnswers(pulse=0, procedure_id=None, baseline_source="type_catalogue")


def differences(file=None):
    found = tester_files.rederive(tester_file_id=file.pk if file else None)
    return [(each.subject.split()[0], each.field, each.old, each.new) for each in found]


def record(file, capacity, resistance, **head):
    hours = file.version
    tester_files.record_results(
        tester_file_id=file.pk,
        test_index=0,
        head=Head(channel_id=None, measured_at=AT + timedelta(hours=1), **head),
        capacity=capacity,
        resistance=resistance,
        actor=make_actor(),
        at=AT + timedelta(hours=2 + hours),
    )


@pytest.fixture
def recorded(committed_db):
    file = make_ready()
    record(file, CAPACITY, None, instrument_id=make_instrument().pk)
    return file


@pytest.mark.django_db
class TestRederiveOfWhatWasJustRecorded:
    @pytest.mark.parametrize(
        ("of_file", "of_capacity", "of_pulse"), list(itertools.product((False, True), repeat=3))
    )
    def test_agrees_whatever_procedures_were_chosen(self, of_file, of_capacity, of_pulse):
        capacity, pulses = make_procedure("iso12405-capacity"), make_procedure("hppc-pulses")
        file = make_ready()
        if of_file:
            placed = {"channel_id": None, "procedure_id": capacity.pk, "actor": make_actor()}
            tester_files.place(tester_file_id=file.pk, at=AT + timedelta(hours=1), **placed)
            file = read(file)

        record(
            file,
            replace(CAPACITY, procedure_id=capacity.pk if of_capacity else None),
            replace(PULSES, procedure_id=pulses.pk if of_pulse else None),
            instrument_id=make_instrument().pk,
        )

        balance()
        assert ResistanceTest.objects.count() == 2
        assert differences() == []

    @pytest.mark.parametrize("lengths", [["1"], ["10"], ["1", "10"], []])
    @pytest.mark.parametrize("with_capacity", [False, True])
    def test_agrees_whatever_pulses_were_chosen(self, lengths, with_capacity):
        file = make_ready()

        record(
            file,
            CAPACITY if with_capacity else None,
            replace(PULSES, lengths_s=lengths),
            instrument_id=make_instrument().pk,
        )

        balance()
        assert differences() == []


@pytest.mark.usefixtures("committed_db")
class TestRederive:
    def test_finds_no_difference_in_what_is_sound(self, recorded):
        assert differences() == []

    def test_finds_a_result_that_was_tampered_with(self, recorded):
        tamper("grading_derivation", "result = jsonb_set(result, '{capacity_ah}', '99.9')")

        found = differences(recorded)

        assert ("derivation", "result.capacity_ah", 99.9, pytest.approx(97.8246, abs=1e-3)) in found
        assert "result (SHA-256)" in [field for _, field, _, _ in found]

    def test_finds_parameters_that_were_tampered_with(self, recorded):
        tamper("grading_derivation", "parameters = jsonb_set(parameters, '{rated_capacity_ah}', '100')")

        fields = [field for _, field, _, _ in differences(recorded)]

        assert "parameters" in fields and "result.soh_percent" in fields

    def test_finds_a_changed_version_of_the_algorithm(self, recorded):
        tamper("grading_derivation", "algorithm_version = '0'")

        assert ("derivation", "algorithm_version", "0", ALGORITHM_VERSION) in differences()

    def test_finds_a_recorded_value_that_was_tampered_with(self, recorded):
        tamper("grading_capacitytest", "measured_capacity_ah = 101")

        [(subject, field, old, new)] = differences()

        assert (subject, field, str(old), str(new)) == (
            "capacity_test", "measured_capacity_ah", "101.000", "97.825",
        )  # fmt: skip

    def test_finds_a_resistance_that_was_tampered_with(self):
        file = make_ready()
        record(file, None, replace(PULSES, lengths_s=["10"]), instrument_id=make_instrument().pk)
        tamper("grading_resistancetest", "ir_mohm = 64")

        [(subject, field, old, new)] = differences()

        assert (subject, field, str(old), str(new)) == ("resistance_test", "ir_mohm", "64.000", "63.200")

    def test_finds_bytes_that_changed_or_are_gone(self, recorded):
        path = files.path_of(recorded.stored_file)
        path.chmod(0o600)
        path.write_bytes(path.read_bytes().replace(b"25.0", b"25.5"))
        assert "file_sha256" in [field for _, field, _, _ in differences()]

        path.unlink()

        assert [(field, new) for _, field, _, new in differences()] == [("file_sha256", None)]

    def test_looks_at_one_file_alone_when_asked(self, recorded):
        tamper("grading_derivation", "algorithm_version = '0'")

        assert list(tester_files.rederive(tester_file_id=recorded.pk + 1)) == []
        assert Derivation.objects.count() == 1
