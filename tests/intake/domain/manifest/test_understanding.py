"""Whole files, from their cells to packs, problems and a summary."""

import json

import pytest

from intake.domain.manifest.problems import Unreadable
from tests.intake.manifest_files import (
    CATALOGUE,
    HEADING,
    rows_of,
    shared_file,
    understood,
    write_csv,
    write_xlsx,
)


def read(tmp_path, *packs, catalogue=(), **everywhere):
    return understood(write_csv(tmp_path / "a.csv", rows_of(*packs, **everywhere)), catalogue=catalogue)


class TestColumns:
    @pytest.mark.rule(8)
    def test_that_are_unknown_are_kept_and_reported(self, tmp_path):
        found = read(tmp_path, {"Shelf": "H2-14"})

        assert found.packs[2]["extra"] == {"Shelf": "H2-14"}
        assert "H2-14" in found.cells[2]
        assert [(p["column"], p["rule"], p["severity"]) for p in found.problems] == [
            ("Shelf", "column_unknown", "question")
        ]

    def test_that_are_misspelled_get_a_suggestion(self, tmp_path):
        assert "mileage" in read(tmp_path, {"Milage": "5"}).problems[0]["fix"]

    def test_that_could_mean_two_things_are_kept_as_extra(self, tmp_path):
        found = read(tmp_path, {"Capacity": "40"})

        assert found.rules() == [(None, "column_ambiguous")]
        assert found.packs[2]["extra"] == {"Capacity": "40"}

    def test_that_repeat_another_are_kept_as_extra(self, tmp_path):
        found = read(tmp_path, {"Mileage": "50000", "Odometer": "60000"})

        assert found.rules() == [(None, "column_repeated")]
        assert (found.packs[2]["odometer_km"], found.packs[2]["extra"]) == ("50000", {"Odometer": "60000"})

    @pytest.mark.parametrize("missing", [name for name in HEADING if name != "Make"])
    def test_that_are_required_refuse_every_pack_when_absent(self, tmp_path, missing):
        rows = rows_of({}, {})
        index = rows[0].index(missing)

        found = understood(write_csv(tmp_path / "a.csv", [row[:index] + row[index + 1 :] for row in rows]))

        assert (None, "required_column_missing") in found.rules()
        assert (found.summary["accepted"], found.summary["refused"]) == (0, 2)

    def test_without_heading_are_named_by_their_letter(self, tmp_path):
        rows = rows_of({})
        path = write_xlsx(tmp_path / "a.xlsx", [rows[0], [*rows[1], "left in rain"]])

        assert understood(path).packs[2]["extra"] == {"Column G": "left in rain"}


