"""How long tests take, worked by hand."""

from decimal import Decimal

import pytest

from grading.domain.durations import minutes_of, steps_of
from grading.domain.procedure import SHIPPED, shipped_document


class TestStepsOf:
    def test_counts_every_cycle_of_a_capacity_test(self):
        # 15 + 2 × (180 charge + 30 end + 30 rest + 180 discharge) + 30 between.
        assert minutes_of(steps_of(shipped_document("iso12405-capacity"))) == 885

    def test_takes_longer_where_the_channel_carries_less_than_the_rate(self):
        document = shipped_document("field-capacity")

        free = steps_of(document, rated_ah=Decimal(120), current_range_a=Decimal(40))
        bound = steps_of(document, rated_ah=Decimal(120), current_range_a=Decimal(20))

        assert minutes_of(bound) - minutes_of(free) == 2 * 180
        assert "discharge at 20 A, all that the channel carries" in [step.words for step in bound]

    def test_sets_the_charge_for_a_resistance_and_counts_its_pulses(self):
        steps = steps_of(shipped_document("hppc-pulses"))

        # Two pulses of 30 s with 40 s after each are 140 s.
        assert [step.minutes for step in steps] == [15, 90, 60, 3]

    def test_screens_packs_as_they_are(self):
        assert minutes_of(steps_of(shipped_document("quick-screen"))) == 15 + 3 + 1

    @pytest.mark.parametrize("code", SHIPPED)
    def test_says_every_step_of_every_shipped_procedure(self, code):
        steps = steps_of(shipped_document(code), rated_ah=Decimal(66))

        assert all(step.words and step.minutes > 0 for step in steps)
