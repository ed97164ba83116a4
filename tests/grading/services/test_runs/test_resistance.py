from datetime import date, timedelta
from decimal import Decimal

import pytest

from grading.domain.measurement import PLAUSIBLE
from grading.models import PolicyVersion, ResistanceTest
from grading.queries.policies import NoPolicyInForce
from grading.services.test_runs import (
    InstrumentLapsed,
    ResultsRefused,
    preview_resistance,
    record_capacity,
    record_resistance,
)
from intake.models import Pack
from rebattery.audit.trail import entry_of, events_of
from tests.bench import RECORDED_AT, capacity, resistance
from tests.evidence import make_inspected
from tests.factories import balance, make_instrument, make_pack_type

DATASHEET = {
    "baseline_source": "pack_datasheet",
    "baseline_mohm": Decimal(48),
    "baseline_pulse_s": Decimal(10),
    "baseline_soc_percent": Decimal(50),
    "baseline_temperature_degc": Decimal(25),
}


def recorded(row, actor) -> ResistanceTest:
    return record_resistance(rows=[row], actor=actor, at=RECORDED_AT)[0]


def refused(row, actor) -> dict[str, str]:
    with pytest.raises(ResultsRefused) as refusal:
        recorded(row, actor)
    assert not ResistanceTest.objects.exists()
    return refusal.value.fields


class TestRecordResistance:
    def test_stores_ratio_baseline_and_conditions_and_tells_the_trail(self, pack, instrument, actor):
        result = recorded(resistance(pack, instrument), actor)

        balance()
        stored = ResistanceTest.objects.get()
        assert (stored.ir_ratio, stored.is_comparable, stored.incomparable_because) == (
            Decimal("1.2000"),
            True,
            "",
        )
        assert (stored.baseline_mohm, stored.baseline_source) == (Decimal(60), "type_catalogue")
        assert (stored.baseline_pulse_s, stored.baseline_soc_percent) == (10, 50)
        assert (stored.baseline_temperature_degc, stored.baseline_method) == (25, "dc_pulse")
        assert stored.certificate_number == "CAL-1"
        event = events_of(subject_type="resistance_test", subject_id=result.pk).get()
        assert entry_of(event).sentence == "Otto recorded a resistance test: 72 mΩ with CY-1."

    @pytest.mark.parametrize(
        ("fields", "comparable"),
        [
            ({"temperature_degc": Decimal("22.9")}, False),
            ({"temperature_degc": Decimal(23)}, True),
            ({"temperature_degc": Decimal(27)}, True),
            ({"temperature_degc": Decimal("27.1")}, False),
            ({"soc_percent": Decimal("44.9")}, False),
            ({"soc_percent": Decimal(45)}, True),
            ({"soc_percent": Decimal(55)}, True),
            ({"soc_percent": Decimal("55.1")}, False),
            ({"pulse_duration_s": Decimal("10.1")}, False),
            ({"method": "ac_1khz", "pulse_duration_s": None, "pulse_current_a": None}, False),
            (DATASHEET, True),
            (DATASHEET | {"baseline_soc_percent": None}, False),
            (DATASHEET | {"baseline_pulse_s": Decimal(18)}, False),
            ({"baseline_source": ""}, False),
        ],
    )
    def test_says_whether_the_ratio_counts(self, pack, instrument, actor, fields, comparable):
        result = recorded(resistance(pack, instrument, **fields), actor)

        assert result.is_comparable is comparable
        assert bool(result.incomparable_because) is not comparable

    @pytest.mark.parametrize(
        "fields",
        [
            {"method": "ac_1khz", "pulse_duration_s": None, "pulse_current_a": None},
            {"pulse_duration_s": Decimal(18)},
            DATASHEET | {"baseline_pulse_s": Decimal(18)},
        ],
    )
    def test_two_kinds_give_no_ratio_before_or_after_recording(self, pack, instrument, actor, fields):
        row = resistance(pack, instrument, **fields)

        [before] = preview_resistance(rows=[row], actor=actor, at=RECORDED_AT)
        result = recorded(row, actor)

        assert (before.value, result.ir_ratio, result.u_ratio) == (None, None, None)
        assert "differs from the baseline's" in result.incomparable_because
        assert result.baseline_mohm is not None

    def test_has_no_ratio_without_a_baseline(self, pack, instrument, actor):
        result = recorded(resistance(pack, instrument, baseline_source=""), actor)

        assert (result.ir_ratio, result.baseline_mohm) == (None, None)
        assert result.incomparable_because == "there is no baseline to compare with"

    def test_completes_the_evidence_together_with_the_capacity_test(self, pack, instrument, actor):
        row = capacity(pack, instrument, measured_capacity_ah=Decimal("103.5"))
        record_capacity(rows=[row], actor=actor, at=RECORDED_AT)
        assert Pack.objects.get(pk=pack.pk).status == "inspected"

        recorded(resistance(pack, instrument), actor)

        balance()
        assert Pack.objects.get(pk=pack.pk).status == "tested"

    def test_a_second_result_supersedes_with_a_reason(self, pack, instrument, actor):
        old = recorded(resistance(pack, instrument), actor)

        new = recorded(resistance(pack, instrument, ir_mohm=Decimal(80), reason="Contact cleaned"), actor)

        balance()
        old.refresh_from_db()
        assert old.superseded_by_id == new.pk

    def test_keeps_the_longest_explanation(self, instrument, actor):
        pack_type = make_pack_type(
            baseline_ir_temperature_degc=None, baseline_ir_soc_percent=None, baseline_ir_method=""
        )
        pack = make_inspected(pack_type=pack_type)[0]

        result = recorded(
            resistance(pack, instrument, temperature_degc=Decimal("-40.0"), soc_percent=Decimal("100.0")),
            actor,
        )

        assert len(result.incomparable_because.split("; ")) == 5


