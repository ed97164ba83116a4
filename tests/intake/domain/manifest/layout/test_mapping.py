"""Headings and the fields that they mean."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.domain.manifest.fields import FIELDS
from intake.domain.manifest.layout.mapping import (
    find_header,
    is_units_row,
    letters_of,
    map_columns,
    match_header,
)


class TestMatchHeader:
    @pytest.mark.parametrize(
        ("heading", "field", "unit"),
        [
            ("Pack serial", "pack_serial", ""),
            ("S/N", "pack_serial", ""),
            ("SERIAL_NO.", "pack_serial", ""),
            ("Seriennummer", "pack_serial", ""),
            ("电池包编号", "pack_serial", ""),
            ("Serial no / 序列号", "pack_serial", ""),
            ("Nominal energy (kWh)", "nominal_energy_kwh", "kWh"),
            ("Capacity (Wh)", "nominal_energy_kwh", "Wh"),
            ("Capacity [Ah]", "rated_capacity_ah", "Ah"),
            ("Capacity kWh", "nominal_energy_kwh", "kWh"),
            ("额定容量(kWh)", "nominal_energy_kwh", "kWh"),
            ("额定容量（Ah）", "rated_capacity_ah", "Ah"),
            ("IR mΩ", "ir_mohm", "mΩ"),
            ("Isolation (MΩ)", "isolation_kohm", "MΩ"),
            ("Mileage in miles", "odometer_km", "miles"),
            ("里程(万公里)", "odometer_km", "万公里"),
            ("Nennkapazitaet (Ah)", "rated_capacity_ah", "Ah"),
            ("Beschädigt", "ddr_status", ""),
            ("Beschaedigt", "ddr_status", ""),
            ("SOH (%)", "soh_declared_percent", "%"),
            ("是否废物", "received_as", ""),
            ("#", "line_no", ""),
            ("km", "odometer_km", "km"),
        ],
    )
    def test_knows_field_and_unit(self, heading, field, unit):
        match = match_header(heading)

        assert (match.field, match.unit_text) == (field, unit)

    @pytest.mark.parametrize("heading", ["Lagerplatz", "price/kWh", "", "SOH (kWh)", "flux capacitor"])
    def test_does_not_guess(self, heading):
        assert match_header(heading).field is None

    def test_offers_both_meanings_of_a_capacity_without_unit(self):
        assert set(match_header("Capacity").candidates) == {"nominal_energy_kwh", "rated_capacity_ah"}

    def test_lets_the_units_row_decide(self):
        assert match_header("Capacity", "Ah").field == "rated_capacity_ah"

    def test_tells_how_sure_it_is(self):
        assert match_header("pack serial").confidence == "exact"
        assert match_header("Pack-Serial:").confidence == "normalized"
        assert match_header("Lagerplatz").confidence is None

    @pytest.mark.parametrize(
        ("heading", "confidence"),
        [
            ("Mileage (km)", "exact"),
            ("SOH (%)", "exact"),
            ("SOH [%]", "exact"),
            ("Odometer (mi)", "exact"),
            ("Declared SOH", "exact"),
            ("Mileage: (km)", "normalized"),
            ("Mileage km", "normalized"),
            ("SOH (BMS)", "normalized"),
            ("额定容量 (kWh)", "normalized"),
        ],
    )
    def test_knows_a_heading_but_for_its_unit_in_brackets(self, heading, confidence):
        assert match_header(heading).confidence == confidence

    @pytest.mark.parametrize("name", FIELDS)
    def test_knows_every_canonical_name_and_label(self, name):
        assert match_header(name).field == name
        assert match_header(FIELDS[name].label).field == name

    @given(st.text(max_size=60))
    def test_answers_for_any_text(self, text):
        assert match_header(text).field in {None, *FIELDS}


class TestFindHeader:
    def test_passes_over_title_rows(self):
        rows = [
            ["Supplier list 2026"],
            ["Serial of the truck", ""],
            ["Serial", "Make", "Model"],
            ["A-1", "Kia", "Soul"],
        ]

        assert find_header(rows) == (2, 3)

    def test_finds_nothing_among_other_words(self):
        assert find_header([["a", "b"], ["1", "2"]]) == (-1, 0)


class TestIsUnitsRow:
    @pytest.mark.parametrize(
        ("cells", "expected"),
        [
            (["", "kWh", "", "km", "%", "ja/nein"], True),
            (["[kWh]", "(Ah)"], True),
            (["ZOE-1", "kWh"], False),
            (["", ""], False),
        ],
    )
    def test_takes_only_units_and_hints(self, cells, expected):
        assert is_units_row(cells) is expected


class TestMapColumns:
    def test_gives_a_field_to_the_first_column_that_names_it(self):
        first, second = map_columns(["Serial", "Serial number"], width=2)

        assert first.field == "pack_serial"
        assert (second.field, second.repeats) == (None, "Serial")

    def test_keeps_both_columns_about_a_safety_field(self):
        first, second = map_columns(["Damaged", "Defective"], width=2)

        assert (first.field, second.field, second.repeats) == ("ddr_status", "ddr_status", "Damaged")

    def test_gives_every_column_a_heading_of_its_own(self):
        headings = [column.header for column in map_columns(["x", "x", ""], width=4)]

        assert headings == ["x", "x (2)", "Column C", "Column D"]


class TestLettersOf:
    @pytest.mark.parametrize(
        ("index", "letters"), [(0, "A"), (25, "Z"), (26, "AA"), (119, "DP"), (16383, "XFD")]
    )
    def test_counts_as_a_spreadsheet_does(self, index, letters):
        assert letters_of(index) == letters
