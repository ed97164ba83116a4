"""Questions about a file, and the groups of its problems with what mends them."""

import pytest

from tests.intake.manifest_files import HEADING, rows_of, understood, write_csv


def read(tmp_path, *packs, answers=None):
    return understood(write_csv(tmp_path / "a.csv", rows_of(*packs)), answers=answers or {})


def offered(question):
    return [option["value"] for option in question["options"]]


class TestQuestions:
    def test_about_an_unknown_column_show_what_it_holds(self, tmp_path):
        question = read(tmp_path, {"Shelf": "H2-14"}, {"Shelf": "H2-15"}).questions["column:6"]

        assert (question["rule"], question["column"], question["rows"]) == ("column_unknown", "Shelf", 2)
        assert question["samples"] == ["H2-14", "H2-15"]
        assert offered(question)[-2:] == ["extra", "ignore"]
        assert "Column G “Shelf”" in question["message"]

    @pytest.mark.parametrize(
        ("heading", "cells", "first"),
        [
            ("Milage", ["61000"], "odometer_km"),
            ("Karosserie", ["1N4AZ0CP3FC331073", "SJNFAAZE1U0123456"], "vin"),
            ("Chemia", ["NMC622", "LFP"], "chemistry"),
            ("Marka", ["VW", "日产"], "make"),
        ],
    )
    def test_suggest_by_spelling_and_by_values(self, tmp_path, heading, cells, first):
        found = read(tmp_path, *({heading: cell} for cell in cells))

        assert offered(found.questions["column:6"])[0] == first

    def test_are_gone_when_answered(self, tmp_path):
        assert read(tmp_path, {"Shelf": "A"}, answers={"column:6": "extra"}).questions == {}

    @pytest.mark.parametrize(
        ("missing", "options"),
        [
            ("Accident", ["no", "yes"]),
            ("DDR status", ["none", "damaged", "defective", "recalled", "critical"]),
            ("Received as", ["product", "waste"]),
            ("Model", []),
        ],
    )
    def test_ask_for_what_no_column_gives(self, tmp_path, missing, options):
        index = HEADING.index(missing)
        rows = [row[:index] + row[index + 1 :] for row in rows_of({}, {})]

        found = understood(write_csv(tmp_path / "a.csv", rows))

        [question] = found.questions.values()
        assert question["id"] == f"fill:{question['field']}"
        assert offered(question) == options
        assert found.summary["refused"] == 2

    def test_do_not_ask_for_a_serial_but_for_its_column(self, tmp_path):
        rows = [["Kennung", *HEADING[1:]], *rows_of({})[1:]]

        found = understood(write_csv(tmp_path / "a.csv", rows))

        assert (None, "required_column_missing") in found.rules()
        assert "fill:pack_serial" not in found.questions
        assert understood(tmp_path / "a.csv", answers={"column:0": "pack_serial"}).rules() == []


class TestDecimalQuestion:
    @pytest.mark.parametrize(
        ("heading", "cell", "as_small", "as_large"),
        [
            ("Mileage", "61.200", "61.200 means 61.2 km", "61.200 means 61,200 km"),
            ("Mileage", "61,200", "61,200 means 61.2 km", "61,200 means 61,200 km"),
            ("Mileage (mi)", "61.200", "61.200 means 61.2 mi", "61.200 means 61,200 mi"),
            ("Mileage", "61.200 mi", "61.200 mi means 61.2 mi", "61.200 mi means 61,200 mi"),
            ("Mileage", "-1.500", "-1.500 means -1.5 km", "-1.500 means -1,500 km"),
            ("Price", "1.234", "1.234 means 1.234", "1.234 means 1,234"),
        ],
    )
    def test_speaks_of_the_value_of_the_sender(self, tmp_path, heading, cell, as_small, as_large):
        found = read(tmp_path, {heading: cell})

        whole, small = ("comma", "point") if "." in cell else ("point", "comma")
        labels = {each["value"]: each["label"] for each in found.questions["decimal:6"]["options"]}
        assert labels == {whole: as_large, small: as_small}
        fixes = found.groups["number_ambiguous", 6]["fixes"]
        assert {fix["value"]: fix["label"] for fix in fixes} == labels


class TestGroups:
    def test_count_exactly_and_speak_of_all(self, tmp_path):
        group = read(tmp_path, *({"Accident": ""} for _ in range(30))).groups["safety_blank", 3]

        assert (group["count"], group["severity"], group["field"]) == (30, "error", "accident_flag")
        assert group["message"] == "“Accident” is blank in 30 rows. Blank does not mean no."
        assert [(fix["id"], fix["value"]) for fix in group["fixes"]] == [
            ("fill:accident_flag", "no"),
            ("fill:accident_flag", "yes"),
        ]
        assert group["fixes"][0]["label"] == "Accident: no, for the 30 packs that do not say"

    def test_of_one_say_what_the_cell_says(self, tmp_path):
        group = read(tmp_path, {"SOH": "120"}, {"SOH": "90"}).groups["out_of_range", 6]

        assert "this is 120 %" in group["message"]

    def test_put_errors_before_questions_before_warnings(self, tmp_path):
        found = read(tmp_path, {"Accident": "", "SOH": "x", "Shelf": "A"}, {"SOH": "y"}, {"SOH": "z"})

        assert [group["severity"] for group in found.summary["groups"]] == ["error", "question", "warning"]

    def test_are_mended_by_their_fixes(self, tmp_path):
        packs = [{"SOH": "0.8"}, {"SOH": "75"}, {"Accident": ""}, {"SOH": "30"}]
        answers = {
            fix["id"]: fix["value"]
            for group in reversed(read(tmp_path, *packs).summary["groups"])
            for fix in reversed(group["fixes"])
        }

        assert read(tmp_path, *packs, answers=answers).rules() == []
