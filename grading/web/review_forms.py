"""What a reviewer fills in; shape only, the services check meaning."""

from collections.abc import Mapping
from typing import Any

from django import forms

from grading.domain.override_scopes import LONGEST_NOTE, SCOPES, Scope
from grading.domain.review_reasons import (
    CONFIRM_REASONS,
    HOLD_REASONS,
    LONGEST_HOLD,
    OVERRIDE_OUTCOMES,
    OVERRIDE_REASONS,
    RETEST_REASONS,
    SECOND_PERSON_REASONS,
)
from grading.queries.review_evidence import Behind
from grading.services.reviews.cases import Justification, RetestDemand


class SeenForm(forms.Form):
    """A step that needs no reason: which version of the review the person saw."""

    version = forms.IntegerField()


class ReasonForm(forms.Form):
    """Why; every step on a review needs it."""

    reason_code = forms.ChoiceField(label="Reason")
    reason = forms.CharField(
        label="In your words",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="It stands in the trail.",
    )
    codes: Mapping[str, str] = {}

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["reason_code"].choices = [("", "Choose…"), *self.codes.items()]  # type: ignore[attr-defined]

    @property
    def why(self) -> Justification:
        return Justification(code=self.cleaned_data["reason_code"], text=self.cleaned_data["reason"])


class StepForm(ReasonForm):
    """A step on one review, as the person saw it."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any):
        # Several of these forms stand on one page: each needs ids of its own.
        super().__init__(*args, auto_id=f"{type(self).__name__.lower()}_%s", **kwargs)
        # The key n leads to it from anywhere on the page.
        self.fields["reason"].widget.attrs |= {"data-key": "n", "data-key-label": "Go to your words"}

    def take(self, *, version: int) -> None:
        """Show what was filled in as an answer to ``version``, which the person sees beside it now."""
        self.data = {**self.data.dict(), "version": str(version)}  # type: ignore[attr-defined]

    @property
    def typed(self) -> list[tuple[str, str]]:
        """Return what the person filled in: label and value of each field, choices in words."""
        found = []
        for field in self.visible_fields():
            value = field.value()
            choices = dict(getattr(field.field, "choices", ()))
            if value not in (None, "", False):
                found.append(
                    (str(field.label), "yes" if value in (True, "on") else str(choices.get(value, value)))
                )
        return found


class ConfirmForm(StepForm):
    codes = CONFIRM_REASONS


class RetestForm(StepForm):
    codes = RETEST_REASONS
    other_instrument = forms.BooleanField(
        label="With another instrument",
        required=False,
        help_text="Those that this decision rests on cannot be chosen.",
    )
    other_person = forms.BooleanField(
        label="By another person",
        required=False,
        help_text="Those who made the tests that this decision rests on are refused.",
    )
    field_order = ["reason_code", "reason", "other_instrument", "other_person"]

    def __init__(self, *args: Any, found: Behind | None = None, **kwargs: Any):
        super().__init__(*args, **kwargs)
        if found and found.instruments:
            self.fields["other_instrument"].help_text = f"Not {', '.join(found.instruments)} again."
        if found and found.people:
            self.fields["other_person"].help_text = f"Not by {', '.join(found.people)} again."

    @property
    def demand(self) -> RetestDemand:
        return RetestDemand(
            other_instrument=self.cleaned_data["other_instrument"],
            other_person=self.cleaned_data["other_person"],
        )


class HoldForm(StepForm):
    codes = HOLD_REASONS
    until = forms.DateField(
        label="Until",
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=f"It comes back on that day; at most {LONGEST_HOLD.days} days ahead.",
    )
    field_order = ["until", "reason_code", "reason"]


class OverrideForm(StepForm):
    codes = OVERRIDE_REASONS
    grade = forms.ChoiceField(label="Grade instead")
    scope = forms.ChoiceField(label="Counts for", choices=[("", "Choose…"), *SCOPES.items()])
    scope_note = forms.CharField(
        label="Which application, customer or use",
        required=False,
        max_length=LONGEST_NOTE,
        help_text="Needed unless it counts for any use. Suppliers do not see it.",
    )
    expires_on = forms.DateField(
        label="Counts until",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text="Needed for one application or customer; at most two years ahead.",
    )
    field_order = ["grade", "scope", "scope_note", "expires_on", "reason_code", "reason"]

    def __init__(self, *args: Any, decided: str, **kwargs: Any):
        super().__init__(*args, **kwargs)
        others = [(grade, grade) for grade in OVERRIDE_OUTCOMES if grade != decided]
        self.fields["grade"].choices = [("", "Choose…"), *others]  # type: ignore[attr-defined]

    @property
    def wanted_scope(self) -> Scope:
        return Scope(
            code=self.cleaned_data["scope"],
            note=self.cleaned_data["scope_note"],
            expires_on=self.cleaned_data["expires_on"],
        )


class AnswerForm(StepForm):
    codes = SECOND_PERSON_REASONS


class CasesField(forms.Field):
    """Reads ticked boxes of the form "key:version" into a dict."""

    widget = forms.MultipleHiddenInput

    def to_python(self, value: Any) -> dict[int, int]:
        try:
            return {int(key): int(version) for key, version in (text.split(":") for text in value or [])}
        except ValueError:
            raise forms.ValidationError("The list of reviews is damaged; load the page again.") from None


class CasesForm(forms.Form):
    """Reviews, each as the person saw it."""

    cases = CasesField()


class GroupForm(ReasonForm):
    """One reason for many reviews, each as the person saw it."""

    codes = CONFIRM_REASONS
    cases = CasesField(error_messages={"required": "Tick the reviews to confirm."})
