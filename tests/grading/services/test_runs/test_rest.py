"""The rest before a pulse and its rate are compared with the procedure, from a file or typed."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from grading.services import tester_files
from grading.services.test_runs import record_resistance
from grading.services.tester_files import CapacityAnswers, Head, ResistanceAnswers
from tests.bench import RECORDED_AT, resistance
from tests.factories import AT, make_actor, make_instrument
from tests.grading.testing_files import make_ready
from tests.procedures import make_procedure

NOT_RECORDED = {"words": "rest before the test is not recorded", "is_grave": False}


class TestRecordResistance:
    @pytest.mark.parametrize(
        ("rest", "words", "is_grave"),
        [
            (3600, None, False),
            (1800, "rest before the test is 1800 s, shorter than 3600 s", False),
            (179, "rest before the test is 179 s, shorter than 3600 s", True),
            (None, "rest before the test is not recorded", False),
        ],
    )
    def test_names_the_rest(self, pack, instrument, actor, rest, words, is_grave):
        given = resistance(pack, instrument, procedure_id=make_procedure("hppc-pulses").pk)
        row = replace(given, pulse_current_a=Decimal(115), ambient_degc=Decimal(25), rest_before_s=rest)

        [result] = record_resistance(rows=[row], actor=actor, at=RECORDED_AT)

        assert result.departures == ([{"words": words, "is_grave": is_grave}] if words else [])
        assert ("rest before" in result.incomparable_because) is is_grave

    def test_says_nothing_of_it_without_a_procedure(self, pack, instrument, actor):
        [result] = record_resistance(rows=[resistance(pack, instrument)], actor=actor, at=RECORDED_AT)

        assert result.departures == []

    def test_a_meter_has_no_pulse_to_rest_before(self, pack, instrument, actor):
        pulse = {"pulse_duration_s": None, "pulse_current_a": None, "ambient_degc": Decimal(25)}
        row = resistance(
            pack, instrument, method="ac_1khz", procedure_id=make_procedure("ac-1khz").pk, **pulse
        )

        [result] = record_resistance(rows=[row], actor=actor, at=RECORDED_AT)

        assert NOT_RECORDED not in result.departures


class TestRecordResults:
    def test_takes_the_full_cycles_from_the_file(self, db):
        file = make_ready()
        capacity = CapacityAnswers(
            procedure_id=make_procedure().pk,
            reference_source="pack_type",
            basis="ah",
            ended_by_cell_limit=False,
        )

        [result] = tester_files.record_results(
            tester_file_id=file.pk,
            test_index=0,
            head=Head(
                instrument_id=make_instrument().pk,
                channel_id=None,
                measured_at=AT + timedelta(hours=5),
                ambient_degc=Decimal(25),
            ),
            capacity=capacity,
            resistance=None,
            actor=make_actor(),
            at=AT + timedelta(hours=7),
        )

        words = "full cycles: 1, the procedure asks for 2"
        assert {"words": words, "is_grave": False} in result.departures

    def test_takes_the_rest_and_the_rate_from_the_file(self, db):
        file = make_ready()
        procedure = make_procedure("hppc-pulses")
        measured_at = AT + timedelta(hours=5)

        results = tester_files.record_results(
            tester_file_id=file.pk,
            test_index=0,
            head=Head(instrument_id=make_instrument().pk, channel_id=None, measured_at=measured_at),
            capacity=None,
            resistance=ResistanceAnswers(
                pulse=0, procedure_id=procedure.pk, baseline_source="type_catalogue"
            ),
            actor=make_actor(),
            at=AT + timedelta(hours=6),
            version=file.version,
        )

        found = [each["words"] for each in results[0].departures]
        assert [words for words in found if words.startswith("rest before the test is ")] == [
            "rest before the test is 1800 s, shorter than 3600 s"
        ]
        assert [words for words in found if words.startswith("pulse of 80.0 A is 0.70 C, not 1 C")]
