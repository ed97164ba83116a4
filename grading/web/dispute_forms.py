"""What a supplier writes against a result, and what a reviewer answers; the services check meaning."""

from typing import Any

from django import forms

from grading.domain.disputes import LONGEST_COMMENT, MOST_FILES, Outcome
from grading.services.disputes import Upload
from grading.services.disputes.evidence import FILE_LIMIT_BYTES
from grading.services.reviews.cases import RetestDemand
from rebattery.ui.forms import FilesField


class DisputeForm(forms.Form):
    """A supplier's objection to the decision that was seen."""

    comment = forms.CharField(
        label="What is wrong with the result?",
        max_length=LONGEST_COMMENT,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="A reviewer who had no part in the result reads and answers it.",
    )
    files = FilesField(  # type: ignore[assignment]  # a field here, as the API names it too
        label="Files",
        required=False,
        allow_empty_file=True,  # the service names it in its refusal
        help_text=(
            f"At most {MOST_FILES}, {FILE_LIMIT_BYTES // 2**20} MB each: PDF, XLSX, CSV, JSON, text, JPEG, "
            "PNG or WebP. Location and other data are taken out of photos."
        ),
    )
    decision_id = forms.IntegerField(widget=forms.HiddenInput)

    def uploads(self) -> list[Upload]:
        return [Upload.read(file.name, file) for file in self.cleaned_data["files"]]


class AnswerDisputeForm(forms.Form):
    """A reviewer's answer."""

    outcome = forms.ChoiceField(
        label="Outcome",
        choices=[
            (Outcome.UPHELD.value, "Upheld: the pack is measured or inspected again"),
            (Outcome.REJECTED.value, "Rejected: the result stands"),
        ],
        widget=forms.RadioSelect,
    )
    text = forms.CharField(
        label="Answer",
        max_length=LONGEST_COMMENT,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="The supplier reads it as it stands; it names no person.",
    )
    other_instrument = forms.BooleanField(
        label="Retest with another instrument",
        required=False,
        help_text="Upheld with a retest only. Those that this decision rests on cannot be chosen.",
    )
    other_person = forms.BooleanField(
        label="Retest by another person",
        required=False,
        help_text="Upheld with a retest only. Those who made the tests behind this decision are refused.",
    )

    @property
    def values(self) -> dict[str, Any]:
        """Return what the service takes."""
        values = self.cleaned_data
        demand = RetestDemand(
            other_instrument=values["other_instrument"], other_person=values["other_person"]
        )
        return {"outcome": values["outcome"], "text": values["text"], "demand": demand}
