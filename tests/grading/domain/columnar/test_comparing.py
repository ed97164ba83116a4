"""What a comparison of two policies counts."""

import numpy as np
import pytest

from grading.domain.columnar.comparing import Comparison, compare, moved_places
from grading.domain.columnar.deciding import decide_all
from tests.grading.domain.columnar.laying import population_of
from tests.grading.domain.packs import SEED, changed_policy, evidence

GUARDED = changed_policy(guard_band_pts="2")
SOHS = ["81", "83", "61", "19", "70"]
POPULATION = population_of([evidence(soh_percent=soh) for soh in SOHS])
OLD, NEW = decide_all(SEED, POPULATION), decide_all(GUARDED, POPULATION)
WH = np.array([10_000, 20_000, 40_000, 80_000, 160_000])
GROUPS = {"supplier": np.array([7, 7, 9, 9, 9])}


class TestCompare:
    def test_counts_grades_routes_and_who_is_affected(self):
        found = compare(OLD, NEW, usable_wh=WH, groups=GROUPS)

        assert found.grades == {("A", "A"): 1, ("A", "B"): 1, ("B", "B"): 1, ("B", "C"): 1, ("D", "D"): 1}
        assert found.routes == {
            ("pack_reuse", "pack_reuse"): 3,
            ("pack_reuse", "small_application"): 1,
            ("recycling", "recycling"): 1,
        }
        assert (found.packs, found.moved, found.stricter) == (5, 2, 2)
        count, most = found.affected["supplier"]
        assert count == 2
        assert [(item.key, item.moved, item.packs) for item in most] == [(7, 1, 2), (9, 1, 3)]

    def test_takes_key_0_for_no_group(self):
        found = compare(OLD, NEW, usable_wh=WH, groups={"open_batch": np.array([0, 0, 9, 9, 0])})

        count, most = found.affected["open_batch"]
        assert (count, [(item.key, item.moved, item.packs) for item in most]) == (1, [(9, 1, 2)])

    def test_counts_the_energy_that_comes_with_a_warranty_by_default(self):
        # A and B come with one, C only when it is sold.
        assert compare(OLD, NEW, usable_wh=WH).warranty_wh == (230_000, 190_000)

    def test_counts_only_what_is_within(self):
        within = np.array([True, False, False, True, False])

        found = compare(OLD, NEW, usable_wh=WH, within=within, groups=GROUPS)

        assert (found.packs, found.moved) == (2, 1)
        assert found.affected["supplier"][0] == 1

    @pytest.mark.parametrize("within", [None, np.zeros(5, dtype=bool)])
    def test_survives_the_way_to_a_report_and_back(self, within):
        found = compare(OLD, NEW, usable_wh=WH, within=within, groups=GROUPS)

        assert Comparison.from_json(found.to_json()) == found

    def test_counts_packs_that_keep_a_warranty_by_its_terms(self):
        found = compare(OLD, NEW, usable_wh=WH)
        before_terms_were_counted = {key: part for key, part in found.to_json().items() if key != "terms"}

        assert found.terms == {("A", "A"): 1, ("A", "B"): 1, ("B", "B"): 1}
        assert Comparison.from_json(before_terms_were_counted).terms == {}

    def test_finds_nothing_in_nothing(self):
        nothing = decide_all(SEED, population_of([]))

        assert compare(nothing, nothing, usable_wh=np.array([], dtype=np.int64)).moved == 0


class TestMovedPlaces:
    def test_names_the_packs_that_move(self):
        assert moved_places(OLD, NEW).tolist() == [0, 2]
        assert moved_places(OLD, NEW, np.array([False, True, True, True, True])).tolist() == [2]
