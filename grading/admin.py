"""Instruments in Django's admin."""

from collections.abc import Mapping
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone

from grading.models import Instrument
from grading.services.instruments import change_instrument, create_instrument
from rebattery.accounts.guards import actor_of
from rebattery.ui.admin import ReferenceAdmin


@admin.register(Instrument)
class InstrumentAdmin(ReferenceAdmin):
    # A new certificate is recorded on the instrument's own page, which leaves the former one in the trail.
    key_fields = ("code", "certificate_number", "calibrated_from_date", "calibrated_to_date")
    add_fields = ("name", "kind", "maker_serial")
    change_fields = (*add_fields, "is_active")
    list_display = ("code", "name", "kind", "calibrated_to_date", "is_active")
    search_fields = ("code", "name", "maker_serial")
    ordering = ("code",)

    def add(self, request: HttpRequest, values: Mapping[str, Any]) -> Instrument:
        return create_instrument(**values, actor=actor_of(request), at=timezone.now())

    def change(self, request: HttpRequest, row: Any, values: Mapping[str, Any]) -> Instrument:
        return change_instrument(instrument_id=row.pk, **values, actor=actor_of(request), at=timezone.now())
