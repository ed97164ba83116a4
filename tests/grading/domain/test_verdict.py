"""The decision table of seed-v1, cell by cell, at every limit."""

import csv
from pathlib import Path

import pytest

from grading.domain.evidence_rows import read_rows
from grading.domain.verdict import decide
from tests.grading.domain.packs import SEED, changed_policy, codes_of, evidence

VECTORS = Path(__file__).parents[2] / "data" / "decision_vectors.csv"
LFP_LIKE, NMC_LIKE = ["LFP", "LMFP", "LTO"], ["NMC", "NCA", "LCO", "NI_BLEND"]
ROUTES = {"A": "pack_reuse", "B": "pack_reuse", "C": "small_application", "D": "recycling", "H": "hold"}


def vectors():
    lines = VECTORS.read_text(encoding="utf-8").splitlines(keepends=True)
    found = zip(read_rows(lines, chemistries=SEED.matrices), csv.DictReader(lines), strict=True)
    return [pytest.param(facts, row, id=row["id"]) for (_, facts), row in found]


class TestDecideByVectors:
    @pytest.mark.parametrize(("facts", "row"), vectors())
    def test_gives_the_expected_outcome(self, facts, row):
        verdict = decide(SEED, facts)

        found = verdict.grade, verdict.route, codes_of(verdict)
        assert found == (row["expected_grade"], row["expected_route"], row["expected_reasons"])

    def test_knows_all_46_rows(self):
        assert len(vectors()) == 46


LFP_CELLS = [
    ("0", "1.2", "D", "SOH_BELOW_20"),
    ("19.9999", "1.2", "D", "SOH_BELOW_20"),
    ("20", "1.2", "C", "CAP_20_60"),
    ("20.0001", "1.2", "C", "CAP_20_60"),
    ("40", "9", "C", "CAP_20_60"),
    ("59.9999", "2.0", "C", "CAP_20_60"),
    ("60", "1.2", "B", "CAP_60_80"),
    ("60", "1.9999", "B", "CAP_60_80"),
    ("60", "2", "C", "IR_ADVISORY_2_0;REVIEW"),
    ("79.9999", "2.0001", "C", "IR_ADVISORY_2_0;REVIEW"),
    ("80", "1.9999", "B", "CAP_60_80"),
    ("80", "2.0", "C", "IR_ADVISORY_2_0;REVIEW"),
    ("80.0001", "1.9999", "A", "CAP_ABOVE_80"),
    ("80.0001", "2", "C", "IR_ADVISORY_2_0;REVIEW"),
    ("100", "1", "A", "CAP_ABOVE_80"),
    ("105", "1", "A", "CAP_ABOVE_80"),
    ("105.0001", "1", "H", "SOH_IMPLAUSIBLE"),
    ("-0.0001", "1", "H", "SOH_IMPLAUSIBLE"),
]
NMC_PASS = "NMC_STRICT_PASS;SHORT_WARRANTY;CYCLE_MONITORING"
NMC_CELLS = [
    ("19.9999", "1", "D", "SOH_BELOW_20"),
    ("20", "1", "D", "NMC_SOH_NOT_ABOVE_80"),
    ("59.9999", "1", "D", "NMC_SOH_NOT_ABOVE_80"),
    ("60", "1", "D", "NMC_SOH_NOT_ABOVE_80"),
    ("79.9999", "1", "D", "NMC_SOH_NOT_ABOVE_80"),
    ("80", "1", "D", "NMC_SOH_NOT_ABOVE_80"),
    ("80.0001", "1.4999", "A", NMC_PASS),
    ("80.0001", "1.5", "D", "NMC_IR_NOT_BELOW_1_5"),
    ("80.0001", "1.5001", "D", "NMC_IR_NOT_BELOW_1_5"),
    ("105", "1.4999", "A", NMC_PASS),
    ("105", "1.5", "D", "NMC_IR_NOT_BELOW_1_5"),
]
LMO_CELLS = [
    ("19.9999", "1", "D", "SOH_BELOW_20"),
    ("20", "1.9999", "C", "CAP_20_60"),
    ("20", "2", "D", "LMO_IR_NOT_BELOW_2"),
    ("59.9999", "1.9999", "C", "CAP_20_60"),
    ("59.9999", "2.0001", "D", "LMO_IR_NOT_BELOW_2"),
    ("60", "1.4999", "B", "LMO_CAP_60_PLUS;SHORT_WARRANTY"),
    ("60", "1.5", "C", "LMO_IR_NOT_BELOW_1_5"),
    ("60", "2.5", "C", "LMO_IR_NOT_BELOW_1_5"),
    ("80", "1.4999", "B", "LMO_CAP_60_PLUS;SHORT_WARRANTY"),
    ("80.0001", "1.4999", "B", "LMO_CAP_60_PLUS;SHORT_WARRANTY"),
    ("105", "1.5", "C", "LMO_IR_NOT_BELOW_1_5"),
]
FLOOR_ONLY_CELLS = [
    ("19.9999", "1", "D"),
    ("20", "1", "H"),
    ("60", "1", "H"),
    ("80.0001", "1", "H"),
    ("105", "9", "H"),
]


