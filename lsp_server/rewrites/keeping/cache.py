"""Answers kept for another time: the same request is answered without a second request.

Only answers that passed every check are kept, and each is checked anew when it is used. They live in a SQLite file of this
machine, or in a team's Redis where a setting names one.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import sqlite3
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Protocol, TypeVar

from lsp_server.rewrites.asking import prompt

_T = TypeVar("_T")
_SCHEMA = """
CREATE TABLE IF NOT EXISTS answers (key TEXT PRIMARY KEY, text TEXT NOT NULL, at REAL NOT NULL, used REAL NOT NULL, bytes INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS answers_used ON answers (used);
"""
_OVERHEAD = 200  # bytes of a row beside its text
_SECONDS = 0.5  # a team's store that is slower than this is no help
_PREFIX = "bigo:answers:"


def key_of(body: dict[str, Any]) -> str:
    """Equal for requests that are equal to the byte under the same version of the instructions."""
    text = json.dumps([prompt.VERSION, body], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


class Answers(Protocol):
    """A store of answers. One that cannot be used means no cache, never an error."""

    def get(self, key: str, days: float) -> str | None:
        """The answer kept under the key, if it is not older than that many days."""

    def put(self, key: str, text: str, days: float, megabytes: float) -> None:
        """Keep an answer; drop what is too old, then what was not used for longest until the rest fits."""

    def drop(self, key: str) -> None:
        """Forget one answer."""

    def clear(self) -> int:
        """Forget all answers; how many there were."""

    def size(self) -> tuple[int, int]:
        """How many answers there are, and their bytes."""


def answers(cache_dir: Path, url: str = "") -> Answers:
    """The store that the settings name: Redis under its URL, else the file in the cache directory."""
    return SharedAnswers(url) if url else AnswerCache(cache_dir)


class AnswerCache:
    """In one SQLite file of the cache directory."""

    def __init__(self, cache_dir: Path, clock: Callable[[], float] = time.time):
        self._file = cache_dir / "answers.sqlite3"
        self._clock = clock

    def get(self, key: str, days: float) -> str | None:
        now = self._clock()
        with contextlib.suppress(sqlite3.Error, OSError), self._open() as db:
            row = db.execute(
                "SELECT text FROM answers WHERE key = ? AND at > ?", (key, now - days * 86400)
            ).fetchone()
            if row:
                db.execute("UPDATE answers SET used = ? WHERE key = ?", (now, key))
                return str(row[0])
        return None

    def put(self, key: str, text: str, days: float, megabytes: float) -> None:
        now, size = self._clock(), len(text.encode("utf-8", "replace")) + _OVERHEAD
        limit = int(megabytes * 1_000_000)
        if size > limit:
            return
        with contextlib.suppress(sqlite3.Error, OSError), self._open() as db:
            db.execute("INSERT OR REPLACE INTO answers VALUES (?, ?, ?, ?, ?)", (key, text, now, now, size))
            db.execute("DELETE FROM answers WHERE at <= ?", (now - days * 86400,))
            db.execute(
                "DELETE FROM answers WHERE key IN (SELECT key FROM (SELECT key, SUM(bytes) OVER (ORDER BY used DESC, key)"
                " AS total FROM answers) WHERE total > ?)",
                (limit,),
            )

    def drop(self, key: str) -> None:
        with contextlib.suppress(sqlite3.Error, OSError), self._open() as db:
            db.execute("DELETE FROM answers WHERE key = ?", (key,))

    def clear(self) -> int:
        with contextlib.suppress(sqlite3.Error, OSError), self._open() as db:
            return db.execute("DELETE FROM answers").rowcount
        return 0

    def size(self) -> tuple[int, int]:
        if not self._file.is_file():
            return 0, 0
        with contextlib.suppress(sqlite3.Error, OSError), self._open() as db:
            count, size = db.execute("SELECT COUNT(*), COALESCE(SUM(bytes), 0) FROM answers").fetchone()
            return int(count), int(size)
        return 0, 0

    @contextlib.contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        db = sqlite3.connect(self._file, timeout=2.0)
        try:
            db.executescript(_SCHEMA)
        except sqlite3.DatabaseError:
            db.close()
            self._file.unlink(missing_ok=True)  # a cache may be thrown away when it is damaged
            db = sqlite3.connect(self._file, timeout=2.0)
            db.executescript(_SCHEMA)
        with contextlib.closing(db), db:
            yield db


class SharedAnswers:
    """In a Redis that a team shares. Needs the package `redis` (`pip install bigo[redis]`), which is loaded on first use.

    A key per answer, which Redis itself forgets when its time is over, and two indexes: when each was used, and its size.
    """

    def __init__(
        self, url: str, connect: Callable[[], Any] | None = None, clock: Callable[[], float] = time.time
    ):
        self._url = url
        self._connect = connect or self._client
        self._clock = clock
        self._redis: Any = None
        self.problem = ""  # why the store cannot be used, for `bigo cache` and `bigo doctor`

    def get(self, key: str, days: float) -> str | None:
        def look(redis: Any) -> str | None:
            found = redis.get(_PREFIX + key)
            if found is None:
                return None
            at, text = json.loads(found)
            if at <= self._clock() - days * 86400:
                return None
            redis.zadd(_PREFIX + "used", {key: self._clock()})
            return str(text)

        return self._with(look, None)

    def put(self, key: str, text: str, days: float, megabytes: float) -> None:
        size, limit = len(text.encode("utf-8", "replace")) + _OVERHEAD, int(megabytes * 1_000_000)
        if size > limit or days <= 0:
            return

        def keep(redis: Any) -> None:
            value = json.dumps([self._clock(), text])
            with redis.pipeline() as pipe:
                pipe.set(_PREFIX + key, value, ex=max(1, int(days * 86400)))
                pipe.zadd(_PREFIX + "used", {key: self._clock()})
                pipe.hset(_PREFIX + "bytes", key, size)
                pipe.execute()
            self._fit(redis, limit)

        self._with(keep, None)

    def drop(self, key: str) -> None:
        self._with(lambda redis: self._forget(redis, [key]), None)

    def clear(self) -> int:
        def forget(redis: Any) -> int:
            keys = [k.decode() if isinstance(k, bytes) else k for k in redis.hkeys(_PREFIX + "bytes")]
            self._forget(redis, keys)
            return len(keys)

        return self._with(forget, 0)

    def size(self) -> tuple[int, int]:
        def measure(redis: Any) -> tuple[int, int]:
            sizes = [int(size) for size in redis.hvals(_PREFIX + "bytes")]
            return len(sizes), sum(sizes)

        return self._with(measure, (0, 0))

    def _fit(self, redis: Any, limit: int) -> None:
        sizes = {
            k.decode() if isinstance(k, bytes) else k: int(v)
            for k, v in redis.hgetall(_PREFIX + "bytes").items()
        }
        total = sum(sizes.values())
        if total <= limit:
            return
        gone = []
        for used in redis.zrange(_PREFIX + "used", 0, -1):  # the longest unused first
            name = used.decode() if isinstance(used, bytes) else used
            gone.append(name)
            total -= sizes.get(name, 0)
            if total <= limit:
                break
        self._forget(redis, gone)

    def _forget(self, redis: Any, keys: list[str]) -> None:
        if keys:
            with redis.pipeline() as pipe:
                pipe.delete(*(_PREFIX + key for key in keys))
                pipe.zrem(_PREFIX + "used", *keys)
                pipe.hdel(_PREFIX + "bytes", *keys)
                pipe.execute()

    def _with(self, do: Callable[[Any], _T], otherwise: _T) -> _T:
        try:
            self._redis = self._redis or self._connect()
            return do(self._redis)
        except (
            Exception
        ) as problem:  # the package is missing, the server is away, an answer is damaged: no cache
            self.problem = f"{type(problem).__name__}: {problem}"
            return otherwise

    def _client(self) -> Any:
        import redis

        return redis.Redis.from_url(self._url, socket_timeout=_SECONDS, socket_connect_timeout=_SECONDS)
