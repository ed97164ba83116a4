"""What groups say together: worked cases, and coverage in a simulation."""

import math
from random import Random

import pytest

from grading.domain.agreement.groups import Agreement, Pair, Slope, agreement_of
from grading.domain.agreement.shrinkage import is_used, may_presort, shrink

LEVEL, TILTED = Slope(0.0, -0.1, 0.1), Slope(-0.8, -0.9, -0.7)
SIZES = (2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 30, 40)


def group(n: int, bias: float, squares: float, slope: Slope | None = LEVEL) -> Agreement:
    return Agreement(n, bias, squares, slope)


class TestShrink:
    def test_is_worked_by_hand(self):
        # s0² = 36/18 = 2; s² = (16 + 18)/17 = 2 in both; errors 0.2; weights 5; Q = 5·4 + 5·4 = 40;
        # tau² = (40 − 1)/(10 − 50/10) = 7.8; B = 7.8/8 = 0.975; var(mu) = 8/2 = 4.
        found = shrink({"a": group(10, 2, 18), "b": group(10, 6, 18)})

        assert found.between_variance == pytest.approx(7.8)
        assert found.mean == pytest.approx(4)
        assert found.mean_variance == pytest.approx(4)
        assert found.spread == pytest.approx(math.sqrt(2))
        one = found.groups["a"]
        assert one.weight == pytest.approx(0.975)
        assert one.bias == pytest.approx(4 - 0.975 * 2)
        assert one.bias_variance == pytest.approx(0.975 * 0.2 + 0.025**2 * 4)
        assert one.half_width == pytest.approx(2.109816 * math.sqrt(2 + one.bias_variance), rel=1e-6)

    def test_takes_equal_groups_for_one(self):
        found = shrink({"a": group(10, 3, 18), "b": group(10, 3, 18)})

        assert found.between_variance == 0
        assert found.groups["a"].weight == 0
        assert found.groups["a"].bias == 3

    def test_lets_a_single_group_stand_for_itself(self):
        found = shrink({"a": group(9, 3, 16)})

        assert found.groups["a"].bias == 3
        assert found.groups["a"].bias_variance == pytest.approx(2 / 9)
        assert found.new_group_half_width is None

    def test_pulls_a_small_group_further_than_a_large_one(self):
        found = shrink({"small": group(2, 9, 5), "large": group(60, 9, 300), "rest": group(60, 0, 300)})

        assert found.mean < found.groups["small"].bias < found.groups["large"].bias < 9
        assert found.groups["small"].half_width > found.groups["large"].half_width

    @pytest.mark.parametrize(
        "groups",
        [{}, {"a": group(1, 3, 0)}, {"a": group(1, 3, 0), "b": group(1, 9, 0)}, {"a": group(6, 3, 0)}],
    )
    def test_says_nothing_without_any_spread(self, groups):
        assert shrink(groups) is None

    def test_takes_groups_without_spread_of_their_own_beside_others(self):
        found = shrink({"flat": group(5, 3, 0), "one": group(1, 7, 0), "a": group(10, 4, 36)})

        assert found.groups["flat"].spread > 0
        assert found.groups["one"].half_width > found.groups["a"].half_width

    def test_covers_95_percent_of_new_packs_in_small_and_large_groups(self):
        # The simulation of the method: 12 groups, tau 2 points, sd 2.5 points.
        chance, runs = Random(1974), 400
        hits, new_group_hits = dict.fromkeys(SIZES, 0), 0
        for _ in range(runs):
            biases = {n: chance.gauss(1.5, 2) for n in SIZES}
            found = shrink({n: agreement_of(_pairs(chance, n, biases[n])) for n in SIZES})
            for n, shrunk in found.groups.items():
                hits[n] += abs(chance.gauss(biases[n], 2.5) - shrunk.bias) <= shrunk.half_width
            unseen = chance.gauss(chance.gauss(1.5, 2), 2.5)
            new_group_hits += abs(unseen - found.mean) <= found.new_group_half_width

        assert 0.93 <= sum(hits.values()) / (runs * len(SIZES)) <= 0.975
        assert all(0.92 <= hit / runs <= 0.985 for hit in hits.values()), hits
        assert 0.93 <= new_group_hits / runs <= 0.985


class TestIsUsed:
    @pytest.mark.parametrize(("n", "used"), [(1, False), (4, False), (5, True), (6, True)])
    def test_asks_for_five_pairs(self, n, used):
        one = group(n, 3, 2 * (n - 1))
        found = shrink({"a": one, "b": group(20, 3, 38)})

        assert is_used(one, found.groups["a"]) is used

    def test_uses_nothing_that_could_not_be_fitted(self):
        assert not is_used(group(20, 3, 0), None)


class TestMayPresort:
    def test_asks_for_precision_and_a_level_slope(self):
        precise, tilted = group(20, 3, 19), group(20, 3, 19, TILTED)
        vague, few = group(20, 3, 19 * 16), group(4, 3, 3)
        unknown = group(20, 3, 19, None)
        for one, expected in ((precise, 1), (tilted, 0), (vague, 0), (few, 0), (unknown, 0)):
            assert may_presort(one, shrink({"a": one}).groups["a"]) == bool(expected)

    @pytest.mark.parametrize(("half_width", "allowed"), [(4.999, True), (5.0, True), (5.001, False)])
    def test_allows_a_half_width_of_5_points_at_most(self, half_width, allowed):
        shrunk = shrink({"a": group(20, 3, 19)}).groups["a"]
        exact = type(shrunk)(**vars(shrunk) | {"half_width": half_width})

        assert may_presort(group(20, 3, 19), exact) is allowed


def _pairs(chance: Random, n: int, bias: float) -> list[Pair]:
    measured = [chance.uniform(60, 95) for _ in range(n)]
    return [Pair(soh + chance.gauss(bias, 2.5), soh) for soh in measured]
