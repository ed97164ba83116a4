"""With what and how a result was made: channel, procedure, departures, uncertainty."""

from datetime import timedelta
from decimal import Decimal

import pytest

from grading.domain.uncertainty import Budget
from grading.models import CapacityTest, ResistanceTest
from grading.queries.evidence import evidence_for
from grading.services.test_runs import ResultsRefused, record_capacity, record_resistance
from rebattery.audit.trail import events_of
from tests.bench import MEASURED_AT, RECORDED_AT, capacity, resistance
from tests.evidence import make_inspected
from tests.factories import balance, make_instrument, make_pack_type
from tests.grading.channeling import make_channel
from tests.procedures import make_procedure

ACCURACY = {
    "voltage_range_v": Decimal(500), "voltage_reading_percent": Decimal("0.02"),
    "voltage_full_scale_percent": Decimal("0.02"), "current_range_a": Decimal(300),
    "current_reading_percent": Decimal("0.05"), "current_full_scale_percent": Decimal("0.05"),
    "temperature_error_k": Decimal(1), "time_error_percent": Decimal("0.01"),
}  # fmt: skip


@pytest.fixture
def lfp():
    known = {"series_count": 96, "voltage_min_v": 288, "voltage_max_v": Decimal("403.2")}
    return make_inspected(chemistry="LFP", pack_type=make_pack_type(chemistry="LFP", **known))[0]


def recorded(pack, instrument, actor, **fields) -> CapacityTest:
    return record_capacity(rows=[capacity(pack, instrument, **fields)], actor=actor, at=RECORDED_AT)[0]


def measured(pack, instrument, actor, **fields) -> ResistanceTest:
    return record_resistance(rows=[resistance(pack, instrument, **fields)], actor=actor, at=RECORDED_AT)[0]


def refused(pack, instrument, actor, **fields) -> dict[str, str]:
    with pytest.raises(ResultsRefused) as refusal:
        recorded(pack, instrument, actor, **fields)
    assert not CapacityTest.objects.exists()
    return refusal.value.fields


class TestChannel:
    def test_of_another_instrument_is_refused(self, lfp, instrument, actor):
        strange = make_channel(make_instrument())

        assert set(refused(lfp, instrument, actor, channel_id=strange.pk)) == {"channel_id"}

    def test_out_of_service_is_refused(self, lfp, instrument, actor):
        channel = make_channel(instrument, is_active=False)

        assert "out of service" in refused(lfp, instrument, actor, channel_id=channel.pk)["channel_id"]


class TestProcedure:
    def test_of_another_kind_is_refused(self, lfp, instrument, actor):
        pulses = make_procedure("hppc-pulses")

        assert set(refused(lfp, instrument, actor, procedure_id=pulses.pk)) == {"procedure_id"}
        assert set(refused(lfp, instrument, actor, procedure_id=10**9)) == {"procedure_id"}

    @pytest.mark.parametrize(("ends", "is_taken"), [(0, False), (1, True)])
    def test_that_was_withdrawn_before_the_test_is_refused(self, lfp, instrument, actor, ends, is_taken):
        procedure = make_procedure(retired_at=MEASURED_AT + timedelta(seconds=ends))

        if is_taken:
            assert recorded(lfp, instrument, actor, procedure_id=procedure.pk).procedure == procedure
        else:
            assert set(refused(lfp, instrument, actor, procedure_id=procedure.pk)) == {"procedure_id"}

    @pytest.mark.parametrize(
        ("fields", "grave", "light"),
        [
            ({}, [], []),
            ({"temperature_degc": Decimal("22.9")}, [], ["temperature is 22.9 °C"]),
            ({"temperature_degc": Decimal("19.9")}, ["temperature is 19.9 °C"], []),
            ({"c_rate": Decimal("0.351")}, ["C-rate is 0.351 C"], []),
            ({"ambient_degc": Decimal("30")}, [], ["ambient temperature is 30 °C"]),
        ],
    )
    def test_departures_are_kept_as_sentences_by_weight(self, lfp, instrument, actor, fields, grave, light):
        row = {"procedure_id": make_procedure().pk, "ambient_degc": Decimal(25)} | fields

        result = recorded(lfp, instrument, actor, **row)

        for is_grave, wanted in ((True, grave), (False, light)):
            words = [each["words"] for each in result.departures if each["is_grave"] is is_grave]
            assert [text[: len(start)] for text, start in zip(words, wanted, strict=True)] == wanted
        evidence = evidence_for(pack_ids=[lfp.pk])[lfp.pk]
        assert evidence.capacity_procedure == (None if grave else "iso12405-capacity")
        event = events_of(subject_type="capacity_test", subject_id=result.pk).get()
        assert (event.after.get("departures", []), event.after["procedure_id"]) == (
            result.departures,
            result.procedure_id,
        )

    @pytest.mark.parametrize(
        ("c_rate", "departs"), [("0.30", False), ("0.37", False), ("0.299", True), ("0.371", True)]
    )
    def test_without_one_the_policy_says_what_is_usual(self, lfp, instrument, actor, c_rate, departs):
        result = recorded(lfp, instrument, actor, c_rate=Decimal(c_rate))

        assert bool(result.departures) is departs

    @pytest.mark.parametrize(
        ("soc", "counts"),
        [("45", True), ("44.9", False)],  # the policy is stricter than the procedure
    )
    def test_of_a_resistance_adds_to_what_the_policy_asks(self, lfp, instrument, actor, soc, counts):
        procedure = make_procedure("hppc-pulses")

        result = measured(lfp, instrument, actor, procedure_id=procedure.pk, soc_percent=Decimal(soc))

        assert result.is_comparable is counts
        assert evidence_for(pack_ids=[lfp.pk])[lfp.pk].resistance_procedure == "hppc-pulses"

    def test_a_grave_departure_keeps_a_ratio_from_counting(self, lfp, instrument, actor):
        procedure = make_procedure("hppc-pulses", resistance={"directions": ["discharge"]})

        result = measured(lfp, instrument, actor, procedure_id=procedure.pk, direction="charge")

        assert (result.is_comparable, result.ir_ratio) == (False, Decimal("1.2"))
        assert "a charge pulse, not discharge" in result.incomparable_because


