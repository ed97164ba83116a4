"""The Django app that carries the stack command."""

from django.apps import AppConfig


class EmbeddedConfig(AppConfig):
    name = "rebattery.embedded"
