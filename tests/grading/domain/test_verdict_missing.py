"""What a missing fact and an overlay do to a verdict."""

import pytest

from grading.domain.verdict import decide
from tests.grading.domain.packs import SEED, changed_policy, codes_of, evidence


class TestDecideWithMissingFacts:
    @pytest.mark.parametrize(
        ("facts", "reasons", "missing"),
        [
            (
                {"soh_percent": "72", "ir_ratio": None, "weakest_cell_soh_percent": None},
                "IR_MISSING;WEAKEST_CELL_MISSING",
                "ir_ratio weakest_cell_soh_percent",
            ),
            ({"soh_percent": None}, "SOH_NOT_MEASURED", "soh_percent"),
            ({"soh_percent": None, "ir_ratio": None}, "SOH_NOT_MEASURED", "ir_ratio soh_percent"),
            (
                {"soh_percent": None, "weakest_cell_soh_percent": None, "weakest_bound_from_pack_ah": True},
                "SOH_NOT_MEASURED",
                "soh_percent",
            ),
            (
                {
                    "chemistry": "NMC",
                    "soh_percent": None,
                    "ir_ratio": "1.5",
                    "weakest_cell_soh_percent": None,
                },
                "SOH_NOT_MEASURED",
                "soh_percent",
            ),
            (
                {
                    "chemistry": "LMO",
                    "soh_percent": "45",
                    "ir_ratio": "1.9",
                    "weakest_cell_soh_percent": None,
                },
                "WEAKEST_CELL_MISSING",
                "weakest_cell_soh_percent",
            ),
            (
                {"chemistry": "LMO", "soh_percent": "45", "ir_ratio": "2", "weakest_cell_soh_percent": None},
                "LMO_IR_NOT_BELOW_2",
                None,
            ),
            (
                {
                    "chemistry": "NMC",
                    "soh_percent": "85",
                    "ir_ratio": "1.5",
                    "weakest_cell_soh_percent": None,
                },
                "NMC_IR_NOT_BELOW_1_5",
                None,
            ),
            (
                {"chemistry": "NA_ION", "weakest_cell_soh_percent": None},
                "CHEM_NO_POLICY",
                "weakest_cell_soh_percent",
            ),
            ({"chemistry": "NA_ION"}, "CHEM_NO_POLICY", ""),
            (
                {"chemistry": "UNKNOWN", "soh_percent": "75", "ir_ratio": None},
                "CHEM_UNKNOWN",
                "chemistry ir_ratio",
            ),
            ({"chemistry": "UNKNOWN", "soh_percent": "45", "ir_ratio": "1.2"}, "CHEM_UNKNOWN", "chemistry"),
            (
                {"safety": None, "identity_confirmed": False, "soh_percent": None},
                "SAFETY_NOT_INSPECTED",
                "safety identity_confirmed soh_percent",
            ),
            (
                {"chemistry": "UNKNOWN", "soh_percent": "75", "ir_ratio": None, "beyond_calendar_life": True},
                "CHEM_UNKNOWN",
                "chemistry",
            ),
            (
                {"safety": None, "ir_ratio": None, "beyond_calendar_life": True},
                "SAFETY_NOT_INSPECTED",
                "safety",
            ),
            (
                {"safety": None, "soh_percent": "10", "ir_ratio": None, "weakest_cell_soh_percent": None},
                "SAFETY_NOT_INSPECTED",
                "safety",
            ),
        ],
    )
    def test_holds_for_exactly_what_could_change_the_route(self, facts, reasons, missing):
        verdict = decide(SEED, evidence(**facts))

        assert (codes_of(verdict), verdict.grade == "H") == (reasons, missing is not None)
        assert verdict.missing == tuple((missing or "").split())

    def test_passes_the_floor_by_the_bound_only_when_the_bound_reaches_it(self):
        policy = changed_policy(floors={"weakest_percent": "30"})
        bounded = {"weakest_cell_soh_percent": None, "weakest_bound_from_pack_ah": True}

        assert decide(policy, evidence(soh_percent="30", **bounded)).grade == "C"
        assert decide(policy, evidence(soh_percent="29.9999", **bounded)).missing == (
            "weakest_cell_soh_percent",
        )

    def test_gives_the_strictest_grade_where_a_missing_fact_changes_the_grade_only(self):
        bands = [
            row | {"route": "small_application"}
            if row["class"] == "LMO" and row["code"] == "LMO_CAP_60_PLUS"
            else row
            for row in SEED.document["bands"]
        ]
        policy = changed_policy(bands=bands)

        verdict = decide(policy, evidence(chemistry="LMO", soh_percent="70", ir_ratio=None))

        assert (verdict.grade, codes_of(verdict)) == ("C", "LMO_IR_NOT_BELOW_1_5;IR_MISSING_NO_CERT")

    def test_does_not_wait_for_what_the_policy_does_not_need(self):
        policy = changed_policy(evidence={"needs_ir": False})

        assert decide(policy, evidence(ir_ratio=None)).grade == "C"


