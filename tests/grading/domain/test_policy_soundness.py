"""Whether the rules of a policy fit each other."""

from copy import deepcopy
from typing import Any

import pytest

from grading.domain.policy import SHIPPED, compile_policy, seed_document
from grading.domain.policy_faults import faults_in
from grading.domain.policy_table import rows_of, table_faults
from grading.domain.policy_templates import TEMPLATES, template_document


def faults(**parts: Any) -> list[str]:
    """Return the faults of seed-v1 with keys of its parts replaced."""
    document = deepcopy(seed_document())
    for name, value in parts.items():
        document[name] = document[name] | value if isinstance(value, dict) else value
    return faults_in(document)


class TestShipped:
    @pytest.mark.parametrize("name", [*SHIPPED, *TEMPLATES])
    def test_fit(self, name):
        assert faults_in(template_document(name)) == []


class TestGuard:
    @pytest.mark.parametrize(
        ("k", "factor", "guard", "is_sound"),
        [
            ("1.64", "1.65", "0", True),
            ("1.65", "1.65", "0", False),
            ("1.6501", "1.65", "0", False),
            ("2", "1.65", "0", False),
            ("0", "0", "0", False),
            (None, "1.65", "0", True),
            ("2", None, "0", True),
            ("2", None, "1", True),
            (None, None, "1", True),
            (None, "1.65", "0.0001", False),
            ("1.64", "1.65", "0.0001", False),
        ],
    )
    def test_must_lie_inside_the_doubt(self, k, factor, guard, is_sound):
        found = faults(evidence={"k_lower_bound": k, "undecided_factor": factor}, guard_band_pts=guard)

        assert (found == []) is is_sound

    def test_says_why(self):
        found = faults(evidence={"k_lower_bound": "2", "undecided_factor": "1.65"}, guard_band_pts="1")

        assert found == [
            "evidence: undecided_factor 1.65 must be greater than k_lower_bound 2: otherwise a pack just"
            " above the doubt at a limit is graded below that limit while a worse one is measured again",
            "guard_band_pts: 1 points cannot go with undecided_factor: a pack just above the doubt at a"
            " limit would be graded below that limit while a worse one is measured again",
        ]

    def test_that_was_published_before_still_decides(self):
        document = deepcopy(seed_document("seed-v2-guarded"))
        document["evidence"]["k_lower_bound"] = "2"

        assert faults_in(document)
        assert str(compile_policy(document).k_lower_bound) == "2"


class TestRoutes:
    def test_that_accept_need_a_certificate(self):
        bands = deepcopy(seed_document()["bands"])
        place = next(i for i, row in enumerate(bands) if row["grade"] == "A")
        bands[place]["route"] = "recycling"

        assert faults(bands=bands) == [
            f"bands {place + 1}: grade A needs a route with a certificate; recycling has none"
        ]

    @pytest.mark.parametrize("grade", ["D", "X", "H", "Q"])
    def test_that_do_not_accept_have_none(self, grade):
        assert faults(floors={"grade": grade, "route": "pack_reuse"}) == [
            f"floors: grade {grade} needs a route without a certificate; pack_reuse has one"
        ]

    def test_are_looked_at_wherever_a_grade_is_given(self):
        document = deepcopy(seed_document())
        document["safety"]["damaged"]["route"] = "small_application"
        document["class_rules"]["OUT_OF_SCOPE"]["grade"] = "C"
        document["overlays"][0]["grade"] = "B"

        assert [fault.split(":")[0] for fault in faults_in(document)] == [
            "safety.damaged",
            "class_rules.OUT_OF_SCOPE",
            "overlays UL1974_AGE_BLOCK",
        ]

    def test_of_a_class_that_only_holds_are_not_asked_for(self):
        assert faults() == []


class TestNumbers:
    """A number that no pack can meet is a slip of the hand, not a judgement."""

    @pytest.mark.parametrize(
        ("changes", "place"),
        [
            ({"floors": {"weakest_percent": "100.1"}}, "floors.weakest_percent: must be at most 100"),
            ({"floors": {"pack_percent": "120"}}, "floors.pack_percent: must be at most 100"),
            ({"guard_band_pts": "50"}, "guard_band_pts: 50 points are too many"),
            ({"guard_band_pts": "25"}, "guard_band_pts: 25 points are too many"),
        ],
    )
    def test_that_no_pack_meets_are_told(self, changes, place):
        assert place in "\n".join(faults(**changes))

    @pytest.mark.parametrize(
        "changes",
        [
            {"floors": {"weakest_percent": "100", "pack_percent": "100"}},
            {"guard_band_pts": "24.9"},
        ],
    )
    def test_that_some_pack_meets_are_taken(self, changes):
        assert faults(**changes) == []

    def test_of_resistance_lie_above_0(self):
        document = deepcopy(seed_document())
        for number in (2, 3):
            document["bands"][number]["ir_limit"] = "0.0"

        assert faults_in(document) == [
            f"bands {number}.ir_limit: must be above 0: no resistance lies below it" for number in (3, 4)
        ]
        cells = table_faults(document, rows_of(document, "LFP")).cells
        assert set(cells) == {(2, "ir_limit"), (3, "ir_limit")}

    def test_of_a_warranty_end_at_100(self):
        document = deepcopy(seed_document())
        document["warranty"]["A"]["threshold_percent"] = "101"

        assert faults_in(document) == ["warranty.A.threshold_percent: must be at most 100"]

    def test_stand_in_order_from_low_to_high(self):
        document = deepcopy(seed_document())
        document["test_conditions"]["capacity"]["c_rate"] = ["9", "0.37"]
        document["test_conditions"]["resistance"]["soc_percent"] = ["45"]
        document["applications"][1]["voltage_v"] = ["1000", "40"]

        assert faults_in(document) == [
            "test_conditions.capacity.c_rate 1: 9 is above the high end, 0.37",
            "test_conditions.resistance.soc_percent: needs a low and a high end",
            "applications 2.voltage_v 1: 1000 is above the high end, 40",
        ]

    def test_published_before_keep_deciding(self):
        document = deepcopy(seed_document()) | {"guard_band_pts": "50"}

        assert compile_policy(document).guard_band_pts == 50
