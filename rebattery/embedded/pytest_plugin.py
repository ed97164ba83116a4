"""pytest plugin: servers for the tests, started once and shared by all xdist workers.

Every pytest process works on its own database and its own Valkey database; which one is in
DATABASE_URL and REDIS_URL before Django reads its settings.
"""

import atexit
import os
import re
import shutil
import tempfile
from collections.abc import Generator
from urllib.parse import urlsplit

import pytest

from rebattery.embedded import postgres
from rebattery.embedded.servers import Servers
from rebattery.embedded.session import NOWHERE
from rebattery.embedded.state import AlreadyRunning, State

MOST_RUNS = 20
_servers = pytest.StashKey[Servers]()


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None, object, object]:
    """Set the addresses; a wrapper, because pytest-django reads the settings in this very hook."""
    options = early_config.known_args_namespace
    os.environ["REBATTERY_LOCAL"] = "1"
    if options.help or options.version or options.collectonly:
        os.environ.update(NOWHERE)
    else:
        if "PYTEST_XDIST_WORKER" not in os.environ:
            _find_servers(early_config)
        _take_own_databases(os.environ.get("PYTEST_XDIST_WORKER", "gw0"))
    return (yield)


def pytest_unconfigure(config: pytest.Config) -> None:
    if servers := config.stash.get(_servers, None):
        servers.stop()


def _find_servers(config: pytest.Config) -> None:
    if os.environ.get("DATABASE_URL") and os.environ.get("REDIS_URL"):
        missing = [n for n in ("MIGRATION_DATABASE_URL", "SUPERUSER_DATABASE_URL") if not os.environ.get(n)]
        if missing:
            raise pytest.UsageError(f"With servers of your own the tests also need {' and '.join(missing)}.")
        return
    servers = _start_free()
    config.stash[_servers] = servers
    servers.enter_environment()
    os.environ["SUPERUSER_DATABASE_URL"] = postgres.url(servers.state, "rebattery", "postgres")


def _start_free() -> Servers:
    """Start the first set of test servers that no other pytest of this checkout uses."""
    for number in range(1, MOST_RUNS + 1):
        servers = Servers(State("test" if number == 1 else f"test-{number}"), durable=False)
        try:
            servers.start(f"pytest (process {os.getpid()})")
        except AlreadyRunning:
            continue
        return servers
    raise pytest.UsageError(f"{MOST_RUNS} test runs are already busy in this checkout.")


def _take_own_databases(worker: str) -> None:
    number = int(re.sub(r"\D", "", worker) or 0)
    for name in ("DATABASE_URL", "MIGRATION_DATABASE_URL"):
        os.environ[name] = in_database(os.environ[name], f"test_{worker}")
    os.environ["REDIS_URL"] = in_database(os.environ["REDIS_URL"], str(number + 1))
    os.environ["FILES_ROOT"] = tempfile.mkdtemp(prefix=f"rebattery-{worker}-")
    atexit.register(shutil.rmtree, os.environ["FILES_ROOT"], ignore_errors=True)


def in_database(url: str, name: str) -> str:
    """Return the same address with another database."""
    return urlsplit(url)._replace(path=f"/{name}").geturl()