class TestDecideWithOverlays:
    @pytest.mark.parametrize(
        ("facts", "grade", "code"),
        [
            ({}, "D", "UL1974_AGE_BLOCK"),
            ({"ir_ratio": None}, "D", "UL1974_AGE_BLOCK"),
            ({"weakest_cell_soh_percent": "5"}, "D", "WEAK_CELL_FLOOR"),
            ({"soh_percent": "15"}, "D", "SOH_BELOW_20"),
            ({"chemistry": "NIMH"}, "X", "CHEM_OUT_OF_SCOPE"),
            ({"chemistry": "UNKNOWN"}, "H", "CHEM_UNKNOWN"),
            ({"safety": "critical"}, "Q", "SAFETY_CRITICAL"),
        ],
    )
    def test_only_ever_make_the_outcome_stricter(self, facts, grade, code):
        verdict = decide(SEED, evidence(beyond_calendar_life=True, **facts))

        assert (verdict.grade, codes_of(verdict)) == (grade, code)

    @pytest.mark.parametrize(
        ("facts", "flag", "fires"),
        [
            ({"soh_percent": "90", "cell_spread_percent": "3"}, "REMANUFACTURE_CANDIDATE", True),
            ({"soh_percent": "89.9999", "cell_spread_percent": "3"}, "REMANUFACTURE_CANDIDATE", False),
            ({"soh_percent": "90", "cell_spread_percent": "3.0001"}, "REMANUFACTURE_CANDIDATE", False),
            ({"soh_percent": "90"}, "REMANUFACTURE_CANDIDATE", False),
            (
                {"soh_percent": "90", "cell_spread_percent": "3", "chemistry": "NMC"},
                "REMANUFACTURE_CANDIDATE",
                False,
            ),
            (
                {"soh_percent": "90", "cell_spread_percent": "3", "ir_ratio": "2"},
                "REMANUFACTURE_CANDIDATE",
                False,
            ),
            ({"soh_percent": "100"}, "SOH_ABOVE_100", False),
            ({"soh_percent": "100.0001"}, "SOH_ABOVE_100", True),
            ({"declared_soh_percent": "79"}, "DECLARED_VARIANCE", False),
            ({"declared_soh_percent": "79.0001"}, "DECLARED_VARIANCE", True),
            ({"declared_soh_percent": "68.9999"}, "DECLARED_VARIANCE", True),
            ({"weakest_cell_soh_percent": "60"}, "WEAKEST_CONFLICT", False),
            (
                {"weakest_cell_soh_percent": "69", "weakest_bound_from_pack_ah": True},
                "WEAKEST_CONFLICT",
                False,
            ),
            (
                {"weakest_cell_soh_percent": "68.9", "weakest_bound_from_pack_ah": True},
                "WEAKEST_CONFLICT",
                True,
            ),
            ({"cell_spread_percent": "15"}, "MODULE_SORT", False),
            ({"cell_spread_percent": "15.0001"}, "MODULE_SORT", True),
            ({"has_history": False}, "NO_HISTORY_PACK_ONLY", True),
            ({"has_history": None}, "NO_HISTORY_PACK_ONLY", False),
            ({"chemistry": "LMFP"}, "POLICY_REVIEW", True),
            ({"chemistry": "LTO"}, "POLICY_REVIEW", False),
        ],
    )
    def test_remark_without_changing_the_reasons(self, facts, flag, fires):
        verdict = decide(SEED, evidence(**facts))

        assert (flag in verdict.flags) is fires
        assert (flag in [note.code for note in verdict.notes]) is fires
        assert flag not in codes_of(verdict)
