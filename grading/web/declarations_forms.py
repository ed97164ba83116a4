"""Forms about instruments that are declared bad."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms

from grading.models import Channel
from rebattery.ui.forms import MomentInput, minute_of


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
        widget=MomentInput,
        help_text="Offered: when it was last proven right. Results from then on are touched.",
    )
    reason = forms.CharField(
        label="Why",
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Staff and auditors read it for ever; suppliers do not see it.",
    )

    def __init__(self, data: Any, *, channels: Sequence[Channel], since_at: datetime | None):
        super().__init__(data, initial={"since_at": since_at and minute_of(since_at)})
        field: Any = self.fields["channel_id"]
        field.choices = [("", "The whole instrument"), *((each.pk, f"Channel {each}") for each in channels)]


class CloseForm(forms.Form):
    """Why a proposal is refused or withdrawn."""

    reason = forms.CharField(label="Why", widget=forms.Textarea(attrs={"rows": 2}))
