"""Results made of a derivation: linked to it, nothing typed, superseded with a reason."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from grading.domain.resistance import Baseline
from grading.models import CapacityTest, Derivation, ResistanceTest
from grading.services import tester_files
from grading.services.test_runs import ResultsRefused
from grading.services.tester_files import CapacityAnswers, Head, NothingToRecord, ResistanceAnswers
from grading.services.tester_files.results import measured_values, preferred_pulse, resistance_rows
from intake.models import Pack
from rebattery.audit.trail import entry_of, events_of
from tests.factories import AT, balance, make_actor, make_instrument, make_person
from tests.grading.tester_samples import full_test
from tests.grading.testing_files import make_bench_pack, make_ready, read, send

pytestmark = pytest.mark.django_db
LATER = AT + timedelta(hours=6)
CAPACITY = CapacityAnswers(
    procedure_id=None, reference_source="pack_type", basis="ah", ended_by_cell_limit=False
)
RESISTANCE = ResistanceAnswers(pulse=0, procedure_id=None, baseline_source="type_catalogue")


@pytest.fixture
def head(db) -> Head:
    return Head(instrument_id=make_instrument().pk, channel_id=None, measured_at=AT + timedelta(hours=5))


def record(file, head, capacity=CAPACITY, resistance=None, **more):
    actor = make_actor(make_person(name="Ada"))
    values = {"test_index": 0, "version": file.version, "actor": actor, "at": LATER} | more
    return tester_files.record_results(
        tester_file_id=file.pk, head=head, capacity=capacity, resistance=resistance, **values
    )


class TestRecordResults:
    def test_takes_every_measured_value_from_the_derivation(self, head):
        file = make_ready()

        [capacity] = record(file, head)

        derivation = Derivation.objects.get()
        assert capacity.derivation_id == derivation.pk
        assert capacity.measured_capacity_ah == Decimal("97.825")
        assert capacity.measured_energy_kwh == pytest.approx(Decimal("33.68"), abs=Decimal("0.1"))
        assert (capacity.c_rate, capacity.temperature_degc) == (Decimal("0.333"), Decimal("25.0"))
        assert (capacity.voltage_from_v, capacity.voltage_to_v) == (Decimal("403.23"), Decimal("287.96"))
        assert capacity.soh_percent == pytest.approx(Decimal("85.065"), abs=Decimal("0.001"))
        file.refresh_from_db()
        assert file.state == "recorded"
        told = entry_of(events_of(subject_type="tester_file", subject_id=file.pk).last()).sentence
        assert told == "Ada recorded SOH 85.1 % from RB-0001.csv."
        balance()

    def test_records_capacity_and_resistance_at_once(self, head):
        file = make_ready()

        results = record(file, head, resistance=RESISTANCE)

        assert [type(result).__name__ for result in results] == [
            "ResistanceTest",
            "ResistanceTest",
            "CapacityTest",
        ]
        by_length = {test.pulse_duration_s: test for test in ResistanceTest.objects.all()}
        assert set(by_length) == {Decimal(1), Decimal(10)}
        assert by_length[10].ir_mohm == Decimal("63.200")
        assert (by_length[10].direction, by_length[10].pulse_current_a) == ("discharge", Decimal("80.0"))
        assert by_length[10].soc_percent == Decimal("51.1")
        assert by_length[10].ir_ratio == pytest.approx(Decimal("1.0533"), abs=Decimal("0.001"))
        assert Pack.objects.get(pk=file.pack_id).status in ("inspected", "tested")
        balance()

    def test_again_supersedes_with_a_reason_and_keeps_both(self, head):
        file = make_ready()
        record(file, head)
        assert Pack.objects.get(pk=file.pack_id).status == "inspected"
        file.refresh_from_db()

        with pytest.raises(ResultsRefused) as refused:
            record(file, head)
        record(file, replace(head, reason="Another instrument was meant."))

        assert "reason" in refused.value.fields
        old, new = CapacityTest.objects.order_by("pk")
        assert (old.superseded_by_id, new.superseded_by_id) == (new.pk, None)
        balance()

    def test_the_measurements_of_another_pack_are_asked_about(self, head):
        record(make_ready("RB-0001"), head)
        make_bench_pack("RB-0002")
        again = read(send("RB-0002.csv", full_test(note=",RB-0002").replace(b"\n", b"\r\n")))

        with pytest.raises(ResultsRefused) as refused:
            record(again, head)
        [taken] = record(again, replace(head, confirmation="The first file was of this pack."))

        words = "the same measurements, to the last digit, are recorded of another pack"
        assert refused.value.fields["confirmation"].startswith(f"{words}. Read it again")
        assert f"{words}; read again and confirmed" in [each["words"] for each in taken.departures]
        balance()

    @pytest.mark.parametrize(("capacity", "index"), [(None, 0), (CAPACITY, 1)])
    def test_refuses_when_there_is_nothing(self, head, capacity, index):
        with pytest.raises(NothingToRecord):
            record(make_ready(), head, capacity, test_index=index)

    def test_refuses_while_the_file_waits_for_an_answer(self, head):
        make_bench_pack("RB-0001")
        file = read(send("RB-0001.csv", full_test(sign=-1)))

        with pytest.raises(tester_files.WrongState, match="needs a person"):
            record(file, head)

    def test_refuses_what_was_measured_after_the_file_was_received(self, head):
        file = make_ready()

        with pytest.raises(tester_files.MeasuredLater) as refused:
            record(file, replace(head, measured_at=file.received_at + timedelta(seconds=1)))
        record(file, replace(head, measured_at=file.received_at))

        assert "measured_at" in refused.value.fields
        assert CapacityTest.objects.count() == 1

    def test_refuses_when_somebody_changed_the_file_meanwhile(self, head):
        file = make_ready()

        with pytest.raises(tester_files.FileMovedOn):
            record(file, head, version=file.version - 1)

    def test_refuses_all_when_one_is_faulty(self, head):
        file = make_ready()

        with pytest.raises(ResultsRefused):
            record(file, head, replace(CAPACITY, ended_by_cell_limit=None), RESISTANCE)

        file.refresh_from_db()
        assert file.state == "ready"
        assert not CapacityTest.objects.exists()

    @pytest.mark.parametrize(
        "answers", [replace(RESISTANCE, pulse=7), replace(RESISTANCE, lengths_s=["0.1"])]
    )
    def test_refuses_a_pulse_or_a_length_that_does_not_hold(self, head, answers):
        with pytest.raises(NothingToRecord):
            record(make_ready(), head, None, answers)

    def test_another_pulse_than_the_preferred_one_needs_a_word(self, head, monkeypatch):
        from grading.services.tester_files import recording

        monkeypatch.setattr(recording, "preferred_pulse", lambda *_: 5)
        file = make_ready()

        with pytest.raises(NothingToRecord) as refused:
            record(file, head, None, RESISTANCE)
        results = record(file, head, None, replace(RESISTANCE, why_this_pulse="The other was cut off."))

        assert "why_this_pulse" in refused.value.fields
        assert {result.note for result in results} == {"The other was cut off."}
        balance()


def pulse(soc, *, length=10.0, direction="discharge", r=1.0, comparable=True):
    return {
        "soc_percent": soc,
        "direction": direction,
        "r_mohm": {f"{length:g}": r},
        "resistances": [{"after_s": length, "r_mohm": r, "comparable": comparable}],
    }


class TestPreferredPulse:
    @pytest.mark.parametrize(
        ("pulses", "expected"),
        [
            ([], None),
            ([pulse(20), pulse(51), pulse(80)], 1),
            ([pulse(49), pulse(51)], 0),
            ([pulse(50, direction="charge"), pulse(80)], 1),
            ([pulse(50, length=30.0), pulse(80)], 1),
            ([pulse(50, comparable=False), pulse(80)], 1),
            ([pulse(None), pulse(90)], 1),
        ],
    )
    def test_goes_by_the_conditions(self, pulses, expected):
        assert preferred_pulse({"pulses": pulses}, None) == expected

    def test_never_by_the_value(self):
        low, high = [pulse(50, r=1.0), pulse(50, r=9.0)], [pulse(50, r=9.0), pulse(50, r=1.0)]

        assert preferred_pulse({"pulses": low}, None) == preferred_pulse({"pulses": high}, None) == 0

    def test_takes_the_length_of_the_catalog_however_it_is_written(self):
        baseline = Baseline(
            ir_mohm=Decimal(60), method="dc_pulse", temperature_degc=Decimal(25), soc_percent=Decimal("50.0"),
            pulse_duration_s=Decimal("10.0"), source="type_catalogue",
        )  # fmt: skip

        assert preferred_pulse({"pulses": [pulse(50, length=30.0), pulse(80)]}, baseline) == 1


class TestMeasuredValues:
    PULSES = tuple(
        pulse(soc, length=length, direction=direction, r=soc + length + sign)
        | {"current_a": sign * 80.04, "temperature_degc": 25.0, "rest_before_s": 600.0}
        for soc in (20.04, 50.0)
        for length in (0.1, 10.0, 18.0)
        for direction, sign in (("discharge", -1), ("charge", 1))
    )

    def result(self, place):
        test = {"concludes": True, "pulses": list(self.PULSES)}
        head = Head(instrument_id=1, channel_id=None, measured_at=AT)
        answers = replace(RESISTANCE, pulse=place)
        known = {"pack_id": 1, "derivation_id": 1, "head": head}
        [row] = resistance_rows(**known, test=test, answers=answers, preferred=place)
        names = ("ir_mohm", "pulse_current_a", "direction", "soc_percent")
        # As the column gives it back: with one decimal.
        length = row.pulse_duration_s.quantize(Decimal("0.1"))
        return ResistanceTest(pulse_duration_s=length, **{name: getattr(row, name) for name in names}), test

    @pytest.mark.parametrize("place", range(12))
    def test_comes_out_again_for_every_pulse(self, place):
        result, test = self.result(place)

        assert measured_values(result, test) == {"ir_mohm": result.ir_mohm}

    def test_tells_the_value_of_another_pulse(self):
        result, test = self.result(0)
        other, _ = self.result(6)
        known, result.ir_mohm = result.ir_mohm, other.ir_mohm

        assert measured_values(result, test) == {"ir_mohm": known}
