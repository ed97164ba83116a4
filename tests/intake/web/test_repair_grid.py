import pytest

from intake.domain.manifest.corrections import Corrections
from intake.models import ManifestRow
from intake.queries.corrections import corrections_of
from intake.web.repair_grid import grid_columns, grid_of, value_text
from tests.factories import make_supplier
from tests.intake import drafting
from tests.intake.drafting import DAMAGED_ROW, LOCATION_COLUMN, SERIAL_COLUMN, SOH_COLUMN


@pytest.fixture
def draft(db):
    return drafting.answered(drafting.make_draft(make_supplier()))


def line_of(draft, row):
    draft.refresh_from_db()
    return grid_of(draft, corrections_of(manifest=draft)).lines([draft.rows.get(row=row)])[0]


def cell_of(line, index):
    return next(cell for cell in line.cells if cell.column.index == index)


class TestGridColumns:
    def test_show_the_serial_and_what_is_wrong_first(self, draft):
        indexes = [column.index for column in grid_columns(draft)]

        assert indexes[:4] == [SERIAL_COLUMN, SOH_COLUMN, 10, 0]
        assert sorted(indexes) == list(range(15))

    def test_keep_the_order_of_a_page(self, draft):
        assert [column.index for column in grid_columns(draft, [3, 1])][:2] == [3, 1]

    def test_leave_out_what_is_ignored(self, db):
        draft = drafting.make_draft(make_supplier())
        draft = drafting.answered(draft, **{f"column__{LOCATION_COLUMN}": "ignore"})

        assert LOCATION_COLUMN not in [column.index for column in grid_columns(draft)]


class TestLine:
    def test_shows_what_was_read_where_it_differs(self, draft):
        line = line_of(draft, 6)

        assert (cell_of(line, SOH_COLUMN).text, cell_of(line, SOH_COLUMN).read) == ("0,82", "82")
        assert cell_of(line, 3).read == ""
        assert line.state == "ready"

    def test_puts_each_problem_into_its_cell(self, draft):
        line = line_of(draft, DAMAGED_ROW)

        assert [problem["rule"] for problem in cell_of(line, SERIAL_COLUMN).problems] == ["serial_damaged"]
        assert cell_of(line, SERIAL_COLUMN).tone == "error"
        assert line.problems == []
        assert line.spoken.startswith("Row 9: error. The spreadsheet turned this serial")

    def test_shows_an_edit_beside_the_text_of_the_file(self, draft):
        drafting.edit(draft, DAMAGED_ROW, SERIAL_COLUMN, "ID3-77-041")

        cell = cell_of(line_of(draft, DAMAGED_ROW), SERIAL_COLUMN)

        assert (cell.text, cell.original, cell.is_edited) == ("ID3-77-041", "1,23457E+15", True)

    def test_keeps_at_the_row_what_has_no_column(self, draft):
        row = draft.rows.get(row=6)
        problem = {"column": None, "field": "vin", "rule": "vin_missing", "severity": "warning"}
        row.problems = [problem | {"value": "", "message": "No VIN.", "fix": ""}]

        line = grid_of(draft, Corrections()).lines([row])[0]

        assert [problem["message"] for problem in line.problems] == ["No VIN."]

    def test_says_of_a_problem_without_words_what_was_said_of_the_first(self, draft):
        row = draft.rows.get(row=6)
        wordless = {"column": "Unfall", "field": "accident_flag", "rule": "safety_blank", "severity": "error"}
        row.problems = [wordless]

        cell = cell_of(grid_of(draft, Corrections()).lines([row])[0], 10)

        assert cell.problems[0]["message"].endswith("Blank does not mean no.")

    def test_knows_a_row_that_was_left_out(self, draft):
        row = ManifestRow(row=6, cells=[], values={}, problems=[], severity=3, fate="dropped")

        line = grid_of(draft, Corrections()).lines([row])[0]

        assert (line.state, line.is_open, line.spoken) == ("dropped", False, "Row 6: left out.")


class TestValueText:
    @pytest.mark.parametrize(
        ("value", "text"),
        [(True, "yes"), (False, "no"), (["P0A1F", "P0B2"], "P0A1F; P0B2"), ("82", "82"), (3, "3")],
    )
    def test_is_in_words(self, value, text):
        assert value_text(value) == text
