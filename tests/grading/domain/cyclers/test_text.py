"""Text files of every maker: exact values of own samples."""

import numpy as np
import pytest

from grading.domain.cyclers.table import CHARGE, DISCHARGE, REST, Reading, StepReading, Unreadable
from grading.domain.cyclers.text import read_text
from tests.grading.domain.cyclers import text_samples as samples
from tests.grading.domain.cyclers.text_samples import written

STATES = [REST] * 3 + [CHARGE] * 3 + [DISCHARGE] * 3
WITH_STATES = ("neware", "maccor", "basytec", "landt", "pec", "bitrode", "digatron")


def only(tmp_path, text, **options) -> Reading:
    (reading,) = read_text(written(tmp_path, text, **options))
    assert isinstance(reading, Reading)
    return reading


def codes(reading):
    return [flag.code for flag in reading.flags]


def source(reading, name):
    return next((one.header, one.unit, one.factor) for one in reading.columns if one.name == name)


class TestReadText:
    @pytest.mark.parametrize(
        ("text", "code"),
        [
            ("", "E_EMPTY"),
            ("\n\n", "E_EMPTY"),
            ("a,b,c\n1,2,3\n", "E_FORMAT"),
            ("Dear Sir,\nthe time, voltage and current\n", "E_FORMAT"),
        ],
    )
    def test_refuses_a_text_without_a_maker_s_heading(self, tmp_path, text, code):
        with pytest.raises(Unreadable) as refusal:
            read_text(written(tmp_path, text))

        assert refusal.value.code == code

    @pytest.mark.parametrize("maker", samples.FULL)
    def test_gives_seconds_volts_and_amperes(self, tmp_path, maker):
        reading = only(tmp_path, samples.FULL[maker])

        assert reading.format == f"{maker}_text"
        assert reading.time_s == pytest.approx(samples.TIME_S)
        assert reading.voltage_v == pytest.approx(samples.VOLTAGE_V)
        assert reading.signed == (maker != "maccor")
        expected = samples.CURRENT_A if reading.signed else np.abs(samples.CURRENT_A)
        assert reading.current_a == pytest.approx(expected)
        assert reading.step is None or list(reading.step) == list(samples.STEP)
        assert reading.step_time_s is None or reading.step_time_s == pytest.approx(samples.STEP_TIME_S)
        assert (reading.rows_in_file, reading.unparsed_count) == (9, 0)
        assert all(not flag.forbids for flag in reading.flags)

    @pytest.mark.parametrize(
        "heading",
        [
            "Test Time / s,Voltage / V,Current / A",
            "test_time_second,voltage_volt,current_ampere",
            "Test Time / s,Voltage / V,Current / A,Step Index / 1",
        ],
    )
    def test_knows_the_battery_data_format_by_few_columns(self, tmp_path, heading):
        rows = "".join(f"{n},3.{n},1{',1' * (heading.count(',') - 2)}\n" for n in range(9))

        assert only(tmp_path, f"{heading}\n{rows}").format == "bdf_text"

    @pytest.mark.parametrize("maker", WITH_STATES)
    def test_understands_the_words_of_states(self, tmp_path, maker):
        assert list(only(tmp_path, samples.FULL[maker]).state) == STATES

    @pytest.mark.parametrize("maker", [*WITH_STATES, "arbin"])
    def test_gives_the_counters_in_ampere_hours(self, tmp_path, maker):
        reading = only(tmp_path, samples.FULL[maker])

        counted = [samples.counted_ah(number) for number in range(9)]
        assert reading.charge_ah == pytest.approx([0] * 3 + counted[3:6] + [0] * 3)
        assert reading.discharge_ah == pytest.approx([0] * 6 + counted[6:])

    def test_records_every_mapping(self, tmp_path):
        reading = only(tmp_path, samples.NEWARE)

        assert source(reading, "current_a") == ("Current(mA)", "mA", 0.001)
        assert source(reading, "time_s") == ("Total Time", "h:min:s", 1.0)
        assert source(reading, "voltage_v") == ("Voltage(V)", "V", 1.0)

    def test_names_rows_by_their_line(self, tmp_path):
        reading = only(tmp_path, samples.NOVONIX)

        assert list(reading.row) == list(range(7, 16))

    def test_reads_decimal_commas_in_latin_letters(self, tmp_path):
        reading = only(tmp_path, samples.BIOLOGIC, encoding="cp1252")

        assert reading.voltage_v == pytest.approx(samples.VOLTAGE_V)
        assert reading.started_at == "05/28/2025 14:23:16.145"
        assert reading.temperature_degc["Temperature"] == pytest.approx([24.5] * 9)

    @pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le"])
    def test_reads_other_encodings(self, tmp_path, encoding):
        assert len(only(tmp_path, samples.ARBIN, encoding=encoding)) == 9

    def test_names_sensors_as_the_file_does(self, tmp_path):
        reading = only(tmp_path, samples.ARBIN)

        assert reading.temperature_degc["Aux_Temperature1"] == pytest.approx([25.5] * 9)

    def test_reads_other_line_ends(self, tmp_path):
        assert len(only(tmp_path, samples.ARBIN.replace("\n", "\r\n"))) == 9
        assert len(only(tmp_path, samples.ARBIN.replace("\n", "\r"))) == 9

    def test_computes_the_current_from_charge_over_time(self, tmp_path):
        reading = only(tmp_path, samples.BIOLOGIC_WITHOUT_CURRENT)

        assert reading.current_a == pytest.approx(samples.CURRENT_A)
        assert codes(reading) == ["I_CURRENT"]
        assert source(reading, "current_a") == ("dq/mA.h", "mA.h", 0.001)

    def test_takes_the_set_current_only_with_a_warning(self, tmp_path):
        text = samples.BIOLOGIC_WITHOUT_CURRENT.replace("dq/mA.h", "other")

        reading = only(tmp_path, text)

        assert reading.current_a == pytest.approx(samples.CURRENT_A)
        assert codes(reading) == ["W_CURRENT_SET"]

    def test_reads_a_report_of_cycles_steps_and_records(self, tmp_path):
        reading = only(tmp_path, samples.neware_report())

        # 20 s of rest, then 30 s of charge and 30 s of discharge, each step beginning anew.
        assert reading.time_s == pytest.approx([0, 10, 20, 30, 40, 50, 60, 70, 80])
        assert list(reading.step) == list(samples.STEP)
        assert list(reading.cycle) == [1] * 9
        assert list(reading.state) == STATES
        assert reading.current_a == pytest.approx(samples.CURRENT_A)
        assert codes(reading) == ["I_TIME_STEPS"]
        assert list(reading.row[:4]) == [6, 7, 8, 10]

    def test_reads_bitrode_without_a_heading(self, tmp_path):
        reading = only(tmp_path, samples.BITRODE_HEADLESS)

        assert reading.format == "bitrode_text"
        assert reading.current_a == pytest.approx(samples.CURRENT_A)
        assert list(reading.row) == list(range(1, 10))

    def test_reads_deprecated_names(self, tmp_path):
        reading = only(tmp_path, samples.BDF_DEPRECATED)

        assert reading.time_s == pytest.approx(samples.TIME_S)
        assert source(reading, "time_s") == ("test_time_millisecond", "millisecond", 0.001)
        assert list(reading.cycle) == [1] * 9

    def test_reads_in_pieces_as_it_does_at_once(self, tmp_path, monkeypatch):
        path = written(tmp_path, samples.MACCOR)
        (whole,) = read_text(path)

        monkeypatch.setattr("grading.domain.cyclers.streaming.CHUNK_BYTES", 64)
        (pieces,) = read_text(path)

        assert list(pieces.row) == list(whole.row)
        assert list(pieces.time_s) == list(whole.time_s)
        assert list(pieces.charge_ah) == list(whole.charge_ah)
        assert pieces.format == whole.format == "maccor_text"


