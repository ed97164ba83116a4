"""What each ugly file yields as it is, and after the answers that a person would give."""

import pytest

from tests.intake.domain.manifest.ugly import files
from tests.intake.manifest_files import understood


def values(found, name):
    """Return one field of every row that describes a pack, accepted or not."""
    rows = {**found.packs, **found.refused}
    return [rows[row].get(name) for row in sorted(rows)]


def fixes(found, rule):
    """Return the answers that mend a rule's problems at once."""
    groups = [group for (name, _), group in found.groups.items() if name == rule]
    return [(fix["id"], fix["value"]) for group in groups for fix in group["fixes"]]


class TestSerials:
    def test_that_lost_their_zeros_are_a_question_with_the_length_of_the_others(self, tmp_path):
        path = files.zeros_lost(tmp_path)

        found = understood(path)

        assert set(found.packs) == {2, 3}
        assert [option["value"] for option in found.questions["pad:0"]["options"]] == ["10", "0"]
        assert found.questions["pad:0"]["rows"] == 2

    def test_that_lost_their_zeros_get_them_back_on_somebodys_word(self, tmp_path):
        found = understood(files.zeros_lost(tmp_path), answers={"pad:0": "10"})

        assert values(found, "pack_serial") == ["0012345678", "0012345679", "0012345680", "0009345681"]
        assert found.rules() == []
        assert found.columns["Pack serial"]["conversions"] == ["zeros added up to 10 digits"]

    def test_may_be_right_as_they_are(self, tmp_path):
        found = understood(files.zeros_lost(tmp_path), answers={"pad:0": "0"})

        assert values(found, "pack_serial")[2:] == ["12345680", "9345681"]
        assert (found.rules(), found.questions) == ([], {})

    def test_of_vehicles_are_flagged_and_never_changed(self, tmp_path):
        found = understood(files.letters_for_digits(tmp_path))

        assert found.rules() == [(2, "vin_invalid"), (3, "vin_check_digit"), (4, "vin_make_conflict")]
        assert "O stands for 0" in found.problems[0]["fix"]
        assert values(found, "vin")[0].endswith("O")


class TestSoh:
    def test_in_two_scales_is_an_error_that_one_answer_mends(self, tmp_path):
        path = files.mixed_fractions(tmp_path)

        found = understood(path)

        assert found.rules() == [(2, "percent_mixed"), (4, "percent_mixed")]
        assert fixes(found, "percent_mixed")[0] == ("percent:6", "mixed")
        assert (
            found.groups["percent_mixed", 6]["fixes"][0]["label"] == "Multiply the 2 values up to 1.05 by 100"
        )
        mended = understood(path, answers={"percent:6": "mixed"})
        assert values(mended, "soh_declared_percent") == ["82", "78", "90"]
        assert mended.rules() == []

    def test_that_the_workbook_shows_as_percent_is_read_as_shown(self, tmp_path):
        found = understood(files.percent_formats(tmp_path))

        assert values(found, "soh_declared_percent") == ["82", "78.5", "91"]
        assert found.rules() == []

    def test_in_words_is_kept_as_text_with_its_limits(self, tmp_path):
        found = understood(files.soh_in_words(tmp_path))

        assert values(found, "soh_declared_percent") == [None] * 7
        assert [rule for _, rule in found.rules()] == ["soh_not_a_number"] * 6
        assert values(found, "soh_declared_text") == [
            ">80",
            "70-80 %",
            "12 bars",
            "~75",
            "OK",
            "3.2 kWh left",
            None,
        ]
        assert values(found, "soh_declared_low_percent")[:2] == ["80", "70"]
        assert values(found, "soh_declared_high_percent")[:2] == [None, "80"]


class TestDates:
    @pytest.mark.parametrize(
        ("answer", "dates"),
        [("day_first", ["2018-04-03", "2018-06-05"]), ("month_first", ["2018-03-04", "2018-05-06"])],
    )
    def test_that_could_be_exchanged_wait_for_an_answer(self, tmp_path, answer, dates):
        path = files.exchangeable_dates(tmp_path)

        found = understood(path)

        assert (found.packs, found.questions["dates:6"]["rows"]) == ({}, 2)
        assert {problem["severity"] for problem in found.problems} == {"question"}
        assert values(understood(path, answers={"dates:6": answer}), "production_date") == dates

    def test_keep_the_precision_that_was_written(self, tmp_path):
        found = understood(files.dates_of_all_kinds(tmp_path))

        day = "2018-03-04"
        assert values(found, "production_date")[:9] == [day] * 4 + [
            "2018-03",
            "2018-03",
            "2018-W12",
            day,
            day,
        ]
        assert [rule for row, rule in found.rules() if row > 10] == [
            "date_unreadable",
            "placeholder",
            "date_in_future",
            "date_too_early",
        ]


