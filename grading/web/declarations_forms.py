"""Forms about instruments that are declared bad."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from django import forms

from grading.models import Channel


class DeclareForm(forms.Form):
    """What is bad since when, and why."""

    channel_id = forms.TypedChoiceField(
        label="What is bad",
        required=False,
        coerce=int,
        empty_value=None,
        help_text="With one channel, results that name no channel count too: they may have come from it.",
    )
    since_at = forms.DateTimeField(
        label="Bad since (UTC)",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text="Offered: when it was last proven right. Results from then on are touched.",
    )
    reason = forms.CharField(
        label="Why",
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Staff and auditors read it for ever; suppliers do not see it.",
    )

    def __init__(self, data: Any, *, channels: Sequence[Channel], since_at: datetime | None):
        start = since_at.astimezone(UTC).replace(second=0, microsecond=0) if since_at else None
        super().__init__(data, initial={"since_at": start})
        field: Any = self.fields["channel_id"]
        field.choices = [("", "The whole instrument"), *((each.pk, f"Channel {each}") for each in channels)]


class CloseForm(forms.Form):
    """Why a proposal is refused or withdrawn."""

    reason = forms.CharField(label="Why", widget=forms.Textarea(attrs={"rows": 2}))
