"""Units in headings and cells."""

from decimal import Decimal

import pytest

from intake.domain.manifest.fields import FIELDS
from intake.domain.manifest.values.units import unit_of


class TestUnitOf:
    @pytest.mark.parametrize(
        ("text", "dimension", "factor"),
        [
            ("Wh", "energy", "0.001"),
            ("kWh", "energy", "1"),
            ("度", "energy", "1"),
            ("mAh", "charge", "0.001"),
            ("mΩ", "resistance", "1"),
            ("m\u2126", "resistance", "1"),
            ("MΩ", "resistance", "1000000000"),
            ("Ohm", "resistance", "1000"),
            ("kΩ", "resistance", "1000000"),
            ("mi", "distance", "1.609344"),
            ("万公里", "distance", "10000"),
            ("千克", "mass", "1"),
            ("lbs", "mass", "0.45359237"),
            ("％", "ratio", "1"),
        ],
    )
    def test_knows_dimension_and_factor(self, text, dimension, factor):
        assert unit_of(text)[:2] == (dimension, Decimal(factor))

    @pytest.mark.parametrize("text", ["", "EUR", "bars", "万"])
    def test_knows_no_other_words(self, text):
        assert unit_of(text) is None

    @pytest.mark.parametrize("name", [name for name, field in FIELDS.items() if field.unit])
    def test_knows_every_unit_of_the_field_table(self, name):
        assert unit_of(FIELDS[name].unit)
