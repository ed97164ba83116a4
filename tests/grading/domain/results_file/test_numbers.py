from decimal import Decimal

import pytest
from django.db.models import DecimalField

from grading.domain.results_file.fields import FIELDS, Kind
from grading.domain.results_file.numbers import PLACES, NotANumber, numbers_of
from grading.models import CapacityTest, ResistanceTest


def read(name, cells, *, unit="", kind=Kind.CAPACITY):
    """Return what each cell of a column says: its value, or the rule that it breaks."""
    numbers = numbers_of(kind, FIELDS[kind][name], unit, cells)
    found = []
    for cell in cells:
        try:
            found.append(str(numbers.read(cell)))
        except NotANumber as wrong:
            found.append(wrong.rule)
    return found


class TestNumbers:
    @pytest.mark.parametrize(
        ("name", "unit", "cells", "expected"),
        [
            ("measured_capacity_ah", "Ah", ["85.1", "85,1", 85.1, "85.1 Ah"], ["85.1"] * 4),
            ("measured_capacity_ah", "mAh", ["85100"], ["85.1"]),
            ("measured_capacity_ah", "Ah", ["85100 mAh"], ["85.1"]),
            ("measured_capacity_ah", "kWh", ["85.1"], ["unit_mismatch"]),
            ("measured_capacity_ah", "Ah", ["85.1 kWh", "much"], ["unit_mismatch", "not_a_number"]),
            ("measured_energy_kwh", "Wh", ["30000", "33865.47"], ["30", "33.8655"]),
            ("temperature_degc", "°F", ["77", "76", 76.0], ["25", "24.4", "24.4"]),
            ("voltage_from_v", "mV", ["402125"], ["402.12"]),
            # Only what was converted is rounded: the file's own unit is refused where it is too fine.
            ("temperature_degc", "°C", ["24.44"], ["24.44"]),
            ("c_rate", "C", ["0,33", "0.33 C"], ["0.33", "0.33"]),
            # Only one reading is plausible, or another cell of the column tells, or nobody can say.
            ("c_rate", "", ["0.333"], ["0.333"]),
            ("measured_capacity_ah", "", ["1.234", "85,25"], ["1234", "85.25"]),
            ("measured_capacity_ah", "", ["1.234", "1.5"], ["1.234", "1.5"]),
            ("measured_capacity_ah", "", ["1.234"], ["number_ambiguous"]),
            ("soh_check", "", ["0.7866", "0.6049", "1.008"], ["78.66", "60.49", "100.8"]),
            ("soh_check", "", [78.6, 60.5], ["78.6", "60.5"]),
            ("soh_check", "%", ["0.8"], ["0.8"]),
            ("soh_check", "", ["78.6 %", "0.8"], ["78.6", "80.0"]),
            ("soh_check", "", ["78.6", "0.8"], ["78.6", "percent_or_fraction"]),
        ],
    )  # fmt: skip
    def test_reads_a_column_alike_or_says_why_not(self, name, unit, cells, expected):
        found = read(name, cells, unit=unit)

        assert [_plain(one) for one in found] == [_plain(one) for one in expected]

    @pytest.mark.parametrize(
        ("unit", "cell", "expected"), [("s", "10", "10"), ("ms", "10000", "10"), ("min", "0.5", "30")]
    )
    def test_converts_pulse_lengths(self, unit, cell, expected):
        found = read("pulse_duration_s", [cell], unit=unit, kind=Kind.RESISTANCE)

        assert [_plain(one) for one in found] == [expected]

    def test_takes_no_fraction_for_a_state_of_charge(self):
        assert read("soc_percent", ["0.5"], kind=Kind.RESISTANCE) == ["percent_or_fraction"]


def _plain(text):
    try:
        return f"{Decimal(text).normalize():f}"
    except ArithmeticError:
        return text


class TestPlaces:
    @pytest.mark.parametrize(
        ("kind", "model"), [(Kind.CAPACITY, CapacityTest), (Kind.RESISTANCE, ResistanceTest)]
    )
    def test_are_those_that_results_keep(self, kind, model):
        kept = {
            column.name: column.decimal_places
            for column in model._meta.fields
            if isinstance(column, DecimalField)
        }

        found = {
            name: PLACES[field.unit]
            for name, field in FIELDS[kind].items()
            if name in kept and field.unit in PLACES
        }

        assert found == {name: kept[name] for name in found}
        assert {FIELDS[kind][name].unit for name in found} >= {"°C"}
