"""Real servers for tests: PostgreSQL, where it is installed, on a socket of its own."""

import contextlib
import os
import shutil
import subprocess
import uuid
from pathlib import Path

import pytest


def _program(name):
    """Find a program of PostgreSQL; Debian keeps them out of the path."""
    found = shutil.which(name)
    candidates = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), reverse=True)
    return found or (str(candidates[0]) if candidates else None)


@contextlib.contextmanager
def a_postgres(tmp_path_factory):
    """Run a server, and hand out a maker of empty databases; skip where there is none."""
    psycopg = pytest.importorskip("psycopg")
    initdb, pg_ctl = _program("initdb"), _program("pg_ctl")
    if initdb is None or pg_ctl is None:
        pytest.skip("PostgreSQL is not installed: see tools/install_test_packages.sh")
    folder = Path(f"/tmp/bozzetto-pg-{uuid.uuid4().hex[:8]}")  # Sockets need short paths.
    folder.mkdir(mode=0o755)
    as_user = []
    if os.getuid() == 0:  # The server refuses to run as root.
        shutil.chown(folder, "postgres", "postgres")
        as_user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
    data = folder / "data"

    def run(*command):
        subprocess.run(
            [*as_user, *command], check=True, cwd=folder, stdout=subprocess.DEVNULL, timeout=120
        )

    run(initdb, "-D", str(data), "-U", "test", "--auth=trust", "--no-sync", "-E", "UTF8")
    options = f"-k {folder} -c listen_addresses='' -c fsync=off"
    run(pg_ctl, "-D", str(data), "-w", "-l", str(folder / "log"), "-o", options, "start")
    try:

        def new_database():
            name = f"t{uuid.uuid4().hex}"
            address = f"host={folder} user=test dbname=postgres"
            with psycopg.connect(address, autocommit=True) as connection:
                connection.execute(f"CREATE DATABASE {name}")
            return f"postgresql+psycopg://test@/{name}?host={folder}"

        yield new_database
    finally:
        run(pg_ctl, "-D", str(data), "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)
