"""Run every benchmark on servers of its own and compare it with its bar; exit 1 below one."""

import atexit
import os
import shutil
import sys
import tempfile
import time

from rebattery.embedded import postgres
from rebattery.embedded.servers import Servers
from rebattery.embedded.state import State


def main() -> None:
    servers = Servers(State("bench"))
    servers.start(f"make bench (process {os.getpid()})")
    atexit.register(servers.stop)
    servers.enter_environment()
    os.environ["SUPERUSER_DATABASE_URL"] = postgres.url(servers.state, "rebattery", "postgres")
    os.environ["DJANGO_SETTINGS_MODULE"] = "rebattery.settings"
    os.environ["FILES_ROOT"] = tempfile.mkdtemp(prefix="rebattery-bench-")
    atexit.register(shutil.rmtree, os.environ["FILES_ROOT"], ignore_errors=True)
    _fresh_database()

    import django

    django.setup()
    sys.exit(0 if _run_all(sys.argv[1:]) else 1)


def _fresh_database() -> None:
    from tests import database

    name = "bench"
    for variable in ("DATABASE_URL", "MIGRATION_DATABASE_URL"):
        os.environ[variable] = database.in_database(os.environ[variable], name)
    database.ensure_template()
    database.recreate(name)


def _run_all(wanted: list[str]) -> bool:
    from tests.benchmarks import cyclers, fleet, grading, growth, intake, kills, lists, peers, what_if

    all_good = True
    print(f"{'name':<58} {'measured':>9} {'bar':>9}")
    modules = (intake, growth, peers, grading, lists, cyclers, what_if)
    named = {module.__name__.rsplit(".", 1)[1]: module for module in (*modules, fleet, kills)}
    for module in [named[name] for name in wanted] or modules:
        started = time.perf_counter()
        for result in module.results():
            all_good &= result.is_good
            print(result, flush=True)
        print(f"  ({module.__name__} took {time.perf_counter() - started:.0f} s)", flush=True)
    return all_good


if __name__ == "__main__":
    main()
