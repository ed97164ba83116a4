"""What people and tokens are asked for."""

from typing import Any

from django import forms
from django.apps import apps

from rebattery.accounts.models import User
from rebattery.accounts.roles import API_SCOPES, Role, scopes_of


class InviteForm(forms.Form):
    """A new person."""

    name = forms.CharField(max_length=120)
    email = forms.EmailField(label="E-mail", help_text="The link to set a password goes here.")
    role = forms.ChoiceField(choices=Role.choices)
    supplier: Any = forms.ModelChoiceField(
        queryset=None, required=False, help_text="For suppliers' people only; leave it empty for staff."
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        suppliers = apps.get_model("intake.Supplier")._default_manager.filter(is_active=True).order_by("name")
        self.fields["supplier"].queryset = suppliers  # type: ignore[attr-defined]


class ReasonForm(forms.Form):
    """Why somebody is locked out or let in again."""

    reason = forms.CharField(max_length=500, help_text="It goes into the trail.")


class RoleForm(ReasonForm):
    """Another role for a member of staff."""

    role = forms.ChoiceField(choices=[choice for choice in Role.choices if choice[0] != Role.SUPPLIER])
    field_order = ["role", "reason"]


class TokenForm(forms.Form):
    """A new token."""

    label = forms.CharField(max_length=80, help_text="What it is for, such as “bench computer 2”.")
    scopes = forms.MultipleChoiceField(
        widget=forms.CheckboxSelectMultiple,
        help_text="What the token may do: never more than you may yourself.",
    )

    def __init__(self, *args: Any, person: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(scope.value, API_SCOPES[scope]) for scope in scopes_of(person.role)]
        self.fields["scopes"].choices = choices  # type: ignore[attr-defined]
