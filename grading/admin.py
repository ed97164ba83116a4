"""Instruments in Django's admin."""

from collections.abc import Mapping
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone

from grading.models import Instrument
from grading.services.instruments import change_instrument
from rebattery.accounts.guards import actor_of
from rebattery.ui.admin import ReferenceAdmin


@admin.register(Instrument)
class InstrumentAdmin(ReferenceAdmin):
    # Instruments are added and calibrated on their own pages, where the certificate stands beside the form.
    key_fields = ("code",)
    change_fields = ("name", "kind", "maker_serial", "is_active")
    list_display = ("code", "name", "kind", "is_active")
    search_fields = ("code", "name", "maker_serial")
    ordering = ("code",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def change(self, request: HttpRequest, row: Any, values: Mapping[str, Any]) -> Instrument:
        return change_instrument(instrument_id=row.pk, **values, actor=actor_of(request), at=timezone.now())
