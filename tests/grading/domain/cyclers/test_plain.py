"""A table of time, voltage and current that tells nothing of its maker is nobody's by name."""

import pytest

from grading.domain.cyclers import readers
from grading.domain.cyclers.derive import derive
from grading.domain.cyclers.parameters import Parameters
from grading.domain.cyclers.table import Reading
from tests.grading.domain.cyclers.synthetic import MAX_V, MIN_V, RATED_AH, full_test

KNOWN = {"rated_capacity_ah": RATED_AH, "voltage_min_v": MIN_V, "voltage_max_v": MAX_V}
SOH_PERCENT = derive(full_test(), Parameters(**KNOWN)).soh_percent


def table(heading: str) -> bytes:
    reading = full_test()
    warmth = reading.temperature_degc["T1"]
    columns = (reading.time_s, reading.voltage_v, reading.current_a, warmth)
    width = heading.count(",") + 1
    lines = (",".join(f"{value:.9g}" for value in line[:width]) for line in zip(*columns, strict=True))
    return "\n".join((heading, *lines, "")).encode()


def read(tmp_path, heading: str) -> Reading:
    path = tmp_path / "a.csv"
    path.write_bytes(table(heading))
    (reading,) = readers.read(path)
    return reading


class TestPlain:
    @pytest.mark.parametrize(
        "heading",
        [
            "Time (s),Voltage (V),Current (A)",
            "Test Time (s),Voltage,Current",
            "Total Time [s],Voltage [V],Current [A],Temperature [C]",
        ],
    )
    def test_is_a_plain_table(self, tmp_path, heading):
        reading = read(tmp_path, heading)

        derived = derive(reading, Parameters(**KNOWN))
        assert reading.format == "plain_text"
        assert derived.soh_percent == pytest.approx(SOH_PERCENT)

    def test_is_asked_for_the_unit_of_its_time(self, tmp_path):
        reading = read(tmp_path, "Test_Time,Voltage,Current")

        unasked = derive(reading, Parameters(**KNOWN))
        answered = derive(reading, Parameters(**KNOWN, answers={"time_unit": "s"}))

        assert "E_TIME_UNIT" in {flag.code for flag in unasked.flags}
        assert not unasked.concludes
        assert "E_TIME_UNIT" not in {flag.code for flag in answered.flags}
        assert answered.soh_percent == pytest.approx(SOH_PERCENT)

    @pytest.mark.parametrize(
        ("heading", "code"),
        [
            ("Test Time / s,Voltage / V,Current / A", "bdf_text"),
            ("TestTime,Voltage/V,Current/mA,SysTime", "landt_text"),
        ],
    )
    def test_is_none_that_a_maker_writes(self, tmp_path, heading, code):
        assert read(tmp_path, heading).format == code
