"""Documents with faults are compared as far as their tables are sound."""

import copy

import pytest

from grading.domain.policy import seed_document
from grading.domain.policy_comparison import compare
from grading.domain.policy_faults import faults_in
from grading.domain.policy_partly import compare_partly
from tests.grading.domain.packs import SEED, changed_policy

STRICTER = {"weakest_percent": "30", "pack_percent": "40"}


def document(**parts):
    return copy.deepcopy(seed_document()) | {"floors": seed_document()["floors"] | STRICTER} | parts


class TestComparePartly:
    @pytest.mark.parametrize(
        "parts",
        [
            {"overlays": [{"code": "NEW_1"}]},
            {"applications": [{"code": ""}]},
            {"title": 7},
            {"grade_validity": {"A": {"storage_months": 0, "remeasure_months": None}}},
            {"evidence": {}},
            {"warranty": seed_document()["warranty"] | {"NEW": {"label": ""}}},
            {"texts": seed_document()["texts"] | {"NEW": 7}},
            {"near_limits": None},
        ],
    )
    def test_tells_the_tables_whatever_is_wrong_elsewhere(self, parts):
        given = document(**parts)
        assert faults_in(given)
        found = compare_partly(SEED, given)
        expected = compare(SEED, changed_policy(floors=STRICTER))
        assert (found.comparison.sentence, found.left_out) == (expected.sentence, ())
        assert found.comparison.changes == expected.changes

    @pytest.mark.parametrize(("name", "value"), [("hi", ""), ("grade", ""), ("lo", "61"), ("code", "")])
    def test_leaves_a_table_out_that_has_faults_itself(self, name, value):
        given = document()
        next(row for row in given["bands"] if row["class"] == "LFP")[name] = value
        found = compare_partly(SEED, given)
        assert found.left_out == ("LFP",)
        asked = {each.chemistry for each in found.comparison.asked}
        assert "NMC" in asked
        assert not asked & {code for code, treated in SEED.treat_as.items() if treated == "LFP"}

    @pytest.mark.parametrize(
        ("parts", "why"),
        [
            ({"floors": seed_document()["floors"] | {"pack_percent": ""}}, "policy.floors.pack_percent"),
            ({"guard_band_pts": "much"}, "policy.guard_band_pts"),
            ({"bands": None}, "the tables cannot be read"),
        ],
    )
    def test_says_what_keeps_every_table_from_being_compared(self, parts, why):
        found = compare_partly(SEED, document(**parts))
        assert (found.policy, found.comparison) == (None, None)
        assert found.why_not.startswith(why)
