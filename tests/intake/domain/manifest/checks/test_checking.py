"""Checks across the fields of a pack."""

from decimal import Decimal

import pytest

from intake.domain.manifest.checks.checking import PackChecks, Repetitions
from intake.domain.manifest.checks.plausibility import CHECKS
from intake.domain.manifest.fields import FIELDS

KWH_40 = {"nominal_energy_kwh": "40"}
CYCLES_500 = {"nominal_energy_kwh": "36", "odometer_km": "100000"}
TERNARY_CODE = "001PE0AABCDEFGA1A1234567"


def rules_of(values, faulty=()):
    return [issue.rule for _, issue in PackChecks(FIELDS).run(values, frozenset(faulty))]


class TestPackChecks:
    @pytest.mark.parametrize(
        ("values", "rules"),
        [
            ({**KWH_40, "nominal_voltage_v": "350", "rated_capacity_ah": "115"}, []),
            ({**KWH_40, "nominal_voltage_v": "400", "rated_capacity_ah": "115"}, []),
            ({**KWH_40, "nominal_voltage_v": "400.1", "rated_capacity_ah": "115"}, ["energy_mismatch"]),
            ({**KWH_40, "nominal_voltage_v": "340", "rated_capacity_ah": "100"}, []),
            ({**KWH_40, "nominal_voltage_v": "339", "rated_capacity_ah": "100"}, ["energy_mismatch"]),
            ({"nominal_energy_kwh": "5.1", "nominal_voltage_v": "5.9"}, ["cell_value_suspected"]),
            ({"nominal_energy_kwh": "5", "nominal_voltage_v": "3.7"}, []),
            ({"nominal_energy_kwh": "40", "nominal_voltage_v": "6"}, []),
            ({"nominal_energy_kwh": "40", "usable_energy_kwh": "42"}, []),
            ({"nominal_energy_kwh": "40", "usable_energy_kwh": "42.01"}, ["usable_above_nominal"]),
            ({"nominal_energy_kwh": "40", "mass_kg": "160"}, []),
            ({"nominal_energy_kwh": "40", "mass_kg": "159"}, ["mass_mismatch"]),
            ({"nominal_energy_kwh": "40", "mass_kg": "600"}, []),
            ({"nominal_energy_kwh": "40", "mass_kg": "601"}, ["mass_mismatch"]),
            ({**CYCLES_500, "cycle_count": "250"}, []),
            ({**CYCLES_500, "cycle_count": "1000"}, []),
            ({**CYCLES_500, "cycle_count": "249"}, ["cycles_mismatch"]),
            ({**CYCLES_500, "cycle_count": "1001"}, ["cycles_mismatch"]),
            ({"nominal_energy_kwh": "36", "odometer_km": "0", "cycle_count": "1"}, []),
            ({"cell_v_min": "3.70", "cell_v_max": "3.75"}, []),
            ({"cell_v_min": "3.70", "cell_v_max": "3.751"}, ["cell_spread"]),
            ({"cell_v_min": "3.8", "cell_v_max": "3.7"}, ["cell_voltages_exchanged"]),
            ({"nominal_voltage_v": "400", "isolation_kohm": "40"}, []),
            ({"nominal_voltage_v": "400", "isolation_kohm": "39.9"}, ["isolation_low"]),
            ({"production_date": "2018-03", "first_use_date": "2018-03-01"}, []),
            ({"production_date": "2018-03-02", "first_use_date": "2018-03-01"}, ["dates_out_of_order"]),
            ({"production_date": "2018", "first_use_date": "2022-01-01"}, []),
            ({"production_date": "2018-01", "first_use_date": "2021-04"}, ["first_use_late"]),
            ({"first_use_date": "2018-03", "retirement_date": "2018-02"}, ["dates_out_of_order"]),
            ({"production_date": "2018-03", "soh_date": "2017"}, ["dates_out_of_order"]),
            ({"received_as": "waste"}, ["waste_code_missing", "waste_document_missing"]),
            ({"received_as": "waste", "ewc_code": "16 01 21*", "shipment_doc_no": "BS-1"}, []),
            ({"received_as": "product", "ewc_code": "batteries"}, ["waste_code_unusual"]),
            ({"un383_date": "2018-03"}, ["un383_missing"]),
            ({"un383_date": "2018-03", "un383_ref": "TS-1"}, []),
            ({"nominal_energy_kwh": "40", "rated_capacity_ah": "40"}, []),
            ({"nominal_energy_kwh": "40", "rated_capacity_ah": "39.9"}, ["cell_value_suspected"]),
            ({"vin": "WVWZZZE1ZMP000001", "make": "Volkswagen"}, []),
            ({"vin": "WVWZZZE1ZMP000001", "make": "Renault"}, ["vin_make_conflict"]),
            ({"vin": "WVWZZZE1ZMP000001", "make": "Hermes Vans"}, []),
            ({"vin": "XYZZZZE1ZMP000001", "make": "Renault"}, []),
            ({"ddr_status": "damaged", "transport_class": "normal"}, ["transport_class_conflict"]),
            ({"ddr_status": "none", "transport_class": "normal"}, []),
            ({"ddr_status": "none", "recall_campaigns": ["17V-1"]}, ["recall_conflict"]),
            ({"ddr_status": "recalled", "recall_campaigns": ["17V-1"]}, []),
            ({"chemistry": "LFP", "traction_battery_code": TERNARY_CODE}, ["traction_code_conflict"]),
            ({"chemistry": "NMC", "traction_battery_code": TERNARY_CODE}, []),
            ({}, []),
        ],
    )  # fmt: skip
    def test_compares_what_belongs_together(self, values, rules):
        assert rules_of(values) == rules

    def test_does_not_blame_a_fault_twice(self):
        values = {"nominal_energy_kwh": "4000", "mass_kg": "300"}

        assert rules_of(values, ["nominal_energy_kwh"]) == []

    def test_explains_a_voltage_that_is_a_cells(self):
        values = {"nominal_energy_kwh": "40", "nominal_voltage_v": "3.7"}

        assert rules_of(values, ["nominal_voltage_v"]) == ["cell_value_suspected"]


