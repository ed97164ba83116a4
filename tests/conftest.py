"""What every test may use: the database, the running stack, the cast of people."""

import os
from collections.abc import Iterator

import pytest
import redis
from django.conf import settings
from django.db import connections

from rebattery.embedded.postgres import prepare
from tests import database

pytest_plugins = ["tests.stack"]

NO_FLUSH = (
    "Flushing the tables is refused: the trail cannot be truncated. Use the fixture committed_db, "
    "which gives a test a database with real commits and replaces that database afterwards."
)
FIRST = (
    "tests/browser/test_accessibility.py",
    "tests/journeys/test_demo.py",
    "tests/browser/",
    "tests/journeys/",
    "",
)


def pytest_configure() -> None:
    # Pages under test need no `collectstatic`; the real web server of tests/stack.py has it.
    settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
    # Else each test's client lists all collected files anew, hundreds of them, to serve none.
    settings.WHITENOISE_AUTOREFRESH = True


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes long, lest one process work at it while the others have nothing left."""
    items.sort(key=lambda item: next(i for i, path in enumerate(FIRST) if item.nodeid.startswith(path)))


def pytest_runtest_setup(item: pytest.Item) -> None:
    mark = item.get_closest_marker("django_db")
    if mark and (mark.args or mark.kwargs.get("transaction") or mark.kwargs.get("reset_sequences")):
        pytest.fail(NO_FLUSH, pytrace=False)


@pytest.fixture
def transactional_db() -> None:
    pytest.fail(NO_FLUSH, pytrace=False)


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker) -> Iterator[None]:
    """Give this test process its own copy of the migrated template."""
    name = connections["default"].settings_dict["NAME"]
    database.ensure_template()
    database.recreate(name)
    yield
    with django_db_blocker.unblock():
        connections.close_all()


@pytest.fixture
def committed_db(django_db_setup, django_db_blocker) -> Iterator[None]:
    """Let a test commit for real, then replace the database by a fresh copy."""
    with django_db_blocker.unblock():
        yield
        connections.close_all()
        database.recreate(connections["default"].settings_dict["NAME"])


@pytest.fixture
def unmigrated(django_db_setup) -> Iterator[str]:
    """The name of a database of its own, in which no migration has run."""
    name = f"unmigrated_{os.getpid()}"
    with database.superuser() as connection:
        prepare(os.environ["SUPERUSER_DATABASE_URL"], name)
        yield name
        database.drop(connection, name)


@pytest.fixture(scope="session")
def valkey() -> Iterator[redis.Redis]:
    """The Valkey database of this test process."""
    with redis.from_url(settings.REDIS_URL) as client:
        yield client


@pytest.fixture(autouse=True)
def no_memory_of_earlier_requests(valkey: redis.Redis) -> None:
    """Empty the cache, where rate limits count; key by key, for the worker's queue is in the same place."""
    if keys := valkey.keys("cache:1:*"):
        valkey.delete(*keys)
