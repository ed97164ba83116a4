"""Both embedded servers together, as one thing to start and stop."""

import os
import signal
import subprocess

from rebattery.embedded import postgres, process, valkey
from rebattery.embedded.state import ROOT, State


class Servers:
    """PostgreSQL and Valkey of one state folder; ``addresses`` is what to put into the environment."""

    def __init__(self, state: State, *, durable: bool = True):
        self.state = state
        self.durable = durable
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.addresses: dict[str, str] = {}

    def start(self, holder: str) -> None:
        """Take the lock, clear up after a killed predecessor, start both and publish their addresses.

        :raises AlreadyRunning: when somebody else holds the lock.
        """
        self.state.acquire(holder)
        try:
            process.end_leftovers(self.state.pids().values(), [str(self.state.data), str(ROOT)])
            self.state.forget_pids()
            self._start_both()
        except BaseException:
            self.stop()
            raise

    def _start_both(self) -> None:
        self._keep("postgres", postgres.start(self.state, durable=self.durable))
        server, redis_url = valkey.start(self.state, durable=self.durable)
        self._keep("valkey", server)
        self.addresses = {
            "DATABASE_URL": postgres.url(self.state, "rb_app"),
            "MIGRATION_DATABASE_URL": postgres.url(self.state, "rb_owner"),
            "REDIS_URL": redis_url,
            "REBATTERY_LOCAL": "1",
        }
        self.state.publish(self.addresses)

    def _keep(self, name: str, server: subprocess.Popen[bytes]) -> None:
        self.processes[name] = server
        self.state.record_pids({name: server.pid})

    def stop(self) -> None:
        """Stop what runs, cleanly, and let the next one in."""
        for name in reversed(self.processes):
            gentle = signal.SIGINT if name == "postgres" else signal.SIGTERM
            process.stop(self.processes[name], gentle, patience_s=15)
        self.processes.clear()
        self.state.release()

    def enter_environment(self) -> None:
        """Point this process, and those it starts, at the servers."""
        os.environ.update(self.addresses)
