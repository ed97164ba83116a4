"""The thresholds of a policy, and the policy with some of them moved."""

from decimal import Decimal

import pytest

from grading.domain.columnar.thresholds import kept_apart, thresholds_of, with_thresholds
from grading.domain.policy import SHIPPED, PolicyInvalid, parse_policy, seed_document
from grading.domain.verdict import decide
from tests.grading.domain.packs import evidence


class TestThresholdsOf:
    def test_names_floors_guard_and_the_limits_of_each_class(self):
        found = {item.key: item.value for item in thresholds_of(seed_document())}

        assert found == {
            "floor-weakest": 20,
            "floor-pack": 20,
            "guard": 0,
            "soh-LFP-60": 60,
            "soh-LFP-80": 80,
            "ir-LFP-2": 2,
            "soh-NMC-60": 60,
            "soh-NMC-80": 80,
            "ir-NMC-1.5": Decimal("1.5"),
            "soh-LMO-60": 60,
            "soh-LMO-80": 80,
            "ir-LMO-1.5": Decimal("1.5"),
            "ir-LMO-2": 2,
        }


class TestKeptApart:
    @pytest.mark.parametrize(
        ("asked", "placed"),
        [
            ({"soh-LFP-60": "105"}, {"soh-LFP-60": "79.5"}),
            ({"soh-LFP-80": "0"}, {"soh-LFP-80": "60.5"}),
            ({"soh-LFP-60": "70", "soh-LFP-80": "65"}, {"soh-LFP-60": "70", "soh-LFP-80": "70.5"}),
            ({"soh-LFP-60": "80", "soh-LFP-80": "80"}, {"soh-LFP-60": "79.5", "soh-LFP-80": "80"}),
            ({"soh-LFP-60": "79.5", "guard": "5"}, {"soh-LFP-60": "79.5", "guard": "5"}),
            ({"ir-LMO-1.5": "3"}, {"ir-LMO-1.5": "3"}),  # in another band than 2.0
        ],
    )
    def test_stops_what_moved_one_step_before_its_neighbor(self, asked, placed):
        given = {key: Decimal(value) for key, value in asked.items()}

        found = kept_apart(thresholds_of(seed_document()), given)

        assert found == {key: Decimal(value) for key, value in placed.items()}

    @pytest.mark.parametrize("name", SHIPPED)
    @pytest.mark.parametrize("end", ["low", "high"])
    def test_leaves_no_limit_that_a_table_refuses(self, name, end):
        document = seed_document(name)
        items = thresholds_of(document)
        for item in items:
            if item.key.startswith("soh-"):
                moved = with_thresholds(document, kept_apart(items, {item.key: getattr(item, end)}))
                assert parse_policy(moved), item.key


class TestWithThresholds:
    @pytest.mark.parametrize("name", SHIPPED)
    def test_changes_nothing_where_nothing_moved(self, name):
        document = seed_document(name)
        same = {item.key: item.value for item in thresholds_of(document)}

        assert with_thresholds(document, same) == document

    @pytest.mark.parametrize(
        ("key", "value", "facts", "grade"),
        [
            ("soh-LFP-60", "62.5", {"soh_percent": "62.4999"}, "C"),
            ("soh-LFP-60", "62.5", {"soh_percent": "62.5"}, "B"),
            ("ir-LFP-2", "1.8", {"ir_ratio": "1.8"}, "C"),
            ("ir-LFP-2", "1.8", {"ir_ratio": "1.7999"}, "B"),
            ("guard", "0.5", {"soh_percent": "60.4999"}, "C"),
            ("floor-weakest", "71", {}, "D"),
            ("floor-pack", "75", {}, "D"),
        ],
    )
    def test_moves_the_grade_exactly_at_the_new_limit(self, key, value, facts, grade):
        policy = parse_policy(with_thresholds(seed_document(), {key: Decimal(value)}))

        assert decide(policy, evidence(**facts)).grade == grade

    def test_leaves_other_classes_alone(self):
        policy = parse_policy(with_thresholds(seed_document(), {"soh-NMC-80": Decimal(90)}))

        assert decide(policy, evidence(soh_percent="85", ir_ratio="1.2")).grade == "A"
        assert decide(policy, evidence(chemistry="NMC", soh_percent="85", ir_ratio="1.2")).grade == "D"

    def test_leaves_a_limit_moved_past_its_neighbor_to_the_check(self):
        with pytest.raises(PolicyInvalid, match="overlap"):
            parse_policy(with_thresholds(seed_document(), {"soh-LFP-60": Decimal(90)}))
