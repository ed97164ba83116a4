"""Dates as people write them."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.domain.manifest.values.dates import DateOrder, DateVotes, date_bounds, read_date


class TestReadDate:
    @pytest.mark.parametrize(
        ("text", "iso", "note"),
        [
            ("2021-03-04", "2021-03-04", ""),
            ("2021-03-04 00:00:00", "2021-03-04", ""),
            ("2021/3/4", "2021-03-04", ""),
            ("04.03.2021", "2021-03-04", ""),
            ("04.03.21", "2021-03-04", "two_digit_year"),
            ("13/04/2021", "2021-04-13", ""),
            ("04/13/2021", "2021-04-13", ""),
            ("03/03/2021", "2021-03-03", ""),
            ("2021年3月4日", "2021-03-04", ""),
            ("2021年3月", "2021-03", ""),
            ("2021年", "2021", ""),
            ("03/2018", "2018-03", ""),
            ("2018-03", "2018-03", ""),
            ("2018", "2018", ""),
            ("20210304", "2021-03-04", ""),
            ("Mar-21", "2021-03", "two_digit_year"),
            ("4 March 2021", "2021-03-04", ""),
            ("March 4, 2021", "2021-03-04", ""),
            ("März 2021", "2021-03", ""),
            ("KW12/2021", "2021-W12", ""),
            ("44259", "2021-03-04", "spreadsheet_day_number"),
        ],
    )
    def test_keeps_the_precision_that_was_written(self, text, iso, note):
        found = read_date(text)

        assert (found.iso, found.note) == (iso, note)

    @pytest.mark.parametrize(
        ("order", "iso"), [(DateOrder.DAY_FIRST, "2021-04-03"), (DateOrder.MONTH_FIRST, "2021-03-04")]
    )
    def test_needs_the_order_where_day_and_month_could_be_exchanged(self, order, iso):
        assert read_date("03/04/2021", order).iso == iso
        assert read_date("03/04/2021").ambiguous

    @pytest.mark.parametrize(
        "text", ["二〇二一年", "2021-13-01", "31.02.2021", "KW60/2021", "soon", "", "99999", "Foo-21"]
    )
    def test_refuses_what_is_no_date(self, text):
        assert read_date(text).iso is None

    @given(st.text(max_size=40), st.sampled_from([None, *DateOrder]))
    def test_answers_for_any_text_with_a_date_that_has_bounds(self, text, order):
        if iso := read_date(text, order).iso:
            assert date_bounds(iso)[0] <= date_bounds(iso)[1]

    @given(st.dates(date(2000, 1, 1), date(2099, 12, 31)))
    def test_reads_every_day_in_every_clear_form(self, day):
        for form in ("%Y-%m-%d", "%d.%m.%Y", "%Y/%m/%d", "%Y%m%d", "%d %b %Y"):
            assert read_date(day.strftime(form)).iso == day.isoformat()


class TestDateBounds:
    @pytest.mark.parametrize(
        ("iso", "first", "last"),
        [
            ("2020", date(2020, 1, 1), date(2020, 12, 31)),
            ("2020-02", date(2020, 2, 1), date(2020, 2, 29)),
            ("2021-12", date(2021, 12, 1), date(2021, 12, 31)),
            ("2021-W01", date(2021, 1, 4), date(2021, 1, 10)),
            ("2021-03-04", date(2021, 3, 4), date(2021, 3, 4)),
        ],
    )
    def test_spans_what_the_precision_allows(self, iso, first, last):
        assert date_bounds(iso) == (first, last)


class TestDateVotes:
    @pytest.mark.parametrize(
        ("cells", "expected"),
        [
            (["13/04/2021", "03/04/2021"], DateOrder.DAY_FIRST),
            (["04/13/2021"], DateOrder.MONTH_FIRST),
            (["13/04/2021", "04/13/2021"], None),
            (["03/04/2021"], None),
            ([44259.0], None),
        ],
    )
    def test_follows_the_clear_dates_only_if_they_agree(self, cells, expected):
        votes = DateVotes()
        for cell in cells:
            votes.add(cell)

        assert votes.order() is expected