def cells():
    classes = ((LFP_LIKE, LFP_CELLS), (NMC_LIKE, NMC_CELLS), (["LMO"], LMO_CELLS))
    return [(chemistry, *cell) for names, table in classes for chemistry in names for cell in table]


class TestDecideByMatrix:
    @pytest.mark.parametrize(("chemistry", "soh", "ir", "grade", "reasons"), cells())
    def test_puts_each_limit_into_its_cell(self, chemistry, soh, ir, grade, reasons):
        verdict = decide(SEED, evidence(chemistry=chemistry, soh_percent=soh, ir_ratio=ir))

        assert (verdict.grade, verdict.route, codes_of(verdict)) == (grade, ROUTES[grade], reasons)

    @pytest.mark.parametrize(
        ("chemistry", "code"),
        [
            ("NA_ION", "CHEM_NO_POLICY"),
            ("SOLID_STATE", "CHEM_NO_POLICY"),
            ("OTHER_LI", "CHEM_NO_POLICY"),
            ("UNKNOWN", "CHEM_UNKNOWN"),
            ("NOT_IN_THE_POLICY", "CHEM_UNKNOWN"),
        ],
    )
    @pytest.mark.parametrize(("soh", "ir", "grade"), FLOOR_ONLY_CELLS)
    def test_holds_a_class_without_bands_above_the_floor(self, chemistry, code, soh, ir, grade):
        verdict = decide(SEED, evidence(chemistry=chemistry, soh_percent=soh, ir_ratio=ir))

        assert (verdict.grade, codes_of(verdict)) == (grade, code if grade == "H" else "SOH_BELOW_20")

    @pytest.mark.parametrize("chemistry", ["NIMH", "PB", "NICD"])
    @pytest.mark.parametrize("soh", ["10", "70", None])
    def test_leaves_other_chemistries_out_of_scope(self, chemistry, soh):
        verdict = decide(SEED, evidence(chemistry=chemistry, soh_percent=soh, weakest_cell_soh_percent="5"))

        assert (verdict.grade, verdict.route, codes_of(verdict)) == ("X", "out_of_scope", "CHEM_OUT_OF_SCOPE")

    @pytest.mark.parametrize(
        "chemistry", [*LFP_LIKE, *NMC_LIKE, "LMO", "NA_ION", "SOLID_STATE", "OTHER_LI", "UNKNOWN"]
    )
    @pytest.mark.parametrize(
        ("weakest", "fires"), [("19.9999", True), ("20", False), ("20.0001", False), ("0", True)]
    )
    def test_recycles_below_the_floor_of_the_weakest_cell(self, chemistry, weakest, fires):
        verdict = decide(
            SEED, evidence(chemistry=chemistry, soh_percent="90", weakest_cell_soh_percent=weakest)
        )

        assert (codes_of(verdict) == "WEAK_CELL_FLOOR") is fires
        assert (verdict.grade == "D") is fires


