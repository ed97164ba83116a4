"""Procedures in words, and what a version changed."""

import copy

import pytest

from grading.domain.procedure import SHIPPED, shipped_document
from grading.domain.procedure_words import Difference, differences, sections

CAPACITY = shipped_document("iso12405-capacity")


class TestSections:
    @pytest.mark.parametrize("code", SHIPPED)
    def test_say_every_field_of_every_kind(self, code):
        found = sections(shipped_document(code))

        assert [section.title for section in found][0] == "Conditions"
        assert all(value for section in found for _, value in section.rows)

    def test_say_units_and_what_is_not_known(self):
        rows = dict(row for section in sections(CAPACITY) for row in section.rows)

        assert rows["Temperature that grades"] == "23 to 27 °C"
        assert rows["Voltage limits"] == "by pack type"
        assert rows["Standard deviation of one result"] == "not known"
        assert "Lower limit per cell" not in rows

    def test_show_the_limits_of_a_cell_where_they_hold(self):
        limits = {"by": "cell", "min_v": "2.5", "max_v": "4.2"}

        rows = dict(row for s in sections(CAPACITY | {"voltage_limits": limits}) for row in s.rows)

        assert rows["Lower limit per cell"] == "2.5 V"

    def test_say_that_a_rate_is_left_open(self):
        rows = dict(row for s in sections(shipped_document("field-capacity")) for row in s.rows)

        assert rows["C-rate"] == "as each test states"


class TestDifferences:
    def test_find_fields_and_sources(self):
        after = copy.deepcopy(CAPACITY)
        after["c_rate"] = "0.5"
        dropped = after["sources"].pop(0)
        after["sources"].append({"text": "Measured here", "status": "confirmed"})

        assert differences(CAPACITY, after) == [
            Difference("C-rate", "0.3333 C", "0.5 C"),
            Difference("Source", f"Recalled, not checked: {dropped['text']}", ""),
            Difference("Source", "", "Confirmed: Measured here"),
        ]

    def test_find_none_between_equals(self):
        assert differences(CAPACITY, copy.deepcopy(CAPACITY)) == []
