"""Stricter or looser, found at exact limits."""

import copy
from decimal import Decimal

import pytest

from grading.domain.policy import parse_policy, seed_document
from grading.domain.policy_comparison import compare
from grading.domain.policy_differences import differences

OLD = parse_policy(seed_document())


def changed(edit):
    document = copy.deepcopy(seed_document())
    edit(document)
    return parse_policy(document)


def told(comparison):
    return {
        (c.chemistries[0][:9], c.soh, c.ir, c.before.grade + c.after.grade, c.direction)
        for c in comparison.changes
    }


def bands(document, name, lo):
    return [row for row in document["bands"] if row["class"] == name and row["lo"] == lo]


class TestCompare:
    def test_finds_nothing_between_equals(self):
        comparison = compare(OLD, changed(lambda document: None))
        assert comparison.changes == ()
        assert comparison.sentence == "The tables give the same as before everywhere."

    def test_names_the_interval_of_a_moved_limit(self):
        def edit(document):
            bands(document, "LFP", "20")[0]["hi"] = "65"
            for row in bands(document, "LFP", "60"):
                row["lo"] = "65"

        comparison = compare(OLD, changed(edit))
        labels = ("Lithium iron phosphate (LFP)", "Lithium titanate (LTO)")
        assert set(labels) < set(comparison.changes[0].chemistries)
        assert told(comparison) == {
            ("Lithium i", "≥ 60 % and < 65 %", "< 2×", "BC", "stricter"),
            ("Lithium i", "≥ 60 % and < 65 %", "≥ 2×", "CC", "terms"),
        }
        assert comparison.sentence == (
            "The tables are stricter in 1 place, other terms with the same grade in 1 place."
        )

    def test_finds_a_limit_that_only_lost_its_end(self):
        def edit(document):
            for row in bands(document, "NMC", "60"):
                row["hi_incl"] = False
            for row in bands(document, "NMC", "80"):
                row["lo_incl"] = True

        assert told(compare(OLD, changed(edit))) == {("Lithium c", "exactly 80 %", "< 1.5×", "DA", "looser")}

    def test_counts_floor_and_guard_band(self):
        raised = compare(OLD, changed(lambda d: d["floors"].update(pack_percent="30")))
        assert ("Lithium i", "≥ 20 % and < 30 %", "any", "CD", "stricter") in told(raised)
        guarded = compare(OLD, changed(lambda d: d.update(guard_band_pts="2")))
        assert guarded.count("looser") == 0
        assert ("Lithium i", "> 80 % and ≤ 82 %", "< 2×", "AB", "stricter") in told(guarded)

    def test_of_another_way_round_is_the_contrary(self):
        strict = changed(lambda d: d["floors"].update(pack_percent="30"))
        there, back = compare(OLD, strict), compare(strict, OLD)
        assert there.count("stricter") == back.count("looser") > 0

    def test_compares_classes_treated_otherwise(self):
        comparison = compare(OLD, changed(lambda d: d["chemistry_classes"]["LTO"].update(treat_as="NMC")))
        assert {c.chemistries for c in comparison.changes} == {("Lithium titanate (LTO)",)}

    def test_says_of_each_row_what_it_changed(self):
        def edit(document):
            bands(document, "LFP", "60")[0]["ir_limit"] = "1.8"
            bands(document, "LFP", "60")[1]["ir_limit"] = "1.8"

        new = changed(edit)
        comparison = compare(OLD, new)
        rows = bands(new.document, "LFP", "60")
        directions = [comparison.of_row(row, ["LFP"], Decimal(0)) for row in rows]
        assert directions == [{"same"}, {"same", "stricter"}]


class TestDifferences:
    @pytest.mark.parametrize(
        ("part", "values", "direction"),
        [
            ("floors", {"weakest_percent": "30"}, "stricter"),
            ("floors", {"weakest_percent": "10"}, "looser"),
            ("evidence", {"max_age_days": 90}, "stricter"),
            ("evidence", {"needs_ir": False}, "looser"),
            ("evidence", {"soh_sources_allowed": ["lab", "bms"]}, "looser"),
            ("evidence", {"procedures": {"capacity": ["iso12405-capacity"]}}, "stricter"),
            ("evidence", {"k_lower_bound": "2"}, "stricter"),
            ("near_limits", {"soh_percent": "2"}, ""),
        ],
    )
    def test_say_which_way(self, part, values, direction):
        old = seed_document()
        new = {**old, part: {**old[part], **values}}
        [found] = differences(old, new)
        assert found.direction == direction

    @pytest.mark.parametrize(
        ("before", "after", "direction"),
        [
            ({"storage_months": 12, "remeasure_months": None}, {"storage_months": 1}, "stricter"),
            ({"storage_months": 12, "remeasure_months": None}, {"storage_months": 13}, "looser"),
            ({"storage_months": 12, "remeasure_months": None}, {"remeasure_months": 6}, "stricter"),
            ({"storage_months": 12, "remeasure_months": 6}, {"remeasure_months": None}, "looser"),
        ],
    )
    def test_say_which_way_of_validity(self, before, after, direction):
        old = seed_document() | {"grade_validity": {"A": before}}
        [found] = differences(old, old | {"grade_validity": {"A": before | after}})
        assert (found.label.split()[0], found.direction) == ("Grade", direction)

    def test_a_grade_that_begins_to_run_out_is_stricter_and_one_that_stops_looser(self):
        ends = seed_document() | {"grade_validity": {"A": {"storage_months": 12, "remeasure_months": None}}}
        assert {d.direction for d in differences(seed_document(), ends) if "storage" in d.label} == {
            "stricter"
        }
        assert {d.direction for d in differences(ends, seed_document()) if "storage" in d.label} == {"looser"}

    def test_leave_out_the_tables_and_who_published(self):
        old = seed_document()
        assert differences(old, {**old, "bands": [], "author": "X", "version": 9}) == []

    def test_go_by_codes(self):
        old = seed_document()
        new = copy.deepcopy(old)
        new["overlays"].pop(0)
        assert {d.after for d in differences(old, new)} == {"–"}
        assert any("UL1974_AGE_BLOCK" in d.label for d in differences(old, new))
