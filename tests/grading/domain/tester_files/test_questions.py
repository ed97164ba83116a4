"""What is asked of a person about a file, and what may be answered."""

import pytest

from grading.domain.tester_files.questions import AnswerUnknown, check_answers, label_of, questions_of


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
