"""What is asked of a person about a file, and what may be answered."""

from dataclasses import replace

import pytest

from grading.domain.cyclers.derive import derive
from grading.domain.cyclers.parameters import Parameters
from grading.domain.tester_files.questions import (
    AnswerUnknown,
    check_answers,
    label_of,
    questions_of,
    voltage_misfit,
)
from tests.grading.domain.cyclers.synthetic import full_test


def derived(*codes, answers=None, **more):
    values = {
        "flags": [{"code": code, "message": f"{code} found"} for code in codes],
        "charge_ah": 10.0,
        "discharge_ah": 8.0,
        "current_a": [-30.0, 20.0],
        "duration_s": 7200.0,
        "columns": [],
        "parameters": {"rated_capacity_ah": 60.0, "answers": answers or {}},
    }
    return values | more


def looks(question):
    return {choice.value: choice.looks for choice in question.choices}


class TestQuestionsOf:
    @pytest.mark.parametrize(
        ("code", "key"),
        [
            ("E_SIGN", "sign"),
            ("E_SIGN_UNKNOWN", "sign"),
            ("E_UNIT", "current_unit"),
            ("E_TIME_UNIT", "time_unit"),
        ],
    )
    def test_each_finding_raises_its_question(self, code, key):
        [question] = questions_of([derived(code)])

        assert (question.key, question.flag, question.found) == (key, code, f"{code} found")

    def test_each_question_is_asked_once(self):
        assert len(questions_of([derived("E_SIGN", "E_UNIT"), derived("E_SIGN")])) == 2

    @pytest.mark.parametrize("code", ["E_GAP", "W_SAMPLING", "I_MULTI", "E_PACKTYPE"])
    def test_nothing_is_asked_that_no_answer_mends(self, code):
        assert questions_of([derived(code)]) == []

    def test_sign_shows_both_ways(self):
        [question] = questions_of([derived("E_SIGN")])

        assert looks(question) == {
            "as_written": "10.000 Ah would be charge and 8.000 Ah discharge.",
            "inverted": "8.000 Ah would be charge and 10.000 Ah discharge.",
        }

    def test_sign_counts_from_the_answer_it_was_derived_with(self):
        [question] = questions_of([derived("E_SIGN", answers={"sign": "inverted"})])

        assert looks(question)["inverted"] == "10.000 Ah would be charge and 8.000 Ah discharge."

    def test_current_shows_amperes_and_rate_in_each_unit(self):
        [question] = questions_of([derived("E_UNIT")])

        assert looks(question)["A"] == "The largest current would be 30 A, 0.5 C of the rated 60 Ah."
        assert looks(question)["mA"] == "The largest current would be 0.03 A, 0.0005 C of the rated 60 Ah."

    def test_time_shows_how_long_the_test_took_in_each_unit(self):
        [question] = questions_of([derived("E_TIME_UNIT")])

        assert looks(question) == {
            "ms": "The test would have taken 7.2 s.",
            "s": "The test would have taken 2 h.",
            "min": "The test would have taken 5 days.",
            "h": "The test would have taken 300 days.",
        }

    def test_says_nothing_where_there_is_nothing_to_show(self):
        blank = derived("E_SIGN", "E_UNIT", "E_TIME_UNIT", charge_ah=None, current_a=None, duration_s=None)

        assert {look for question in questions_of([blank]) for look in looks(question).values()} == {""}


class TestCheckAnswers:
    @pytest.mark.parametrize(
        "answers",
        [
            {"sign": "inverted"},
            {"sign": ""},
            {"current_unit": "mA", "time_unit": "min"},
            {"temperature_sensor": "T1"},
        ],
    )
    def test_takes_what_can_be_answered(self, answers):
        check_answers(answers)

    @pytest.mark.parametrize(
        "answers", [{"sign": "up"}, {"color": "red"}, {"color": ""}, {"temperature_sensor": "T" * 61}]
    )
    def test_refuses_all_else(self, answers):
        with pytest.raises(AnswerUnknown):
            check_answers(answers)


class TestLabelOf:
    def test_puts_an_answer_in_words(self):
        assert label_of("sign", "inverted") == "Inverted: + is discharge"
        assert label_of("temperature_sensor", "T1") == "T1"


class TestVoltageMisfit:
    @pytest.mark.parametrize("limits", [{"voltage_min_v": 291.6, "voltage_max_v": 453.6}, {}])
    @pytest.mark.parametrize("answers", [{}, {"current_unit": "A"}])
    def test_of_a_cell_filed_under_a_pack_asks_no_unit_of_current(self, limits, answers):
        series = {} if limits else {"series_count": 1}
        known = Parameters(rated_capacity_ah=226.0, answers=answers, **limits, **series)
        reading = full_test()
        reading = reading if limits else replace(reading, voltage_v=reading.voltage_v * 108)

        test = derive(reading, known).to_json()

        assert "E_UNIT" in {flag["code"] for flag in test["flags"]}
        assert "pack type" in voltage_misfit([test])
        assert "current_unit" not in {question.key for question in questions_of([test])}

    def test_is_none_when_the_current_is_in_doubt(self):
        known = Parameters(rated_capacity_ah=0.012, voltage_min_v=3.0, voltage_max_v=4.2)
        test = derive(full_test(), known).to_json()

        assert voltage_misfit([test]) == ""
        assert "current_unit" in {question.key for question in questions_of([test])}
