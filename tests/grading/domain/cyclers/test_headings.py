"""Headings: every way of writing a unit."""

import pytest

from grading.domain.cyclers.headings import split_heading


class TestSplitHeading:
    @pytest.mark.parametrize(
        ("written", "key", "unit"),
        [
            ("Voltage(V)", "voltage", "V"),
            ("Cap. [Ah]", "cap", "Ah"),
            ("~Time[h]", "time", "h"),
            ("Test Time (sec)", "testtime", "sec"),
            ("Test Time / s", "testtime", "s"),
            ("test_time_millisecond", "testtime", "millisecond"),
            ("cycle_dimensionless", "cycle", None),
            ("Cycle Count / 1", "cyclecount", None),
            ("Test_Time", "testtime", None),
            ("(Q-Qo)/mA.h", "(qqo)", "mA.h"),
            ("<I>/mA", "<i>", "mA"),
            ("control/V/mA", "controlv", "mA"),
            ("Q charge/discharge/mA.h", "qchargedischarge", "mA.h"),
            ("TestTime/Sec", "testtime", "Sec"),
            ("SpeCap/mAh/g", "specapmahg", None),
            ("Aux_Temperature(C)_1", "auxtemperature1", "C"),
            ("电压（V）", "电压", "V"),
            ("Time(h:min:s.ms)", "time", "h:min:s.ms"),
            ('"Current(A)"', "current", "A"),
        ],
    )
    def test_splits_name_and_unit(self, written, key, unit):
        heading = split_heading(written)

        assert (heading.key, heading.unit) == (key, unit)
