"""What a VIN tells of itself."""

import pytest

from intake.domain.manifest.checks.vehicles import check_digit_issue, check_digit_of, make_issue


class TestCheckDigit:
    @pytest.mark.parametrize(
        ("vin", "digit"),
        # 49 CFR 565.15 gives 1G4AH59H45G118341; the second is the test number of all ones.
        [("1G4AH59H45G118341", "4"), ("11111111111111111", "1"), ("1M8GDM9AXKP042788", "X")],
    )
    def test_is_computed_as_the_rule_says(self, vin, digit):
        assert check_digit_of(vin) == digit
        assert check_digit_issue(vin) is None

    @pytest.mark.parametrize(
        ("vin", "is_wrong"),
        [
            ("1M8GDM9A1KP042788", True),
            ("LGXCE6CD0MA000001", True),
            ("LGXCE6CD7MA000001", False),
            ("WVWZZZE1ZMP000001", False),
            ("SJNFAAZE1U0123456", False),
        ],
    )
    def test_is_asked_for_in_north_america_and_china_only(self, vin, is_wrong):
        assert bool(check_digit_issue(vin)) is is_wrong


class TestMakeIssue:
    @pytest.mark.parametrize(
        ("vin", "make", "rule"),
        [
            ("WBY1Z21000V000001", "BMW", None),
            ("WBY1Z21000V000001", "Renault", "vin_make_conflict"),
            ("TMBZZZNY0M0000001", "Škoda", None),
            ("WDB1Z21000V000001", "Mercedes-Benz", None),
            ("WBY1Z21000V000001", "Smart", None),
            ("ZZZ1Z21000V000001", "BMW", None),
        ],
    )
    def test_speaks_only_of_makes_that_it_knows_for_certain(self, vin, make, rule):
        issue = make_issue(vin, make)

        assert (issue and issue.rule) == rule
