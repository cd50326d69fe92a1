"""A PostgreSQL of this process's own: a cluster in a temporary folder, reached through a socket, gone when the process is."""

from __future__ import annotations

import atexit
import os
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path


@cache
def programs() -> Path | None:
    """The folder of `initdb` and `pg_ctl`; None where PostgreSQL is not installed."""
    found = shutil.which("pg_ctl")
    if found:
        return Path(found).resolve().parent
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"), key=lambda p: int(p.parts[-3]))
    return installed[-1].parent if installed else None


@cache
def cluster() -> Path:
    """Start a server; its folder, which is the host to connect to as user `postgres`."""
    folder = Path(tempfile.mkdtemp(prefix="bigo-postgres-"))
    if os.getuid() == 0:  # It refuses to run as root; its packages bring a user.
        shutil.chown(folder, "postgres")
    _call("initdb", "-D", str(folder / "data"), "-A", "trust", "-U", "postgres", "--no-sync", "-E", "UTF8")
    options = f"-c listen_addresses='' -c unix_socket_directories={folder} -c fsync=off"
    _call("pg_ctl", "-D", str(folder / "data"), "-l", str(folder / "log"), "-w", "-o", options, "start")
    _end_with_this_process(folder)
    return folder


def _end_with_this_process(folder: Path) -> None:
    """A server would outlive a process that is killed. The standard input of one that waits for it closes with it, however it ends."""
    stop = _command("pg_ctl", "-D", str(folder / "data"), "-m", "immediate", "stop")
    waits = ["sh", "-c", 'cat; folder=$1; shift; "$@"; rm -rf "$folder"', "sh", str(folder), *stop]
    keeper = subprocess.Popen(
        waits,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd="/",
        start_new_session=True,
    )
    atexit.register(keeper.communicate)


def _command(program: str, *arguments: str) -> list[str]:
    bin_ = programs()
    assert bin_ is not None
    as_user = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
    return [*as_user, str(bin_ / program), *arguments]


def _call(program: str, *arguments: str) -> None:
    done = subprocess.run(_command(program, *arguments), cwd="/", capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{program} failed:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")


def create(name: str) -> dict[str, object]:
    """Make a database; what Django needs to connect to it."""
    _call("createdb", "-h", str(cluster()), "-U", "postgres", name)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": "postgres",
        "HOST": str(cluster()),
    }