class TestDecideAtGates:
    @pytest.mark.parametrize(
        ("facts", "grade", "reasons"),
        [
            (
                {"safety": "critical", "identity_confirmed": False, "chemistry": "NIMH"},
                "Q",
                "SAFETY_CRITICAL",
            ),
            (
                {"safety": "damaged", "identity_confirmed": False, "chemistry": "UNKNOWN"},
                "D",
                "SAFETY_DAMAGED",
            ),
            ({"safety": None, "soh_percent": "10"}, "H", "SAFETY_NOT_INSPECTED"),
            ({"safety": None, "chemistry": "NIMH"}, "H", "SAFETY_NOT_INSPECTED"),
            ({"identity_confirmed": False, "weakest_cell_soh_percent": "5"}, "H", "IDENTITY_UNCONFIRMED"),
            ({"identity_confirmed": False, "chemistry": "NIMH"}, "H", "IDENTITY_UNCONFIRMED"),
            ({"soh_percent": "10", "weakest_cell_soh_percent": "10"}, "D", "WEAK_CELL_FLOOR"),
        ],
    )
    def test_lets_the_first_gate_conclude(self, facts, grade, reasons):
        verdict = decide(SEED, evidence(**facts))

        assert (verdict.grade, codes_of(verdict)) == (grade, reasons)

    @pytest.mark.rule(1)
    def test_never_passes_an_untouched_inspection(self):
        verdict = decide(SEED, evidence(safety=None))

        assert (verdict.route, verdict.missing) == ("hold", ("safety",))

    @pytest.mark.parametrize("source", ["bms", "telematics", "estimate", None])
    def test_grades_only_on_bench_evidence(self, source):
        verdict = decide(SEED, evidence(soh_percent="10", soh_source=source))

        assert (verdict.grade, codes_of(verdict), verdict.missing) == (
            "H",
            "SOH_NOT_MEASURED",
            ("soh_percent",),
        )

    @pytest.mark.parametrize(("age", "grade"), [(179, "B"), (180, "B"), (181, "H"), (None, "H")])
    def test_holds_an_soh_older_than_the_policy_allows(self, age, grade):
        policy = changed_policy(evidence={"max_age_days": 180})

        assert decide(policy, evidence(soh_age_days=age)).grade == grade

    @pytest.mark.parametrize("comparable", [False, None])
    def test_ignores_a_ratio_that_is_not_comparable(self, comparable):
        verdict = decide(SEED, evidence(ir_comparable=comparable, ir_comparable_why="pulse of 10 s differs"))

        assert (verdict.grade, codes_of(verdict), verdict.missing) == (
            "H",
            "IR_NOT_COMPARABLE",
            ("ir_ratio",),
        )
        assert "(pulse of 10 s differs)" in verdict.reasons[0].sentence


class TestDecideWithGuardBand:
    @pytest.mark.parametrize(
        ("chemistry", "soh", "grade", "is_borderline"),
        [
            ("LFP", "80", "B", False),
            ("LFP", "80.0001", "B", True),
            ("LFP", "82", "B", True),
            ("LFP", "82.0001", "A", False),
            ("LFP", "61.9999", "C", True),
            ("LFP", "62", "B", False),
            ("LFP", "21.9999", "D", True),
            ("LFP", "22", "C", False),
            ("LFP", "1", "D", False),
            ("NMC", "82", "D", True),
            ("NMC", "82.0001", "A", False),
        ],
    )
    def test_accepts_into_the_better_band_only_by_the_lower_bound(self, chemistry, soh, grade, is_borderline):
        verdict = decide(changed_policy(guard_band_pts="2"), evidence(chemistry=chemistry, soh_percent=soh))

        assert (verdict.grade, "BORDERLINE" in verdict.flags) == (grade, is_borderline)

    def test_says_that_the_guard_band_was_taken_off(self):
        verdict = decide(changed_policy(guard_band_pts="2"), evidence(soh_percent="81"))

        assert verdict.reasons[0].sentence == (
            "B, not A: SOH 81.0 %, less the guard band 79.0 %, is not above 80 % (margin 1.0 points)."
        )
