"""What two people declared of an instrument, and what ends it."""

from datetime import timedelta

import pytest

from grading.domain.calibration import Certificate, Declaration, Standing
from tests.grading.domain.proofs import DAY, FROM, JULY, JUNE, MAY, TO, at, check, passed_twice, proof_of


class TestDeclarations:
    @pytest.mark.parametrize(
        ("on", "usable"),
        [(MAY - DAY, True), (MAY, False), (JULY - DAY, False), (JULY, True)],
    )
    @pytest.mark.parametrize("by", ["check", "calibration"])
    def test_speak_against_every_day_until_a_proof_after_the_approval(self, by, on, usable):
        proofs = {
            "check": {"checks": passed_twice(at(JULY))},
            "calibration": {
                "certificates": (
                    Certificate(
                        number="1", valid_from=FROM, valid_to=TO, has_passed=True, recorded_at=at(FROM)
                    ),
                    Certificate(
                        number="2", valid_from=JULY, valid_to=TO, has_passed=True, recorded_at=at(JULY)
                    ),
                )
            },
        }
        declared = proof_of(
            declarations=(Declaration(since=at(MAY), why="Shunt broken", approved_at=at(JUNE)),), **proofs[by]
        )

        assert declared.on(on).usable == usable

    @pytest.mark.parametrize(
        ("measured", "has_passed", "comes_back"),
        [
            (at(JUNE) - timedelta(microseconds=1), True, False),
            (at(JUNE), True, False),
            (at(JUNE) + timedelta(microseconds=1), True, True),
            (at(JULY), False, False),
        ],
    )
    def test_are_ended_by_nothing_that_was_known_before(self, measured, has_passed, comes_back):
        declared = proof_of(
            declarations=(Declaration(since=at(MAY), why="Shunt broken", approved_at=at(JUNE)),),
            checks=passed_twice(measured, has_passed=has_passed),
        )

        assert declared.on(JULY + DAY).usable == comes_back

    @pytest.mark.parametrize(
        ("checks", "comes_back"),
        [
            ([check(JULY, True, by=1)], False),
            ([check(JULY, True, by=1), check(JULY, True, by=1, hour=13)], False),
            ([check(JULY, True, by=1), check(JULY, True, by=None, hour=13)], False),
            ([check(JULY, True, by=1), check(JULY, True, by=2, hour=13)], True),
            ([check(JULY, True, by=1), check(JULY, True, by=2, hour=13, item="REF-2")], True),
            ([check(MAY, True, by=1), check(JULY, True, by=2)], False),
            (
                [check(JULY, True, by=1), check(JULY, False, hour=13), check(JULY, True, by=2, hour=14)],
                False,
            ),
        ],
    )
    def test_are_not_taken_back_by_one_persons_checks(self, checks, comes_back):
        declared = proof_of(
            declarations=(Declaration(since=at(MAY), why="Shunt broken", approved_at=at(JUNE)),),
            checks=checks,
        )

        assert declared.on(JULY + DAY).usable == comes_back

    @pytest.mark.parametrize(
        ("moment", "is_bad"),
        [
            (at(MAY) - timedelta(microseconds=1), False),
            (at(MAY), True),
            (at(JULY) - timedelta(microseconds=1), True),
            (at(JULY), False),
        ],
    )
    def test_speak_of_moments_not_only_of_days(self, moment, is_bad):
        declared = proof_of(
            declarations=(Declaration(since=at(MAY), why="Shunt broken", approved_at=at(JUNE)),),
            checks=passed_twice(at(JULY)),
        )

        assert bool(declared.declared_bad(moment)) == is_bad

    @pytest.mark.parametrize(
        ("declared_of", "asked", "proven", "is_bad"),
        [
            ("1", "1", None, True),
            ("1", "2", None, False),
            ("1", "", None, True),
            ("", "2", None, True),
            ("", "2", "2", False),
            ("", "2", "1", True),
            ("", "", "1", True),
            ("1", "", "1", False),
            ("1", "1", "", False),
        ],
    )
    def test_keep_channels_apart(self, declared_of, asked, proven, is_bad):
        declaration = Declaration(since=at(MAY), why="No", approved_at=at(JUNE), channel=declared_of)
        checks = () if proven is None else passed_twice(at(JULY), channel=proven)
        declared = proof_of(declarations=(declaration,), checks=checks)

        assert bool(declared.declared_bad(at(JULY, 13), asked)) == is_bad

    def test_without_an_end_last(self):
        declared = proof_of(
            declarations=(Declaration(since=at(MAY), why="Shunt broken", approved_at=at(JUNE)),)
        )

        assert declared.on(JULY) == Standing(False, "Declared bad since 1 May 2026: Shunt broken", MAY)
