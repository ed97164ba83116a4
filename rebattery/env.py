"""Readers of the environment that refuse a bad value loudly, naming the variable."""

import os
from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured

TRUE, FALSE = {"1", "true", "yes", "on"}, {"0", "false", "no", "off"}


def local_mode() -> bool:
    """Return whether the embedded servers or the tests run us; set by our own code, never by an operator."""
    return os.environ.get("REBATTERY_LOCAL") == "1"


def text(name: str, default: str | None = None) -> str:
    """Return the variable, or ``default``.

    :raises ImproperlyConfigured: when it is unset (or empty) and has no default.
    """
    value = os.environ.get(name, "").strip()
    if value:
        return value
    if default is None:
        raise ImproperlyConfigured(f"{name} is not set. Set it in the environment; .env.example explains it.")
    return default


def secret(name: str, *, local: str) -> str:
    """Return a secret, which has the default ``local`` in the local mode and none outside it."""
    return text(name, local if local_mode() else None)


def flag(name: str, default: bool) -> bool:
    """Return a yes or no."""
    value = text(name, "yes" if default else "no").lower()
    if value not in TRUE | FALSE:
        raise ImproperlyConfigured(f"{name} must be yes or no, but is {value!r}.")
    return value in TRUE


def number(name: str, default: int, *, at_least: int = 0) -> int:
    """Return a whole number that is not below ``at_least``."""
    value = text(name, str(default))
    if not value.isascii() or not value.isdigit() or int(value) < at_least:
        raise ImproperlyConfigured(f"{name} must be a whole number from {at_least} up, but is {value!r}.")
    return int(value)


def words(name: str, default: str | None = None) -> list[str]:
    """Return the parts of a comma-separated list, without blanks."""
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def path(name: str, default: Path | None = None) -> Path:
    """Return an absolute path."""
    value = Path(text(name, None if default is None else str(default)))
    if not value.is_absolute():
        raise ImproperlyConfigured(f"{name} must be an absolute path, but is {str(value)!r}.")
    return value


def database(name: str) -> dict[str, object]:
    """Return Django's settings for a ``postgresql://`` URL; ``?host=/folder`` means a Unix socket."""
    url = text(name)
    if url == "dummy://":  # what manage.py gives to commands that never touch a database
        return {"ENGINE": "django.db.backends.dummy"}
    config = environ.Env.db_url_config(url)
    if config.get("ENGINE") != "django.db.backends.postgresql" or not config.get("NAME"):
        raise ImproperlyConfigured(f"{name} must look like postgresql://user:password@host:5432/database.")
    # The parser leaves ?host= among the options, where Django would not see it when it starts psql.
    host = config.get("OPTIONS", {}).pop("host", None)
    return config | ({"HOST": host} if host else {})
