"""What a verdict tells the people who read it."""

from decimal import Decimal

import pytest

from grading.domain.verdict import decide
from tests.grading.domain.packs import SEED, evidence


class TestDecideForReview:
    @pytest.mark.parametrize(
        ("facts", "needs_review"),
        [
            ({}, False),
            ({"soh_percent": "85"}, False),
            ({"soh_percent": "45"}, False),
            ({"ir_ratio": "2"}, True),
            ({"soh_percent": "15"}, True),
            ({"ir_ratio": None}, True),
            ({"safety": "critical"}, True),
            ({"chemistry": "PB"}, True),
            ({"weakest_cell_soh_percent": "40", "weakest_bound_from_pack_ah": True}, True),
        ],
    )
    def test_sends_rejects_holds_and_conflicts_to_a_person(self, facts, needs_review):
        assert decide(SEED, evidence(**facts)).needs_review is needs_review


class TestDecideInWords:
    @pytest.mark.parametrize(
        ("facts", "sentence"),
        [
            ({}, "B, not A: SOH 74.0 % is not above 80 % (margin 6.0 points)."),
            ({"soh_percent": "45"}, "C, not B: SOH 45.0 % is below 60 % (margin 15.0 points)."),
            ({"soh_percent": "59.99996"}, "C, not B: SOH 59.99996 % is below 60 % (margin 0.00004 points)."),
            (
                {"soh_percent": "92", "ir_ratio": "1.05"},
                "A: SOH 92.0 % is above 80 % (margin 12.0 points) "
                "and IR 1.05× baseline is below 2.0× (margin 0.95×).",
            ),
            ({"ir_ratio": "2"}, "C, not B: IR 2.00× baseline is not below 2.0× (margin 0.00×)."),
            (
                {"chemistry": "NMC", "soh_percent": "45"},
                "D, not A: SOH 45.0 % is not above 80 % (margin 35.0 points).",
            ),
            ({"soh_percent": "15"}, "D: SOH 15.0 % is below the floor of 20 % (margin 5.0 points)."),
            (
                {"weakest_cell_soh_percent": "18"},
                "D: weakest cell 18.0 % is below the floor of 20 % (margin 2.0 points).",
            ),
            (
                {"chemistry": "LMO", "soh_percent": "85"},
                "B: SOH 85.0 % is at or above 60 % (margin 25.0 points) "
                "and IR 1.20× baseline is below 1.5× (margin 0.30×).",
            ),
            (
                {"ir_ratio": None},
                "H: the internal resistance is missing and decides the grade: "
                "below 2.0× gives B, otherwise C.",
            ),
            (
                {"soh_percent": "72", "soh_source": "bms"},
                "H: SOH is not measured on a bench; 72 % from the BMS does not grade.",
            ),
        ],
    )
    def test_says_the_deciding_limit_with_its_margin(self, facts, sentence):
        assert decide(SEED, evidence(**facts)).reasons[0].sentence == sentence

    def test_carries_the_numbers_behind_the_sentence(self):
        reason = decide(SEED, evidence()).reasons[0]

        assert (reason.fact, reason.measured, reason.limit, reason.margin) == ("soh_percent", 74, 80, 6)

    @pytest.mark.parametrize(("soh", "near"), [("79", 1), ("78.9999", 0), ("81", 1), ("81.0001", 0)])
    def test_names_the_limits_nearly_crossed(self, soh, near):
        assert len(decide(SEED, evidence(soh_percent=soh)).near) == near

    def test_is_not_near_a_limit_at_which_nothing_changes(self):
        assert decide(SEED, evidence(chemistry="NMC", soh_percent="60")).near == ()

    def test_tells_its_path(self):
        assert decide(SEED, evidence(chemistry="NMC", soh_percent="85")).path == (
            "Safety: ok",
            "Identity: confirmed",
            "Chemistry: Nickel manganese cobalt (NMC), by the rules for NMC",
            "SOH 80 to 105 %",
            "IR < 1.5×",
        )

    def test_keeps_the_measured_decimal_unrounded(self):
        assert decide(SEED, evidence(soh_percent="80.00001")).reasons[0].margin == Decimal("0.00001")
