"""What only a person can say of a file: the question, what the numbers look like either way, the answers."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from grading.domain.cyclers.parameters import CURRENT_UNITS_A, TIME_UNITS_S
from rebattery.errors import RuleViolation


class AnswerUnknown(RuleViolation):
    """This is none of the answers that can be given."""

    code = "answer_unknown"


@dataclass(frozen=True)
class Choice:
    """One answer, and what the file's numbers would then be."""

    value: str
    label: str
    looks: str = ""


@dataclass(frozen=True)
class Question:
    """One thing that the file leaves open."""

    key: str
    """Key of the answer in ``Parameters.answers``."""
    flag: str
    """The finding that raised it."""
    text: str
    found: str
    """The finding in its own words."""
    choices: tuple[Choice, ...]


_TEXTS = {
    "sign": "Which way does the current flow?",
    "current_unit": "In which unit is the current?",
    "time_unit": "In which unit is the time?",
    "temperature_sensor": "Which sensor is the temperature of the pack?",
}
_RAISED_BY = {
    "E_SIGN": "sign",
    "E_SIGN_UNKNOWN": "sign",
    "E_UNIT": "current_unit",
    "E_TIME_UNIT": "time_unit",
    "E_SENSOR": "temperature_sensor",
    "W_SENSOR": "temperature_sensor",
}
_VALUES = {
    "sign": (("as_written", "As written: + is charge"), ("inverted", "Inverted: + is discharge")),
    "current_unit": (("A", "Amperes"), ("mA", "Milliamperes"), ("uA", "Microamperes")),
    "time_unit": (("ms", "Milliseconds"), ("s", "Seconds"), ("min", "Minutes"), ("h", "Hours")),
}
LONGEST_SENSOR = 60
_VOLTAGE = re.compile(r"\bvoltages?\b|cells in series", re.IGNORECASE)
"""E_UNIT says in words of which unit it is; of the voltage's, by these."""


def check_answers(answers: Mapping[str, str]) -> None:
    """Refuse answers to what nobody asked; an empty value takes an answer back.

    :raises AnswerUnknown: names the key.
    """
    for key, value in answers.items():
        known = key == "temperature_sensor" or value in dict(_VALUES.get(key, ()))
        if key not in _TEXTS or not (known or value == "") or len(value) > LONGEST_SENSOR:
            raise AnswerUnknown(f"“{value}” is no answer to “{key}”.", fields={key: "Choose one."})


def questions_of(tests: Sequence[Mapping[str, Any]]) -> list[Question]:
    """Return what a person can answer about the tests of a file, each question once."""
    asked: dict[str, Question] = {}
    for test in tests:
        for flag in test["flags"]:
            key = _RAISED_BY.get(flag["code"])
            # Against the ratings of another object any current looks wrong: first that is to be put right.
            if key == "current_unit" and voltage_misfit([test]):
                continue
            if key and key not in asked and (choices := _choices(key, test)):
                asked[key] = Question(key, flag["code"], _TEXTS[key], flag["message"], choices)
    return list(asked.values())


def voltage_misfit(tests: Sequence[Mapping[str, Any]]) -> str:
    """Return the finding that the voltage cannot be that of the assigned pack; empty when there is none."""
    found = (flag["message"] for test in tests for flag in test["flags"] if _is_about_voltage(flag))
    return next(found, "")


def _is_about_voltage(flag: Mapping[str, Any]) -> bool:
    # No answer to a question settles that.
    return flag["code"] == "E_UNIT" and bool(_VOLTAGE.search(flag["message"]))


def label_of(key: str, value: str) -> str:
    """Return an answer that was given in words."""
    return dict(_VALUES.get(key, ())).get(value, value)


def _choices(key: str, test: Mapping[str, Any]) -> tuple[Choice, ...]:
    if key == "temperature_sensor":
        columns = test.get("columns") or []
        names = [c["name"].partition(":")[2] or c["header"] for c in columns if "temperature" in c["name"]]
        return tuple(Choice(name, name) for name in dict.fromkeys(names))
    looks = {"sign": _sign_looks, "current_unit": _current_looks, "time_unit": _time_looks}[key]
    return tuple(Choice(value, label, looks(value, test)) for value, label in _VALUES[key])


def _answer(test: Mapping[str, Any], key: str, otherwise: str) -> str:
    """Return the answer with which the numbers of a test were derived."""
    answers = (test.get("parameters") or {}).get("answers") or {}
    return str(answers.get(key, otherwise))


def _sign_looks(value: str, test: Mapping[str, Any]) -> str:
    charged, discharged = test.get("charge_ah"), test.get("discharge_ah")
    if charged is None or discharged is None:
        return ""
    is_now = _answer(test, "sign", "as_written") == value
    into, out = (charged, discharged) if is_now else (discharged, charged)
    return f"{into:.3f} Ah would be charge and {out:.3f} Ah discharge."


def _current_looks(value: str, test: Mapping[str, Any]) -> str:
    span = test.get("current_a")
    if not span:
        return ""
    now = _answer(test, "current_unit", "A")
    amperes = max(abs(span[0]), abs(span[1])) * CURRENT_UNITS_A[value] / CURRENT_UNITS_A.get(now, 1.0)
    rated = (test.get("parameters") or {}).get("rated_capacity_ah")
    rate = f", {amperes / rated:.3g} C of the rated {rated:g} Ah" if rated else ""
    return f"The largest current would be {amperes:.4g} A{rate}."


def _time_looks(value: str, test: Mapping[str, Any]) -> str:
    duration = test.get("duration_s")
    if duration is None:
        return ""
    now = _answer(test, "time_unit", "s")
    seconds = duration * TIME_UNITS_S[value] / TIME_UNITS_S.get(now, 1.0)
    return f"The test would have taken {_span(seconds)}."


def _span(seconds: float) -> str:
    for length, unit in ((86_400, "days"), (3_600, "h"), (60, "min")):
        if seconds >= length:
            return f"{seconds / length:.3g} {unit}"
    return f"{seconds:.3g} s"