class TestNumbers:
    @pytest.mark.parametrize(("answer", "read"), [("comma", ["61200", "145000"]), ("point", ["61.2", "145"])])
    def test_with_an_ambiguous_sign_wait_for_an_answer(self, tmp_path, answer, read):
        path = files.thousands_or_decimals(tmp_path)

        found = understood(path)

        assert (values(found, "odometer_km"), found.packs) == ([None, None], {})
        assert [option["value"] for option in found.questions["decimal:6"]["options"]] == ["comma", "point"]
        mended = understood(path, answers={"decimal:6": answer})
        assert (values(mended, "odometer_km"), mended.questions) == (read, {})

    def test_that_may_be_watt_hours_wait_for_an_answer(self, tmp_path):
        path = files.watt_hours_or_more(tmp_path)

        assert "unit:6" in understood(path).questions
        mended = understood(path, answers={"unit:6": "Wh"})
        assert (values(mended, "nominal_energy_kwh"), mended.questions) == (["0.48", "0.96"], {})

    def test_are_converted_from_any_unit(self, tmp_path):
        found = understood(files.units_of_all_kinds(tmp_path))

        assert {problem["rule"] for problem in found.problems} <= {"energy_mismatch"}
        for name, read in {
            "nominal_energy_kwh": ["40", "40"],
            "rated_capacity_ah": ["115", "115"],
            "ir_mohm": ["85", "85"],
            "isolation_kohm": ["2000", "2000"],
            "mass_kg": ["299.371", "300"],
            "ir_temperature_degc": ["25", "25"],
            "odometer_km": ["144841", "145000"],
            "nominal_voltage_v": ["360", "360"],
        }.items():
            assert values(found, name) == read, name

    def test_that_stand_for_not_known_are_blank(self, tmp_path):
        found = understood(files.placeholders(tmp_path))

        assert set(found.packs) == {2}
        names = ("nominal_energy_kwh", "odometer_km", "cycle_count", "mass_kg")
        assert [found.packs[2].get(name) for name in names] == [None] * 4
        assert [rule for row, rule in found.rules() if row > 2] == ["required_blank", "required_blank"]

    def test_that_cannot_be_true_together_are_named(self, tmp_path):
        found = understood(files.impossible_physics(tmp_path))

        assert {rule for row, rule in found.rules() if row == 2} >= {
            "cell_value_suspected",
            "dates_out_of_order",
        }
        assert {rule for row, rule in found.rules() if row == 3} == {
            "energy_mismatch",
            "mass_mismatch",
            "first_use_late",
            "cycles_mismatch",
        }


class TestLayout:
    def test_of_groups_over_columns_is_read_as_one_heading(self, tmp_path):
        found = understood(files.two_row_heading(tmp_path))

        assert (found.summary["header_row"], found.summary["units_row"]) == (4, 5)
        assert found.columns["Batterie | Nennkapazität"]["field"] == "rated_capacity_ah"
        assert found.columns["SOH | Datum"]["field"] == "soh_date"
        assert set(found.packs) == {6, 7}
        assert values(found, "rated_capacity_ah") == ["115.5", "115"]
        assert values(found, "ddr_status") == ["none", "damaged"]
        skipped = {each["row"]: each["reason"] for each in found.summary["skipped_rows"]}
        assert skipped == {
            1: "above the heading",
            2: "blank",
            3: "heading",
            4: "heading",
            5: "units",
            8: "total",
            9: "note",
        }

    def test_that_hides_something_asks_for_each(self, tmp_path):
        path = files.hidden_content(tmp_path)

        found = understood(path)

        assert {"hidden_rows", "hidden_columns", "sheet"} <= set(found.questions)
        assert set(found.packs) == {2, 4}
        assert found.summary["skipped"]["hidden"] == 1
        answers = {"hidden_rows": "import", "hidden_columns": "import", "sheet": found.summary["sheet"]}
        mended = understood(path, answers=answers)
        assert (set(mended.packs), mended.questions) == ({2, 3, 4}, {})
        assert values(mended, "price_ask") == ["1200", "1300", "1400"]

    def test_of_a_hidden_sheet_is_read_on_an_explicit_yes(self, tmp_path):
        found = understood(files.hidden_content(tmp_path), answers={"sheet": "Old"})

        assert values(found, "pack_serial") == ["OLD-0001"]

    def test_of_two_sheets_alike_asks_which(self, tmp_path):
        path = files.twin_sheets(tmp_path)

        found = understood(path)

        assert [option["value"] for option in found.questions["sheet"]["options"]] == ["May", "June"]
        assert values(understood(path, answers={"sheet": "June"}), "pack_serial") == ["JN-0001"]

    def test_with_formulas_never_calculated_names_the_cell(self, tmp_path):
        found = understood(files.formulas(tmp_path))

        assert found.rules() == [(2, "formula_without_result")]
        assert found.problems[0]["column"] == "Energy (kWh)"

    def test_in_unknown_words_can_be_answered_column_by_column(self, tmp_path):
        path = files.foreign_words(tmp_path)

        found = understood(path)

        assert found.questions["header_row"]["options"][0]["value"] == "1"
        assert found.packs == {}
        names = ("pack_serial", "make", "model", "accident_flag", "ddr_status", "received_as")
        answers = {f"column:{index}": name for index, name in enumerate(names)} | {"header_row": "1"}
        mended = understood(path, answers=answers)
        assert (set(mended.packs), mended.rules(), mended.questions) == ({2, 3}, [], {})

    def test_without_safety_can_be_declared_for_all_packs(self, tmp_path):
        path = files.nothing_about_safety(tmp_path)

        found = understood(path)

        assert found.packs == {}
        assert set(found.questions) == {"fill:accident_flag", "fill:ddr_status", "fill:received_as"}
        answers = {"fill:accident_flag": "no", "fill:ddr_status": "none", "fill:received_as": "product"}
        mended = understood(path, answers=answers)
        assert (set(mended.packs), mended.rules(), mended.questions) == ({2, 3}, [], {})
        assert mended.packs[2]["accident_flag"] is False
        assert mended.packs[2]["filled_by_answer"] == ["accident_flag", "ddr_status", "received_as"]
