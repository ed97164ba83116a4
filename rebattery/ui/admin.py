"""Django's admin, for reference data only: each change goes through the service that the pages use."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from rebattery.errors import RuleViolation


class ReasonForm(forms.ModelForm):
    """A change together with its reason."""

    reason = forms.CharField(widget=forms.Textarea(attrs={"rows": 2}), help_text="It stands in the trail.")


class ReferenceAdmin(admin.ModelAdmin):
    """Reference data: added and changed one by one through services, never deleted."""

    actions = None
    key_fields: tuple[str, ...]
    """What a row is given once and keeps: shown, not asked, when it changes."""
    change_fields: tuple[str, ...]
    add_fields: tuple[str, ...] = ()
    """Asked of a new row besides ``key_fields``."""
    asks_reason = True

    def add(self, request: HttpRequest, values: Mapping[str, Any]) -> Model:
        """Make a row through its service."""
        raise NotImplementedError

    def change(self, request: HttpRequest, row: Model, values: Mapping[str, Any]) -> Model:
        """Change a row through its service."""
        raise NotImplementedError

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:
        if obj is None:
            return [*self.key_fields, *self.add_fields]
        return [*self.key_fields, *self.change_fields, *(["reason"] if self.asks_reason else [])]

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> tuple[str, ...]:
        return self.key_fields if obj else ()

    def get_form(
        self, request: HttpRequest, obj: Model | None = None, change: bool = False, **options: Any
    ) -> Any:
        form = ReasonForm if obj and self.asks_reason else forms.ModelForm
        return super().get_form(request, obj, change, **{"form": form, **options})

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        # Never obj.save(): the service locks, checks, writes and tells the trail.
        values = form.cleaned_data
        obj.pk = (self.change(request, obj, values) if change else self.add(request, values)).pk

    def changeform_view(self, request: HttpRequest, *args: Any, **options: Any) -> HttpResponse:
        try:
            return super().changeform_view(request, *args, **options)
        except RuleViolation as refused:
            told = " ".join([refused.message, *refused.fields.values()])
            messages.error(request, f"{told} Nothing was changed.")
            return redirect(request.get_full_path())
