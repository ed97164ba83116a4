"""What was done to the cells of a row, in words."""

from intake.domain.manifest.corrections import Corrections
from intake.domain.manifest.explaining import explain_row
from intake.domain.manifest.plan import Plan
from tests.intake.manifest_files import rows_of, understood, write_csv


def explained(tmp_path, *packs, **corrections):
    corrections = Corrections(**corrections)
    found = understood(write_csv(tmp_path / "a.csv", rows_of(*packs)), corrections=corrections)
    told = explain_row(Plan.from_json(found.plan), corrections, found.cells[2], row=2)
    return {each.header: (each.raw, each.rule, each.result) for each in told}


class TestExplainRow:
    def test_says_what_the_column_and_what_the_cell_itself_tells(self, tmp_path):
        told = explained(
            tmp_path,
            {
                "Energy": "45,3 Wh",
                "SOH": "0,82",
                "Mileage": "14.5万公里",
                "Weight (lb)": "660",
                "Production date": "03/04/2018",
                "Notes": "ok",
                "Pack serial": "zoe 5512",
            },
            {"Production date": "13/04/2018", "SOH": "0,9"},
        )

        assert told["Energy"] == ("45,3 Wh", "decimal comma, Wh to kWh", "0.0453")
        assert told["SOH"] == ("0,82", "decimal comma, fraction to percent", "82")
        assert told["Mileage"] == ("14.5万公里", "万 is 10,000, 公里 to km", "145000") or told["Mileage"] == (
            "14.5万公里",
            "万 is 10,000, unit removed",
            "145000",
        )
        assert told["Weight (lb)"] == ("660", "lb to kg", "299.371")
        assert told["Production date"] == ("03/04/2018", "day first", "2018-04-03")
        assert told["Notes"] == ("ok", "", "ok")
        assert told["Pack serial"] == ("zoe 5512", "spaces and lower case removed", "ZOE5512")
        assert told["Accident"] == ("no", "", "no")

    def test_tells_which_energies_are_wh_in_a_mixed_column(self, tmp_path):
        answers = {"unit:6": "mixed"}

        large = explained(tmp_path, {"Energy": "1000.1"}, {"Energy": "40"}, answers=answers)
        small = explained(tmp_path, {"Energy": "1000"}, {"Energy": "62000"}, answers=answers)

        assert large["Energy"] == ("1000.1", "Wh to kWh", "1.0001")
        assert "Wh to kWh" not in small["Energy"][1]

    def test_tells_which_values_are_fractions_in_a_column_of_them(self, tmp_path):
        typed = explained(tmp_path, {"SOH": "0,82"}, {"SOH": "0,9"}, cells={2: {6: "82,5"}})

        assert typed["SOH"] == ("0,82", "edited, decimal comma", "82.5")

    def test_says_what_people_did(self, tmp_path):
        told = explained(
            tmp_path,
            {"Accident": "", "SOH": "12 bars", "Shelf": "A"},
            cells={2: {6: "82"}},
            answers={"fill:accident_flag": "no", "fill:owner": "ACME", "column:7": "ignore"},
        )

        assert told["Accident"] == ("", "declared for all packs of the file", "no")
        assert told["Owner"] == ("", "declared for all packs of the file", "ACME")
        assert told["SOH"] == ("12 bars", "edited", "82")
        assert told["Shelf"] == ("A", "left out", "")

    def test_says_why_no_value_came_of_a_cell(self, tmp_path):
        told = explained(tmp_path, {"SOH": "12 bars", "Mileage": "TBD", "VIN": ""})

        assert told["SOH"][1].startswith("The SOH is not a number")
        assert told["Mileage"] == ("TBD", "not known", "")
        assert told["VIN"] == ("", "", "")
