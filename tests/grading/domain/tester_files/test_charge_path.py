"""The way through charge and voltage: in the order of time, loops stay loops."""

import numpy as np
import polars as pl
import pytest

from grading.domain.tester_files import charge_path as module
from grading.domain.tester_files.charge_path import WINDOWS, charge_path
from grading.domain.tester_files.curves import Scale

CYCLE = 10_000


@pytest.fixture
def table(tmp_path):
    """Three cycles of 0 to 10 Ah and back, charging 1 V above discharging, with one spike in the second."""
    up = np.linspace(0, 10, CYCLE // 2)
    charge = np.tile(np.concatenate((up, up[::-1])), 3)
    voltage = charge * 0.1 + np.tile(np.repeat([4.0, 3.0], CYCLE // 2), 3)
    voltage[CYCLE + 1234] = 9.0
    time = np.arange(len(charge), dtype=float)
    path = tmp_path / "t.parquet"
    pl.DataFrame({
        "time_s": time, "voltage_v": voltage, "current_a": time * 0, "net_ah": charge,
        "temperature_degc": time * 0, "row": np.arange(1, len(charge) + 1),
    }).write_parquet(path)  # fmt: skip
    return path


def way(table, low=None, high=None, scale=None):
    return charge_path(table, scale=scale or Scale(), low=low, high=high)


class TestChargePath:
    def test_goes_as_the_test_went(self, table):
        found = way(table)

        turns = np.sign(np.diff([charge for charge, _ in found]))
        turns = turns[turns != 0]
        assert (np.diff(turns) != 0).sum() == 5  # up and down three times, never to and fro between
        assert all(3 <= voltage <= 5 for charge, voltage in found if voltage != 9)
        on_charge = {round(v - 0.1 * q, 3) for q, v in found[: len(found) // 6]}
        assert on_charge == {4.0}

    def test_keeps_the_ends_the_turns_and_the_spike(self, table):
        found = way(table)

        assert len(found) <= 6 * WINDOWS
        assert found[0] == (0.0, 4.0) and found[-1] == (0.0, 3.0)
        assert max(voltage for _, voltage in found) == 9.0
        assert max(charge for charge, _ in found) == 10.0

    def test_parts_what_leaves_the_view(self, table):
        found = way(table, low=5.0, high=6.0)

        gaps = [place for place, (_, voltage) in enumerate(found) if voltage is None]
        assert len(gaps) == 5  # six passages
        assert all(5 <= charge <= 6 for charge, _ in found)

    def test_shows_a_turn_in_one_piece(self, table):
        found = way(table, low=9.9, high=10.0)

        assert [voltage for _, voltage in found].count(None) == 2

    def test_is_the_same_in_any_chunks(self, table, monkeypatch):
        whole, part = way(table), way(table, low=5.0, high=6.0)

        monkeypatch.setattr(module, "CHUNK_ROWS", 700)

        assert way(table) == whole and way(table, low=5.0, high=6.0) == part

    def test_is_empty_outside(self, table):
        assert way(table, low=50.0, high=60.0) == []

    def test_applies_what_a_person_answered(self, table):
        found = way(table, scale=Scale(current=-1e-3))

        assert min(charge for charge, _ in found) == -0.01
