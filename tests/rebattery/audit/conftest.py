"""Connections of other roles to this test process's database."""

import os
from collections.abc import Iterator

import psycopg
import pytest
from django.db import connection

from rebattery.embedded.pytest_plugin import in_database


def _connect(variable: str) -> psycopg.Connection:
    address = in_database(os.environ[variable], connection.settings_dict["NAME"])
    return psycopg.connect(address, autocommit=True)


@pytest.fixture
def owner_connection() -> Iterator[psycopg.Connection]:
    with _connect("MIGRATION_DATABASE_URL") as owner:
        yield owner


@pytest.fixture
def superuser_connection() -> Iterator[psycopg.Connection]:
    with _connect("SUPERUSER_DATABASE_URL") as superuser:
        yield superuser
