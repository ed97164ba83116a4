"""Flows between two columns."""

import pytest

from rebattery.ui.sankey import HEIGHT, sankey

FLOWS = {("a", "a"): 60, ("a", "b"): 30, ("b", "b"): 10, ("c", "c"): 0}


def laid_out(flows=FLOWS):
    return sankey(title="T", source_label="Old", target_label="New", flows=flows, order=["a", "b", "c"])


class TestSankey:
    def test_draws_each_flow_that_is_not_empty(self):
        assert [flow.title for flow in laid_out().flows] == ["a to a: 60", "a to b: 30", "b to b: 10"]
        assert [flow.is_move for flow in laid_out().flows] == [False, True, False]

    def test_gives_each_bar_its_sum_within_the_height(self):
        nodes = laid_out().nodes

        assert [(node.label, node.count) for node in nodes] == [("a", 90), ("b", 10), ("a", 60), ("b", 40)]
        assert max(node.y + node.height for node in nodes) == pytest.approx(HEIGHT, abs=0.2)

    def test_shows_even_the_smallest_flow(self):
        flows = laid_out({("a", "a"): 1_000_000, ("a", "b"): 1}).flows

        assert min(flow.width for flow in flows) >= 1.5

    def test_draws_nothing_of_nothing(self):
        assert not laid_out({}).nodes
