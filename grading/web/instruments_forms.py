"""Forms of the instrument registry; they check shape, the services check meaning."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from grading.models import Channel, Instrument, ReferenceItem
from grading.services.instruments import Upload
from rebattery.ui.forms import Grouped, MeasuredDecimalField, MomentInput, minute_of

REASON = "It stands in the trail."
SHARED = "Name the other instruments here when one certificate covers several."
WHOLE = ("", "The whole instrument")


def _day(label: str, **options: Any) -> forms.DateField:
    return forms.DateField(
        label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **options
    )


def _reason() -> forms.CharField:
    return forms.CharField(widget=forms.Textarea(attrs={"rows": 2}), help_text=REASON)


class FirstCertificateForm(forms.Form):
    """A certificate and the period in which it holds."""

    certificate_number = forms.CharField(max_length=60)
    laboratory = forms.CharField(max_length=120, required=False)
    valid_from_date = _day("Calibrated on")
    valid_to_date = _day("Valid until", help_text="The first day on which it no longer holds.")
    note = forms.CharField(required=False, label="Note on the certificate", help_text=SHARED)


class CalibrationForm(forms.Form):
    """A new certificate, with its file."""

    certificate_number = forms.CharField(max_length=60)
    laboratory = forms.CharField(max_length=120, required=False)
    channel_id = forms.TypedChoiceField(label="It is about", coerce=int, empty_value=None, required=False)
    has_passed = forms.TypedChoiceField(
        label="Outcome",
        choices=[("yes", "Passed: within its limits"), ("no", "Failed: outside its limits")],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )
    valid_from_date = _day("Calibrated on")
    valid_to_date = _day(
        "Valid until",
        required=False,
        help_text="The first day on which it no longer holds. A failed calibration needs none.",
    )
    file = forms.FileField(label="Certificate file", required=False, help_text="PDF or photo, at most 20 MB.")
    note = forms.CharField(required=False, widget=forms.Textarea(attrs={"rows": 2}), help_text=SHARED)

    def __init__(self, *args: Any, channels: Sequence[Channel], **options: Any):
        super().__init__(*args, **options)
        _offer_channels(self, channels)

    @property
    def values(self) -> dict[str, Any]:
        """Return what the service takes."""
        values = dict(self.cleaned_data)
        file = values.pop("file")
        return values | {"upload": Upload.read(file.name, file) if file else None}


def _offer_channels(form: forms.Form, channels: Sequence[Channel]) -> None:
    field: Any = form.fields["channel_id"]
    field.choices = [WHOLE, *((each.pk, f"Channel {each.code}") for each in channels if each.is_active)]
    if len(field.choices) == 1:
        del form.fields["channel_id"]


class InstrumentForm(forms.Form):
    """What an instrument is."""

    name = forms.CharField(max_length=120)
    kind = forms.ChoiceField(choices=Instrument.Kind.choices)
    maker_serial = forms.CharField(max_length=60, required=False, label="Maker's serial number")


class NewInstrumentForm(InstrumentForm, FirstCertificateForm):
    """A new instrument, with the code that stays for ever."""

    code = forms.RegexField(
        r"^[A-Za-z0-9-]{2,30}$", help_text="2 to 30 letters, digits and hyphens. It cannot be changed later."
    )
    field_order = ["code", "name", "kind", "maker_serial"]


class EditInstrumentForm(InstrumentForm):
    """Changes of an instrument, with the reason for them."""

    is_active = forms.BooleanField(required=False, label="In service")
    reason = _reason()


class WithdrawForm(forms.Form):
    """Why an entry was wrong."""

    reason = _reason()


_QUANTITIES = (
    ("voltage", "v", "V", 99999),
    ("current", "a", "A", 99999),
    ("resistance", "mohm", "mΩ", 999999),
)


def _limits() -> dict[str, forms.Field]:
    fields: dict[str, forms.Field] = {}
    for name, suffix, unit, most in _QUANTITIES:
        label = name.capitalize()
        fields[f"{name}_range_{suffix}"] = MeasuredDecimalField(
            label=f"{label} range, full scale",
            unit=unit,
            low=0,
            high=most,
            decimal_places=3,
            required=False,
        )
        for part, words in (("reading", "of reading"), ("full_scale", "of full scale")):
            fields[f"{name}_{part}_percent"] = MeasuredDecimalField(
                label=f"{label} error, {words}",
                unit="%",
                low=0,
                high=50,
                decimal_places=4,
                required=False,
            )
    fields["temperature_error_k"] = MeasuredDecimalField(
        label="Temperature error", unit="K", low=0, high=50, decimal_places=2, required=False
    )
    fields["time_error_percent"] = MeasuredDecimalField(
        label="Time error", unit="%", low=0, high=50, decimal_places=4, required=False
    )
    return fields


LIMITS = tuple(_limits())


class LimitsForm(Grouped):
    """The maker's limits of error; blank means not stated, and budgets then say so."""

    grouping = (
        *(
            (name.capitalize(), [column for column in LIMITS if column.startswith(name)])
            for name, *_ in _QUANTITIES
        ),
        ("Temperature and time", ("temperature_error_k", "time_error_percent")),
    )

    def __init__(self, *args: Any, **options: Any):
        super().__init__(*args, **options)
        rest: dict[str, forms.Field] = {
            name: self.fields.pop(name) for name in ("is_active", "reason") if name in self.fields
        }
        self.fields.update(_limits())
        self.fields.update(rest)

    @property
    def limits(self) -> dict[str, Decimal | None]:
        """Return the limits by column."""
        return {name: self.cleaned_data[name] for name in LIMITS}


