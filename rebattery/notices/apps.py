"""What suppliers are told, by mail and by webhook."""

from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "rebattery.notices"
    label = "notices"
    default_auto_field = "django.db.models.BigAutoField"