class TestUncertainty:
    def test_of_charge_is_kept_with_its_budget(self, lfp, instrument, actor):
        channel = make_channel(instrument, **ACCURACY)
        procedure = make_procedure(
            uncertainty={
                "repeatability_percent": "0.2",
                "reference_tolerance_percent": "2",
                "cutoff_percent_per_v": "0.1",
            }
        )

        result = recorded(lfp, instrument, actor, channel_id=channel.pk, procedure_id=procedure.pk)

        balance()
        budget = Budget.from_json(result.uncertainty)
        assert (budget.is_complete, budget.value) == (True, Decimal("74.0000"))
        assert result.u_soh_points == budget.standard_uncertainty
        # The nameplate's 2 %/√3 of 74 points is nearly all of it.
        assert Decimal("0.85") < result.u_soh_points < Decimal("0.90")
        assert budget.lines[0].source == "Reference value"
        evidence = evidence_for(pack_ids=[lfp.pk])[lfp.pk]
        assert (evidence.soh_u_points, evidence.soh_u_is_lower_limit) == (result.u_soh_points, False)

    def test_says_what_it_could_not_count(self, lfp, instrument, actor):
        result = recorded(lfp, instrument, actor, procedure_id=make_procedure().pk)

        assert not result.uncertainty["is_complete"]
        assert "Current gain of the channel" in result.uncertainty["unknown"]
        assert evidence_for(pack_ids=[lfp.pk])[lfp.pk].soh_u_is_lower_limit is True

    def test_is_left_empty_where_nothing_is_known(self, lfp, instrument, actor):
        result = recorded(lfp, instrument, actor)

        assert (result.uncertainty, result.u_soh_points) == ({}, None)
        evidence = evidence_for(pack_ids=[lfp.pk])[lfp.pk]
        assert (evidence.soh_u_points, evidence.soh_u_is_lower_limit) == (None, None)

    @pytest.mark.parametrize(("ah", "knows_voltage"), [(Decimal("85.1"), True), (None, False)])
    def test_of_energy_needs_the_charge_for_its_mean_voltage(self, lfp, instrument, actor, ah, knows_voltage):
        channel = make_channel(instrument, **ACCURACY)
        energy = {"basis": "kwh", "measured_energy_kwh": Decimal(30), "measured_capacity_ah": ah}

        result = recorded(lfp, instrument, actor, channel_id=channel.pk, **energy)

        assert ("Voltage offset of the channel" not in result.uncertainty["unknown"]) is knows_voltage

    def test_of_a_pulse_covers_value_and_ratio(self, lfp, instrument, actor):
        channel = make_channel(instrument, **ACCURACY)

        result = measured(lfp, instrument, actor, channel_id=channel.pk)

        assert result.u_ir_mohm and result.u_ratio
        assert result.uncertainty["unit"] == "× baseline"
        assert evidence_for(pack_ids=[lfp.pk])[lfp.pk].ir_ratio_u == result.u_ratio

    def test_of_a_pulse_without_a_baseline_is_of_the_value(self, lfp, instrument, actor):
        channel = make_channel(instrument, **ACCURACY)

        result = measured(lfp, instrument, actor, channel_id=channel.pk, baseline_source="")

        assert (result.u_ratio, result.uncertainty["unit"]) == (None, "mΩ")

    def test_of_ac_asks_for_the_meter(self, lfp, instrument, actor):
        channel = make_channel(
            instrument, **ACCURACY, resistance_range_mohm=Decimal(300),
            resistance_reading_percent=Decimal("0.5"), resistance_full_scale_percent=Decimal("0.1"),
        )  # fmt: skip
        ac = {"method": "ac_1khz", "pulse_duration_s": None, "pulse_current_a": None, "baseline_source": ""}

        result = measured(lfp, instrument, actor, channel_id=channel.pk, **ac)

        sources = {line["source"] for line in result.uncertainty["lines"]}
        assert sources == {"Gain of the meter", "Offset of the meter"}

    def test_that_no_column_holds_is_as_large_as_it_can_be(self, lfp, instrument, actor):
        channel = make_channel(instrument, **ACCURACY | {"current_range_a": Decimal(99_999)})

        result = measured(
            lfp, instrument, actor, channel_id=channel.pk, ir_mohm=Decimal(2000),
            pulse_current_a=Decimal("0.1"), confirmation="Loose clamp, seen",
        )  # fmt: skip

        balance()
        assert result.u_ir_mohm == Decimal("9999.9999")


class TestDirection:
    @pytest.mark.parametrize(
        ("fields", "is_taken"),
        [
            ({"direction": "discharge"}, True),
            ({"direction": "charge"}, True),
            ({"direction": ""}, True),
            ({"direction": "both"}, False),
            ({"direction": "charge", "method": "ac_1khz", "pulse_duration_s": None,
              "pulse_current_a": None}, False),
        ],
    )  # fmt: skip
    def test_belongs_to_a_pulse(self, lfp, instrument, actor, fields, is_taken):
        if is_taken:
            assert measured(lfp, instrument, actor, **fields).direction == fields["direction"]
            return
        with pytest.raises(ResultsRefused) as refusal:
            measured(lfp, instrument, actor, **fields)
        assert list(refusal.value.fields) == ["direction"]
