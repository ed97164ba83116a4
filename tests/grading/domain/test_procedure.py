"""Procedures: the shipped ones are sound, a faulty one is told all its faults, departures at their limits."""

from copy import deepcopy
from decimal import Decimal as D
from typing import Any

import pytest

from grading.domain.canonical import sha256_of
from grading.domain.cyclers.parameters import Parameters
from grading.domain.procedure import SHIPPED, ProcedureInvalid, parse_procedure, shipped_document
from grading.domain.procedure_faults import faults_in

CAPACITY, PULSES = shipped_document("iso12405-capacity"), shipped_document("hppc-pulses")


def changed(document: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """Return ``document`` with one field, named by its dotted path, replaced."""
    copy = deepcopy(document)
    *parents, name = path.split(".")
    place = copy
    for parent in parents:
        place = place[parent]
    place[name] = value
    return copy


class TestShipped:
    @pytest.mark.parametrize("code", SHIPPED)
    def test_is_sound_and_says_where_each_part_comes_from(self, code):
        procedure = parse_procedure(shipped_document(code))

        assert procedure.code == code
        assert procedure.sha256 == sha256_of(procedure.document)
        assert {source["status"] for source in procedure.document["sources"]} <= {"confirmed", "recalled"}

    @pytest.mark.parametrize("code", ["iso12405-capacity", "hppc-pulses", "iec62660-pulses", "ac-1khz"])
    def test_a_paid_standard_is_never_called_confirmed(self, code):
        first = shipped_document(code)["sources"][0]

        assert first["status"] == "recalled" and "Check the text" in first["text"]


class TestParseProcedure:
    @pytest.mark.parametrize(
        ("document", "path", "value", "fault"),
        [
            (CAPACITY, "code", "C/3 test", "code: must be"),
            (CAPACITY, "version", 0, "version: must be 1"),
            (CAPACITY, "version", True, "procedure.version: must be a whole number"),
            (CAPACITY, "kind", "guess", "procedure.kind: must be one of"),
            (CAPACITY, "kind", "resistance", "method: a resistance procedure"),
            (CAPACITY, "method", "dc_pulse", "method: a capacity procedure"),
            (CAPACITY, "title", " ", "title: must hold 1 to 120"),
            (CAPACITY, "title", "x" * 121, "title: must hold 1 to 120"),
            (CAPACITY, "c_rate", "0", "c_rate: must be above 0"),
            (CAPACITY, "c_rate", None, "c_rate: the rate and its tolerance"),
            (CAPACITY, "c_rate", 0.33, "procedure.c_rate: must be a decimal"),
            (CAPACITY, "temperature_degc.grading", ["27", "23"], "must begin at its low end"),
            (CAPACITY, "temperature_degc.grading", ["19", "27"], "temperature_degc: what grades"),
            (CAPACITY, "temperature_degc.accepted", ["20"], "must be a low and a high end"),
            (CAPACITY, "voltage_limits.min_v", "3", "voltage_limits: limits by pack type"),
            (CAPACITY, "voltage_limits.by", "cell", "voltage_limits: limits by cell"),
            (CAPACITY, "capacity.cycles", 0, "capacity.cycles"),
            (CAPACITY, "capacity.agreement_percent", None, "capacity.agreement_percent: is missing"),
            (CAPACITY, "capacity.counter_flag_percent", "3", "capacity: the counter"),
            (CAPACITY, "sources", [], "sources: at least one"),
            (CAPACITY, "sources", [{"text": "", "status": "confirmed"}], "sources 1: text is empty"),
            (CAPACITY, "sources", [{"text": "x", "status": "sure"}], "procedure.sources 1.status"),
            (CAPACITY, "surprise", 1, "procedure: surprise is not a known field"),
            (PULSES, "resistance.pulse_lengths_s", [], "resistance.pulse_lengths_s: must rise"),
            (PULSES, "resistance.pulse_lengths_s", ["10", "10"], "resistance.pulse_lengths_s: must rise"),
            (PULSES, "resistance.grading_pulse_s", "12", "resistance.grading_pulse_s: must be one"),
            (PULSES, "resistance.directions", [], "resistance.directions"),
            (PULSES, "resistance.soc_percent", ["-1", "60"], "resistance.soc_percent"),
            (PULSES, "resistance.flag_rest_below_s", "3601", "resistance.flag_rest_below_s"),
            (PULSES, "method", "ac_1khz", "resistance: AC has no pulses"),
        ],
    )
    def test_names_the_fault(self, document, path, value, fault):
        with pytest.raises(ProcedureInvalid) as refused:
            parse_procedure(changed(document, path, value))

        assert any(fault in text for text in refused.value.faults), refused.value.faults

    def test_names_all_faults_at_once(self):
        document = changed(changed(CAPACITY, "title", ""), "sources", [])

        assert len(faults_in(document)) == 2

    @pytest.mark.parametrize("document", [None, [], "text", {}])
    def test_takes_anything_without_breaking(self, document):
        assert faults_in(document)


class TestFaultsOfResult:
    CAPACITY_RESULT = {
        "method": "cc_discharge",
        "c_rate": D("0.333"),
        "temperature_degc": D("25.0"),
        "ambient_degc": D("25.0"),
        "voltage_from_v": D("400"),
        "voltage_to_v": D("300"),
        "voltage_min_v": D("300"),
        "voltage_max_v": D("403"),
        "series_count": 96,
    }
    RESISTANCE_RESULT = {
        "method": "dc_pulse",
        "temperature_degc": D("25.0"),
        "ambient_degc": D("25.0"),
        "soc_percent": D("50"),
        "pulse_duration_s": D("10"),
        "pulse_current_a": D("60"),
        "rated_capacity_ah": D("60"),
        "ir_mohm": D("90"),
        "direction": "discharge",
        "rest_before_s": D("3600"),
    }

    def departures(self, document, result, **changes):
        found = parse_procedure(document).faults_of_result(result | changes)
        return [(departure.field, departure.is_grave) for departure in found]

    def test_a_result_within_all_conditions_has_none(self):
        assert self.departures(CAPACITY, self.CAPACITY_RESULT) == []
        assert self.departures(PULSES, self.RESISTANCE_RESULT) == []

    @pytest.mark.parametrize(
        ("field", "value", "expected"),
        [
            # 0.3333 C ± 5 % is 0.316635 to 0.349965.
            ("c_rate", D("0.317"), []),
            ("c_rate", D("0.316"), [("c_rate", True)]),
            ("c_rate", D("0.349"), []),
            ("c_rate", D("0.350"), [("c_rate", True)]),
            ("c_rate", None, [("c_rate", True)]),
            ("temperature_degc", D("23"), []),
            ("temperature_degc", D("22.9"), [("temperature_degc", False)]),
            ("temperature_degc", D("20"), [("temperature_degc", False)]),
            ("temperature_degc", D("19.9"), [("temperature_degc", True)]),
            ("temperature_degc", D("27"), []),
            ("temperature_degc", D("30"), [("temperature_degc", False)]),
            ("temperature_degc", D("30.1"), [("temperature_degc", True)]),
            ("temperature_degc", None, [("temperature_degc", True)]),
            ("ambient_degc", D("28"), [("ambient_degc", False)]),
            ("ambient_degc", None, [("ambient_degc", False)]),
            ("method", "cccv_charge", [("method", True)]),
            # 96 cells × 10 mV = 0.96 V on either side.
            ("voltage_to_v", D("300.96"), []),
            ("voltage_to_v", D("300.97"), [("voltage_to_v", True)]),
            ("voltage_to_v", D("299.03"), [("voltage_to_v", True)]),
            ("voltage_from_v", D("403.97"), [("voltage_from_v", True)]),
            ("voltage_from_v", D("390"), []),
            ("series_count", None, []),
            ("voltage_min_v", None, [("voltage_to_v", False)]),
            ("voltage_max_v", None, [("voltage_to_v", False)]),
        ],
    )
    def test_judges_a_capacity_at_its_limits(self, field, value, expected):
        assert self.departures(CAPACITY, self.CAPACITY_RESULT, **{field: value}) == expected

    @pytest.mark.parametrize(
        ("cycles", "expected"),
        [
            (None, []),
            ([], ["full cycles: 0, the procedure asks for 2"]),
            ([D("98")], ["full cycles: 1, the procedure asks for 2"]),
            ([D("100"), D("97")], []),
            ([D("50"), D("100"), D("97")], []),
            (
                [D("100"), D("96.999")],
                ["the last two full cycles gave 100 and 96.999 Ah, not within 3 % of each other"],
            ),
        ],
    )
    def test_counts_the_full_cycles(self, cycles, expected):
        found = parse_procedure(CAPACITY).faults_of_result(self.CAPACITY_RESULT | {"full_cycles_ah": cycles})

        assert [(str(each), each.is_grave) for each in found] == [(words, False) for words in expected]
        one = changed(CAPACITY, "capacity.cycles", 1)
        assert self.departures(one, self.CAPACITY_RESULT, full_cycles_ah=[D("98"), D("50")]) == []

    def test_names_the_limits_that_the_catalog_leaves_open(self):
        unknown = {"voltage_min_v": None, "voltage_max_v": None}
        values = self.CAPACITY_RESULT | unknown

        [found] = parse_procedure(CAPACITY).faults_of_result(values)
        by_cell = {"by": "cell", "min_v": "3.125", "max_v": "4.2"}

        assert str(found) == (
            "the catalog names no lowest and no highest voltage of this type: its limits were not judged"
        )
        assert self.departures(changed(CAPACITY, "voltage_limits", by_cell), values) == []

    def test_a_cell_limit_may_end_the_test_early(self):
        early = {"voltage_to_v": D("310"), "ended_by_cell_limit": True}

        assert self.departures(CAPACITY, self.CAPACITY_RESULT, **early) == []

    @pytest.mark.parametrize(
        ("field", "value", "expected"),
        [
            ("soc_percent", D("40"), []),
            ("soc_percent", D("39.9"), [("soc_percent", True)]),
            ("soc_percent", D("60.1"), [("soc_percent", True)]),
            ("pulse_duration_s", D("18.0"), []),
            ("pulse_duration_s", D("12"), [("pulse_duration_s", True)]),
            ("pulse_duration_s", None, [("pulse_duration_s", True)]),
            # 60 Ah at 1 C ± 5 % or at 0.75 C ± 5 %; below 0.5 C it is weak.
            ("pulse_current_a", D("57"), []),
            ("pulse_current_a", D("56.9"), [("pulse_current_a", False)]),
            ("pulse_current_a", D("63"), []),
            ("pulse_current_a", D("63.1"), [("pulse_current_a", False)]),
            ("pulse_current_a", D("42.75"), []),
            ("pulse_current_a", D("42.7"), [("pulse_current_a", False)]),
            ("pulse_current_a", D("47.25"), []),
            ("pulse_current_a", D("47.3"), [("pulse_current_a", False)]),
            ("pulse_current_a", D("30"), [("pulse_current_a", False)]),
            ("pulse_current_a", D("29.9"), [("pulse_current_a", False)]),
            ("pulse_current_a", D("0.2"), [("pulse_current_a", True), ("pulse_current_a", True)]),
            ("pulse_current_a", D("-60"), []),
            ("pulse_current_a", None, [("pulse_current_a", False)]),
            ("ir_mohm", D("0.334"), []),
            ("ir_mohm", D("0.333"), [("pulse_current_a", True)]),
            ("rest_before_s", D("3599"), [("rest_before_s", False)]),
            ("rest_before_s", D("180"), [("rest_before_s", False)]),
            ("rest_before_s", D("179"), [("rest_before_s", True)]),
            ("rest_before_s", None, [("rest_before_s", False)]),
            ("direction", "", []),
            ("direction", "charge", []),
            ("rated_capacity_ah", None, []),
        ],
    )
    def test_judges_a_resistance_at_its_limits(self, field, value, expected):
        assert self.departures(PULSES, self.RESISTANCE_RESULT, **{field: value}) == expected

    def test_a_weak_current_is_grave_where_the_step_is_not_known(self):
        weak = {"pulse_current_a": D("29.9"), "ir_mohm": None}

        assert self.departures(PULSES, self.RESISTANCE_RESULT, **weak) == [("pulse_current_a", True)]

    def test_names_the_rest_and_the_rate_of_a_pulse(self):
        result = self.RESISTANCE_RESULT | {"rest_before_s": 1800, "pulse_current_a": D("40.2")}

        assert [str(each) for each in parse_procedure(PULSES).faults_of_result(result)] == [
            "rest before the test is 1800 s, shorter than 3600 s",
            "pulse of 40.2 A is 0.67 C, not 1 C ± 5 % or 0.75 C ± 5 %",
        ]

    def test_does_not_judge_what_is_absent(self):
        assert parse_procedure(PULSES).faults_of_result({"method": "dc_pulse"}) == []

    def test_judges_no_rate_where_each_test_states_its_own(self):
        field = shipped_document("field-capacity")

        assert self.departures(field, self.CAPACITY_RESULT, c_rate=D(2)) == []

    def test_says_it_in_words(self):
        (found,) = parse_procedure(CAPACITY).faults_of_result({"temperature_degc": D("31.5")})

        assert str(found) == "temperature is 31.5 °C, outside 20 to 30 °C"


class TestToParameters:
    @pytest.mark.parametrize("code", SHIPPED)
    def test_gives_names_that_the_derivation_knows(self, code):
        Parameters(**parse_procedure(shipped_document(code)).to_parameters())

    def test_carries_rate_window_taper_and_agreement(self):
        found = parse_procedure(CAPACITY).to_parameters()

        assert found == {
            "temperature_min_degc": 20.0,
            "temperature_max_degc": 30.0,
            "c_rate": 0.3333,
            "c_rate_tolerance_percent": 5.0,
            "taper_c_rate": 0.05,
            "repeatability_percent": 3.0,
        }

    def test_scales_limits_per_cell_by_the_cells_in_series(self):
        limits = {"by": "cell", "min_v": "2.5", "max_v": "4.2"}
        procedure = parse_procedure(changed(CAPACITY, "voltage_limits", limits))

        assert "voltage_min_v" not in procedure.to_parameters()
        found = procedure.to_parameters(series_count=96)
        assert (found["voltage_min_v"], found["voltage_max_v"]) == (240.0, 403.2)
