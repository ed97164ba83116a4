from datetime import timedelta
from decimal import Decimal

import pytest

from grading.domain.measurement import PLAUSIBLE
from grading.models import CapacityTest
from grading.services.test_runs import NotAtBench, ResultsRefused, record_capacity
from intake.models import Pack
from intake.services.lifecycle import MoveRefused, move_packs
from intake.services.receiving import receive
from rebattery.audit.trail import entry_of, events_of, events_of_pack
from tests.bench import RECORDED_AT, capacity
from tests.evidence import make_inspected, make_tested
from tests.factories import AT, balance, make_pack, make_pack_type

DAY = timedelta(days=1)


def refused(rows, actor, error=ResultsRefused) -> dict[str, str]:
    with pytest.raises(error) as refusal:
        record_capacity(rows=rows, actor=actor, at=RECORDED_AT)
    assert not CapacityTest.objects.exists()
    return refusal.value.fields


class TestRecordCapacity:
    def test_stores_the_result_with_its_conditions_and_tells_the_trail(
        self, pack, instrument, actor, operator
    ):
        row = capacity(pack, instrument, note=" rested 2 h ")

        result = record_capacity(rows=[row], actor=actor, at=RECORDED_AT)[0]

        balance()
        stored = CapacityTest.objects.get()
        assert stored == result
        assert (stored.soh_percent, stored.reference_value) == (Decimal("74.0000"), Decimal(115))
        assert (stored.certificate_number, stored.note) == ("CAL-1", "rested 2 h")
        assert (stored.person_id, stored.person_label, stored.superseded_by) == (operator.pk, "Otto", None)
        event = events_of(subject_type="capacity_test", subject_id=stored.pk).get()
        assert entry_of(event).sentence == "Otto recorded a capacity test: SOH 74.0 % with CY-1."
        assert (event.pack_id, event.supplier_id) == (pack.pk, pack.supplier_id)
        assert event.after["measured_capacity_ah"] == "85.1"

    @pytest.mark.parametrize(
        ("fields", "soh"),
        [
            ({"reference_source": "pack_type", "measured_capacity_ah": Decimal("57.5")}, "50.0000"),
            ({"reference_source": "label", "reference_value": Decimal(120)}, "70.9166"),
            (
                {"basis": "kwh", "reference_source": "pack_type", "measured_energy_kwh": Decimal(30)},
                "75.0000",
            ),
            ({"measured_capacity_ah": Decimal("120.75")}, "105.0000"),
            ({"measured_capacity_ah": Decimal(0), "confirmation": "It gives nothing"}, "0.0000"),
        ],
    )
    def test_computes_soh_from_measured_and_reference(self, instrument, actor, fields, soh):
        packed = make_inspected(chemistry="LFP", pack_type=make_pack_type(chemistry="LFP"))[0]

        result = record_capacity(rows=[capacity(packed, instrument, **fields)], actor=actor, at=RECORDED_AT)[
            0
        ]

        assert result.soh_percent == Decimal(soh)

    def test_writes_a_set_with_as_many_queries_as_one(self, actor, instrument, django_assert_max_num_queries):
        packs = make_inspected(30, chemistry="LFP")

        with django_assert_max_num_queries(23):
            record_capacity(rows=[capacity(p, instrument) for p in packs], actor=actor, at=RECORDED_AT)

        balance()
        assert CapacityTest.objects.count() == 30

    def test_passes_the_pack_on_when_nothing_missing_could_change_its_route(self, pack, instrument, actor):
        record_capacity(rows=[capacity(pack, instrument)], actor=actor, at=RECORDED_AT)

        balance()
        assert (
            Pack.objects.get(pk=pack.pk).status == "tested"
        )  # NMC at 74 % is recycling whatever its resistance

    def test_keeps_the_pack_at_the_bench_while_a_fact_is_missing(self, instrument, actor):
        pack = make_inspected(chemistry="LFP")[0]

        record_capacity(rows=[capacity(pack, instrument)], actor=actor, at=RECORDED_AT)

        assert Pack.objects.get(pk=pack.pk).status == "inspected"


