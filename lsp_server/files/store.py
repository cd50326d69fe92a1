"""What was learnt of files, kept on this machine between runs: their facts, what was found in
them, and what that rests on.

One SQLite file in the cache directory, shared by every workspace, every server and every command. Facts stand under
the text they were made from, scans under everything that shaped them; the version of bigo and of its grammars is part
of every key, so what another version made is never read. A file that is damaged is thrown away and begun anew; one
that cannot be used means no store, never an error.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.metadata
import os
import sqlite3
import struct
import time
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple, TypeVar

FORMAT = 1
"""The layout of the tables below; a file of another layout is begun anew."""

MAX_BYTES = 400_000_000
"""What the file holds at most. Facts are about 35 bytes a line."""

MAX_DAYS = 30
"""What was not used for so long is dropped."""

FRESH = 100_000_000
"""Nanoseconds. A file changed as lately as that may change again without its times showing it, so they prove nothing."""

_SCHEMA = f"""
PRAGMA user_version = {FORMAT};
CREATE TABLE IF NOT EXISTS files (path TEXT PRIMARY KEY, stamp BLOB NOT NULL, key BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS kept (key BLOB PRIMARY KEY, data BLOB NOT NULL, sum BLOB NOT NULL, used INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS kept_used ON kept (used);
"""

_GRAMMARS = ("tree-sitter", "tree-sitter-python", "tree-sitter-javascript", "tree-sitter-typescript")

_T = TypeVar("_T")


class Stamp(NamedTuple):
    """How a file stands on disk. Equal stamps mean equal contents, unless it was changed just before."""

    size: int
    changed: int
    status: int  # the time of the last change of its status: no program can set it
    number: int

    @classmethod
    def of(cls, path: str) -> Stamp | None:
        """None for a file that is not there."""
        try:
            found = os.stat(path)
        except OSError:
            return None
        return cls(found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino)

    def packed(self) -> bytes:
        return struct.pack("<qqqQ", *self[:3], self.number & 0xFFFFFFFFFFFFFFFF)

    def settled(self, now: int) -> bool:
        """Whether it is long enough ago that a later change would show. `now` in ns."""
        return now - max(self.changed, self.status) > FRESH


def seen(stamp: Stamp) -> bytes:
    """What is noted of a file that was read: its stamp, and which version of bigo read it. Only that one's key counts."""
    return stamp.packed() + fingerprint()


def key_of(*parts: bytes) -> bytes:
    """A key made from everything that shaped what stands under it, and from the version of bigo."""
    found = hashlib.blake2b(fingerprint(), digest_size=20)
    for part in parts:
        found.update(len(part).to_bytes(8, "little"))
        found.update(part)
    return found.digest()


@cache
def fingerprint() -> bytes:
    """Changes with every change of the analyzers' code and tables, and of the grammars."""
    found = hashlib.blake2b(digest_size=20)
    here = Path(__file__).resolve().parents[2] / "analyzers"
    for folder, folders, names in os.walk(here):
        folders[:] = sorted(name for name in folders if name != "__pycache__")
        for name in sorted(names):
            stamp = Stamp.of(os.path.join(folder, name))
            found.update(f"{folder}/{name} {stamp and stamp[:2]}\n".encode("utf-8", "surrogateescape"))
    for name in _GRAMMARS:
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            found.update(f"{name} {importlib.metadata.version(name)}\n".encode())
    return found.digest()


class Store:
    """Several may be open at once, in one process or many: SQLite keeps them apart. Not for several threads at a
    time, but for one after another."""

    def __init__(self, folder: Path, max_bytes: int = MAX_BYTES) -> None:
        self._file = folder / "index.sqlite3"
        self._max_bytes = max_bytes
        self._today = int(time.time() // 86_400)
        self._db: sqlite3.Connection | None = None
        self._written = False
        self._used: set[bytes] = set()

    # -- files

    def keys(self) -> dict[str, tuple[bytes, bytes]]:
        """For every file that is known its stamp when it was read, and the key of what it gave."""
        return self._try(lambda db: {p: (s, k) for p, s, k in db.execute("SELECT * FROM files")}, {})

    def know(self, files: Iterable[tuple[str, Stamp, bytes]]) -> None:
        """Note what key stands for a file, as long as its stamp is this."""
        rows = [(path, seen(stamp), key) for path, stamp, key in files if _is_text(path)]
        if rows:
            self._write(lambda db: db.executemany("INSERT OR REPLACE INTO files VALUES (?, ?, ?)", rows))

    # -- what stands under keys

    def get(self, key: bytes) -> bytes | None:
        """What was kept under a key, if it is whole."""
        row = self._try(
            lambda db: db.execute("SELECT data, sum, used FROM kept WHERE key = ?", (key,)).fetchone(), None
        )
        if row is None or _sum(row[0]) != row[1]:
            return None
        if row[2] != self._today:
            self._used.add(key)
        return bytes(row[0])

    def put(self, kept: Iterable[tuple[bytes, bytes]]) -> None:
        """Keep bytes under their keys."""
        rows = [(key, data, _sum(data), self._today) for key, data in kept]
        if rows:
            self._write(lambda db: db.executemany("INSERT OR REPLACE INTO kept VALUES (?, ?, ?, ?)", rows))

    def close(self) -> None:
        """Drop what is old, then what was used least lately until the rest fits."""
        if self._used:
            used = [(self._today, key) for key in self._used]
            self._write(lambda db: db.executemany("UPDATE kept SET used = ? WHERE key = ?", used))
        if self._written:
            self._write(self._prune)
        if self._db is not None:
            self._db.close()
            self._db = None

    def _prune(self, db: sqlite3.Connection) -> None:
        db.execute("DELETE FROM kept WHERE used < ?", (self._today - MAX_DAYS,))
        total = db.execute("SELECT SUM(LENGTH(data)) FROM kept").fetchone()[0] or 0
        if total > self._max_bytes:
            db.execute(
                "DELETE FROM kept WHERE key IN (SELECT key FROM (SELECT key, SUM(LENGTH(data)) OVER"
                " (ORDER BY used DESC, key) AS total FROM kept) WHERE total > ?)",
                (self._max_bytes // 2,),
            )
        db.execute("DELETE FROM files WHERE key NOT IN (SELECT key FROM kept)")

    # -- the file

    def _write(self, job: Callable[[sqlite3.Connection], object]) -> None:
        def write(db: sqlite3.Connection) -> None:
            with db:
                job(db)

        self._try(write, None)
        self._written = True

    def _try(self, job: Callable[[sqlite3.Connection], _T], otherwise: _T) -> _T:
        """What a job gives; `otherwise` where the file cannot be used."""
        try:
            if self._db is None:
                self._db = self._open()
            return job(self._db)
        except sqlite3.OperationalError:  # busy, full, read-only: the file itself may be well
            return otherwise
        except sqlite3.DatabaseError:
            self._begin_anew()
        except OSError:
            pass
        return otherwise

    def _open(self) -> sqlite3.Connection:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        db = sqlite3.connect(self._file, timeout=2.0, check_same_thread=False)
        try:
            layout = db.execute("PRAGMA user_version").fetchone()[0]
            if layout not in (0, FORMAT):
                raise sqlite3.DatabaseError(f"layout {layout}")
            if layout == 0:
                db.execute("PRAGMA journal_mode = WAL")  # readers do not wait for a writer
                db.executescript(_SCHEMA)
            db.execute("PRAGMA synchronous = OFF")  # what a crash of the machine damages is thrown away
        except sqlite3.DatabaseError:
            db.close()
            raise
        return db

    def _begin_anew(self) -> None:
        if self._db is not None:
            with contextlib.suppress(sqlite3.Error):
                self._db.close()
            self._db = None
        for suffix in ("", "-wal", "-shm"):
            with contextlib.suppress(OSError):
                os.unlink(f"{self._file}{suffix}")


@contextlib.contextmanager
def opened(folder: Path | None) -> Iterator[Store | None]:
    """The store in a folder, closed at the end; None for no folder."""
    if folder is None:
        yield None
        return
    store = Store(folder)
    try:
        yield store
    finally:
        store.close()


def _sum(data: bytes) -> bytes:
    return hashlib.blake2b(data, digest_size=8).digest()


def _is_text(path: str) -> bool:
    try:
        path.encode()
    except UnicodeEncodeError:  # a name that is no text, which SQLite does not hold
        return False
    return True
