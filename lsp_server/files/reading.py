"""The facts of many files: from the store where it has those of the same text, else made by workers and kept."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from lsp_server.files import batch, indexing
from lsp_server.files.indexing import Indexed, digest_of
from lsp_server.files.store import Stamp, Store, key_of, opened, seen
from lsp_server.files.workspace import Unreadable, read_source
from lsp_server.places import cache_dir

KEPT_AT_ONCE = 500
"""Files whose facts are written in one go."""


def index_all(
    paths: Sequence[str], max_size: int, workers: int = 0, *, store: Store | None, threaded: bool = False
) -> Iterator[Indexed]:
    """What `batch.index_all` gives, in the same order; only what the store does not have is read and parsed."""
    if store is None:
        yield from batch.index_all(paths, max_size, workers, threaded=threaded)
        return
    now = time.time_ns()
    stamps = {path: Stamp.of(path) for path in paths}
    proving = {path: stamp for path, stamp in stamps.items() if stamp is not None and stamp.settled(now)}
    have = _known(paths, proving, max_size, store)
    missing = [path for path in paths if path not in have]
    fresh: list[Indexed] = []
    made = batch.index_all(missing, max_size, workers, threaded=threaded)
    for path in paths:
        facts = store.get(have[path]) if path in have else None
        if facts is not None:
            yield Indexed(path, facts, "")
            continue
        # What the store lost since it was asked is made here.
        found = batch.one(path, max_size) if path in have else next(made)
        fresh.append(found)
        if len(fresh) >= KEPT_AT_ONCE:
            _keep(fresh, proving, store)
            fresh = []
        yield found
    _keep(fresh, proving, store)


def facts_kept(source: bytes, path: str) -> bytes | None:
    """The packed facts of a text, where they were made before, in this session or another."""
    with opened(cache_dir()) as store:
        return store.get(key_of(digest_of(source, path))) if store is not None else None


class Version(NamedTuple):
    """A text of a file, and the packed facts that were made of it."""

    source: bytes
    facts: bytes


def nearest(source: bytes, path: str, max_size: int) -> Version | None:
    """Of a text the version whose facts are kept: itself, or what the disk has of the file, which it is an edit of."""
    with opened(cache_dir()) as store:
        for text in (source, read_source(Path(path), max_size)) if store is not None else ():
            facts = store.get(key_of(digest_of(text, path))) if isinstance(text, bytes) and store else None
            if isinstance(text, bytes) and facts is not None:
                return Version(text, facts)
    return None


class Again(NamedTuple):
    """A file as it is now: when it was changed last, its text, and its packed facts, where it gave any."""

    changed: int
    source: bytes
    facts: bytes | None


def read_again(path: str, max_size: int) -> Again:
    """One file. What its text gave before is not made again, and what is made is kept."""
    stamp = Stamp.of(path)
    changed = stamp.changed if stamp is not None else 0
    source = read_source(Path(path), max_size)
    if isinstance(source, Unreadable):
        return Again(changed, b"", None)
    facts = facts_kept(source, path)
    if facts is None:
        found = indexing.of_text(source, path)
        facts = found.facts
        with opened(cache_dir()) as store:
            if store is not None and facts is not None:
                store.put([(key_of(found.digest), facts)])
    return Again(changed, source, facts)


def _known(paths: Sequence[str], stamps: dict[str, Stamp], max_size: int, store: Store) -> dict[str, bytes]:
    """The keys of the files that the store has: as their stamps say, or the texts of those whose stamps changed.

    `stamps` are those that prove something.
    """
    rows = store.keys()
    have: dict[str, bytes] = {}
    moved: list[tuple[str, Stamp, bytes]] = []
    for path in paths:
        row, stamp = rows.get(path), stamps.get(path)
        if row is None:
            continue
        if stamp is not None and row[0] == seen(stamp):
            have[path] = row[1]
            continue
        source = read_source(Path(path), max_size)
        key = key_of(digest_of(source, path)) if not isinstance(source, Unreadable) else b""
        if key and store.get(key) is not None:
            have[path] = key
            if stamp is not None:
                moved.append((path, stamp, key))
    store.know(moved)
    return have


def _keep(found: list[Indexed], stamps: dict[str, Stamp], store: Store) -> None:
    good = [(one.path, one.facts, key_of(one.digest)) for one in found if one.facts is not None]
    store.put((key, facts) for _, facts, key in good)
    store.know((path, stamps[path], key) for path, _, key in good if path in stamps)
