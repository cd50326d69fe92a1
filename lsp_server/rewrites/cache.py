"""Answers kept on this machine: the same request is answered without a second request.

Only answers that passed every check are kept. The key covers every byte that shaped the answer.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from lsp_server.rewrites import prompt

_SCHEMA = """
CREATE TABLE IF NOT EXISTS answers (key TEXT PRIMARY KEY, text TEXT NOT NULL, at REAL NOT NULL, used REAL NOT NULL, bytes INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS answers_used ON answers (used);
"""


def key_of(body: dict[str, Any]) -> str:
    """Equal for requests that are equal to the byte under the same version of the instructions."""
    text = json.dumps([prompt.VERSION, body], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


class AnswerCache:
    """In one SQLite file of the cache directory. A file that cannot be used means no cache, never an error."""

    def __init__(self, cache_dir: Path, clock: Callable[[], float] = time.time):
        self._file = cache_dir / "answers.sqlite3"
        self._clock = clock

    def get(self, key: str, days: float) -> str | None:
        """The answer kept under the key, if it is not older than that many days."""
        now = self._clock()
        with contextlib.suppress(sqlite3.Error, OSError), contextlib.closing(self._open()) as db, db:
            row = db.execute(
                "SELECT text FROM answers WHERE key = ? AND at > ?", (key, now - days * 86400)
            ).fetchone()
            if row:
                db.execute("UPDATE answers SET used = ? WHERE key = ?", (now, key))
                return str(row[0])
        return None

    def put(self, key: str, text: str, days: float, megabytes: float) -> None:
        """Keep an answer; drop what is too old, then what was not used for longest until the rest fits."""
        now, size = self._clock(), len(text.encode("utf-8", "replace")) + 200
        limit = int(megabytes * 1_000_000)
        if size > limit:
            return
        with contextlib.suppress(sqlite3.Error, OSError), contextlib.closing(self._open()) as db, db:
            db.execute("INSERT OR REPLACE INTO answers VALUES (?, ?, ?, ?, ?)", (key, text, now, now, size))
            db.execute("DELETE FROM answers WHERE at <= ?", (now - days * 86400,))
            db.execute(
                "DELETE FROM answers WHERE key IN (SELECT key FROM (SELECT key, SUM(bytes) OVER (ORDER BY used DESC, key)"
                " AS total FROM answers) WHERE total > ?)",
                (limit,),
            )

    def drop(self, key: str) -> None:
        with contextlib.suppress(sqlite3.Error, OSError), contextlib.closing(self._open()) as db, db:
            db.execute("DELETE FROM answers WHERE key = ?", (key,))

    def clear(self) -> None:
        """Forget all answers."""
        with contextlib.suppress(sqlite3.Error, OSError), contextlib.closing(self._open()) as db, db:
            db.execute("DELETE FROM answers")

    def _open(self) -> sqlite3.Connection:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        db = sqlite3.connect(self._file, timeout=2.0)
        try:
            db.executescript(_SCHEMA)
        except sqlite3.DatabaseError:
            db.close()
            self._file.unlink(missing_ok=True)  # a cache may be thrown away when it is damaged
            db = sqlite3.connect(self._file, timeout=2.0)
            db.executescript(_SCHEMA)
        return db
