"""What is filled in of a reported state of health; shape only, the service checks meaning."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms

from grading.models import ProcedureVersion, SohReport
from grading.services.soh_reports import SohReportInput
from grading.web.bench_forms import measured
from rebattery.ui.forms import MomentInput, minute_of


class SohReportForm(forms.Form):
    """A state of health read out of the pack, or screened; it never grades."""

    prefix = "report"
    kind = forms.ChoiceField(choices=[("", "Choose"), *SohReport.Kind.choices])
    value_percent = measured("declared_soh_percent", "Reported SOH")
    read_at = forms.DateTimeField(
        label="Read at (UTC)",
        widget=MomentInput,
    )
    tool = forms.CharField(
        label="Read out with", required=False, max_length=120, help_text="Scanner, portal, screening device."
    )
    firmware = forms.CharField(
        required=False, max_length=60, help_text="Of the battery management system, as the tool shows it."
    )
    procedure_id = forms.TypedChoiceField(
        label="Procedure", coerce=int, empty_value=None, required=False, help_text="Pulse screen only."
    )
    note = forms.CharField(required=False, widget=forms.Textarea(attrs={"rows": 2}))
    reason = forms.CharField(
        label="Why it takes the place of a newer one",
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Only when the reading that stands is as new or newer.",
    )

    def __init__(self, data: Any, *, screens: Sequence[ProcedureVersion], at: datetime):
        super().__init__(data, initial={"read_at": minute_of(at)})
        field: Any = self.fields["procedure_id"]
        field.choices = [("", "None"), *((each.pk, str(each)) for each in screens)]

    def result_for(self, pack_id: int) -> SohReportInput:
        """Return what was filled in, as the service takes it."""
        return SohReportInput(pack_id=pack_id, **self.cleaned_data)
