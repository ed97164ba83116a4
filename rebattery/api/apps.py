"""The REST shell."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "rebattery.api"
    label = "api"
    default_auto_field = "django.db.models.BigAutoField"
