"""Forms that begin, publish and discard drafts of policies."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from grading.domain.policy_faults import faults_in
from grading.domain.policy_templates import template_document, templates
from grading.models import PolicyDraft, PolicyVersion
from grading.queries.policies import drafts, policies, published_as, reports_on
from grading.web.documents import uploaded_document
from rebattery.dates import moment_in_words

MAX_DOCUMENT_BYTES = 500_000


class StartForm(forms.Form):
    """What a draft begins from: a version, another draft, a shipped document or a file."""

    start = forms.ChoiceField(label="Begin from", required=False)
    file = forms.FileField(
        label="or from a JSON file",
        required=False,
        help_text="As the export of a policy gives it; all its faults are told at once.",
    )

    def __init__(self, *args: Any, **options: Any):
        super().__init__(*args, **options)
        field = self.fields["start"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            ("", "–"),
            ("Published", [(f"version-{row.pk}", str(row)) for row in policies()]),
            ("Drafts", [(f"draft-{row.pk}", f"{row} by {row.author}") for row in drafts()[:50]]),
            (
                "Documents to begin from",
                [(f"template-{t.code}", f"{t.title} ({t.code})") for t in templates()],
            ),
        ]

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if not self.errors and bool(given.get("start")) == bool(given.get("file")):
            raise forms.ValidationError("Choose what to begin from, or a file: one of the two.")
        return given

    def clean_file(self) -> dict[str, Any] | None:
        file: UploadedFile | None = self.cleaned_data["file"]
        if file is None:
            return None
        if (file.size or 0) > MAX_DOCUMENT_BYTES:
            raise forms.ValidationError("This file is too large for a policy.")
        found = uploaded_document(file)
        if faults := faults_in(found):
            raise forms.ValidationError(faults)
        assert isinstance(found, dict)
        return found

    @property
    def same_as(self) -> PolicyVersion | None:
        """Return the published version that the file is a copy of, None when it is of none."""
        found = self.cleaned_data["file"]
        return published_as(document=found) if found else None

    def origin(self) -> dict[str, Any]:
        """Return the document to begin from, the version that it changes, and where it is from in words."""
        if found := self.cleaned_data["file"]:
            if same := self.same_as:
                return {"document": found, "based_on_id": same.pk, "source": f"a file, the same as {same}"}
            return {"document": found, "based_on_id": None, "source": "a file"}
        kind, _, key = self.cleaned_data["start"].partition("-")
        if kind == "template":
            source = f"the document {key}"
            return {"document": template_document(key), "based_on_id": None, "source": source}
        if kind == "draft":
            draft = drafts().get(pk=key)
            return {"document": draft.document, "based_on_id": draft.based_on_id, "source": str(draft)}
        version = policies().get(pk=key)
        return {"document": version.document, "based_on_id": version.pk, "source": str(version)}


class PublishForm(forms.Form):
    """When the policy takes effect, and what for."""

    revision = forms.IntegerField(widget=forms.HiddenInput)
    message = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="What this publication is for. It stands in the history of the policy for ever.",
    )
    effective_from = forms.DateTimeField(
        label="In force from",
        required=False,
        widget=forms.DateTimeInput(attrs={"placeholder": "2026-12-01 08:00"}),
        help_text="In UTC, not in the past. Empty: at once.",
    )
    cited_report = forms.ChoiceField(
        label="Rests on the what-if report",
        required=False,
        help_text=(
            "Reports that tried exactly this document. Publication adds version, moment and approver to it:"
            " the hash of the version is another; its page shows both."
        ),
    )

    def __init__(self, draft: PolicyDraft, *args: Any, **options: Any):
        super().__init__(*args, **options)
        field = self.fields["cited_report"]
        assert isinstance(field, forms.ChoiceField)
        found = [
            (row.sha256, f"{row.title}, {moment_in_words(row.made_at)}") for row in reports_on(draft=draft)
        ]
        field.choices = [("", "none"), *found]

    def stand_for(self, revision: int) -> None:
        """Keep what was typed for another revision, the one that its person is shown now."""
        self.data = {**dict(self.data.items()), "revision": str(revision)}


class RevisionForm(forms.Form):
    """The revision that a person has read."""

    revision = forms.IntegerField(widget=forms.HiddenInput)


class DiscardForm(forms.Form):
    """Why a draft comes to nothing."""

    reason = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="It stands in the trail. The draft stays readable.",
    )
