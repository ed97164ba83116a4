"""Every fault of a decision table stands at its cell."""

import pytest

from grading.domain.policy import seed_document
from grading.domain.policy_faults import faults_in
from grading.domain.policy_table import blank_row, rows_of, table_faults, table_names, with_rows

DOCUMENT = seed_document()


def faults(edit, name="LFP"):
    rows = rows_of(DOCUMENT, name)
    edit(rows)
    return table_faults(DOCUMENT, rows)


def put(row, **values):
    return lambda rows: rows[row].update(values)


class TestTableNames:
    def test_are_in_order(self):
        assert table_names(DOCUMENT) == ["LFP", "NMC", "LMO"]


class TestTableFaults:
    @pytest.mark.parametrize("name", ["LFP", "NMC", "LMO"])
    def test_are_none_for_the_default(self, name):
        assert table_faults(DOCUMENT, rows_of(DOCUMENT, name)).count == 0

    @pytest.mark.parametrize(
        ("edit", "cell", "words"),
        [
            (put(1, lo="21"), (1, "lo"), "Gap between 20 and 21 %."),
            (put(1, lo="19"), (1, "lo"), "Overlap between 19 and 20 %."),
            (put(1, lo_incl=False), (1, "lo"), "Gap at exactly 20 %."),
            (put(0, hi_incl=True), (1, "lo"), "Overlap at exactly 20 %."),
            (put(0, lo_incl=False), (0, "lo"), "The first row must begin at 0 %, with it."),
            (put(1, lo="x"), (1, "lo"), "Enter a number of percent."),
            (put(1, hi="10"), (1, "hi"), "This must lie above where the row begins."),
            (put(4, hi="106"), (4, "hi"), "SOH ends at 105 %."),
            (put(1, grade=""), (1, "grade"), "Name a grade."),
            (put(1, route="sea"), (1, "route"), "Name a route."),
            (
                put(4, route="recycling"),
                (4, "route"),
                "Grade A needs a route with a certificate; recycling has none.",
            ),
            (
                put(0, route="pack_reuse"),
                (0, "route"),
                "Grade D needs a route without a certificate; pack_reuse has one.",
            ),
            (put(1, code=""), (1, "code"), "Give the reason a code."),
            (put(1, warranty="Z"), (1, "warranty"), "No such terms."),
            (put(1, flags=["NOPE"]), (1, "flags"), "No sentence for NOPE."),
            (put(1, ir_op="<"), (1, "ir_limit"), "Enter the ratio to compare with, such as 1.5."),
            (put(1, ir_limit="2"), (1, "ir_op"), "Say how the resistance is compared."),
            (
                put(3, ir_limit="1.9"),
                (3, "ir_limit"),
                "The last row must take every IR that the others leave.",
            ),
            (lambda rows: rows.pop(3), (2, "ir_limit"), "Every IR must have exactly one row."),
        ],
    )
    def test_stand_at_their_cell(self, edit, cell, words):
        assert words in faults(edit).cells[cell]

    def test_are_all_told_at_once(self):
        def spoil(rows):
            rows[0].update(grade="", route="")
            rows[3].update(code="")

        assert faults(spoil).count == 3

    def test_of_no_rows_is_the_table(self):
        assert table_faults(DOCUMENT, []).whole == ["The table has no row."]


class TestWithRows:
    def test_keeps_the_place_of_the_class(self):
        assert with_rows(DOCUMENT, "NMC", rows_of(DOCUMENT, "NMC")) == DOCUMENT

    def test_gives_a_new_class_a_table_at_the_end(self):
        rows = rows_of(DOCUMENT, "LFP")
        made = with_rows(DOCUMENT, "LTO", rows)
        assert table_names(made) == ["LFP", "NMC", "LMO", "LTO"]
        assert faults_in(made) == []


class TestBlankRow:
    def test_goes_on_where_the_last_ends(self):
        assert (blank_row(None)["lo"], blank_row(None)["lo_incl"]) == ("0", True)
        after = blank_row({"hi": "60", "hi_incl": False})
        assert (after["lo"], after["lo_incl"]) == ("60", True)
        assert blank_row({"hi": "80", "hi_incl": True})["lo_incl"] is False
