"""Start the embedded Valkey, which carries Celery's messages and the cache."""

import secrets
import signal
import subprocess

from rebattery.embedded import binaries, process
from rebattery.embedded.state import State, own_folder


def start(state: State, *, durable: bool) -> tuple[subprocess.Popen[bytes], str]:
    """Start the server on a free loopback port and return it with its address."""
    program = binaries.valkey_server()
    folder = own_folder(state.data / "valkey", 0o700)
    for _ in range(3):  # a port that was free a moment ago may be taken by a neighbor
        port, password = process.free_port(), secrets.token_urlsafe(24)
        settings = {
            "port": str(port), "bind": "127.0.0.1", "requirepass": password, "databases": "64",
            "dir": f'"{folder}"',
            "save": '""', "appendonly": "yes" if durable else "no", "set-proc-title": "no",
        }  # fmt: skip
        server = _launch(str(program), state, settings)
        if _started(server, port):
            return server, f"redis://:{password}@127.0.0.1:{port}/0"
        process.kill_group(server)
    messages = (state.folder / "valkey.log").read_text(errors="replace")
    raise RuntimeError("Valkey did not start:\n" + messages[-2000:])


def _started(server: subprocess.Popen[bytes], port: int) -> bool:
    return process.wait_until(
        lambda: process.listens(port), timeout_s=15, alive=lambda: server.poll() is None
    )


def _launch(program: str, state: State, settings: dict[str, str]) -> subprocess.Popen[bytes]:
    """Pass the settings by standard input: on the command line every user could read the password."""
    with open(state.folder / "valkey.log", "wb") as log:
        server = process.start_child(
            [program, "-"], death_signal=signal.SIGTERM,
            cwd=state.data, stdin=subprocess.PIPE, stdout=log, stderr=log,
        )  # fmt: skip
    assert server.stdin
    with server.stdin as pipe:
        pipe.write("".join(f"{name} {value}\n" for name, value in settings.items()).encode())
    return server