class TestRefusals:
    @pytest.mark.rule(2)
    @pytest.mark.parametrize(
        "field",
        [
            "measured_capacity_ah",
            "c_rate",
            "temperature_degc",
            "voltage_from_v",
            "voltage_to_v",
            "ended_by_cell_limit",
            "measured_at",
        ],
    )
    def test_a_blank_cannot_pass(self, pack, instrument, actor, field):
        assert field in refused([capacity(pack, instrument, **{field: None})], actor)

    @pytest.mark.parametrize(
        "field",
        ["measured_capacity_ah", "c_rate", "temperature_degc", "voltage_from_v", "weakest_soh_percent"],
    )
    def test_a_value_beyond_its_range_is_named(self, pack, instrument, actor, field):
        limits = PLAUSIBLE[field]
        step = Decimal("0.1") if field == "temperature_degc" else Decimal("0.01")
        kind = {"weakest_kind": "cell"} if field == "weakest_soh_percent" else {}

        for value in (limits.low - step, limits.high + step):
            fields = refused([capacity(pack, instrument, **{field: value} | kind)], actor)
            assert limits.hint in fields[field]

    @pytest.mark.parametrize("field", ["c_rate", "temperature_degc"])
    @pytest.mark.parametrize("end", ["low", "high"])
    def test_the_ends_of_a_range_belong_to_it(self, pack, instrument, actor, field, end):
        value = getattr(PLAUSIBLE[field], end)

        record_capacity(rows=[capacity(pack, instrument, **{field: value})], actor=actor, at=RECORDED_AT)

        assert getattr(CapacityTest.objects.get(), field) == value

    @pytest.mark.parametrize(
        ("fields", "named"),
        [
            ({"method": "bms"}, {"method"}),
            ({"basis": "wh"}, {"basis"}),
            ({"reference_source": "pack_label"}, {"reference_source"}),
            ({"reference_source": "label"}, {"reference_value"}),
            ({"reference_source": "label", "reference_value": Decimal("0.5")}, {"reference_value"}),
            ({"measured_capacity_ah": Decimal("120.76")}, {"measured_capacity_ah"}),  # 105.01 %
            ({"measured_capacity_ah": Decimal("85.1234")}, {"measured_capacity_ah"}),  # finer than stored
            ({"measured_capacity_ah": Decimal("NaN")}, {"measured_capacity_ah"}),
            ({"basis": "kwh"}, {"measured_energy_kwh"}),
            ({"voltage_to_v": Decimal(402)}, {"voltage_to_v"}),
            ({"method": "cccv_charge"}, {"voltage_to_v"}),
            ({"weakest_kind": "cell"}, {"weakest_soh_percent"}),
            ({"weakest_soh_percent": Decimal(70)}, {"weakest_kind"}),
            ({"instrument_id": None}, {"instrument_id"}),
            ({"instrument_id": 0}, {"instrument_id"}),
            ({"measured_at": RECORDED_AT + timedelta(seconds=1)}, {"measured_at"}),
            (
                {"c_rate": None, "basis": "", "temperature_degc": Decimal(99)},
                {"c_rate", "basis", "temperature_degc"},
            ),
        ],
    )
    def test_every_fault_is_named_at_once(self, pack, instrument, actor, fields, named):
        assert set(refused([capacity(pack, instrument, **fields)], actor)) == named

    def test_a_set_names_the_row_of_each_fault_and_records_nothing(self, instrument, actor):
        packs = make_inspected(3)
        rows = [capacity(p, instrument) for p in packs]
        rows[0] = capacity(packs[0], instrument, c_rate=None)
        rows[2] = capacity(packs[2], instrument, temperature_degc=Decimal(200))

        assert set(refused(rows, actor)) == {"rows.0.c_rate", "rows.2.temperature_degc"}

    @pytest.mark.rule(21)
    def test_one_pack_that_is_elsewhere_stops_the_set_and_is_named(self, instrument, actor):
        ready, tested = make_inspected(1)[0], make_tested(1, soh=None, ratio=None)[0]

        with pytest.raises(NotAtBench, match=f"{tested.serial} is tested"):
            record_capacity(
                rows=[capacity(p, instrument) for p in (ready, tested)], actor=actor, at=RECORDED_AT
            )

        assert not CapacityTest.objects.exists()

    @pytest.mark.parametrize(
        "status", ["announced", "received", "graded", "in_review", "quarantined", "rejected"]
    )
    def test_only_inspected_packs_are_measured(self, instrument, actor, status):
        refused([capacity(make_pack(status=status), instrument)], actor, NotAtBench)

    def test_a_pack_twice_in_a_set_is_not_best_of_two(self, pack, instrument, actor):
        refused([capacity(pack, instrument)] * 2, actor, NotAtBench)

    def test_an_unknown_pack_is_refused(self, pack, instrument, actor):
        refused([capacity(pack, instrument, pack_id=0)], actor, MoveRefused)

    def test_a_test_before_the_pack_arrived_is_refused(self, instrument, actor):
        pack = make_pack()
        receive(
            batch_id=pack.batch_id, code=pack.serial, nonce=None, actor=actor, at=AT + timedelta(seconds=30)
        )
        move_packs(pack_ids=[pack.pk], move="pass_inspection", actor=actor, at=AT + timedelta(hours=1))

        fields = refused([capacity(pack, instrument, measured_at=AT - timedelta(minutes=1))], actor)
        assert fields == {"measured_at": "Before the pack arrived (2026-11-20 09:00 UTC)."}
        record_capacity(rows=[capacity(pack, instrument, measured_at=AT)], actor=actor, at=RECORDED_AT)


