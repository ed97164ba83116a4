"""Keep the web server, the worker and beat running until told to stop."""

import signal
import subprocess
import time
from collections.abc import Callable

from rebattery.embedded import commands, process
from rebattery.embedded.state import ROOT, State

RESTARTS_PER_MINUTE = 5


class KeepsDying(RuntimeError):
    """A process ended too often to be started once more."""


class Supervisor:
    """Start children by name, start again those that die, stop all of them together."""

    def __init__(self, state: State, say: Callable[[str], None]):
        self.state, self.say = state, say
        self.commands: dict[str, list[str]] = {}
        self.children: dict[str, subprocess.Popen[bytes]] = {}
        self.deaths: dict[str, list[float]] = {}

    def start(self, name: str, command: list[str]) -> None:
        """Start a child; if we are killed, it ends at once, and the sweep finds unfinished work."""
        # gunicorn needs SIGQUIT to end its own workers; Celery would wait for a broker that is gone.
        death_signal = signal.SIGQUIT if name == "web" else signal.SIGKILL
        environment = commands.environment()
        child = process.start_child(command, death_signal=death_signal, cwd=ROOT, env=environment)
        self.commands[name], self.children[name] = command, child
        self.state.record_pids({name: child.pid})

    def restart_dead(self) -> None:
        """Start again whatever has ended, and say so.

        :raises KeepsDying: when that happens more than five times within a minute.
        """
        for name, child in list(self.children.items()):
            if child.poll() is None:
                continue
            process.kill_group(child)  # the pool of a killed worker must not work on beside the new one
            recent = [at for at in self.deaths.get(name, []) if at > time.monotonic() - 60]
            if len(recent) >= RESTARTS_PER_MINUTE:
                raise KeepsDying(f"{name} ended {len(recent) + 1} times within a minute.")
            self.deaths[name] = [*recent, time.monotonic()]
            self.say(f"{name} ended ({_reason(child.returncode)}); starting it again.")
            self.start(name, self.commands[name])

    def stop(self) -> None:
        """Ask all children at once, so that stopping takes as long as the slowest one."""
        for child in self.children.values():
            if child.poll() is None:
                child.terminate()
        deadline = time.monotonic() + 8
        for child in self.children.values():
            process.stop(child, signal.SIGTERM, patience_s=max(0.1, deadline - time.monotonic()))
        self.children.clear()


def _reason(returncode: int) -> str:
    return signal.Signals(-returncode).name if returncode < 0 else f"exit code {returncode}"
