"""Run the whole product in one terminal."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from django.core.management import call_command, get_commands
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from rebattery import env
from rebattery.embedded import commands, process, session, static
from rebattery.embedded.state import State
from rebattery.embedded.supervisor import KeepsDying, Supervisor


class Command(BaseCommand):
    help = "Run web server, worker and beat (and the embedded servers) until Ctrl-C."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--demo", action="store_true", help="load the demo data, once")
        parser.add_argument("--port", type=int, default=int(os.environ.get("PORT") or 8000))
        parser.add_argument("--follow-parent", action="store_true", help="stop when the parent process ends")

    def handle(self, *, demo: bool, port: int, follow_parent: bool, **options: Any) -> None:
        started, parent = time.monotonic(), os.getppid()
        self.supervisor = Supervisor(State("dev"), self.say)
        try:
            self.prepare(demo)
            self.start(port)
            self.say(f"  Ready after {time.monotonic() - started:.0f} s. Ctrl-C stops everything.\n")
            while not (follow_parent and os.getppid() != parent):
                self.look_after()
                time.sleep(0.2)
        except KeyboardInterrupt:
            pass  # Ctrl-C, SIGTERM or a closed terminal: the ordinary way to stop
        except KeepsDying as dying:
            raise CommandError(f"{dying} Its messages are above.") from None
        finally:
            self.say("\nStopping.")
            self.supervisor.stop()

    def prepare(self, demo: bool) -> None:
        """Bring database, static files and demo data up to date, in this one process."""
        with as_owner():
            call_command("migrate", verbosity=0, interactive=False)
        if not static.is_current():
            call_command("collectstatic", verbosity=0, interactive=False)
            static.mark_current()
        if demo and "seed_demo" in get_commands():
            call_command("seed_demo", stdout=self.stdout)
        connection.close()

    def start(self, port: int) -> None:
        """Start the three processes and wait until the first page comes."""
        free = process.free_port(port)
        if free != port:
            self.say(f"Port {port} is busy; using {free}.")
        os.environ.setdefault("PUBLIC_URL", f"http://localhost:{free}")  # what links in mails start with
        self.supervisor.start("web", commands.web(free))
        self.supervisor.start("worker", commands.worker("rebattery"))
        self.supervisor.start("beat", commands.beat(self.supervisor.state.folder / "beat"))
        while not process.answers(f"http://127.0.0.1:{free}/healthz"):
            self.look_after()
            time.sleep(0.1)
        self.say(f"\n  ReBattery: http://localhost:{free}/")

    def look_after(self) -> None:
        for name, server in session.own.items():
            if server.poll() is not None:
                raise CommandError(f"{name} ended; see {State('dev').folder / name}.log.")
        self.supervisor.restart_dead()

    def say(self, line: str) -> None:
        with suppress(OSError):  # the terminal may be gone, and we must still stop what we started
            self.stdout.write(line)
            self.stdout.flush()


@contextmanager
def as_owner() -> Iterator[None]:
    """Let this process act as the owner of the tables, as ``manage.py migrate`` does, for a while."""
    application = dict(connection.settings_dict)
    connection.close()
    connection.settings_dict.update(env.database("MIGRATION_DATABASE_URL"))
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict.update(application)
