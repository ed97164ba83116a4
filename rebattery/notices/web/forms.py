"""What a supplier's people are asked about their notices."""

from django import forms

from rebattery.notices.domain.topics import CHOICES


class TopicsForm(forms.Form):
    """What a person wants mail about."""

    topics = forms.MultipleChoiceField(
        label="Send me mail when",
        choices=CHOICES,
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text="Every notice stands under Notices, whether you get a mail or not.",
    )


class EndpointForm(forms.Form):
    """A new webhook."""

    url = forms.CharField(
        label="Address",
        max_length=500,
        help_text="Starts with https://. It must be reachable from the Internet; redirects are not followed.",
    )
    topics = forms.MultipleChoiceField(
        label="Send it when", choices=CHOICES, widget=forms.CheckboxSelectMultiple
    )


class EndpointChangeForm(EndpointForm):
    """An existing webhook."""

    is_active = forms.BooleanField(label="In use", required=False)
