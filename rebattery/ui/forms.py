"""Forms: how fields look, what numbers and answers they take, how refusals reach them."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.renderers import TemplatesSetting

from rebattery.errors import RuleViolation
from rebattery.numbers import NumberUnreadable, read_key, read_number


class Renderer(TemplatesSetting):
    """Renders all forms and fields by our components."""

    form_template_name = "components/form.html"
    field_template_name = "components/field.html"


def apply_rule_violation(form: forms.BaseForm, violation: RuleViolation) -> None:
    """Show a refusal on ``form``: at the fields it names, else above them."""
    named = {name: text for name, text in violation.fields.items() if name in form.fields}
    for name, text in named.items():
        form.add_error(name, ValidationError(text, code=violation.code))
    if not named:
        form.add_error(None, ValidationError(violation.message, code=violation.code))


def faults_in_words(form: forms.BaseForm) -> str:
    """Return all that is wrong with ``form`` in one line, for where it is not shown."""
    return " ".join(str(error) for errors in form.errors.values() for error in errors)


def keys_in(texts: Iterable[str]) -> set[int]:
    """Return the keys among what an address or a form names; anything else names nothing."""
    return {key for text in texts if (key := read_key(text)) is not None}


def with_days_in_order(data: dict[str, Any]) -> dict[str, Any]:
    """Return the cleaned ``data`` of a period, ``since`` to ``until``, either of them open.

    :raises ValidationError: when the first day comes after the last; which of them is wrong nobody knows.
    """
    since, until = data.get("since"), data.get("until")
    if since and until and until < since:
        raise ValidationError(f"The first day, {since}, is after the last, {until}: nothing lies between.")
    return data


class Grouped(forms.Form):
    """A form whose fields stand in groups; our form component draws them."""

    grouping: Sequence[tuple[str, Sequence[str]]] = ()
    """Heading of each group and the names of its fields; what no group names stands where it comes."""

    @property
    def groups(self) -> list[tuple[str, list[forms.BoundField]]]:
        """Return heading and fields of each group; fields of no group stand between them without one."""
        heading_of = {name: heading for heading, names in self.grouping for name in names}
        found: list[tuple[str, list[forms.BoundField]]] = []
        for field in self.visible_fields():
            heading = heading_of.get(field.name, "")
            same = [fields for other, fields in (found if heading else found[-1:]) if other == heading]
            if same:
                same[0].append(field)
            else:
                found.append((heading, [field]))
        return found


class MeasurementInput(forms.TextInput):
    """A text box with the number pad; browsers' own number boxes refuse one of comma and dot."""

    def __init__(self, attrs: dict[str, Any] | None = None):
        super().__init__({"inputmode": "decimal", "autocomplete": "off", **(attrs or {})})


class MomentInput(forms.DateTimeInput):
    """The browser's own box for a day and a time, to the minute."""

    def __init__(self, attrs: dict[str, Any] | None = None):
        super().__init__({"type": "datetime-local", **(attrs or {})}, format="%Y-%m-%dT%H:%M")


def minute_of(at: datetime) -> datetime:
    """Return ``at`` as a ``MomentInput`` shows it: in UTC, to the minute."""
    return at.astimezone(UTC).replace(second=0, microsecond=0)


class MeasuredDecimalField(forms.DecimalField):
    """A measured number with its unit and plausible range; takes a decimal comma or point."""

    widget = MeasurementInput

    def __init__(
        self,
        *,
        unit: str,
        low: Decimal | int | None = None,
        high: Decimal | int | None = None,
        help_text: str = "",
        **options: Any,
    ):
        self.unit = unit
        hint = "" if low is None or high is None else f"{low} to {high} {unit}".rstrip()
        shown = unit.replace("%", "%%")  # Django fills these messages with the % operator.
        limits = {
            "min_value": f"This must be at least %(limit_value)s {shown}; you entered %(show_value)s.",
            "max_value": f"This must be at most %(limit_value)s {shown}; you entered %(show_value)s.",
        }
        options["error_messages"] = limits | options.get("error_messages", {})
        options["help_text"] = ". ".join(filter(None, [hint, help_text]))
        super().__init__(min_value=low, max_value=high, **options)

    def to_python(self, value: Any) -> Decimal | None:  # type: ignore[override]  # stubs say int
        text = value.strip() if isinstance(value, str) else ""
        if isinstance(value, str) and not text:
            return None
        if text:
            try:
                value = read_number(text)
            except NumberUnreadable as exc:
                raise ValidationError(str(exc), code=exc.code) from None
        return super().to_python(value)


class FilesInput(forms.FileInput):
    """A box that takes several files."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """One file or several; cleans to the list of them, empty when there is none and none is required."""

    widget = FilesInput

    def clean(self, data: Any, initial: Any = None) -> Any:
        if not data:
            super().clean(None, initial)
        return [super(FilesField, self).clean(file, initial) for file in data or []]


class TriStateInput(forms.RadioSelect):
    """Three buttons; "Not checked" stays chosen until a person chooses."""

    template_name = "components/tri_state_input.html"


class TriStateField(forms.ChoiceField):
    """A question for the floor: cleans to "yes", "no", or "" when nobody looked; "" is never a pass."""

    widget = TriStateInput

    def __init__(self, **options: Any):
        choices = [("yes", "Yes"), ("no", "No"), ("", "Not checked")]
        defaults: dict[str, Any] = {
            "required": False,
            "initial": "",
            "template_name": "components/question.html",
        }
        super().__init__(choices=choices, **(defaults | options))
