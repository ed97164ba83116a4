"""The faults of a draft in the words of its forms; what no form shows stays as the document names it."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from grading.queries.policies import Standing
from grading.web.policy_fields import Path
from grading.web.policy_groups import GROUPS

_FAULT = re.compile(r"(?:policy\.)?(?P<place>[^:]+): (?P<what>.*)", re.DOTALL)
_ROW = re.compile(r"bands (?P<number>\d+)(?:\.(?P<name>\w+))?")
_COLUMNS = {
    "lo": "SOH from",
    "hi": "SOH to",
    "ir_op": "resistance compared by",
    "ir_limit": "resistance",
    "grade": "grade",
    "route": "route",
    "code": "reason",
    "warranty": "warranty",
    "flags": "conditions",
}
_NUMBER = re.compile(r"must be a decimal number in a string, like \"1\.5\", not (?P<given>.*)", re.DOTALL)
_GIVEN = re.compile(r"(?P<rule>must be .*), not (?:''|\"\"|None)", re.DOTALL)


def in_form_words(faults: Iterable[str], document: Mapping[str, Any]) -> list[str]:
    """Return each fault with the names that the forms give its place, and its rule as a form says it."""
    labels = _labels(document)
    return [_in_words(fault, labels, document) for fault in faults]


def with_form_words(standing: Standing, document: Mapping[str, Any]) -> Standing:
    """Return ``standing`` of a draft's document with its faults as the forms say them."""
    why_not = in_form_words([standing.why_not], document)[0] if standing.why_not else ""
    return replace(standing, faults=tuple(in_form_words(standing.faults, document)), why_not=why_not)


def _in_words(fault: str, labels: Mapping[str, str], document: Mapping[str, Any]) -> str:
    found = _FAULT.fullmatch(fault)
    if not found:
        return fault
    place = labels.get(found["place"]) or _row_in_words(found["place"], document)
    return f"{place or found['place']}: {_rule_in_words(found['what'])}"


def _row_in_words(place: str, document: Mapping[str, Any]) -> str:
    """Say which row of which table, counted as its page counts; empty where there is none."""
    found = _ROW.fullmatch(place)
    try:
        bands = document["bands"]
        name = bands[int(found["number"]) - 1]["class"] if found else ""
        row = sum(band["class"] == name for band in bands[: int(found["number"])]) if found else 0
    except (IndexError, KeyError, TypeError):
        return ""
    column = _COLUMNS.get(found["name"] or "", found["name"]) if found else ""
    return f"Table of {name}, row {row}{f', {column}' if column else ''}" if found else ""


def _rule_in_words(what: str) -> str:
    if found := _NUMBER.fullmatch(what):
        given = found["given"].strip("'\"")
        return "enter a number" + (f" of at least 0, not {given}" if given not in ("", "None") else "")
    if found := _GIVEN.fullmatch(what):
        return f"{found['rule']}; it is empty"
    return what


def _labels(document: Mapping[str, Any]) -> dict[str, str]:
    """Return the words of every field that a form shows, by its place as a fault names it."""
    found: dict[str, str] = {}
    for groups in GROUPS.values():
        try:
            for group in groups(document):
                found |= {_place(spec.path): f"{group.title}, {spec.label}" for spec in group.specs}
        except (AttributeError, IndexError, KeyError, TypeError):
            continue  # a part of a shape that no form can show: its faults stay as the document names them
    return found


def _place(path: Path) -> str:
    words = "".join(f" {step + 1}" if isinstance(step, int) else f".{step}" for step in path)
    return words.removeprefix(".")
