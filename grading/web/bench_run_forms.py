"""The head of a bench run as a form; texts, because the services read them."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms

from grading.domain.bench_fields import FIELDS, Field
from grading.queries.bench import channels_of
from grading.queries.bench_runs import KINDS, procedure_text
from grading.queries.instruments import standings_of_kinds
from grading.queries.procedures import pickable
from grading.web.bench_choices import ClosableSelect
from rebattery.ui.forms import MeasurementInput, MomentInput

_MEANS = ("instrument", "channel", "procedure")


def head_fields(kind: str) -> list[Field]:
    """Return what a head may say: with what and how it is measured first."""
    fields = [field for field in FIELDS[kind].values() if field.is_of_head]
    return sorted(fields, key=lambda field: field.name not in _MEANS)


class UnitField(forms.CharField):
    """A text with a unit beside it."""

    def __init__(self, *, unit: str, **options: Any):
        self.unit = unit
        super().__init__(**options)


class HeadForm(forms.Form):
    """What applies to every row of a run; nothing is required, a row can say it for itself."""

    def __init__(self, data: Any, *, kind: str, head: Mapping[str, Any], on: date):
        super().__init__(data, initial=dict(head))
        self.kind = kind
        for name, field in FIELDS[kind].items():
            if field.is_of_head:
                self.fields[name] = _form_field(field)
        self.order_fields([each.name for each in head_fields(kind)])
        self._offer_means(kind, on)

    def texts(self) -> dict[str, str]:
        """Return what was filled in, as the services take it."""
        return {name: str(text) for name, text in self.cleaned_data.items() if text}

    def _offer_means(self, kind: str, on: date) -> None:
        standings = standings_of_kinds(kinds=KINDS[kind], on=on)
        channels = channels_of(instrument_ids=[each.instrument.pk for each in standings])
        why = {pk: found.why for each in standings for pk, found in each.channels.items()}
        versions = pickable(kinds=[kind])
        self._offer("instrument", [(each.instrument.code, each.label, each.fault) for each in standings])
        self._offer(
            "channel",
            [(text, f"{text} — {why[c.pk]}" if why.get(c.pk) else text, why.get(c.pk, ""))
             for c in channels for text in [f"{c.instrument.code}/{c.code}"]],
        )  # fmt: skip
        self._offer("procedure", [(procedure_text(each), str(each), "") for each in versions])

    def _offer(self, name: str, options: list[tuple[str, str, str]]) -> None:
        held = self.initial.get(name, "")
        # What the head says already stays choosable, though it may be in use no more.
        known = {text for text, _, _ in options}
        more = [(held, held)] if held and held not in known else []
        field: Any = self.fields[name]
        field.choices = [("", "None"), *((text, label) for text, label, _ in options), *more]
        field.widget.closed = [text for text, _, fault in options if fault]


def _form_field(field: Field) -> forms.Field:
    common: dict[str, Any] = {"label": field.label, "required": False}
    if field.kind == "code":
        return forms.ChoiceField(widget=ClosableSelect, **common)
    if field.kind == "choice":
        choices = [(words, words) for words in (field.choices or {}).values()]
        return forms.ChoiceField(choices=[("", "None"), *choices], **common)
    if field.kind == "yes_no":
        return forms.ChoiceField(choices=[("", "None"), ("yes", "Yes"), ("no", "No")], **common)
    if field.kind == "moment":
        return forms.CharField(widget=MomentInput, **common)
    return UnitField(unit=field.unit, widget=MeasurementInput, max_length=60, help_text=field.hint, **common)
