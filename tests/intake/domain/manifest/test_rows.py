"""One row, judged as in its file: with its edits, left out, or as it stands."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from intake.domain.manifest.corrections import Corrections
from intake.domain.manifest.plan import HIDDEN, ColumnPlan, Plan
from intake.domain.manifest.problems import Problem
from intake.domain.manifest.rows import RowReader, missing_fields, raw_reader
from tests.intake.manifest_files import CATALOGUE, HEADING, TODAY, rows_of, understood, write_csv, write_xlsx


def reader_of(found, **corrections):
    return RowReader(Plan.from_json(found.plan), Corrections(**corrections), CATALOGUE, TODAY)


def read(tmp_path, *packs, cells=None, answers=None, dropped=()):
    corrections = Corrections(answers or {}, cells or {}, frozenset(dropped))
    return understood(write_csv(tmp_path / "a.csv", rows_of(*packs)), corrections=corrections)


class TestEdits:
    def test_are_read_like_the_cells_of_their_column(self, tmp_path):
        found = read(tmp_path, {"SOH": "0.82"}, {"SOH": "0.7"}, cells={3: {6: "0.75"}})

        assert found.packs[3]["soh_declared_percent"] == "75"
        assert found.cells[3][6] == "0.7"

    def test_may_be_percentages_in_a_column_of_fractions(self, tmp_path):
        found = read(tmp_path, {"SOH": "0.82"}, {"SOH": "0.7"}, cells={3: {6: "75"}})

        assert found.packs[3]["soh_declared_percent"] == "75"

    @pytest.mark.parametrize(
        ("file", "edit", "answer", "soh", "rules"),
        [
            ("82", "0.8", None, None, ["percent_mixed"]),
            ("82 %", "0.8", None, None, ["percent_mixed"]),
            ("82", "1.05", None, None, ["percent_mixed"]),
            ("82", "1.06", None, "1.06", ["unusual_value"]),
            ("82", "0.8 %", None, "0.8", ["unusual_value"]),
            ("82", "0.8", "percent", "0.8", ["unusual_value"]),
            ("82", "0.8", "mixed", "80", []),
            ("", "0.8", None, None, ["percent_mixed"]),
        ],
    )
    def test_are_no_fractions_in_a_column_of_percentages(self, tmp_path, file, edit, answer, soh, rules):
        answers = {"percent:6": answer} if answer else {}

        found = read(tmp_path, {"SOH": file}, {"SOH": file}, cells={3: {6: edit}}, answers=answers)

        assert found.rules() == [(3, rule) for rule in rules]
        assert (found.packs | found.refused)[3].get("soh_declared_percent") == soh
        assert (3 in found.refused) == (rules == ["percent_mixed"])

    def test_do_not_vote(self, tmp_path):
        found = read(tmp_path, {"SOH": "0.82"}, {"SOH": "0.7"}, cells={3: {6: "82"}})

        assert found.packs[2]["soh_declared_percent"] == "82"

    def test_mend_a_row(self, tmp_path):
        found = read(tmp_path, {"Accident": ""}, cells={2: {3: "no"}})

        assert (found.rules(), found.packs[2]["accident_flag"]) == ([], False)

    def test_make_a_serial_repeat_another(self, tmp_path):
        found = read(tmp_path, {}, {}, cells={3: {0: "LF40-0001"}})

        assert found.rules() == [(3, "serial_repeated")]

    def test_of_one_row_leave_the_first_of_two_alike(self, tmp_path):
        found = read(tmp_path, {"Pack serial": "LF-1"}, {"Pack serial": "LF-11"}, cells={2: {0: "LF-12"}})

        assert set(found.packs) == {2, 3}


class TestDropped:
    def test_is_neither_accepted_nor_refused(self, tmp_path):
        found = read(tmp_path, {"Accident": ""}, {}, dropped=[2])

        assert (set(found.dropped), set(found.packs), found.problems) == ({2}, {3}, [])
        assert (found.summary["rows"], found.summary["dropped"]) == (2, 1)

    def test_no_longer_stands_in_the_way_of_its_double(self, tmp_path):
        found = read(tmp_path, {"Pack serial": "LF-11"}, {"Pack serial": "LF-11"}, dropped=[2])

        assert (set(found.packs), found.rules()) == ({3}, [])


class TestFill:
    def test_stands_only_where_a_row_says_nothing(self, tmp_path):
        found = read(tmp_path, {"Accident": ""}, {"Accident": "yes"}, answers={"fill:accident_flag": "no"})

        assert [found.packs[row]["accident_flag"] for row in (2, 3)] == [False, True]
        assert found.packs[2]["filled_by_answer"] == ["accident_flag"]
        assert "filled_by_answer" not in found.packs[3]

    def test_does_not_cover_up_what_a_row_says_wrongly(self, tmp_path):
        found = read(tmp_path, {"Accident": "perhaps"}, answers={"fill:accident_flag": "no"})

        assert found.rules() == [(2, "not_yes_or_no")]

    def test_is_judged_itself(self, tmp_path):
        found = read(tmp_path, {"Accident": ""}, answers={"fill:accident_flag": "perhaps"})

        assert found.rules() == [(2, "not_yes_or_no")]


class TestAccept:
    def test_silences_a_warning_of_a_column(self, tmp_path):
        packs = [{"SOH": "30"}, {"SOH": "31"}]

        assert [fix["id"] for fix in read(tmp_path, *packs).groups["unusual_value", 6]["fixes"]] == [
            "accept:unusual_value:6"
        ]
        assert read(tmp_path, *packs, answers={"accept:unusual_value:6": "yes"}).rules() == []

    def test_never_silences_an_error(self, tmp_path):
        found = read(tmp_path, {"SOH": "300"}, answers={"accept:out_of_range:6": "yes"})

        assert found.rules() == [(2, "out_of_range")]

    def test_never_lets_a_serial_stand_for_two_packs(self, tmp_path):
        answers = {"accept:serial_repeated:0": "yes", "accept:vin_repeated:6": "yes"}
        pack = {"Pack serial": "LF-11", "VIN": "SJNFAAZE1U0123456"}

        found = read(tmp_path, pack, pack, answers=answers)

        assert (found.rules(), set(found.packs)) == ([(3, "serial_repeated")], {2})


class TestColumnAnswers:
    def test_name_the_field_of_a_column(self, tmp_path):
        found = read(tmp_path, {"Shelf": "H2"}, answers={"column:6": "storage_location"})

        assert (found.packs[2]["storage_location"], found.questions) == ("H2", {})
        assert found.columns["Shelf"]["confidence"] == "answered"

    @pytest.mark.parametrize(("answer", "extra"), [("extra", {"Shelf": "H2"}), ("ignore", None)])
    def test_keep_or_leave_a_column(self, tmp_path, answer, extra):
        found = read(tmp_path, {"Shelf": "H2"}, answers={"column:6": answer})

        assert (found.packs[2].get("extra"), found.questions, found.rules()) == (extra, {}, [])

    def test_take_a_field_away_from_the_column_that_had_it(self, tmp_path):
        found = read(tmp_path, {"SOH": "70", "Shelf": "82"}, answers={"column:7": "soh_declared_percent"})

        assert found.packs[2]["soh_declared_percent"] == "82"
        assert found.rules() == [(None, "column_repeated")]

    def test_settle_a_capacity_without_unit(self, tmp_path):
        found = read(tmp_path, {"Capacity": "40"})

        values = [option["value"] for option in found.questions["column:6"]["options"]]
        assert {"nominal_energy_kwh", "rated_capacity_ah", "extra", "ignore"} == {*values}
        answered = read(tmp_path, {"Capacity": "40"}, answers={"column:6": "nominal_energy_kwh"})
        assert answered.packs[2]["nominal_energy_kwh"] == "40"

    def test_of_no_sense_are_not_followed(self, tmp_path):
        found = read(tmp_path, {"Energy": "40"}, answers={"column:6": "flux", "unit:6": "km", "pad:x": "y"})

        assert found.packs[2]["nominal_energy_kwh"] == "40"


class TestMixedUnits:
    def test_are_read_by_the_size_of_each_value(self, tmp_path):
        values = ["40", "62000", "1000.1", "1000", "45300 Wh", "9999", "700001"]
        packs = [{"Energy": value} for value in values]

        asked = read(tmp_path, *packs)
        [fix] = asked.groups["unit_mixed", 6]["fixes"]
        assert fix == {"id": "unit:6", "value": "mixed", "label": "Read the 2 values above 1000 as Wh"}

        found = read(tmp_path, *packs, answers={fix["id"]: fix["value"]})
        assert found.columns["Energy"]["conversions"] == ["values above 1000: Wh to kWh"]
        rows = found.packs | found.refused
        read_as = [rows[row].get("nominal_energy_kwh") for row in range(2, 9)]
        assert read_as == ["40", "62", "1.0001", "1000", "45.3", None, "700.001"]
        assert found.rules() == [(5, "out_of_range"), (7, "placeholder"), (8, "out_of_range")]

    def test_read_an_edit_the_same_way(self, tmp_path):
        found = read(tmp_path, {"Energy": "40"}, cells={2: {6: "45300"}}, answers={"unit:6": "mixed"})

        assert found.packs[2]["nominal_energy_kwh"] == "45.3"

    def test_mean_nothing_to_other_fields(self, tmp_path):
        found = read(tmp_path, {"Mileage": "62000"}, answers={"unit:6": "mixed"})

        assert (found.packs[2]["odometer_km"], found.columns["Mileage"]["unit"]) == ("62000", "km")


class TestFormulas:
    @pytest.mark.parametrize("heading", ["Pack serial", "Make", "Model", "Accident", "DDR status"])
    def test_without_a_result_are_not_called_blank(self, tmp_path, heading):
        found = understood(write_xlsx(tmp_path / "a.xlsx", rows_of({heading: "=A9&B9"}, {})))

        assert found.rules() == [(2, "formula_without_result")]
        assert (found.problems[0]["column"], set(found.packs)) == (heading, {3})

    def test_leave_other_blanks_of_their_row(self, tmp_path):
        packs = [{"Pack serial": "=A9", "Accident": ""}, {}]

        found = understood(write_xlsx(tmp_path / "a.xlsx", rows_of(*packs)))

        assert found.rules() == [(2, "safety_blank"), (2, "formula_without_result")]


class TestMissingFields:
    def test_are_asked_for_unless_a_model_or_type_stands_for_them(self, tmp_path):
        plan = Plan.from_json(read(tmp_path, {}).plan)

        assert missing_fields(plan, Corrections()) == []


class TestRawReader:
    @pytest.mark.parametrize("write", [write_csv, write_xlsx])
    def test_gives_the_texts_of_the_file_by_heading(self, tmp_path, write):
        path = tmp_path / ("a.csv" if write is write_csv else "a.xlsx")
        found = understood(
            write(path, [[*HEADING, "Modules"], ["LF-0001", "Kia", "Soul", "no", "none", "product", 24]])
        )

        raw = raw_reader(Plan.from_json(found.plan))(found.cells[2])

        assert raw == dict(zip(HEADING, ["LF-0001", "Kia", "Soul", "no", "none", "product"], strict=True)) | {
            "Modules": "24"
        }
        assert raw_reader(Plan.from_json(found.plan))(["LF-1"])["Modules"] == ""

    @pytest.mark.parametrize("kind", ["csv", "xlsx"])
    def test_finds_the_only_column_that_is_not_hidden(self, kind):
        columns = (ColumnPlan(index=0, header="A", use=HIDDEN), ColumnPlan(index=1, header="B"))
        plan = Plan(
            kind=kind, header_row=1, heading_rows=(1,), units_row=None, heading=("A", "B"), columns=columns
        )

        assert raw_reader(plan)(["hidden", "shown"]) == {"B": "shown"}


CELLS = st.sampled_from(
    ["", "0,82", "82", "no", "yes", "1.234", "03/04/2018", "LF-0001", "1E+15", "none", "x"]
)


class TestRowReader:
    @settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(rows=st.lists(st.lists(CELLS, min_size=9, max_size=9), min_size=1, max_size=6), data=st.data())
    def test_judges_a_single_row_as_the_stream_does(self, tmp_path, rows, data):
        heading = [*HEADING, "SOH", "Mileage", "Production date"]
        edits = data.draw(
            st.dictionaries(st.integers(2, 7), st.dictionaries(st.integers(0, 8), CELLS, min_size=1))
        )
        corrections = Corrections({"dates:8": "day_first"}, edits)
        path = write_csv(
            tmp_path / "a.csv",
            [heading, ["LF-9999", "Kia", "Soul", "no", "none", "product", "1", "2", "2018"], *rows],
        )

        found = understood(path, catalogue=CATALOGUE, corrections=corrections)

        reader = RowReader(Plan.from_json(found.plan), corrections, CATALOGUE, TODAY)
        for line in found.lines:
            if isinstance(line, list):
                fate, number, values, cells, problems = line
                own = [each for each in problems if each[2] not in ("serial_repeated", "vin_repeated")]
                reading = reader.read(number, cells)
                assert (reading.values, reading.problems) == (
                    values,
                    [Problem(number, *each) for each in own],
                )
                assert fate == reading.fate or len(own) < len(problems)
