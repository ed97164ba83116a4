"""The form of a new version of a procedure, made from the fields of its kind."""

import json
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from grading.domain.procedure import ProcedureInvalid
from grading.domain.procedure_faults import STATUSES
from grading.domain.procedure_fields import Field, fields_of, value_at
from grading.web.documents import uploaded_document
from rebattery.ui.forms import MeasuredDecimalField

MAX_DOCUMENT_BYTES = 200_000
_NUMBER = re.compile(r"\d+([.,]\d+)?", re.ASCII)


class NumbersField(forms.CharField):
    """Several numbers with blanks between them."""

    def to_python(self, value: Any) -> list[str]:  # type: ignore[override]  # a list of texts
        found = (value or "").replace(";", " ").split()
        if bad := [item for item in found if not _NUMBER.fullmatch(item)]:
            raise forms.ValidationError(f"{bad[0]} is no number. Put blanks between them, such as 0.1 1 10.")
        return [item.replace(",", ".") for item in found]


class SourcesField(forms.CharField):
    """One source a line, each beginning with its status."""

    widget = forms.Textarea(attrs={"rows": 6})

    def to_python(self, value: Any) -> list[dict[str, str]]:  # type: ignore[override]  # a list of sources
        found = []
        for line in filter(None, map(str.strip, (value or "").splitlines())):
            status, _, text = line.partition(":")
            if status.strip().lower() not in STATUSES or not text.strip():
                raise forms.ValidationError(
                    f"“{line[:40]}” must begin with confirmed: or recalled: and say where it is from."
                )
            found.append({"text": text.strip(), "status": status.strip().lower()})
        return found


class VersionForm(forms.Form):
    """A new version of ``document``, or with another code a procedure of its own."""

    def __init__(self, document: Mapping[str, Any], data: Any = None):
        super().__init__(data)
        self.document = document
        self.fields["code"] = forms.RegexField(
            r"^[a-z0-9][a-z0-9-]{1,39}$",
            initial=document["code"],
            help_text="Keep it for the next version; another code begins a procedure of its own.",
            error_messages={"invalid": "2 to 40 small letters, digits and hyphens."},
        )
        for field in fields_of(document["kind"]):
            for name, made in _form_fields(field, value_at(document, field.path)):
                self.fields[name] = made
        written = "\n".join(f"{source['status']}: {source['text']}" for source in document["sources"])
        self.fields["sources"] = SourcesField(
            initial=written,
            help_text="One a line. confirmed: for what was checked or measured, recalled: for what was not.",
        )

    def written(self, next_version: Callable[[str], int]) -> dict[str, Any]:
        """Return the document that the fields make up; ``next_version`` gives the number for a code."""
        given = self.cleaned_data
        document = json.loads(json.dumps(self.document))
        document |= {"code": given["code"], "version": next_version(given["code"])}
        for field in fields_of(document["kind"]):
            *parents, last = field.path.split(".")
            place = document
            for parent in parents:
                place = place[parent]
            place[last] = _stored(field, given)
        return document | {"sources": given["sources"]}

    def show_faults(self, refused: ProcedureInvalid) -> None:
        """Put each fault at the field that it names, else above the form."""
        for fault in refused.faults:
            place, _, text = fault.partition(": ")
            named = place.removeprefix("procedure.").replace(".", "__")
            names = [name for name in (named, f"{named}__low") if name in self.fields]
            self.add_error(names[0] if names else None, text if names else fault)


def _form_fields(field: Field, value: Any) -> list[tuple[str, forms.Field]]:
    required = not field.may_be_blank
    common: dict[str, Any] = {"label": field.label, "required": required, "initial": value}
    if field.type == "window":
        low, high = value or (None, None)
        return [
            (f"{field.name}__low", _number(field, f"{field.label}, from", low)),
            (f"{field.name}__high", _number(field, f"{field.label}, to", high)),
        ]
    if field.type == "numbers":
        joined = " ".join(value or ())
        hint = f"In {field.unit}, with blanks between them."
        return [(field.name, NumbersField(**common | {"initial": joined, "required": False}, help_text=hint))]
    if field.type == "choice":
        return [(field.name, forms.ChoiceField(choices=field.choices, **common))]
    if field.type == "choices":
        boxes = forms.CheckboxSelectMultiple
        common["required"] = False
        return [(field.name, forms.MultipleChoiceField(choices=field.choices, widget=boxes, **common))]
    if field.type == "count":
        return [(field.name, forms.IntegerField(min_value=1, max_value=20, **common))]
    if field.type == "number":
        return [(field.name, _number(field, field.label, value))]
    is_long = field.type == "long text"
    widget = forms.Textarea(attrs={"rows": 3}) if is_long else forms.TextInput()
    return [(field.name, forms.CharField(max_length=1000 if is_long else 120, widget=widget, **common))]


def _number(field: Field, label: str, value: str | None) -> forms.Field:
    made = MeasuredDecimalField(
        unit=field.unit, label=label, required=not field.may_be_blank, help_text=field.hint
    )
    made.initial = value
    return made


def _stored(field: Field, given: Mapping[str, Any]) -> Any:
    """Return the value of ``field`` as the document holds it: numbers as text, blanks as null."""
    if field.type == "window":
        ends = [_text(given[f"{field.name}__{end}"]) for end in ("low", "high")]
        return None if ends == [None, None] else ends
    value = given[field.name]
    return _text(value) if field.type == "number" else value


def _text(value: Decimal | None) -> str | None:
    return None if value is None else f"{value:f}"


class ImportForm(forms.Form):
    """One procedure as a JSON file, as the export of one gives it."""

    file = forms.FileField(label="JSON file", help_text="As the export of a procedure gives it.")

    def clean_file(self) -> dict[str, Any]:
        file: UploadedFile = self.cleaned_data["file"]
        if (file.size or 0) > MAX_DOCUMENT_BYTES:
            raise forms.ValidationError("This file is too large for a procedure.")
        found = uploaded_document(file)
        if not isinstance(found, dict):
            raise forms.ValidationError("This file holds no procedure.")
        return found
