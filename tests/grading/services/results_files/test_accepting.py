import io
from datetime import date

import pytest

from grading.models import CapacityTest, ResistanceTest, ResultsFile, SohReport
from grading.services import results_files
from rebattery.audit.trail import entry_of, events_of
from tests.bench import RECORDED_AT
from tests.evidence import make_inspected
from tests.factories import balance, make_instrument, make_pack_type
from tests.grading.results_files import capacity, errors_of, reported, resistance, send, text_of


class TestAccept:
    def test_records_a_clean_file_at_once_when_asked_to(self, pack, instrument, actor, operator):
        file = send(text_of(capacity(pack)), actor, record=True)

        balance()
        test = CapacityTest.objects.get()
        assert (file.state, errors_of(file)) == ("recorded", {})
        assert (f"{test.soh_percent:.1f}", test.person_id) == ("74.0", operator.pk)
        assert file.rows.get().result_id == test.pk
        said = [entry_of(e).sentence for e in events_of(subject_type="results_file", subject_id=file.pk)]
        assert "Otto recorded 1 capacity test from results.csv." in said

    def test_leaves_a_clean_file_to_a_person_when_not_asked(self, pack, instrument, actor):
        file = send(text_of(capacity(pack)), actor)

        assert (file.state, errors_of(file)) == ("draft", {})
        assert not CapacityTest.objects.exists()

    def test_records_nothing_while_one_row_has_an_error(self, instrument, actor):
        packs = make_inspected(3, pack_type=make_pack_type())
        rows = [capacity(pack) for pack in packs]
        rows[1]["C-rate (C)"] = "50"

        file = send(text_of(*rows), actor, record=True)

        assert file.state == "draft"
        assert list(errors_of(file)) == ["capacity.3.c_rate"]
        assert not CapacityTest.objects.exists()

    def test_tells_all_errors_at_once(self, pack, instrument, actor):
        row = capacity(
            pack,
            **{"Instrument": "NONE-1", "Temperature (°C)": "warm", "Method": "magic", "Basis": "",
               "Measured at (UTC)": "03/04/2026 10:00", "Ended by a cell's limit": "perhaps"},
        )  # fmt: skip

        found = errors_of(send(text_of(row), actor))

        names = {"instrument", "temperature_degc", "method", "basis", "measured_at", "ended_by_cell_limit"}
        assert {key.rpartition(".")[2] for key in found} == names

    def test_says_of_every_error_what_to_do(self, pack, instrument, actor):
        make_instrument(code="CY-OLD", calibrated_to_date=date(2026, 1, 2))
        rows = [
            capacity(pack) | {"Instrument": "CY-OLD"},
            capacity(make_inspected(pack_type=make_pack_type())[0])
            | {"Voltage at the start (V)": "300", "Voltage at the end (V)": "400"},
        ]

        file = send(text_of(*rows), actor)

        problems = [problem for row in file.rows.all() for problem in row.problems]
        assert {problem["field"] for problem in problems} >= {"instrument", "voltage_to_v"}
        assert all(problem["fix"] for problem in problems)

    def test_takes_the_same_bytes_once(self, pack, instrument, actor):
        content = text_of(capacity(pack))
        first = send(content, actor)

        again, is_new = results_files.accept(
            file_name="other.csv",
            content=io.BytesIO(content),
            record_if_clean=True,
            actor=actor,
            at=RECORDED_AT,
        )

        assert (again.pk, is_new) == (first.pk, False)
        assert not CapacityTest.objects.exists()

    @pytest.mark.parametrize(("make", "model"), [(resistance, ResistanceTest), (reported, SohReport)])
    def test_reads_the_other_kinds(self, pack, instrument, actor, make, model):
        file = send(text_of(make(pack)), actor, record=True)

        assert (file.state, errors_of(file)) == ("recorded", {})
        assert model.objects.count() == 1

    def test_leaves_more_than_200_rows_to_a_worker(self, pack, instrument, actor):
        file = send(text_of(*[capacity(pack) | {"Note": str(n)} for n in range(201)]), actor)
        assert file.state == "queued"

        file = results_files.run(results_file_id=file.pk, job_id="job", at=RECORDED_AT)

        assert (file.state, file.rows.count()) == ("draft", 201)
        assert file.work.rows_read == 200

    def test_refuses_more_than_5000_rows_in_clear_words(self, pack, actor):
        file = send(text_of(*[capacity(pack)] * 5_001), actor)

        file = results_files.run(results_file_id=file.pk, job_id="job", at=RECORDED_AT)

        assert file.state == "refused"
        assert file.why == "The file has more than 5,000 rows. Split it into several files."

    @pytest.mark.parametrize("content", [b"", b"%PDF-1.7\n", b"a,b\n1,2\n", b"\x00\x01\x02" * 50])
    def test_refuses_what_is_no_table_of_results(self, actor, content):
        file = send(content, actor)

        assert file.state == "refused"
        assert file.why

    def test_asks_for_the_supplier_where_two_use_the_same_serial(self, pack, instrument, actor):
        other = make_inspected(serial=pack.serial, pack_type=make_pack_type())[0]

        found = errors_of(send(text_of(capacity(pack)), actor))
        file = send(text_of(capacity(pack, Supplier=other.supplier.code)), actor, record=True)

        assert list(found) == ["capacity.2.supplier"]
        assert file.state == "recorded"
        assert CapacityTest.objects.get().pack == other

    def test_refuses_two_rows_that_would_take_each_others_place(self, pack, instrument, actor):
        found = errors_of(send(text_of(capacity(pack), capacity(pack, Note="again")), actor))

        assert found == {"capacity.3.serial": "Row 2 holds a result of the same kind for this pack."}

    def test_asks_for_a_word_where_a_value_is_hardly_plausible(self, pack, instrument, actor):
        slipped = {"Measured charge (Ah)": "8.51"}
        word = {"Why a hardly plausible value is right": "I read it again"}

        asked = errors_of(send(text_of(capacity(pack, **slipped)), actor))
        told = send(text_of(capacity(pack, **slipped, **word)), actor, record=True)

        assert list(asked) == ["capacity.2.confirmation"]
        assert told.state == "recorded"

    def test_refuses_a_typed_soh_that_disagrees_with_a_looked_up_reference(self, pack, instrument, actor):
        wrong = errors_of(send(text_of(capacity(pack, SOH="0.80")), actor))
        right = send(text_of(capacity(pack, SOH="0.74")), actor, record=True)

        assert list(wrong) == ["capacity.2.soh_check"]
        assert right.state == "recorded"

    def test_records_values_of_other_units_rounded_as_results_keep_them(self, pack, instrument, actor):
        row = capacity(pack) | {"Basis": "kwh"}
        del row["Measured charge (Ah)"], row["Temperature (°C)"]
        row |= {"Measured energy (Wh)": "33865.47", "Temperature (°F)": "76"}

        file = send(text_of(row), actor, record=True)

        assert (file.state, errors_of(file)) == ("recorded", {})
        test = CapacityTest.objects.get()
        assert (str(test.measured_energy_kwh), str(test.temperature_degc)) == ("33.8655", "24.4")
        assert file.sheets[0]["conversions"] == [
            "Measured energy: Wh to kWh, rounded to 0.0001 kWh",
            "Temperature: °F to °C, rounded to 0.1 °C",
        ]

    def test_shows_a_faulty_value_as_it_was_written(self, pack, instrument, actor):
        row = capacity(pack)
        del row["Temperature (°C)"]

        file = send(text_of(row | {"Temperature (°F)": "500"}), actor)

        (problem,) = [one for one in file.rows.get().problems if one["field"] == "temperature_degc"]
        assert (problem["column"], problem["value"]) == ("Temperature (°F)", "500")

    def test_asks_no_more_for_many_rows_than_for_few(self, instrument, actor, django_assert_max_num_queries):
        packs = make_inspected(60, pack_type=make_pack_type())

        with django_assert_max_num_queries(75):
            file = send(text_of(*[capacity(pack) for pack in packs]), actor, record=True)

        assert file.state == "recorded"


class TestRecordFile:
    def test_records_the_rows_and_a_second_time_does_nothing(self, pack, instrument, actor):
        file = send(text_of(capacity(pack)), actor)

        results_files.record_file(results_file_id=file.pk, actor=actor, at=RECORDED_AT)
        again = results_files.record_file(results_file_id=file.pk, actor=actor, at=RECORDED_AT)

        assert again.state == "recorded"
        assert CapacityTest.objects.count() == 1

    def test_judges_anew_and_names_every_row(self, pack, instrument, actor):
        file = send(text_of(capacity(pack, Instrument="CY-9")), actor)

        with pytest.raises(results_files.NotClean) as refused:
            results_files.record_file(results_file_id=file.pk, actor=actor, at=RECORDED_AT)

        assert list(refused.value.fields) == ["capacity.2.instrument"]
        assert ResultsFile.objects.get().state == "draft"
