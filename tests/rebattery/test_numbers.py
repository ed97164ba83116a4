"""Numbers as people type them."""

from decimal import Decimal as D

import pytest

from rebattery.numbers import LONGEST, NumberUnreadable, read_key, read_number


class TestReadNumber:
    @pytest.mark.parametrize(
        ("text", "value"),
        [("74.5", "74.5"), ("74,5", "74.5"), ("+1", "1"), (",5", "0.5"), ("5.", "5"), ("1,2345", "1.2345"),
         ("0,123", "0.123"), ("85.123", "85.123"), ("1234,567", "1234.567"), ("12,34", "12.34")],
    )  # fmt: skip
    def test_takes_comma_or_point(self, text, value):
        assert read_number(text) == D(value)

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("1,100", "1,100 may mean 1100 or 1.1: write 1100, or 1.100 with a point."),
            ("-121,205", "-121,205 may mean -121205 or -121.205: write -121205, or -121.205 with a point."),
        ],
    )
    def test_asks_where_a_comma_may_part_thousands(self, text, message):
        with pytest.raises(NumberUnreadable) as refused:
            read_number(text)

        assert (str(refused.value), refused.value.code) == (message, "ambiguous")

    @pytest.mark.parametrize("text", ["1.234,5", "1,234.5", "1,234,567", "1..2"])
    def test_refuses_two_marks(self, text):
        with pytest.raises(NumberUnreadable, match="one decimal mark"):
            read_number(text)

    @pytest.mark.parametrize("text", ["", "x", "1e2", "NaN", "12 5", "-", ".", "٣", "9" * (LONGEST + 1)])
    def test_refuses_what_is_no_number(self, text):
        with pytest.raises(NumberUnreadable, match="Enter a number"):
            read_number(text)


class TestReadKey:
    @pytest.mark.parametrize(("text", "key"), [("0", 0), ("17", 17), ("9" * 18, 10**18 - 1)])
    def test_names_a_row(self, text, key):
        assert read_key(text) == key

    @pytest.mark.parametrize("text", ["", "-1", "+1", "1.0", " 1", "1_0", "x", "²", "٣", "9" * 19])
    def test_names_none_otherwise(self, text):
        assert read_key(text) is None
