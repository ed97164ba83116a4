"""How forms look and how refusals of services reach them."""

from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.contrib import messages
from django.forms.renderers import TemplatesSetting
from django.http import HttpRequest

from rebattery.errors import RuleViolation


class Renderer(TemplatesSetting):
    """Render every field by our own component, with label, unit, hint and errors tied together."""

    form_template_name = "components/form.html"
    field_template_name = "components/field.html"


def apply_rule_violation(form: forms.BaseForm, violation: RuleViolation) -> None:
    """Show a service's refusal on the form: at its fields where it names them, above the form always."""
    for name, message in violation.fields.items():
        if name in form.fields:
            form.add_error(name, message)
    form.add_error(None, violation.message)


def tell_rule_violation(request: HttpRequest, violation: RuleViolation) -> None:
    """Show a service's refusal as a message on the next page, for buttons that have no form."""
    messages.error(request, violation.message)


class MeasurementInput(forms.TextInput):
    """A number with its unit; the tablet shows the number keys."""

    unit: str = ""

    def __init__(self, unit: str = "") -> None:
        super().__init__({"inputmode": "decimal", "autocomplete": "off"})
        self.unit = unit


class MeasuredDecimalField(forms.DecimalField):
    """A measured number: comma or point as the decimal mark, never both, never a guess."""

    widget = MeasurementInput

    def __init__(self, *, unit: str = "", low: Any = None, high: Any = None, **options: Any) -> None:
        if low is not None and high is not None:
            options.setdefault("help_text", f"Plausible: {low} to {high} {unit}".strip())
        super().__init__(widget=MeasurementInput(unit), localize=False, **options)

    def to_python(self, value: Any) -> Decimal | None:
        text = str(value or "").strip().replace(" ", "").replace("\u202f", "")
        if text in self.empty_values:
            return None
        if text.count(",") + text.count(".") > 1:
            raise forms.ValidationError(
                "Write one decimal mark and no thousands marks, such as 1234.5.", code="invalid"
            )
        try:
            return super().to_python(str(Decimal(text.replace(",", "."))))
        except InvalidOperation:
            raise forms.ValidationError(f"“{text}” is not a number.", code="invalid") from None


class TriStateSelect(forms.RadioSelect):
    template_name = "components/tri_state.html"


class TriStateField(forms.ChoiceField):
    """Yes, no, or not answered; an untouched question stays untouched."""

    widget = TriStateSelect

    def __init__(self, **options: Any) -> None:
        super().__init__(choices=[("yes", "Yes"), ("no", "No")], **options)