class NewChannelForm(LimitsForm):
    """A new channel."""

    code = forms.RegexField(
        r"^[A-Za-z0-9-]{1,30}$", help_text="As the tester names it, such as 3 or CH-03. It stays."
    )


class EditChannelForm(LimitsForm):
    """Changes of a channel."""

    is_active = forms.BooleanField(required=False, label="In service")
    reason = _reason()


class ControlForm(forms.Form):
    """One control measurement; the deviation is computed."""

    item_id = forms.TypedChoiceField(label="Reference item", coerce=int)
    channel_id = forms.TypedChoiceField(label="Measured by", coerce=int, empty_value=None, required=False)
    measured_value = MeasuredDecimalField(
        label="Measured value", unit="", decimal_places=4, max_digits=10, help_text="In the item's unit."
    )
    measured_at = forms.DateTimeField(
        label="Measured at (UTC)",
        widget=MomentInput,
    )
    note = forms.CharField(required=False, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(
        self,
        data: Any,
        *,
        items: Sequence[ReferenceItem],
        channels: Sequence[Channel],
        item: str,
        at: datetime,
    ):
        super().__init__(data, initial={"measured_at": minute_of(at), "item_id": item})
        field: Any = self.fields["item_id"]
        # The reference value is not told here: who knows it reads towards it.
        field.choices = [(each.pk, f"{each}: {each.get_quantity_display()}") for each in items]
        _offer_channels(self, channels)


class ReferenceForm(forms.Form):
    """What is known of a reference item."""

    name = forms.CharField(max_length=120)
    reference_value = MeasuredDecimalField(
        label="Reference value", unit="", decimal_places=4, max_digits=10, help_text="In the quantity's unit."
    )
    tolerance_percent = MeasuredDecimalField(
        label="Tolerance", unit="%", low=0, high=100, decimal_places=3, help_text="Beyond it a check fails."
    )
    interval_days = forms.IntegerField(
        label="Measured every (days)", min_value=1, max_value=1000, widget=forms.TextInput
    )
    source = forms.CharField(max_length=200, help_text="Where the reference value comes from.")


class NewReferenceForm(ReferenceForm):
    """A new reference item."""

    code = forms.RegexField(
        r"^[A-Za-z0-9-]{2,30}$", help_text="2 to 30 letters, digits and hyphens. It stays."
    )
    quantity = forms.ChoiceField(choices=ReferenceItem.Quantity.choices)
    field_order = ["code", "name", "quantity"]


class EditReferenceForm(ReferenceForm):
    """Changes of a reference item."""

    is_active = forms.BooleanField(required=False, label="In use")
    reason = _reason()


def form_page(request: HttpRequest, form: forms.Form, title: str, verb: str, **context: Any) -> HttpResponse:
    """Show one form of the registry; ``instrument`` or ``is_reference`` says where it leads back to."""
    context |= {"form": form, "title": title, "verb": verb}
    return render(request, "grading/instruments/form.html", context)
