"""Warranty terms per grade."""

from decimal import Decimal as D

import pytest

from grading.domain.verdict import decide
from grading.domain.warranty import warranty_for
from tests.grading.domain.packs import SEED, changed_policy, evidence


def terms_for(policy=SEED, **facts):
    return warranty_for(
        policy, decide(policy, evidence(**facts)), soh_percent=D(facts.get("soh_percent", "74"))
    )


class TestWarrantyFor:
    @pytest.mark.parametrize(
        ("facts", "months", "cycles", "threshold", "monitoring", "by_default"),
        [
            ({"soh_percent": "85"}, 24, 1000, 70, "optional", True),
            ({"soh_percent": "85", "chemistry": "LTO"}, 24, 1000, 70, "optional", True),
            ({"soh_percent": "85", "chemistry": "NMC"}, 12, 1000, 70, "mandatory", True),
            ({}, 12, 1000, 70, "none", True),
            ({"chemistry": "LMO"}, 12, 500, 70, "mandatory", True),
            ({"soh_percent": "45"}, 6, 300, 60, "none", False),
            ({"ir_ratio": "2"}, 6, 300, 60, "none", False),
        ],
    )
    def test_follows_grade_and_chemistry(self, facts, months, cycles, threshold, monitoring, by_default):
        terms = terms_for(**facts)

        found = terms.term_months, terms.cycles, terms.threshold_percent, terms.monitoring, terms.by_default
        assert found == (months, cycles, threshold, monitoring, by_default)
        assert terms.residual_basis == "certified_at_sale"

    @pytest.mark.parametrize(
        "facts", [{"soh_percent": "15"}, {"ir_ratio": None}, {"safety": "critical"}, {"chemistry": "PB"}]
    )
    def test_gives_nothing_to_packs_that_are_not_reused(self, facts):
        assert terms_for(**facts) is None

    @pytest.mark.parametrize(("soh", "is_given"), [("70", False), ("70.0001", True), ("65", False)])
    def test_never_promises_what_is_broken_on_the_first_day(self, soh, is_given):
        terms = {
            key: entry | {"residual_basis": "nameplate"} for key, entry in SEED.document["warranty"].items()
        }

        assert (terms_for(changed_policy(warranty=terms), soh_percent=soh) is not None) is is_given

    def test_says_the_terms_in_words(self):
        assert terms_for().sentence == (
            "12 months or 1,000 cycles, whichever comes first, "
            "down to 70 % of the capacity certified at sale."
        )
        assert terms_for(soh_percent="45").sentence.startswith(
            "None by default. Option: 6 months or 300 cycles"
        )

    def test_is_stored_without_floats(self):
        assert terms_for().to_json()["threshold_percent"] == "70"
