"""A current that its voltage knows nothing of."""

from dataclasses import replace

import numpy as np
import pytest

from grading.domain.cyclers.checks import leaps
from grading.domain.cyclers.derive import derive
from grading.domain.cyclers.parameters import Parameters
from grading.domain.cyclers.table import Reading
from tests.grading.domain.cyclers.synthetic import full_test

BARE = replace(full_test(pulses=False), charge_ah=None, discharge_ah=None, state=None, step=None)
MIDDLE = int(np.flatnonzero(BARE.current_a < 0)[100])


def told(reading: Reading) -> list[str]:
    flags = derive(reading, Parameters()).flags
    return [flag.message for flag in flags if flag.code == "W_SPIKE" and "current" in flag.message]


def leaping(factor: float, *, records: int = 3, at: int = MIDDLE, reading: Reading = BARE) -> Reading:
    current = reading.current_a.copy()
    current[at : at + records] *= factor
    return replace(reading, current_a=current)


class TestFlagsOf:
    @pytest.mark.parametrize(("factor", "is_told"), [(1.0, False), (2.9, False), (3.01, True), (100.0, True)])
    def test_tells_of_three_times_the_load(self, factor, is_told):
        assert bool(told(leaping(factor))) == is_told

    @pytest.mark.parametrize(("records", "is_told"), [(1, True), (50, True), (51, False)])
    def test_comes_back_within_50_records(self, records, is_told):
        assert bool(told(leaping(10.0, records=records))) == is_told

    def test_names_how_many_and_the_first(self):
        (message,) = told(leaping(10.0, at=MIDDLE + 50, reading=leaping(10.0)))

        assert message.startswith("In 6 records the current leaps and comes back")
        assert f"first in row {BARE.row[MIDDLE]} (-60 A, before it -6 A)" in message

    def test_is_no_load_that_the_voltage_follows(self):
        reading = leaping(10.0)
        voltage = reading.voltage_v.copy()
        voltage[MIDDLE : MIDDLE + 3] -= 0.05

        assert not told(replace(reading, voltage_v=voltage))

    def test_is_no_change_of_load(self):
        current = BARE.current_a.copy()
        current[MIDDLE:][current[MIDDLE:] < 0] *= 10

        assert not told(replace(BARE, current_a=current))

    def test_is_found_across_pieces(self, monkeypatch):
        monkeypatch.setattr("grading.domain.cyclers.checks.shape.PIECE", MIDDLE + 1)
        found = told(leaping(10.0))

        assert [message[:12] for message in found] == ["In 3 records"]
        assert leaps.LONGEST == 50

    @pytest.mark.parametrize("records", [1, 2])
    def test_asks_nothing_of_a_record_or_two(self, records):
        index = np.arange(MIDDLE, MIDDLE + records)
        few = replace(
            BARE,
            **{
                name: getattr(BARE, name)[index]
                for name in ("row", "time_s", "voltage_v", "current_a", "step_time_s")
            },
            temperature_degc={},
        )

        assert not told(few)
