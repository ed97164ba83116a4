"""Cells as suppliers write them: one table of cases per dirty-data rule, each read with its whole column."""

import pytest

from tests.intake.manifest_files import rows_of, understood, write_csv, write_xlsx


def read(tmp_path, *packs, catalogue=(), **everywhere):
    return understood(write_csv(tmp_path / "a.csv", rows_of(*packs, **everywhere)), catalogue=catalogue)


def column(tmp_path, heading, *cells):
    """Read one column of cells; return the canonical values of its field by row, and the rules."""
    found = read(tmp_path, *({heading: cell} for cell in cells))
    field = next(each["field"] for each in found.summary["columns"] if each["header"] == heading)
    rows = {**found.packs, **found.refused}
    return [rows[row].get(field) for row in sorted(rows)], found.rules()


class TestSerial:
    @pytest.mark.parametrize(
        ("cell", "serial", "rule"),
        [
            ("zoe-5512", "ZOE-5512", None),
            ("ＺＯＥ－５５１２", "ZOE-5512", None),
            ("ZOE 5512", "ZOE5512", "serial_spaces_removed"),
            ("1,23457E+15", None, "serial_damaged"),
            ("1.23E+15", None, "serial_damaged"),
            ("", None, "required_blank"),
            ("n/a", None, "required_blank"),
            ("AB1", "AB1", "serial_invalid"),
            ("Batterie Süd 1", "BATTERIESÜD1", "serial_invalid"),
        ],
    )
    def test_is_normalized_or_named(self, tmp_path, cell, serial, rule):
        values, rules = column(tmp_path, "Pack serial", cell)

        assert values == [serial]
        assert rules == ([(2, rule)] if rule else [])

    @pytest.mark.parametrize(
        ("number", "serial", "rule"),
        [
            (12345678, "12345678", "serial_is_number"),
            (123456789012345, "123456789012345", "serial_is_number"),
            (1234567890123456, None, "serial_damaged"),
        ],
    )
    def test_that_is_a_number_in_a_workbook_is_suspect(self, tmp_path, number, serial, rule):
        found = understood(write_xlsx(tmp_path / "a.xlsx", rows_of({"Pack serial": number})))

        assert found.rules() == [(2, rule)]
        assert {**found.packs, **found.refused}[2].get("pack_serial") == serial

    def test_that_repeats_an_earlier_row_says_which(self, tmp_path):
        found = read(tmp_path, {"Pack serial": "LF-1234"}, {}, {"Pack serial": "lf-1234"})

        assert set(found.packs) == {2, 3}
        assert found.rules() == [(4, "serial_repeated")]
        assert "row 2" in found.problems[0]["message"]