class TestMaccor:
    def minutes(self):
        text = samples.MACCOR.replace("Test (Sec)", "TestTime").replace("Step (Sec)", "StepTime")
        head, *records = text.splitlines()[1:]
        rows = [record.split("\t") for record in records]
        for row in rows:
            row[3], row[4] = repr(int(row[3]) / 60), repr(int(row[4]) / 60)
        return "\n".join([head, *("\t".join(row) for row in rows)]) + "\n"

    def test_infers_minutes_from_the_dates(self, tmp_path):
        reading = only(tmp_path, self.minutes())

        assert reading.time_s == pytest.approx(samples.TIME_S)
        assert reading.step_time_s == pytest.approx(samples.STEP_TIME_S)
        assert source(reading, "time_s") == ("TestTime", "min", 60.0)
        assert codes(reading) == ["I_TIME_UNIT"]

    def test_asks_when_nothing_tells_the_unit_of_time(self, tmp_path):
        reading = only(tmp_path, self.minutes().replace("DPt Time", "Remark"))

        assert codes(reading) == ["E_TIME_UNIT"]

    def test_reads_days_and_clock(self, tmp_path):
        text = samples.MACCOR.replace("Test (Sec)", "Test Time")
        head, *records = text.splitlines()[1:]
        rows = [record.split("\t") for record in records]
        for row in rows:
            row[3] = f"1d 02:00:{int(row[3]) % 60:02d}.50" if int(row[3]) < 60 else "1d 02:01:00.50"

        reading = only(tmp_path, "\n".join([head, *("\t".join(row) for row in rows[:6])]) + "\n")

        assert reading.time_s[:2] == pytest.approx([93_600.5, 93_610.5])

    def test_reads_thousands_in_quotation_marks(self, tmp_path):
        text = (
            "Rec,Cycle C,Step,Test Time (sec),Step Time (sec),Capacity,Energy,Current,Voltage,DPT Time,"
            "Temp 1\n"
            "1,1,1,999.5000,0.0,0,0,0,3.668,23-Nov-23 3:56:11 PM,22.25\n"
            '2,1,1,"1,000.5000",1.0,0,0,0,3.668,23-Nov-23 3:56:12 PM,22.25\n'
            '3,1,1,"67,002.0000","66,003.5",0,0,28.8,3.7,23-Nov-23 3:56:13 PM,22.25\n'
        )

        reading = only(tmp_path, text)

        assert list(reading.time_s) == [999.5, 1000.5, 67_002.0]
        assert list(reading.step_time_s) == [0.0, 1.0, 66_003.5]
        assert not reading.signed
        assert reading.state is None
        assert reading.charge_ah is None  # in which direction it counts, nothing tells
        assert reading.temperature_degc["Temp 1"] == pytest.approx([22.25] * 3)

    def test_tells_who_and_what(self, tmp_path):
        reading = only(tmp_path, samples.MACCOR)

        assert reading.meta["barcode"] == "77"
        assert reading.meta["schedule"] == "P.000"
        assert reading.meta["clock_span_s"] == 80.0


