"""Which catalogue type a supplier's words mean."""

import pytest

from intake.domain.manifest.checks.catalogue import Catalogue
from intake.domain.manifest.checks.recognizing import Recognizer
from tests.intake.manifest_files import CATALOGUE


def resolve(make, model, energy=None, chemistry=None, **values):
    values |= {"make": make, "model": model, "nominal_energy_kwh": energy, "chemistry": chemistry}
    found = Catalogue(CATALOGUE).resolve({name: value for name, value in values.items() if value})
    return found and found.key


class TestResolve:
    @pytest.mark.parametrize(
        ("stated", "key"),
        [
            (("Nissan", "Leaf", "40"), "LEAF40"),
            (("Nissan", "Leaf", "36"), "LEAF40"),
            (("Nissan", "Leaf", "35.9"), None),
            (("Nissan", "Leaf", "44"), "LEAF40"),
            (("Nissan", "Leaf", "44.1"), None),
            (("Nissan", "Leaf", "24"), None),
            (("Nissan", "Leaf"), None),
            (("BYD", "Atto 3"), "ATTO3"),
            (("byd", "ATTO-3"), "ATTO3"),
            (("BYD", "Atto 3 (Blade)"), "ATTO3"),
            (("Renault", "Zoé"), "ZOE40"),
            (("Renault", "Zoe 45.3 kWh"), "ZOE40"),
            (("Kia", "e-Niro"), "KONA64"),
            (("Hyundai", "Kona"), "KONA64"),
            (("Nissan", "Kona"), None),
            (("Tesla", "Model 3", "52.5", "LFP"), "SR-LFP"),
            (("Tesla", "Model 3", "52.5", "NCA"), "SR-NCA"),
            (("Tesla", "Model 3", "52.5"), None),
            (("Tesla", "Model 3", "55"), "SR-LFP"),
            (("Volkswagen", "ID.3", "62", "LFP"), "ID3-58"),
            ((None, "Twizy"), "TWIZY"),
        ],
    )
    def test_needs_exactly_one_match(self, stated, key):
        assert resolve(*stated) == key

    def test_follows_a_stated_key(self):
        assert resolve(None, None, pack_type_key="leaf-24a") == "LEAF24A"
        assert resolve("Nissan", "Leaf", "40", pack_type_key="unheard-of") is None


def recognize(**values):
    found = []
    Recognizer(Catalogue(CATALOGUE)).recognize(values, found)
    return values, [(name, issue.rule) for name, _, issue in found]


class TestRecognize:
    def test_fills_only_what_was_left_blank_and_says_so(self):
        values, found = recognize(model="Twizy")

        assert (values["make"], values["chemistry"]) == ("Renault", "NI_BLEND")
        assert values["filled_from_catalogue"] == ["make", "chemistry"]
        assert found == []

    def test_leaves_what_was_stated_and_names_the_conflict(self):
        values, found = recognize(make="BYD", model="Atto 3", chemistry="NMC")

        assert values["chemistry"] == "NMC"
        assert "filled_from_catalogue" not in values
        assert found == [("chemistry", "chemistry_conflict")]

    def test_does_not_call_unknown_a_conflict(self):
        assert recognize(make="BYD", model="Atto 3", chemistry="UNKNOWN")[1] == []

    @pytest.mark.parametrize(
        ("volts", "amp_hours", "rules"),
        [
            ("338.2", "171", []),
            ("373.8", "189", []),
            ("338.1", "180", [("nominal_voltage_v", "catalogue_disagrees")]),
            ("356", "189.1", [("rated_capacity_ah", "catalogue_disagrees")]),
        ],
    )
    def test_compares_voltage_and_capacity_within_5_percent(self, volts, amp_hours, rules):
        values = {
            "make": "Kia",
            "model": "e-Niro",
            "nominal_voltage_v": volts,
            "rated_capacity_ah": amp_hours,
        }

        assert recognize(**values)[1] == rules

    def test_asks_for_make_and_model_that_nobody_tells(self):
        assert recognize()[1] == [("make", "required_blank"), ("model", "required_blank")]

    def test_reports_an_unknown_type(self):
        assert recognize(make="Lada", model="Ellada")[1] == [("model", "type_unknown")]

    def test_is_silent_without_a_catalogue(self):
        found = []
        Recognizer(Catalogue([])).recognize({"make": "Lada", "model": "Ellada"}, found)

        assert found == []
