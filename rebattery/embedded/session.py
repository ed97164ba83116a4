"""Give every manage.py command the servers it needs, for as long as it runs."""

import argparse
import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator

from rebattery.embedded.servers import Servers
from rebattery.embedded.state import RUN, AlreadyRunning, State

WITHOUT_SERVERS = frozenset({
    "", "help", "--help", "-h", "version", "--version",
    "check", "collectstatic", "compilemessages", "diffsettings", "findstatic",
    "makemessages", "makemigrations", "read_cycler", "spectacular",
})  # fmt: skip
NOWHERE = {"DATABASE_URL": "dummy://", "REDIS_URL": "redis://127.0.0.1:1/0", "REBATTERY_LOCAL": "1"}
STACK, DECIDE = "stack", "decide"

own: dict[str, subprocess.Popen[bytes]] = {}
"""The servers that this process has started itself, for the stack to watch."""


@contextlib.contextmanager
def servers_for(arguments: list[str]) -> Iterator[None]:
    """Set the addresses of the servers that a command needs.

    The operator's servers if both URLs are set; else those of a running ``make run``; else our own,
    on the same data, stopped when the command ends.
    """
    command = arguments[0] if arguments else ""
    with contextlib.ExitStack() as stack:
        if not _operator_servers():
            if _needs_none(command, arguments):
                os.environ.update(NOWHERE)
            elif command == DECIDE and _is_shipped(arguments):
                # A published one goes before: asked where a stack runs anyway, no reason to start servers.
                os.environ.update(NOWHERE | _running())
            else:
                _embedded(command, stack)
        if command == "migrate":
            _migrate_as_owner()
        try:
            yield
        except KeyboardInterrupt:
            sys.exit(130)


def _needs_none(command: str, arguments: list[str]) -> bool:
    if command in WITHOUT_SERVERS or {"--help", "-h"} & set(arguments):
        return True
    return command == DECIDE and _policy_of(arguments)[0] is None


def _policy_of(arguments: list[str]) -> tuple[str | None, str | None]:
    """Return the policy that decide is asked for, and its version; its own parser tells what is wrong."""
    parser = argparse.ArgumentParser(add_help=False, exit_on_error=False)
    for option in ("--policy", "--document", "--version"):
        parser.add_argument(option)
    try:
        found, _ = parser.parse_known_args(arguments[1:])
    except argparse.ArgumentError:
        return None, None
    return found.policy, found.version


def _is_shipped(arguments: list[str]) -> bool:
    # Here and not above: no other command needs the policies before the settings are read.
    from grading.domain.policy_templates import template_document

    code, version = _policy_of(arguments)
    try:
        return version in (None, str(template_document(code or "")["version"]))
    except KeyError:
        return False


def _running() -> dict[str, str]:
    """Return the addresses of servers that run already, nothing without any."""
    return State("dev").addresses() if (RUN / "env").exists() else {}


def _operator_servers() -> bool:
    given = [name for name in ("DATABASE_URL", "REDIS_URL") if os.environ.get(name)]
    if len(given) == 1:
        sys.exit(f"Only {given[0]} is set. Set both DATABASE_URL and REDIS_URL, or neither.")
    return bool(given)


def _migrate_as_owner() -> None:
    # The application's own role owns no table, so that it cannot switch off the guards of the trail.
    if not os.environ.get("MIGRATION_DATABASE_URL"):
        sys.exit("MIGRATION_DATABASE_URL is not set: migrate acts as rb_owner, the database's owner.")
    os.environ["DATABASE_URL"] = os.environ["MIGRATION_DATABASE_URL"]


def _embedded(command: str, stack: contextlib.ExitStack) -> None:
    """Use the servers of a running stack, or start our own; wait while another command has its own."""
    state, told = State("dev"), False
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, signal.default_int_handler)  # so that all of them close what is open
    while True:
        try:
            servers = Servers(state)
            servers.start(f"{command} (process {os.getpid()})")
        except AlreadyRunning as running:
            if running.holder.startswith(f"{STACK} "):
                if command == STACK:
                    sys.exit(f"ReBattery already runs here: {running.holder}. Stop it with Ctrl-C there.")
                if addresses := state.addresses():
                    os.environ.update(addresses)
                    return
            elif not told:
                print(f"Waiting for `manage.py {running.holder}` to finish.", file=sys.stderr, flush=True)
                told = True
            time.sleep(0.1)
        else:
            stack.callback(servers.stop)
            servers.enter_environment()
            own.update(servers.processes)
            return
