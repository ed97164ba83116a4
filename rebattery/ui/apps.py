"""The look, without knowledge of batteries."""

from django.apps import AppConfig


class UiConfig(AppConfig):
    name = "rebattery.ui"
