"""Neware's binary files: exact values of own files, real files against their makers' exports."""

import numpy as np
import pytest

from grading.domain.cyclers.neware import read_neware
from grading.domain.cyclers.table import CHARGE, DISCHARGE, REST, UNKNOWN, Unreadable
from tests.grading.domain.cyclers.neware_files import (
    FULL_TEST,
    SIMULATION,
    Step,
    write_nda,
    write_ndax,
)
from tests.grading.domain.cyclers.real_files import charges_ah, expected_of, real_file

WRITERS = {"nda": write_nda, "ndax": write_ndax}


def codes(reading):
    return [flag.code for flag in reading.flags]


@pytest.mark.parametrize("kind", WRITERS)
class TestReadNeware:
    def test_gives_every_record_in_canonical_units(self, tmp_path, kind):
        path = WRITERS[kind](tmp_path / "stored-by-its-hash")

        reading = read_neware(path, kind=kind)

        assert len(reading) == reading.rows_in_file == 61 + 721 + 181 + 361
        assert reading.row.tolist() == list(range(1, 1325))
        assert reading.time_s[[0, 1, -1]].tolist() == [0.0, 10.0, 13_200.0]
        assert reading.voltage_v[[0, -1]] == pytest.approx([3.5, 3.0])
        assert sorted(set(reading.current_a.round(9))) == [-2.0, 0.0, 1.0]
        assert sorted(set(reading.step)) == [1, 2, 3, 4]
        assert set(reading.state) == {REST, CHARGE, DISCHARGE}
        assert reading.signed
        assert charges_ah(reading) == pytest.approx((2.0, 2.0))
        assert reading.flags == ()

    def test_gives_the_testers_counters_apart(self, tmp_path, kind):
        reading = read_neware(WRITERS[kind](tmp_path / "a"), kind=kind)

        assert (reading.charge_ah.max(), reading.discharge_ah.max()) == pytest.approx((2.0, 2.0))
        assert reading.charge_ah[reading.state == DISCHARGE].max() == 0
        assert reading.net_ah is None

    def test_gives_one_counter_where_a_step_goes_both_ways(self, tmp_path, kind):
        steps = [*FULL_TEST, Step(SIMULATION, -1.0, 600, (3.4, 3.3))]

        reading = read_neware(WRITERS[kind](tmp_path / "a", steps), kind=kind)

        assert reading.charge_ah is None and reading.discharge_ah is None
        assert reading.net_ah[-1] == pytest.approx(-1 / 6)
        assert reading.state[-1] == UNKNOWN

    def test_tells_where_each_column_comes_from(self, tmp_path, kind):
        reading = read_neware(WRITERS[kind](tmp_path / "a"), kind=kind)

        sources = {column.name: column for column in reading.columns}
        assert (sources["current_a"].header, sources["current_a"].unit) == ("current_mA", "mA")
        assert sources["current_a"].factor == 1e-3
        assert (reading.reader, reading.format) == ("fastnda", f"neware_{kind}")

    def test_tells_barcode_and_start(self, tmp_path, kind):
        reading = read_neware(WRITERS[kind](tmp_path / "a", barcode="RB-77"), kind=kind)

        assert reading.meta["barcode"] == "RB-77"
        assert reading.started_at == "2026-11-20 08:00:00"

    def test_refuses_a_file_without_a_record(self, tmp_path, kind):
        path = WRITERS[kind](tmp_path / "a", [Step(4, 0.0, -1, (3.5, 3.5))])

        with pytest.raises(Unreadable) as caught:
            read_neware(path, kind=kind)

        assert caught.value.code in {"E_EMPTY", "E_FORMAT"}


class TestDamage:
    def test_flags_an_nda_that_ends_early(self, tmp_path):
        path = write_nda(tmp_path / "a.nda")
        path.write_bytes(path.read_bytes()[:-50_000])

        reading = read_neware(path, kind="nda")

        assert len(reading) < 1324
        assert codes(reading) == ["W_TRUNCATED"]

    @pytest.mark.parametrize("name", ["neware/TestFile.nda", "neware/SINTEF__G20M7_BTS91.nda"])
    @pytest.mark.parametrize("share", [0.3, 0.9])
    def test_flags_a_real_file_of_bts_9_that_ends_early(self, tmp_path, name, share):
        content = real_file(name).read_bytes()
        path = tmp_path / "a.nda"
        path.write_bytes(content[: int(len(content) * share)])

        reading = read_neware(path, kind="nda")

        assert len(reading) < expected_of(name)["rows"]
        assert codes(reading) == ["W_TRUNCATED"]

    def test_flags_records_that_are_missing_within(self, tmp_path):
        path = write_nda(tmp_path / "a.nda")
        content = bytearray(path.read_bytes())
        start = 256 + 500 + 86 * 100
        content[start : start + 86] = bytes(86)  # a record that is none
        path.write_bytes(content)

        reading = read_neware(path, kind="nda")

        assert len(reading) == 1323
        assert codes(reading) == ["W_TRUNCATED"]

    def test_refuses_a_version_that_nobody_knows(self, tmp_path):
        path = write_nda(tmp_path / "a.nda", version=77)

        with pytest.raises(Unreadable, match="Export the test from BTSDA") as caught:
            read_neware(path, kind="nda")

        assert caught.value.code == "E_FORMAT"

    def test_refuses_a_head_without_records(self, tmp_path):
        path = tmp_path / "a.nda"
        path.write_bytes(b"NEWARE" + bytes(8) + b"\x17" + bytes(20))

        with pytest.raises(Unreadable) as caught:
            read_neware(path, kind="nda")

        assert caught.value.code in {"E_EMPTY", "E_FORMAT"}

    def test_doubts_a_version_that_was_never_compared(self, tmp_path):
        path = write_nda(tmp_path / "a.nda")
        content = bytearray(path.read_bytes())
        content[14] = 9
        path.write_bytes(content)

        try:
            assert "W_FORMAT" in codes(read_neware(path, kind="nda"))
        except Unreadable as refusal:
            assert refusal.code in {"E_EMPTY", "E_FORMAT"}


REAL = (
    "neware/TestFile.nda",
    "neware/nda_v23.nda",
    "neware/SINTEF__G20M7_BTS91.nda",
    "neware/46_1_5_60_bts16.ndax",
    "neware/nw4-120-1-6-53.ndax",
)


@pytest.mark.parametrize("name", REAL)
class TestRealFiles:
    def test_agree_with_the_makers_own_export(self, name):
        path = real_file(name)
        expected = expected_of(name)

        reading = read_neware(path, kind=path.suffix[1:])

        assert len(reading) == expected["rows"]
        charged, discharged = charges_ah(reading)
        assert charged == pytest.approx(expected["Q_chg_Ah"], rel=1e-3, abs=1e-12)
        assert discharged == pytest.approx(expected["Q_dch_Ah"], rel=1e-3, abs=1e-12)
        assert [reading.voltage_v.min(), reading.voltage_v.max()] == pytest.approx(
            expected["v_range"], abs=1e-4
        )
        assert np.ptp(reading.time_s) == pytest.approx(expected["t_span_s"])
        if expected["temp_range_C"]:
            sensor = next(iter(reading.temperature_degc.values()))
            assert [sensor.min(), sensor.max()] == pytest.approx(expected["temp_range_C"], abs=0.01)
        assert reading.flags == ()