class TestSupersede:
    def first(self, pack, instrument, actor):
        return record_capacity(rows=[capacity(pack, instrument)], actor=actor, at=RECORDED_AT)[0]

    @pytest.fixture
    def lfp(self):
        return make_inspected(chemistry="LFP")[0]

    def test_needs_a_reason(self, lfp, instrument, actor):
        self.first(lfp, instrument, actor)

        with pytest.raises(ResultsRefused) as refusal:
            record_capacity(rows=[capacity(lfp, instrument, reason=" ")], actor=actor, at=RECORDED_AT)

        assert list(refusal.value.fields) == ["reason"]
        assert CapacityTest.objects.count() == 1

    def test_keeps_both_and_lets_the_newer_one_stand_even_when_it_is_worse(self, lfp, instrument, actor):
        old = self.first(lfp, instrument, actor)
        row = capacity(lfp, instrument, measured_capacity_ah=Decimal(80), reason="Cable was loose")

        new = record_capacity(rows=[row], actor=actor, at=RECORDED_AT)[0]

        balance()
        old.refresh_from_db()
        assert old.superseded_by_id == new.pk
        assert CapacityTest.objects.get(superseded_by=None) == new
        sentences = [entry_of(event).sentence for event in events_of_pack(pack_id=lfp.pk)]
        assert f"A newer result took the place of capacity test {old.pk}: Cable was loose" in sentences

    def test_does_not_forget_the_weakest_member(self, lfp, instrument, actor):
        weakest = {"weakest_soh_percent": Decimal(70), "weakest_kind": "module"}
        record_capacity(rows=[capacity(lfp, instrument, **weakest)], actor=actor, at=RECORDED_AT)
        again = {"reason": "Cable replaced", "weakest_soh_percent": None, "weakest_kind": ""}

        with pytest.raises(ResultsRefused) as refusal:
            record_capacity(rows=[capacity(lfp, instrument, **again)], actor=actor, at=RECORDED_AT)

        assert set(refusal.value.fields) == {"weakest_soh_percent"}
        row = capacity(lfp, instrument, **again | weakest)
        assert record_capacity(rows=[row], actor=actor, at=RECORDED_AT)[0].weakest_soh_percent == 70

    def test_works_for_a_set_in_which_only_some_have_a_result(self, instrument, actor):
        packs = make_inspected(2, chemistry="LFP")
        old = self.first(packs[0], instrument, actor)
        rows = [capacity(p, instrument, reason="Repeat") for p in packs]

        new = record_capacity(rows=rows, actor=actor, at=RECORDED_AT)

        balance()
        old.refresh_from_db()
        assert old.superseded_by_id == new[0].pk
        assert CapacityTest.objects.filter(superseded_by=None).count() == 2
