"""The folder, the lock and the published addresses of one set of embedded servers."""

import contextlib
import fcntl
import hashlib
import json
import os
import secrets
import tempfile
from pathlib import Path
from typing import IO

ROOT = Path(__file__).resolve().parents[2]
RUN = ROOT / ".run"
NOBODY = 65534
OUTSIDE = Path("/var/tmp")  # noqa: S108  own_folder refuses what somebody else put there


class AlreadyRunning(RuntimeError):
    """Somebody else runs these servers; ``holder`` says who."""

    def __init__(self, holder: str):
        super().__init__(f"already running in this checkout: {holder}")
        self.holder = holder


class State:
    """Where one set of servers keeps its files: ``dev`` for people, ``test``, ``test-2``, … for pytest."""

    def __init__(self, name: str = "dev"):
        self.name = name
        self.folder = RUN if name == "dev" else RUN / name
        self.folder.mkdir(parents=True, exist_ok=True)
        self.root_user = os.geteuid() == 0
        clone = hashlib.sha256(f"{ROOT}:{clone_id()}".encode()).hexdigest()[:10]
        # PostgreSQL refuses to run as root, and its substitute user cannot enter a checkout below /root.
        self.base = own_folder(OUTSIDE / f"rebattery-{clone}", 0o755) if self.root_user else RUN
        self.data = own_folder(self.base / f"data-{name}", 0o755)
        if self.root_user:
            note_outside_folder(self.base)
        # A socket path has at most 107 bytes, so it cannot lie in the checkout.
        self.sockets = Path(tempfile.gettempdir()) / f"rb-{clone}-{name}"
        self._lock: IO[str] | None = None

    def acquire(self, holder: str) -> None:
        """Take the lock, which the kernel releases even after kill -9.

        :raises AlreadyRunning: when another process holds it.
        """
        lock = open(self.folder / "lock", "a+")  # noqa: SIM115  open as long as we run
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            name = lock.read() or "another command"
            lock.close()
            raise AlreadyRunning(name) from None
        (self.folder / "env").unlink(missing_ok=True)  # of a killed predecessor, whose servers are gone
        lock.truncate(0)
        lock.write(holder)
        lock.flush()
        self._lock = lock

    def release(self) -> None:
        """Let the next one in."""
        (self.folder / "env").unlink(missing_ok=True)
        self.forget_pids()
        with contextlib.suppress(OSError):
            self.sockets.rmdir()
        if self._lock:
            self._lock.close()
            self._lock = None

    def publish(self, addresses: dict[str, str]) -> None:
        """Let other commands of this checkout find the servers."""
        self._write("env", "".join(f"{name}={value}\n" for name, value in addresses.items()))

    def addresses(self) -> dict[str, str]:
        """Return what the holder of the lock published, or nothing yet."""
        with contextlib.suppress(FileNotFoundError):
            lines = (self.folder / "env").read_text().splitlines()
            return dict(line.split("=", 1) for line in lines)
        return {}

    def record_pids(self, pids: dict[str, int]) -> None:
        """Note our children, for the next start after a kill -9 and for whoever wants to watch them."""
        self._write("pids.json", json.dumps(self.pids() | pids, indent=1))

    def pids(self) -> dict[str, int]:
        """Return the recorded children by name."""
        with contextlib.suppress(FileNotFoundError, ValueError):
            return dict(json.loads((self.folder / "pids.json").read_text()))
        return {}

    def forget_pids(self) -> None:
        """Strike off the children that have ended."""
        (self.folder / "pids.json").unlink(missing_ok=True)

    def _write(self, name: str, content: str) -> None:
        new = self.folder / f"{name}.new"
        new.touch(mode=0o600)
        new.write_text(content)
        new.replace(self.folder / name)


def clone_id() -> str:
    """Return the random name of this clone: a new clone in an old place must not find the old one's data."""
    file = RUN / "id"
    RUN.mkdir(exist_ok=True)
    with contextlib.suppress(FileExistsError), tempfile.NamedTemporaryFile("w", dir=RUN) as new:
        new.write(secrets.token_hex(8))
        new.flush()
        os.link(new.name, file)  # unlike a rename, a link never replaces the id of a parallel first start
    return file.read_text()


def note_outside_folder(folder: Path) -> None:
    """Leave a link to what lies outside the checkout, for ``make clean`` and for the curious."""
    with contextlib.suppress(FileExistsError):
        (RUN / "data").symlink_to(folder)


def own_folder(folder: Path, mode: int, owner: int | None = None) -> Path:
    """Make a folder of ours below a shared one such as /tmp.

    :raises PermissionError: when somebody else made it first, who could then read or replace our files.
    """
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=mode)
    if owner is not None and os.geteuid() == 0:
        os.chown(folder, owner, owner)
    if folder.is_symlink() or folder.stat().st_uid not in {os.geteuid(), owner}:
        raise PermissionError(f"{folder} belongs to somebody else; remove it and start again.")
    folder.chmod(mode)
    return folder