class TestRows:
    @pytest.mark.rule(7)
    def test_with_three_faults_report_three(self, tmp_path):
        found = read(tmp_path, {"Accident": ""}, {"Pack serial": "1E+15"}, {"DDR status": "odd"}, {})

        assert found.rules() == [(2, "safety_blank"), (3, "serial_damaged"), (4, "word_unknown")]
        assert set(found.packs) == {5}

    def test_report_all_their_faults_at_once(self, tmp_path):
        found = read(
            tmp_path, {"Accident": "", "DDR status": "", "SOH": "120", "Production date": "2030-01-01"}
        )

        assert sorted(rule for _, rule in found.rules()) == [
            "date_in_future",
            "out_of_range",
            "safety_blank",
            "safety_blank",
        ]

    def test_name_column_value_and_fix(self, tmp_path):
        problem = read(tmp_path, {"Accident": "perhaps"}).problems[0]

        assert problem == {
            "row": 2,
            "column": "Accident",
            "field": "accident_flag",
            "rule": "not_yes_or_no",
            "severity": "error",
            "value": "perhaps",
            "message": "“Accident” is neither yes nor no.",
            "fix": "Write yes or no.",
        }

    def test_that_are_no_packs_are_skipped_with_a_reason(self, tmp_path):
        heading, good = rows_of({})
        rows = [
            ["Our list"],
            [],
            heading,
            good,
            [" "],
            heading,
            ["", "", "Summe", "4"],
            ["all without warranty"],
        ]
        rows[7] = ["", "all without warranty"]

        found = understood(write_csv(tmp_path / "a.csv", rows))

        assert [(each["row"], each["reason"]) for each in found.summary["skipped_rows"]] == [
            (1, "above the heading"),
            (2, "blank"),
            (3, "heading"),
            (5, "blank"),
            (6, "repeated heading"),
            (7, "total"),
            (8, "note"),
        ]
        assert found.summary["rows"] == 1

    def test_shifted_by_a_stray_delimiter_are_refused(self, tmp_path):
        path = tmp_path / "a.csv"
        path.write_text(",".join(HEADING) + "\nLF-0001,Nissan,Leaf,no,none,product,oops\n")

        assert understood(path).rules() == [(2, "too_many_cells")]

    def test_that_are_short_miss_their_last_cells(self, tmp_path):
        path = tmp_path / "a.csv"
        path.write_text(",".join(HEADING) + "\nLF-0001,Nissan,Leaf,no\n")

        assert understood(path).rules() == [(2, "safety_blank"), (2, "required_blank")]

    @pytest.mark.parametrize("rows", [[HEADING], [HEADING, [], [""]], [["Title"], HEADING]])
    def test_must_exist(self, tmp_path, rows):
        with pytest.raises(Unreadable) as caught:
            understood(write_csv(tmp_path / "a.csv", rows))
        assert caught.value.code == "header_only"

    def test_need_a_heading(self, tmp_path):
        with pytest.raises(Unreadable) as caught:
            understood(write_csv(tmp_path / "a.csv", [["a", "b"], ["1", "2"]]))
        assert caught.value.code == "no_header"


class TestProblemLimit:
    def test_counts_all(self, tmp_path):
        packs = [{"Accident": "", "SOH": "broken"} for _ in range(50)]
        path = write_csv(tmp_path / "a.csv", rows_of(*packs))

        found = understood(path, problem_limit=20)

        assert (found.summary["errors"], found.summary["warnings"]) == (50, 50)
        assert found.groups["safety_blank", 3]["count"] == found.groups["soh_not_a_number", 6]["count"] == 50
        assert found.rules().count((11, "safety_blank")) == found.rules().count((11, "soh_not_a_number")) == 1

    def test_leaves_the_heaviest_problem_of_every_row(self, tmp_path):
        packs = [{"Accident": "", "SOH": "broken"} for _ in range(50)]
        path = write_csv(tmp_path / "a.csv", rows_of(*packs))

        found = understood(path, problem_limit=20)

        assert [rule for row, rule in found.rules() if row > 11] == ["safety_blank"] * 40


class TestReferenceFiles:
    @pytest.mark.parametrize("name", ["clean_en.csv", "fleet_zh.csv", "dismantler_de.xlsx", "fleet_5000.csv"])
    def test_yield_what_is_expected_of_them(self, name):
        expected = json.loads(shared_file("expected.json").read_text())[name]
        rules = {
            "duplicate in file": "serial_repeated",
            "serial damaged by the spreadsheet": "serial_damaged",
            "safety field blank (accident)": "safety_blank",
            "SOH is not a number": "soh_not_a_number",
            "unknown column Lagerplatz: question": "column_unknown",
        }

        found = understood(shared_file(name), catalogue=CATALOGUE)

        assert found.summary["rows"] == expected["rows"]
        assert expected["accepted"] in (None, found.summary["accepted"])
        assert sorted(found.rules(), key=str) == sorted(
            ((problem["row"], rules[problem["rule"]]) for problem in expected["problems"]), key=str
        )
        for row, values in expected.get("packs", {}).items():
            assert values.items() <= found.packs[int(row)].items()
