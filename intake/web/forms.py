"""What people type in about suppliers, files and pack types; shape only, the services check meaning."""

from typing import Any

from django import forms
from django.db import models

from intake.models import PackType, Supplier
from intake.queries.catalogue import BASELINE_METHODS, MEASURES
from intake.queries.suppliers import suppliers_to_send_for
from intake.services.catalogue import EDITABLE
from rebattery.ui.forms import FilesField, FilesInput, MeasuredDecimalField

TABLES = ".csv,.txt,.tsv,.xlsx,.xls,.ods"
"""What a browser offers for a manifest."""
_WORDS = {name: (label, unit) for name, label, unit in MEASURES}


class UploadForm(forms.Form):
    """A supplier's own files: whose they are, the session says."""

    file = FilesField(
        label="Manifest",
        help_text="CSV, XLSX, XLS or ODS, one or several. At most 100 MB and 200,000 rows each.",
        widget=FilesInput(attrs={"accept": TABLES, "data-drop": "", "multiple": True}),
    )


class UploadForSupplierForm(UploadForm):
    """A file that staff send on behalf of a supplier."""

    supplier: "forms.ModelChoiceField[Supplier]" = forms.ModelChoiceField(queryset=None)
    field_order = ["supplier", "file"]

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["supplier"].queryset = suppliers_to_send_for()  # type: ignore[attr-defined]


class SupplierForm(forms.Form):
    """A supplier's facts that may change."""

    name = forms.CharField(max_length=120)
    country = forms.RegexField(
        r"^[A-Za-z]{2}$", required=False, help_text="Two letters, such as DE.", label="Country code"
    )


class NewSupplierForm(SupplierForm):
    """A new supplier, with the code that stays for ever."""

    code = forms.RegexField(
        r"^[A-Za-z0-9-]{2,20}$", help_text="2 to 20 letters, digits and hyphens. It cannot be changed later."
    )
    field_order = ["code", "name", "country"]


class EditSupplierForm(SupplierForm):
    """Changes of a supplier."""

    is_active = forms.BooleanField(required=False, label="May send files")


def _figure(field: models.Field, **options: Any) -> forms.Field | None:
    """Give a figure of the catalogue its unit, and let it take a decimal comma."""
    if not isinstance(field, models.DecimalField):
        return field.formfield(**options)
    label, unit = _WORDS[field.name]
    return MeasuredDecimalField(
        unit=unit,
        label=label,
        max_digits=field.max_digits,
        decimal_places=field.decimal_places,
        required=False,
    )


class PackTypeForm(forms.ModelForm):
    """A pack type's figures; what nobody has confirmed stays blank."""

    baseline_ir_method = forms.ChoiceField(
        choices=[("", "Not confirmed"), *BASELINE_METHODS], label="Baseline method", required=False
    )

    class Meta:
        model = PackType
        fields = [name for name in EDITABLE if name != "unconfirmed_fields"]
        labels = {name: label for name, (label, _) in _WORDS.items()} | {
            "chemistry_detail": "Exact chemistry",
            "calendar_life_years": "Calendar life by the maker (years)",
            "is_active": "May be chosen",
        }
        help_texts = {"calendar_life_years": "From the production on. Past it, a pack gets no second life."}
        formfield_callback = _figure


class NewPackTypeForm(PackTypeForm):
    """A new pack type, with the key that stays for ever."""

    key = forms.RegexField(
        r"^[A-Za-z0-9-]{3,40}$", help_text="3 to 40 letters, digits and hyphens. It cannot be changed later."
    )
    field_order = ["key"]


class EditPackTypeForm(PackTypeForm):
    """Changes of a pack type, with the reason for them."""

    reason = forms.CharField(widget=forms.Textarea(attrs={"rows": 2}), help_text="It stands in the trail.")
