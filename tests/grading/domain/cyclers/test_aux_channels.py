"""Auxiliary channels: labels are not trusted, and what is taken against one says so."""

import polars as pl
import pytest

from grading.domain.cyclers.aux_channels import temperatures_of


def taken(voltages=(3.0, 4.2), **channels):
    found, _, flags = temperatures_of(pl.DataFrame({"voltage_V": list(voltages)} | channels))
    return list(found), [flag.code for flag in flags]


class TestTemperaturesOf:
    def test_takes_what_is_labelled(self):
        assert taken(aux1_temperature_degC=[24.0, 25.0]) == (["aux1_temperature_degC"], [])

    def test_takes_what_is_labelled_whatever_it_holds(self):
        assert taken(aux1_temperature_degC=[-2500.0, 0.0]) == (["aux1_temperature_degC"], [])

    def test_takes_a_mislabelled_channel_when_the_labelled_one_is_dead(self):
        found, flags = taken(
            aux1_voltage_V=[24.6, 24.8], aux1_temperature_degC=[0.0, 0.0], **{"aux1_?": [25.6, 25.4]}
        )

        assert found == ["aux1_temperature_degC", "aux1_voltage_V", "aux1_?"]
        assert flags == ["W_AUX", "W_AUX"]

    def test_leaves_a_mislabelled_channel_when_the_labelled_one_lives(self):
        assert taken(aux1_temperature_degC=[24.0, 25.0], aux2_voltage_V=[24.6, 24.8]) == (
            ["aux1_temperature_degC"],
            ["W_AUX"],
        )

    def test_leaves_a_voltage_that_may_be_the_modules_own(self):
        assert taken(voltages=(20.0, 28.0), aux1_voltage_V=[24.6, 24.8]) == ([], ["W_AUX"])

    @pytest.mark.parametrize("values", [[14.9, 20.0], [20.0, 60.1], [3.1, 4.1]])
    def test_leaves_voltages_outside_a_room(self, values):
        assert taken(aux1_voltage_V=values) == ([], [])

    @pytest.mark.parametrize("values", [[15.0, 15.0], [60.0, 60.0]])
    def test_counts_the_bounds_as_a_room(self, values):
        assert taken(aux1_voltage_V=values) == (["aux1_voltage_V"], ["W_AUX"])

    def test_leaves_other_quantities(self):
        assert taken(aux1_pressure_bar=[20.0, 20.0], **{"aux2_humidity_%": [40.0, 41.0]}) == ([], [])