class TestNumbers:
    @pytest.mark.parametrize(
        ("heading", "cells", "values", "rules"),
        [
            ("SOH", ["0,82", "0,71"], ["82", "71"], []),
            ("SOH", ["82", "71.5 %"], ["82", "71.5"], []),
            ("SOH (%)", ["86%", "0.9"], ["86", "90"], []),
            ("SOH", ["0.82", "71"], [None, "71"], [(2, "percent_mixed")]),
            ("SOH", ["12 bars", "82"], [None, "82"], [(2, "soh_not_a_number")]),
            ("SOH", [">80", "70-80", "OK"], [None] * 3, [(row, "soh_not_a_number") for row in (2, 3, 4)]),
            ("SOH", ["3.2 kWh left", "82"], [None, "82"], [(2, "soh_not_a_number")]),
            ("SOH", ["n/a", "-", "82"], [None, None, "82"], []),
            ("SOH", ["0", "82"], [None, "82"], [(2, "placeholder")]),
            ("SOH", ["105", "82"], ["105", "82"], [(2, "unusual_value")]),
            ("SOH", ["105.1", "82"], ["105.1", "82"], [(2, "out_of_range")]),
            ("SOH", ["100", "100.1"], ["100", "100.1"], [(3, "unusual_value")]),
            ("SOH", ["40", "39.9"], ["40", "39.9"], [(3, "unusual_value")]),
            ("Energy", ["0.2", "700"], ["0.2", "700"], []),
            ("Energy", ["0.19", "700.1"], ["0.19", "700.1"], [(2, "out_of_range"), (3, "out_of_range")]),
            ("Energy (Wh)", ["40000", "62,000.5"], ["40", "62.0005"], []),
            ("Energy [kWh]", ["45,3", "62"], ["45.3", "62"], []),
            ("Energy", ["40 kWh", "62000 Wh"], ["40", "62"], []),
            ("Energy", ["40000", "62000"], ["40", "62"], [(None, "unit_inferred")]),
            ("Energy", ["40", "62000"], ["40", "62000"], [(3, "unit_mixed")]),
            (
                "Energy",
                ["40", "1000", "1000.1"],
                ["40", "1000", "1000.1"],
                [(3, "out_of_range"), (4, "unit_mixed")],
            ),
            (
                "Energy",
                ["40", "700000", "700001"],
                ["40", "700000", "700001"],
                [(3, "unit_mixed"), (4, "out_of_range")],
            ),
            ("Energy", ["40", "9999"], ["40", None], [(3, "placeholder")]),
            ("Energy", ["40", "62000 Wh", "62000 kWh"], ["40", "62", "62000"], [(4, "out_of_range")]),
            ("Energy (kWh)", ["40", "62000"], ["40", "62000"], [(3, "out_of_range")]),
            ("Energy throughput", ["40", "62000"], ["40", "62000"], []),
            ("Energy", ["40 Ah"], [None], [(2, "unit_mismatch")]),
            ("Energy", ["forty"], [None], [(2, "not_a_number")]),
            ("Mileage", ["14.5万公里", "8.4万公里"], ["145000", "84000"], []),
            ("Mileage", ["145.000 km", "6100,5 km"], ["145000", "6100.5"], []),
            ("Mileage", ["61.200"], [None], [(2, "number_ambiguous")]),
            ("Mileage", ["6100.5", "61,200"], ["6100.5", "61200"], []),
            ("Mileage (miles)", ["10000"], ["16093"], []),
            ("Mileage", ["10000 mi"], ["16093"], []),
            ("Mileage", ["5000", "999999"], ["5000", None], [(3, "placeholder")]),
            (
                "Mileage",
                ["4999", "400000", "400001"],
                ["4999", "400000", "400001"],
                [(2, "unusual_value"), (4, "unusual_value")],
            ),
            (
                "Mileage",
                ["2000000", "2000001"],
                ["2000000", "2000001"],
                [(2, "unusual_value"), (3, "out_of_range")],
            ),
            ("Weight (lbs)", ["500"], ["226.7962"], []),
            ("IR (Ohm)", ["0.085"], ["85"], []),
            ("Isolation (MΩ)", ["2"], ["2000"], []),
            ("IR temperature (°F)", ["77"], ["25"], []),
            ("Modules", ["24", "24.5"], [24, None], [(3, "not_whole")]),
            ("Price (EUR)", ["1200 €"], ["1200"], []),
            ("Price (EUR)", ["1.200,-", "999,50"], ["1200", "999.5"], []),
            ("Mileage", ["80 tkm"], ["80000"], []),
            ("Mileage (mi)", ["38000", "38028"], ["61155", "61200"], []),
            ("Mileage", ["50000 mi", "61200.5"], ["80467", "61200.5"], []),
            ("Weight", ["303000"], ["303"], [(None, "unit_inferred")]),
            ("Rated capacity", ["115000", "60000"], ["115", "60"], [(None, "unit_inferred")]),
            ("IR", ["0.085"], ["85"], [(None, "unit_inferred")]),
            ("Cycles", ["9999", "600"], [None, "600"], [(2, "placeholder")]),
        ],
    )
    def test_are_read_by_the_whole_column(self, tmp_path, heading, cells, values, rules):
        assert column(tmp_path, heading, *cells) == (values, rules)

    def test_take_their_style_from_the_rest_of_the_file(self, tmp_path):
        found = read(tmp_path, {"Mileage": "61.200", "Energy": "45,3"})

        assert found.packs[2]["odometer_km"] == "61200"

    def test_in_a_totals_row_do_not_vote(self, tmp_path):
        rows = [*rows_of({"SOH": "0.82"}, {"SOH": "0.90"}), ["Total", "", "", "", "", "", "172"]]

        found = understood(write_csv(tmp_path / "a.csv", rows))

        assert [pack["soh_declared_percent"] for pack in found.packs.values()] == ["82", "90"]
        assert found.summary["skipped"]["total"] == 1

    def test_tell_what_was_done_to_them(self, tmp_path):
        found = read(tmp_path, {"SOH": "0,82", "Energy (Wh)": "40000", "Mileage (mi)": "38000"})

        conversions = {each["field"]: each["conversions"] for each in found.summary["columns"]}
        assert conversions["soh_declared_percent"] == ["decimal comma", "fraction to percent"]
        assert conversions["nominal_energy_kwh"] == ["Wh to kWh"]
        assert conversions["odometer_km"] == ["mi to km"]


