"""Numbers as people write them."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.domain.manifest.values.quantities import NumberVotes, Style, plain, read_quantity, settle_style


class TestReadQuantity:
    @pytest.mark.parametrize(
        ("text", "point", "comma", "suffix"),
        [
            ("40", "40", "40", ""),
            ("45.3", "45.3", None, ""),
            ("45,3", None, "45.3", ""),
            ("1.234", "1.234", "1234", ""),
            ("1,234", "1234", "1.234", ""),
            ("0.123", "0.123", None, ""),
            ("1.234,56", None, "1234.56", ""),
            ("1,234.56", "1234.56", None, ""),
            ("1.234.567", None, "1234567", ""),
            ("1 234,5", None, "1234.5", ""),
            ("1'234.5", "1234.5", None, ""),
            ("145.000 km", "145.000", "145000", "km"),
            ("-3.5", "-3.5", None, ""),
            ("−3", "-3", "-3", ""),
            ("14.5万公里", "145000", None, "公里"),
            ("8万", "80000", "80000", ""),
            ("３０５ｋｇ", "305", "305", "kg"),
            ("20千克", "20", "20", "千克"),
            (".5", "0.5", None, ""),
            ("86%", "86", "86", "%"),
        ],
    )
    def test_gives_both_readings(self, text, point, comma, suffix):
        quantity = read_quantity(text)

        assert (quantity.point, quantity.comma, quantity.suffix) == (
            point and Decimal(point),
            comma and Decimal(comma),
            suffix,
        )

    @pytest.mark.parametrize(
        "text", [">80", "~75", "OK", "", "12.34.5", "1,2,3", "1.23.456", "45,", "3 5 7", "9" * 70]
    )
    def test_leaves_other_text_alone(self, text):
        assert read_quantity(text) is None

    @given(st.text(max_size=80))
    def test_answers_for_any_text(self, text):
        read_quantity(text)

    @given(st.decimals(min_value=0, max_value=10**9, places=2))
    def test_reads_back_what_plain_writes(self, value):
        assert read_quantity(plain(value)).point == value
        assert read_quantity(plain(value).replace(".", ",")).comma == value


def votes(*cells):
    found = NumberVotes()
    for cell in cells:
        found.add(cell)
    return found


KILOMETERS = (Decimal(0), Decimal(2_000_000))
KILOWATT_HOURS = (Decimal("0.2"), Decimal(700))


class TestSettleStyle:
    @pytest.mark.parametrize(
        ("cells", "file", "hard", "expected"),
        [
            (("45,3", "61.200"), (0, 0), KILOMETERS, Style.COMMA),
            (("45.3", "61.200"), (0, 0), KILOMETERS, Style.POINT),
            (("61.200",), (0, 5), KILOMETERS, Style.COMMA),
            (("61.200",), (5, 0), KILOMETERS, Style.POINT),
            (("61.200",), (5, 5), KILOMETERS, None),
            (("61.200",), (0, 0), KILOMETERS, None),
            (("45.300",), (0, 0), KILOWATT_HOURS, Style.POINT),
            (("45,3", "45.3", "61.200"), (0, 0), KILOMETERS, None),
            (("40", "50"), (0, 0), KILOMETERS, None),
        ],
    )
    def test_lets_the_column_decide_then_the_file_then_the_range(self, cells, file, hard, expected):
        assert settle_style(votes(*cells), *file, hard) is expected


class TestPlain:
    @pytest.mark.parametrize(
        ("value", "expected"),
        [("82.00", "82"), ("1.45E+5", "145000"), ("0.50", "0.5"), ("-0.0", "0"), ("100", "100")],
    )
    def test_writes_no_exponent_and_no_trailing_zeros(self, value, expected):
        assert plain(Decimal(value)) == expected
