"""Fields of a policy document as form fields: how each is shown, read and stored."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms

from grading.domain.policy_shape import OVERLAY_FACTS, SOURCE_STATUSES
from grading.domain.policy_writing import CODE, CODE_RULE, LONGEST_NAME, LONGEST_TEXT, NAME, NAME_RULE
from rebattery.ui.forms import MeasuredDecimalField

Path = tuple[str | int, ...]
Choices = Sequence[tuple[str, str]]


class _Absent:
    """Stands for a field that the document leaves out."""


ABSENT = _Absent()


@dataclass(frozen=True)
class Spec:
    """One field of a document: where it stands, and how a person fills it in."""

    path: Path
    label: str
    kind: str
    """text, code, name, optional, long, number, count, yes, choice, choices, codes, terms or sources."""
    unit: str = ""
    hint: str = ""
    choices: Choices = ()
    is_optional: bool = False
    leaves_out: bool = False
    """An empty field is left out of the document rather than null."""
    high: int | None = None
    """The most that a number can be."""

    @property
    def name(self) -> str:
        return "__".join(map(str, self.path))

    def form_field(self, document: Mapping[str, Any]) -> forms.Field:
        """Return the form field, filled with what the document says."""
        made = _MAKERS[self.kind](self)
        made.label, made.initial = self.label, _shown(self.kind, value_at(document, self.path))
        if self.hint and not made.help_text:
            made.help_text = self.hint
        return made

    def stored(self, given: Any, before: Any) -> Any:
        """Return what the document holds for a cleaned value."""
        value = f"{given:f}" if isinstance(given, Decimal) else given
        is_empty = value in (None, "", [])
        if is_empty and (self.leaves_out or (self.is_optional and before is ABSENT)):
            return ABSENT
        return None if is_empty and self.is_optional else value


def value_at(document: Mapping[str, Any], path: Path) -> Any:
    """Return the value at ``path``, ``ABSENT`` when the document leaves it out."""
    place: Any = document
    for step in path:
        try:
            place = place[step]
        except (KeyError, IndexError, TypeError):
            return ABSENT
    return place


def put(document: dict[str, Any], path: Path, value: Any) -> None:
    """Set the value at ``path``, or leave it out; objects on the way are made and emptied ones dropped."""
    place: Any = document
    for step in path[:-1]:
        if isinstance(place, dict) and step not in place:
            if value is ABSENT:
                return
            place[step] = {}
        place = place[step]
    if value is not ABSENT:
        place[path[-1]] = value
    else:
        place.pop(path[-1], None)


def _shown(kind: str, value: Any) -> Any:
    if value is ABSENT or value is None:
        return None
    if kind == "codes":
        return " ".join(value)
    if kind == "terms":
        return "\n".join(f"{t['fact']} {t['op']} {_limit(t['limit'])}" for t in value)
    if kind == "sources":
        return "\n".join(f"{source['status']}: {source['text']}" for source in value)
    return value


def _limit(value: Any) -> str:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


class CodesField(forms.CharField):
    """Codes with blanks between them."""

    def to_python(self, value: Any) -> list[str]:  # type: ignore[override]  # a list of texts
        return (value or "").replace(",", " ").split()


class TermsField(forms.CharField):
    """Conditions that must all hold, one a line: fact, sign and limit."""

    widget = forms.Textarea(attrs={"rows": 2, "class": "code"})

    def to_python(self, value: Any) -> list[dict[str, Any]]:  # type: ignore[override]  # a list of terms
        found = []
        for line in filter(None, map(str.strip, (value or "").splitlines())):
            fact, op, limit = [*line.split(), "", "", ""][:3]
            if fact not in OVERLAY_FACTS or op not in ("<", "<=", "=", ">=", ">") or not limit:
                raise forms.ValidationError(
                    f"“{line[:60]}” is not fact, sign and limit, such as soh_percent >= 90. The facts are"
                    f" {', '.join(OVERLAY_FACTS)}."
                )
            found.append({"fact": fact, "op": op, "limit": {"yes": True, "no": False}.get(limit, limit)})
        return found


class SourcesField(forms.CharField):
    """One source a line, each beginning with its standing."""

    widget = forms.Textarea(attrs={"rows": 6})

    def to_python(self, value: Any) -> list[dict[str, str]]:  # type: ignore[override]  # a list of sources
        found = []
        for line in filter(None, map(str.strip, (value or "").splitlines())):
            status, _, text = line.partition(":")
            if status.strip() not in SOURCE_STATUSES or not text.strip():
                words = ", ".join(f"{status}:" for status in SOURCE_STATUSES)
                raise forms.ValidationError(f"“{line[:40]}” must begin with one of {words}")
            found.append({"text": text.strip(), "status": status.strip()})
        return found


def _number(spec: Spec) -> forms.Field:
    required = not spec.is_optional
    return MeasuredDecimalField(unit=spec.unit, low=0, high=spec.high, required=required, help_text=spec.hint)


def _count(spec: Spec) -> forms.Field:
    return forms.IntegerField(min_value=0, max_value=100_000, required=not spec.is_optional)


def _text(spec: Spec) -> forms.Field:
    return forms.CharField(max_length=LONGEST_NAME, required=not spec.is_optional)


def _long(spec: Spec) -> forms.Field:
    rows = forms.Textarea(attrs={"rows": 2})
    return forms.CharField(max_length=LONGEST_TEXT, widget=rows, required=not spec.is_optional)


def _matching(pattern: re.Pattern[str], rule: str) -> Callable[[Spec], forms.Field]:
    told = {"invalid": f"This {rule}."}
    whole = rf"^(?:{pattern.pattern})\Z"
    return lambda spec: forms.RegexField(re.compile(whole, re.ASCII), error_messages=told)


def _choice(spec: Spec) -> forms.Field:
    empty = [("", "–")] if spec.is_optional else []
    return forms.ChoiceField(choices=[*empty, *spec.choices], required=not spec.is_optional)


def _choices(spec: Spec) -> forms.Field:
    boxes = forms.CheckboxSelectMultiple
    return forms.MultipleChoiceField(choices=spec.choices, widget=boxes, required=False)


_MAKERS: dict[str, Callable[[Spec], forms.Field]] = {
    "number": _number,
    "count": _count,
    "text": _text,
    "code": _matching(CODE, CODE_RULE),
    "name": _matching(NAME, NAME_RULE),
    "optional": lambda spec: forms.CharField(max_length=LONGEST_TEXT, required=False),
    "long": _long,
    "yes": lambda spec: forms.BooleanField(required=False),
    "choice": _choice,
    "choices": _choices,
    "codes": lambda spec: CodesField(required=False),
    "terms": lambda spec: TermsField(),
    "sources": lambda spec: SourcesField(required=False),
}
