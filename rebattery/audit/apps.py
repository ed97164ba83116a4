"""The one trail."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "rebattery.audit"
    label = "audit"
    default_auto_field = "django.db.models.BigAutoField"
