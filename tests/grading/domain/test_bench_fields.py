"""Texts at the bench, read field by field."""

from datetime import UTC, datetime
from decimal import Decimal as D

import pytest

from grading.domain.bench_fields import FIELDS, LONGEST, Unreadable
from grading.domain.measurement import PLAUSIBLE
from grading.domain.results_file.fields import FIELDS as FILE_FIELDS
from grading.domain.results_file.fields import Kind
from grading.domain.results_file.headings import fold
from grading.domain.results_file.wordings import read_reference

CAPACITY, RESISTANCE = FIELDS["capacity"], FIELDS["resistance"]


class TestRead:
    @pytest.mark.parametrize(
        ("name", "text", "value"),
        [
            ("c_rate", "", None),
            ("c_rate", " 0,33 ", D("0.33")),
            ("c_rate", "0.33 C", D("0.33")),
            ("temperature_degc", "-5,5", D("-5.5")),
            ("temperature_degc", "25 °C", D(25)),
            ("weakest_soh_percent", "66 %", D(66)),
            ("ended_by_cell_limit", "", None),
            ("ended_by_cell_limit", "Ja", True),
            ("ended_by_cell_limit", "no", False),
            ("ended_by_cell_limit", "是", True),
            ("method", "", ""),
            ("method", "CC_DISCHARGE", "cc_discharge"),
            ("method", "cc-cv charge, empty to full", "cccv_charge"),
            ("reference", "catalog ah", "pack_type:ah"),
            ("reference", "Katalog kWh", "pack_type:kwh"),
            ("reference", "Typenschild Ladung", "nameplate:ah"),
            ("method", "Entladung", "cc_discharge"),
            ("weakest_kind", "Series group", "series_group"),
            ("measured_at", "", None),
            ("measured_at", "2026-11-22 14:05", datetime(2026, 11, 22, 14, 5, tzinfo=UTC)),
            ("measured_at", "2026-11-22T14:05+01:00", datetime.fromisoformat("2026-11-22T14:05+01:00")),
            ("measured_at", "22.11.2026 14:05 UTC", datetime(2026, 11, 22, 14, 5, tzinfo=UTC)),
            ("note", " x ", "x"),
            ("note", "x" * LONGEST, "x" * LONGEST),
        ],
    )
    def test_takes_what_people_write(self, name, text, value):
        assert CAPACITY[name].read(text) == value

    @pytest.mark.parametrize(
        ("name", "text", "message"),
        [
            ("c_rate", "1.234,5", "one decimal mark"),
            ("c_rate", "1,2,3", "one decimal mark"),
            ("c_rate", "1,205", "1,205 may mean 1205 or 1.205"),
            ("c_rate", "NaN", "Enter a number"),
            ("c_rate", "1e3", "Enter a number"),
            ("c_rate", "9" * 41, "Enter a number"),
            ("ended_by_cell_limit", "maybe", "yes or no"),
            ("method", "fast", "Enter one of: Constant-current"),
            ("measured_at", "2026-11-22", "day and time"),
            ("measured_at", "yesterday", "day and time"),
            ("measured_at", "2026-13-22 14:05", "day and time"),
            ("note", "x" * (LONGEST + 1), "At most"),
        ],
    )
    def test_refuses_what_it_would_have_to_guess(self, name, text, message):
        with pytest.raises(Unreadable, match=message):
            CAPACITY[name].read(text)


class TestFields:
    def test_every_number_has_a_unit_and_a_range_that_can_be_shown(self):
        numbers = [f for fields in FIELDS.values() for f in fields.values() if f.kind == "number"]

        assert {f.name for f in numbers if f.name not in PLAUSIBLE} == {"reference_value"}
        assert all(f.unit and f.hint for f in numbers if f.name != "reference_value")

    @pytest.mark.parametrize(
        "name", ["measured_capacity_ah", "measured_energy_kwh", "note", "reason", "members"]
    )
    def test_what_is_measured_of_one_pack_cannot_stand_in_a_head(self, name):
        assert not CAPACITY[name].is_of_head

    def test_a_resistance_is_of_one_pack_too(self):
        assert not RESISTANCE["ir_mohm"].is_of_head


class TestWords:
    @pytest.mark.parametrize("kind", ["capacity", "resistance"])
    def test_a_file_of_results_takes_every_word_of_the_grid(self, kind):
        file = FILE_FIELDS[Kind(kind)]
        for field in FIELDS[kind].values():
            for code, words in (field.choices or {}).items():
                if field.name == "reference":
                    assert read_reference(words) == tuple(code.split(":"))
                else:
                    known = file[field.name].choices[code]
                    assert fold(words) in {fold(each) for each in (code, *known)}
