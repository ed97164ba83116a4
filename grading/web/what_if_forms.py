"""What a trial of a policy asks for."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from grading.domain.columnar.thresholds import Threshold, kept_apart, thresholds_of
from grading.queries.policies import policies
from grading.queries.population import Taken
from grading.queries.what_if import Scope, candidates, choices_in, document_of
from grading.web.documents import uploaded_document
from rebattery.ui.forms import with_days_in_order

LARGEST_DOCUMENT = 1_000_000


class TrialForm(forms.Form):
    """Which policy is tried against which, on which packs."""

    candidate = forms.ChoiceField(label="Try")
    against = forms.ModelChoiceField(policies(), label="Against", empty_label=None)
    supplier = forms.ChoiceField(label="Supplier", required=False)
    pack_type = forms.ChoiceField(label="Type", required=False)
    since = forms.DateField(
        label="Measured from", required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    until = forms.DateField(
        label="Measured until", required=False, widget=forms.DateInput(attrs={"type": "date"})
    )

    def __init__(self, *args: Any, taken: Taken, **options: Any):
        super().__init__(*args, **options)
        suppliers, types = choices_in(taken)
        fields: dict[str, Any] = self.fields
        fields["candidate"].choices = candidates()
        fields["supplier"].choices = [("", "All suppliers"), *suppliers]
        fields["pack_type"].choices = [("", "All types"), *types]

    def clean(self) -> dict[str, Any]:
        return with_days_in_order(super().clean() or {})

    @property
    def scope(self) -> Scope:
        data = self.cleaned_data
        return Scope(
            supplier=data["supplier"],
            pack_type=data["pack_type"],
            since=data["since"],
            until=data["until"],
        )

    @property
    def document(self) -> dict[str, Any]:
        """The policy that is tried, before any slider moved."""
        return document_of(self.cleaned_data["candidate"])


class UploadForm(forms.Form):
    """A policy from outside, to be tried without being published."""

    file = forms.FileField(label="Policy document (JSON)")

    def clean_file(self) -> dict[str, Any]:
        file = self.cleaned_data["file"]
        if file.size > LARGEST_DOCUMENT:
            raise ValidationError("A policy document has at most 1 MB.")
        document = uploaded_document(file)
        if not isinstance(document, dict):
            raise ValidationError("A policy document is one JSON object.")
        return document


def thresholds_in(document: Mapping[str, Any], data: Mapping[str, Any]) -> dict[str, Decimal]:
    """Return the thresholds that ``data`` names, each within its range and on its side of its neighbors.

    What is no number is left out.
    """
    found, items = {}, thresholds_of(document)
    for item in items:
        try:
            value = Decimal(str(data.get(item.key, "")).replace(",", "."))
        except ArithmeticError:
            continue
        if value.is_finite():
            found[item.key] = min(max(value, item.low), item.high)
    return kept_apart(items, found)


def sliders(document: Mapping[str, Any], values: Mapping[str, Decimal]) -> list[dict[str, Any]]:
    """Return each threshold with where it stands."""
    return [_slider(item, values.get(item.key, item.value)) for item in thresholds_of(document)]


def _slider(item: Threshold, value: Decimal) -> dict[str, Any]:
    change = value - item.value
    words = f"{value.normalize():f} {item.unit}"
    if change:
        words += f" (was {item.value.normalize():f})"
    return {"item": item, "value": f"{value.normalize():f}", "words": words, "is_moved": bool(change)}
