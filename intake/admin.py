"""Pack types and suppliers in Django's admin."""

from collections.abc import Mapping
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone

from intake.models import PackType, Supplier
from intake.services.catalogue import EDITABLE, add_pack_type, change_pack_type
from intake.services.suppliers import add_supplier, change_supplier
from rebattery.accounts.guards import actor_of
from rebattery.ui.admin import ReferenceAdmin


@admin.register(PackType)
class PackTypeAdmin(ReferenceAdmin):
    key_fields = ("key",)
    add_fields = change_fields = EDITABLE
    list_display = ("key", "make", "model", "variant", "chemistry", "is_active")
    list_filter = ("chemistry", "is_active")
    search_fields = ("key", "make", "model")
    ordering = ("key",)

    def add(self, request: HttpRequest, values: Mapping[str, Any]) -> PackType:
        return add_pack_type(key=values["key"], values=values, actor=actor_of(request), at=timezone.now())

    def change(self, request: HttpRequest, row: Any, values: Mapping[str, Any]) -> PackType:
        reason = values["reason"]
        return change_pack_type(
            pack_type_id=row.pk, values=values, reason=reason, actor=actor_of(request), at=timezone.now()
        )


@admin.register(Supplier)
class SupplierAdmin(ReferenceAdmin):
    key_fields = ("code",)
    add_fields = ("name", "country")
    change_fields = ("name", "country", "is_active")
    asks_reason = False
    list_display = ("code", "name", "country", "is_active")
    search_fields = ("code", "name")
    ordering = ("code",)

    def add(self, request: HttpRequest, values: Mapping[str, Any]) -> Supplier:
        return add_supplier(**values, actor=actor_of(request), at=timezone.now())

    def change(self, request: HttpRequest, row: Any, values: Mapping[str, Any]) -> Supplier:
        return change_supplier(supplier_id=row.pk, **values, actor=actor_of(request), at=timezone.now())