class TestSeveralTests:
    def test_gives_each_data_block_its_own(self, tmp_path):
        first, second = read_text(written(tmp_path, samples.NOVONIX + samples.NOVONIX))

        assert len(first) == len(second) == 9
        assert first.unparsed_count == second.unparsed_count == 0
        assert list(second.row) == list(range(22, 31))
        assert codes(first) == codes(second) == ["I_MULTI"]

    def test_reads_lines_in_quotation_marks(self, tmp_path):
        text = "".join(f'"{line}"\n' for line in samples.NOVONIX.splitlines())

        reading = only(tmp_path, text)

        assert reading.time_s == pytest.approx(samples.TIME_S)

    def test_keeps_a_clock_that_begins_anew_in_a_block(self, tmp_path):
        records = "\n".join(samples.NOVONIX.splitlines()[6:]) + "\n"

        reading = only(tmp_path, samples.NOVONIX + records)

        assert reading.time_s == pytest.approx(samples.TIME_S * 2)

    def test_gives_each_cell_its_own(self, tmp_path):
        records = samples.PEC.splitlines()[3:]
        other = "\n".join(record.replace("25205,1,", "25205,2,", 1) for record in records) + "\n"

        first, second = read_text(written(tmp_path, samples.PEC + other))

        assert [first.meta["test_id"], second.meta["test_id"]] == ["1", "2"]
        assert second.time_s == pytest.approx(samples.TIME_S)
        assert first.meta["clock_span_s"] == 80.0
        assert codes(second) == ["I_MULTI"]


class TestStepTables:
    @pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
    def test_gives_one_line_per_step(self, tmp_path, encoding):
        (steps,) = read_text(written(tmp_path, samples.STEP_TABLE, encoding=encoding))

        assert isinstance(steps, StepReading)
        assert list(steps.state) == [REST, CHARGE, DISCHARGE]
        assert list(steps.duration_s) == pytest.approx([30.0, 1512.2, 2867.7])
        assert list(steps.current_a) == [0.0, 1.25, -24.9]
        assert list(steps.capacity_ah) == [0.0, 2.5, 19.5]
        assert list(steps.energy_wh) == [0.0, 10.0, 70.0]
        assert list(steps.voltage_end_v) == [3.91, 4.2, 2.7]
        assert list(steps.temperature_degc) == [25.0, 26.0, 31.5]
        assert list(steps.row) == [2, 3, 5]
        assert steps.started_at == "2024-06-17 11:16:00.337000"
        assert codes(steps) == ["W_NAN"]
