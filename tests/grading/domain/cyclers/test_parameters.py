"""Parameters survive storage and guess nothing."""

import pytest

from grading.domain.cyclers.parameters import Parameters


class TestJson:
    def test_gives_the_same_back(self):
        parameters = Parameters(rated_capacity_ah=33.1, series_count=2, answers={"sign": "inverted"})

        assert Parameters.from_json(parameters.to_json()) == parameters

    def test_refuses_what_it_does_not_know(self):
        with pytest.raises(ValueError, match="rated_ah"):
            Parameters.from_json({"rated_ah": 3})


class TestCellsInSeries:
    @pytest.mark.parametrize(
        ("limits", "cells"),
        [
            ({}, None),
            ({"voltage_max_v": 4.2}, 1),
            ({"voltage_max_v": 5.5}, 1),
            ({"voltage_max_v": 5.6}, None),
            ({"voltage_max_v": 400.0, "series_count": 96}, 96),
        ],
    )
    def test_is_one_only_where_a_single_cell_is_certain(self, limits, cells):
        assert Parameters(**limits).cells_in_series == cells
