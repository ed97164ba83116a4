"""Which reader a file gets, whatever its name says, and what is no test."""

import shutil

import pytest

from grading.domain.cyclers.readers import read
from grading.domain.cyclers.table import StepReading, Unreadable
from tests.grading.domain.cyclers.neware_files import write_nda, write_ndax
from tests.grading.domain.cyclers.real_files import charges_ah, expected_of, real_file

BDF = "Test Time / s,Voltage / V,Current / A\n0,3.5,0\n1,3.6,1\n2,3.7,1\n"
BINARY = (
    "neware/TestFile.nda",
    "neware/nda_v23.nda",
    "neware/SINTEF__G20M7_BTS91.nda",
    "neware/46_1_5_60_bts16.ndax",
    "neware/nw4-120-1-6-53.ndax",
    "arbin/arbin_example.res",
)


def refusal(path):
    with pytest.raises(Unreadable) as caught:
        read(path)
    return caught.value.code, caught.value.message


class TestRead:
    @pytest.mark.parametrize("write", [write_nda, write_ndax])
    @pytest.mark.parametrize("name", ["a", "a.csv", "a.xlsx"])
    def test_goes_by_content_whatever_the_name(self, tmp_path, write, name):
        (reading,) = read(write(tmp_path / name))

        assert reading.format == f"neware_{write.__name__.removeprefix('write_')}"

    def test_gives_a_text_to_the_text_reader(self, tmp_path):
        path = tmp_path / "a.nda"
        path.write_text(BDF)

        (reading,) = read(path)

        assert len(reading) == 3 and reading.current_a.tolist() == [0, 1, 1]

    def test_refuses_a_text_that_is_no_test(self, tmp_path):
        path = tmp_path / "a.csv"
        path.write_text("Dear sir,\nplease find the results attached.\n")

        code, message = refusal(path)

        assert code == "E_FORMAT" and message

    def test_refuses_headings_without_a_record(self, tmp_path):
        path = tmp_path / "a.csv"
        path.write_text(BDF.splitlines()[0] + "\n")

        assert refusal(path)[0] in {"E_EMPTY", "E_FORMAT"}

    @pytest.mark.parametrize("kept", [7, 64, 700, 3000])
    def test_refuses_or_flags_every_cut_off_binary(self, tmp_path, kept):
        for write in (write_nda, write_ndax):
            path = write(tmp_path / "a")
            path.write_bytes(path.read_bytes()[:kept])

            try:
                (reading,) = read(path)
            except Unreadable as told:
                assert told.code in {"E_EMPTY", "E_FORMAT"} and told.message.endswith(".")
            else:
                assert "W_TRUNCATED" in [flag.code for flag in reading.flags]


@pytest.mark.parametrize("name", BINARY)
class TestRealFiles:
    def test_give_rows_and_charge_under_any_name(self, name, tmp_path):
        path = tmp_path / "0f3c9a"
        shutil.copyfile(real_file(name), path)
        expected = expected_of(name)

        (reading,) = read(path)

        assert not isinstance(reading, StepReading)
        assert len(reading) == expected["rows"]
        charged, discharged = charges_ah(reading)
        assert charged == pytest.approx(expected["Q_chg_Ah"], rel=1e-3, abs=1e-12)
        assert discharged == pytest.approx(expected["Q_dch_Ah"], rel=1e-3, abs=1e-12)