class TestNeeds:
    def test_leaves_out_what_a_file_cannot_need(self):
        assert len(PackChecks(["mass_kg"])) == 0
        assert len(PackChecks(["mass_kg", "nominal_energy_kwh"])) == 1

    @pytest.mark.parametrize("name", sorted({name for check in CHECKS for name in check.needs}))
    def test_names_fields_that_exist(self, name):
        assert name in FIELDS

    def test_says_the_same_of_the_same_values_twice(self):
        checks = PackChecks(FIELDS)
        heavy, light = {**KWH_40, "mass_kg": "601"}, {**KWH_40, "mass_kg": "300"}

        said = [[issue.rule for _, issue in checks.run(values)] for values in (heavy, light, heavy, light)]

        assert said == [["mass_mismatch"], [], ["mass_mismatch"], []]


class TestRepetitions:
    def test_names_the_first_row_of_a_serial(self):
        seen = Repetitions()

        assert seen.serial("A-1234", 2) is None
        assert "row 2" in seen.serial("A-1234", 9).message
        assert seen.serial("A-1234", 9).severity == "error"

    def test_only_reports_a_vin(self):
        seen = Repetitions()
        seen.vin("1N4AZ0CP5FC331073", 2)

        assert seen.vin("1N4AZ0CP5FC331073", 3).severity == "warning"


def test_the_limits_are_decimals():
    from intake.domain.manifest.fields import FIELDS

    bounds = [
        bound for field in FIELDS.values() for pair in (field.hard, field.soft) if pair for bound in pair
    ]
    assert all(isinstance(bound, Decimal) for bound in bounds)
