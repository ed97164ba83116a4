"""One migrated template per state of the migrations, and a fresh copy of it per test process.

Django's own test database would belong to the role that creates it. Ours has the owner and the
grants of production, so the tests meet the same refusals.
"""

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import psycopg
from django.db import connections
from psycopg import sql

from rebattery.embedded.postgres import ROLES_SQL, prepare
from rebattery.embedded.pytest_plugin import in_database
from rebattery.embedded.state import ROOT

TEMPLATE_PREFIX = "template_"


@cache
def template_name() -> str:
    """Return the name of the template that fits the migrations as this process found them."""
    sources = [ROLES_SQL, ROOT / "requirements/prod.txt"]
    for app in ("rebattery", "intake", "grading"):
        sources += (f for f in sorted((ROOT / app).rglob("migrations/**/*")) if _counts(f))
    digest = hashlib.sha256()
    for source in sources:
        digest.update(str(source.relative_to(ROOT)).encode() + b"\0" + source.read_bytes())
    return TEMPLATE_PREFIX + digest.hexdigest()[:16]


def recreate(name: str) -> None:
    """Make database ``name`` a fresh copy of the template, ending whatever is connected to it."""
    with superuser() as connection:
        drop(connection, name)
        _run(connection, "CREATE DATABASE {} TEMPLATE {} OWNER rb_owner", name, template_name())
        # A copy takes tables and grants along, but not the privileges of the database itself.
        _run(connection, "REVOKE TEMPORARY ON DATABASE {} FROM PUBLIC", name)
        _run(connection, "GRANT CONNECT, TEMPORARY ON DATABASE {} TO rb_app", name)


def ensure_template() -> None:
    """Build the template, unless it exists; parallel test processes wait for the first."""
    name = template_name()
    with superuser() as connection:
        connection.execute("SELECT pg_advisory_lock(hashtext('rebattery template'))")
        rows = connection.execute("SELECT datname FROM pg_database WHERE datname ~ '^template_'")
        known = [row[0] for row in rows]
        if name in known:
            return
        for old in known:
            drop(connection, old)
        building = f"building_{name}"
        drop(connection, building)
        prepare(os.environ["SUPERUSER_DATABASE_URL"], building)
        migrate(building)
        _run(connection, "ALTER DATABASE {} RENAME TO {}", building, name)


def migrate(name: str, *target: str) -> None:
    """Run the migrations in a process of its own, as the owner, as a deployment does.

    :param target: an app, and the migration at which it stands then; all migrations, unless one is named.
    """
    address = in_database(os.environ["MIGRATION_DATABASE_URL"], name)
    done = subprocess.run(
        [sys.executable, "manage.py", "migrate", *target, "--verbosity=0", "--skip-checks"],
        cwd=ROOT, env=os.environ | {"MIGRATION_DATABASE_URL": address}, capture_output=True, text=True,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"The migrations failed in the test database:\n{done.stdout}{done.stderr}")


@contextmanager
def superuser() -> Iterator[psycopg.Connection]:
    with psycopg.connect(os.environ["SUPERUSER_DATABASE_URL"], autocommit=True) as connection:
        yield connection


def drop(connection: psycopg.Connection, name: str) -> None:
    _run(connection, "DROP DATABASE IF EXISTS {} WITH (FORCE)", name)


def _run(connection: psycopg.Connection, statement: str, *names: str) -> None:
    connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


def _counts(file: Path) -> bool:
    return file.is_file() and "__pycache__" not in file.parts


def tamper(table: str, change: str) -> None:
    """Change all rows of a table as only the owner of the machine can: past the trail and its guards.

    For tests with real commits alone: what a test has not committed is not seen from outside.
    """
    address = in_database(os.environ["SUPERUSER_DATABASE_URL"], connections["default"].settings_dict["NAME"])
    with psycopg.connect(address) as connection:
        _run(connection, "ALTER TABLE {} DISABLE TRIGGER ALL", table)
        connection.execute(sql.SQL("UPDATE {} SET ").format(sql.Identifier(table)) + sql.SQL(change))
        _run(connection, "ALTER TABLE {} ENABLE TRIGGER ALL", table)