class TestDates:
    @pytest.mark.parametrize(
        ("cells", "values", "rules"),
        [
            (["2018-03-04"], ["2018-03-04"], []),
            (["03/2018", "2018"], ["2018-03", "2018"], []),
            (["13/04/2018", "03/04/2018"], ["2018-04-13", "2018-04-03"], []),
            (["04/13/2018", "03/04/2018"], ["2018-04-13", "2018-03-04"], []),
            (["03/04/2018"], [None], [(2, "date_ambiguous")]),
            (["04.03.18"], ["2018-03-04"], [(2, "two_digit_year")]),
            (["43163"], ["2018-03-04"], [(2, "spreadsheet_day_number")]),
            (["43163.0"], ["2018-03-04"], [(2, "spreadsheet_day_number")]),
            (["2026-11-22"], ["2026-11-22"], []),
            (["2026-11-23"], ["2026-11-23"], [(2, "date_in_future")]),
            (["2026-12"], ["2026-12"], [(2, "date_in_future")]),
            (["2026"], ["2026"], []),
            (["2008-01-01"], ["2008-01-01"], []),
            (["2007-12-31"], ["2007-12-31"], [(2, "date_too_early")]),
            (["1900-01-01"], [None], [(2, "placeholder")]),
            (["二〇二一年"], [None], [(2, "date_unreadable")]),
        ],
    )
    def test_are_read_by_the_whole_column(self, tmp_path, cells, values, rules):
        assert column(tmp_path, "Production date", *cells) == (values, rules)

    @pytest.mark.parametrize(
        ("others", "said"),
        [
            ([], "no other date in the column tells which is first"),
            (["2018-03-04"], "no other date in the column tells which is first"),
            (["13/04/2021", "04/13/2021"], "the other dates of the column contradict each other"),
        ],
    )
    def test_that_are_ambiguous_say_why_the_others_do_not_tell(self, tmp_path, others, said):
        found = read(tmp_path, *({"Production date": cell} for cell in ["03/04/2021", *others]))

        assert found.rules() == [(2, "date_ambiguous")]
        assert found.questions["dates:6"]["message"] == f"Day and month could be exchanged, and {said}."


class TestWords:
    @pytest.mark.parametrize("cell", ["", " ", "n/a", "?", "unknown"])
    @pytest.mark.parametrize("heading", ["Accident", "DDR status"])
    def test_that_are_blank_in_a_safety_field_are_an_error(self, tmp_path, heading, cell):
        assert column(tmp_path, heading, cell) == ([None], [(2, "safety_blank")])

    @pytest.mark.parametrize(
        ("heading", "cell", "value", "rules"),
        [
            ("Accident", "nein", False, []),
            ("Accident", "是", True, []),
            ("Accident", "X", True, []),
            ("Accident", "maybe", None, [(2, "not_yes_or_no")]),
            ("DDR status", "none", "none", []),
            ("DDR status", "Defekt", "defective", []),
            ("DDR status", "so-so", None, [(2, "word_unknown")]),
            ("Received as", "Waste", "waste", [(2, "waste_code_missing"), (2, "waste_document_missing")]),
            ("Received as", "no", None, [(2, "word_unknown")]),
            ("Received as", "", None, [(2, "required_blank")]),
            ("SOH method", "OBD", "bms", []),
            ("SOH method", "crystal ball", None, [(2, "word_unknown")]),
            ("BMS readable", "partly", None, [(2, "not_yes_or_no")]),
            ("Chemistry", "NMC622", "NMC", []),
            ("Chemistry", "li-ion", "UNKNOWN", [(2, "chemistry_unknown")]),
            ("VIN", "1n4az0cp3fc331073", "1N4AZ0CP3FC331073", []),
            ("VIN", "1N4AZ0CP5FC331073", "1N4AZ0CP5FC331073", [(2, "vin_check_digit")]),
            ("VIN", "1N4AZ0CP5FC33107O", "1N4AZ0CP5FC33107O", [(2, "vin_invalid")]),
            ("GB code", "X1", "X1", [(2, "traction_code_invalid")]),
            ("DTC", "P0A80; P1E00,U0100", ["P0A80", "P1E00", "U0100"], []),
            ("DTC", "none", [], []),
            ("DTC", "P0A8O; p0a80", ["P0A8O", "P0A80"], [(2, "dtc_unusual")]),
            ("DTC", "cell fault 3", ["cell fault 3"], []),
            ("Make", "日产", "Nissan", []),
            ("Make", "V.W.", "Volkswagen", []),
        ],
    )
    def test_are_read_in_the_languages_of_suppliers(self, tmp_path, heading, cell, value, rules):
        assert column(tmp_path, heading, cell) == ([value], rules)

    @pytest.mark.parametrize(
        ("damaged", "defective", "status"),
        [
            ("no", "no", "none"),
            ("yes", "no", "damaged"),
            ("no", "yes", "defective"),
            ("yes", "yes", "defective"),
        ],
    )
    def test_of_two_columns_about_one_safety_field_the_worse_counts(
        self, tmp_path, damaged, defective, status
    ):
        rows = [[cell for cell in row if cell not in ("DDR status", "none")] for row in rows_of({})]
        rows = [rows[0] + ["Damaged", "Defective"], rows[1] + [damaged, defective]]

        assert understood(write_csv(tmp_path / "a.csv", rows)).packs[2]["ddr_status"] == status

    def test_under_a_waste_heading_are_yes_or_no(self, tmp_path):
        rows = [[("Abfall" if cell == "Received as" else cell) for cell in row] for row in rows_of({}, {})]
        rows[1][5], rows[2][5] = "nein", "ja"

        packs = understood(write_csv(tmp_path / "a.csv", rows)).packs

        assert [pack["received_as"] for pack in packs.values()] == ["product", "waste"]
