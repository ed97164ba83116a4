import pytest

from intake.web.repair_answers import answers_from, reading_now
from tests.factories import make_supplier
from tests.intake import drafting


class TestAnswersFrom:
    @pytest.mark.parametrize(
        "name",
        [
            "sheet",
            "header_row",
            "column:3",
            "unit:12",
            "fill:accident_flag",
            "pad:1",
            "accept:vin_check_digit:4",
        ],
    )
    def test_takes_what_is_an_answer(self, name):
        assert answers_from({name: "value"}, now={}) == {name: "value"}

    @pytest.mark.parametrize(
        "name", ["csrfmiddlewaretoken", "back", "column:", "column:x", "unit:12345", "sheets"]
    )
    def test_leaves_out_what_is_none(self, name):
        assert answers_from({name: "value"}, now={}) == {}

    @pytest.mark.parametrize("text", ["", "  ", "\0"])
    def test_takes_a_blank_for_no_answer(self, text):
        assert answers_from({"column:1": text}, now={"column:1": "vin"}) == {}

    def test_keeps_only_what_changes(self):
        fields = {"column:1": "vin", "column:2": "make"}

        assert answers_from(fields, now={"column:1": "vin", "column:2": "model"}) == {"column:2": "make"}

    def test_keeps_a_tab_between_cells(self):
        assert answers_from({"delimiter": "\t"}, now={"delimiter": ","}) == {"delimiter": "\t"}


class TestReadingNow:
    def test_says_how_the_file_was_read(self, db):
        draft = drafting.make_draft(make_supplier())

        now = reading_now(draft, {})

        assert (now["sheet"], now["header_row"], now["column:1"], now["unit:5"]) == (
            "Akkus",
            "4",
            "pack_serial",
            "kWh",
        )
        assert "column:14" not in now

    def test_puts_what_was_answered_above(self, db):
        draft = drafting.make_draft(make_supplier())

        assert reading_now(draft, {"unit:5": "Wh"})["unit:5"] == "Wh"
