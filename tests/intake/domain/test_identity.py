"""Serials, VINs and traction battery codes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.domain import identity
from intake.domain.chemistry import Chemistry

LONG_CODE = "001PE0A" + "ABCDEFG" + "A1A" + "1234567"
SHORT_CODE = "001PB0A" + "91A" + "1234567" + "RP"


class TestNormalizeSerial:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            (" zoe-5512 ", "ZOE-5512"),
            ("ＡＢ１２", "AB12"),
            ("AB\u00a012\u200b34", "AB1234"),
            ("\ufeffLF40-0001", "LF40-0001"),
            ("0O1I", "0O1I"),
        ],
    )
    def test_folds_what_cannot_be_seen(self, text, expected):
        assert identity.normalize_serial(text) == expected

    @given(st.text())
    def test_is_settled_after_one_pass(self, text):
        once = identity.normalize_serial(text)

        assert identity.is_serial(once) is identity.is_serial(identity.normalize_serial(once))


class TestIsSerial:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("ABC", False),
            ("ABCD", True),
            ("A" * 40, True),
            ("A" * 41, False),
            ("AB C1", False),
            ("A/B.1_-", True),
        ],
    )
    def test_takes_4_to_40_characters(self, text, expected):
        assert identity.is_serial(text) is expected


class TestIsDamagedSerial:
    @pytest.mark.parametrize("text", ["1.23E+15", "1,23457E+15", "1E+15", " 1.2e+20 "])
    def test_knows_what_a_spreadsheet_has_rounded(self, text):
        assert identity.is_damaged_serial(text)

    @pytest.mark.parametrize("text", ["12E45", "E+15", "1.23", "ZOE-5512"])
    def test_leaves_ordinary_serials_alone(self, text):
        assert not identity.is_damaged_serial(text)


class TestIsVin:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("1N4AZ0CP5FC331073", True),
            ("1N4AZ0CP5FC33107", False),
            ("1N4AZ0CP5FC3310733", False),
            ("1N4AZ0CP5FC33107O", False),
            ("1N4AZ0CP5FC33107I", False),
            ("1N4AZ0CP5FC33107Q", False),
        ],
    )
    def test_takes_17_characters_without_i_o_q(self, text, expected):
        assert identity.is_vin(text) is expected


class TestTractionBatteryCode:
    @pytest.mark.parametrize("code", [LONG_CODE, SHORT_CODE])
    def test_takes_the_long_and_the_short_form(self, code):
        assert identity.is_traction_battery_code(code)

    @pytest.mark.parametrize("code", ["", LONG_CODE[:-1], LONG_CODE + "1", LONG_CODE.replace("P", "X", 1)])
    def test_refuses_other_structures(self, code):
        assert not identity.is_traction_battery_code(code)

    def test_reads_the_chemistries_of_the_type_letter(self):
        assert Chemistry.NMC in identity.chemistries_of_code(LONG_CODE)
        assert Chemistry.LFP in identity.chemistries_of_code(SHORT_CODE)

    def test_says_nothing_for_the_letter_other(self):
        assert identity.chemistries_of_code(LONG_CODE.replace("PE", "PZ")) == frozenset()
