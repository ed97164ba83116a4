"""People and their tokens."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "rebattery.accounts"
    label = "accounts"
    default_auto_field = "django.db.models.BigAutoField"
