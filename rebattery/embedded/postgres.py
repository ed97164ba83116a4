"""Start the embedded PostgreSQL, with the same roles as a production one."""

import os
import shutil
import signal
import subprocess
from pathlib import Path

import psycopg
from psycopg import sql

from rebattery.embedded import binaries, process
from rebattery.embedded.state import NOBODY, State, own_folder

ROLES_SQL = Path(__file__).with_name("roles.sql")
OPTIONS = {"max_connections": "100", "shared_buffers": "128MB", "max_wal_size": "2GB", "jit": "off"}
# Tests rebuild their databases anyway, so they need no protection from a power cut.
CARELESS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "shared_buffers": "64MB"}


def url(state: State, role: str, database: str = "rebattery") -> str:
    """Return the address of a database for a role, over the Unix socket."""
    return f"postgresql://{role}@/{database}?host={state.sockets}"


def start(state: State, *, durable: bool) -> subprocess.Popen[bytes]:
    """Start the server on its data folder (made at the first start) with roles and database in place."""
    programs = binaries.postgres_bin(state)
    owner = NOBODY if state.root_user else None
    own_folder(state.sockets, 0o700, owner)
    data = state.data / "postgres"
    if not (data / "PG_VERSION").exists():
        _create(programs, data, state)
    options = OPTIONS | ({} if durable else CARELESS)
    settings = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
    log_path = state.folder / "postgres.log"
    with open(log_path, "wb") as log:
        server = process.start_child(
            [str(programs / "postgres"), "-D", str(data), "-k", str(state.sockets), "-h", "", *settings],
            death_signal=signal.SIGINT,  # a fast, clean shutdown
            cwd="/", stdout=log, stderr=log, **binaries.run_as(state),
        )  # fmt: skip
    if not process.wait_until(lambda: _answers(state), timeout_s=60, alive=lambda: server.poll() is None):
        process.kill_group(server)
        raise RuntimeError("PostgreSQL did not start:\n" + log_path.read_text(errors="replace")[-2000:])
    prepare(url(state, "rebattery", "postgres"), "rebattery")
    return server


def prepare(superuser_url: str, database: str) -> None:
    """Create a database, if it is missing, with the roles and grants of ``roles.sql``; may be repeated."""
    with psycopg.connect(superuser_url, autocommit=True) as connection:
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone():
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(database)))
    with psycopg.connect(superuser_url, dbname=database) as connection:
        connection.execute(ROLES_SQL.read_bytes())


def _create(programs: Path, data: Path, state: State) -> None:
    shutil.rmtree(data, ignore_errors=True)  # what an interrupted first start left
    data.mkdir(mode=0o700)
    if state.root_user:
        os.chown(data, NOBODY, NOBODY)
    # Trust is safe here: only the owner of the 0700 socket folder can connect at all.
    result = subprocess.run(
        [programs / "initdb", "-D", data, "-U", "rebattery", "-A", "trust", "-E", "UTF8",
         "--locale-provider=builtin", "--locale=C.UTF-8", "--no-sync", "--no-instructions"],
        capture_output=True, text=True, cwd="/", **binaries.run_as(state),
    )  # fmt: skip
    if result.returncode:
        raise RuntimeError("PostgreSQL could not create its data folder:\n" + result.stderr)


def _answers(state: State) -> bool:
    try:
        psycopg.connect(url(state, "rebattery", "postgres"), connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True