class TestRefusals:
    @pytest.mark.rule(2)
    @pytest.mark.parametrize(
        "field",
        ["ir_mohm", "soc_percent", "temperature_degc", "pulse_duration_s", "pulse_current_a", "measured_at"],
    )
    def test_a_blank_cannot_pass(self, pack, instrument, actor, field):
        assert field in refused(resistance(pack, instrument, **{field: None}), actor)

    @pytest.mark.parametrize(
        "field", ["ir_mohm", "soc_percent", "temperature_degc", "pulse_duration_s", "pulse_current_a"]
    )
    def test_ranges_hold_at_their_ends_and_not_beyond(self, pack, instrument, actor, field):
        limits, step = PLAUSIBLE[field], Decimal("0.1")

        for value in (limits.low - step, limits.high + step):
            assert field in refused(resistance(pack, instrument, **{field: value}), actor)
        for value in (limits.low, limits.high):
            said = {"reason": "End of range", "confirmation": "Read again"}
            recorded(resistance(pack, instrument, **{field: value}, **said), actor)

    @pytest.mark.parametrize(
        ("fields", "named"),
        [
            ({"method": "eis"}, {"method"}),
            ({"method": "ac_1khz"}, {"pulse_duration_s", "pulse_current_a"}),
            ({"baseline_source": "bms"}, {"baseline_source"}),
            ({"baseline_source": "pack_datasheet"}, {"baseline_mohm"}),
            ({"baseline_mohm": Decimal(50)}, {"baseline_mohm"}),  # the catalog's value is never typed
            ({"baseline_source": "", "baseline_pulse_s": Decimal(10)}, {"baseline_pulse_s"}),
            (DATASHEET | {"baseline_mohm": Decimal(0)}, {"baseline_mohm"}),
            ({"ir_mohm": Decimal("72.0001")}, {"ir_mohm"}),
            ({"ir_mohm": None, "soc_percent": Decimal(101)}, {"ir_mohm", "soc_percent"}),
        ],
    )
    def test_every_fault_is_named_at_once(self, pack, instrument, actor, fields, named):
        assert set(refused(resistance(pack, instrument, **fields), actor)) == named

    def test_a_catalog_without_baseline_cannot_be_chosen(self, instrument, actor):
        pack = make_inspected()[0]

        assert list(refused(resistance(pack, instrument), actor)) == ["baseline_source"]

    @pytest.mark.rule(13)
    def test_a_lapsed_instrument_is_refused(self, pack, actor):
        lapsed = make_instrument(calibrated_to_date=RECORDED_AT.date())

        with pytest.raises(InstrumentLapsed):
            recorded(resistance(pack, lapsed), actor)

    def test_nothing_is_recorded_without_a_policy_that_says_what_compares(self, pack, actor):
        instrument = make_instrument(calibrated_from_date=date(2025, 1, 1))
        before_any = PolicyVersion.objects.get().effective_from - timedelta(days=1)

        with pytest.raises(NoPolicyInForce):
            row = resistance(pack, instrument, measured_at=before_any)
            record_resistance(rows=[row], actor=actor, at=before_any)

        assert not ResistanceTest.objects.exists()
