"""What the last scan of a project found in each of its files, and what that rests on: only files that rest on something
that changed since are checked again.

A part holds what the findings of some files rest on: leaves of the project's memo, each with the files that rest on it,
as bits. The files of one process are a part, those that a later scan checks again another. Of the files that changed
the store has the facts they had, so what became of them is asked of both versions, as it is at an edit (`Project.changed_since`).
"""

from __future__ import annotations

import zlib
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import TYPE_CHECKING

import msgspec

from analyzers import shifted
from analyzers.findings import Finding
from lsp_server.files.store import Stamp, Store, key_of, seen

if TYPE_CHECKING:
    from analyzers.facts import FileFacts
    from analyzers.project.index import Project
    from analyzers.project.survey import Survey
    from lsp_server.commands.gather import Gathered, Listing
    from lsp_server.settings import Settings

MOST_CHANGED = 500
"""Files that changed up to which it is asked who rests on them; with more, all are checked."""

MAX_PARTS = 8
"""With more, the smaller half of them is put together."""

_LEVEL = 1
_MARK = "\0"  # between the pieces of a leaf


class File(msgspec.Struct, frozen=True, array_like=True):
    """What is known of a file: the key of its facts, and what was found in it, if it was checked: then `part` is the key of
    what that rests on."""

    facts: bytes
    part: bytes = b""
    lines: int = 0
    findings: tuple[Finding, ...] = ()


class Part(msgspec.Struct, frozen=True, array_like=True):
    """Which of some files rest on a leaf: by its first piece and its others the place of the bits that say it."""

    files: tuple[str, ...]
    bits: tuple[bytes, ...]
    leaves: dict[str, dict[str, int]]

    def resting_on(self, leaves: Iterable[Hashable]) -> set[str]:
        found = 0
        for first, rest in map(_pieces, leaves):
            at = self.leaves.get(first, {}).get(rest)
            if at is not None:
                found |= int.from_bytes(self.bits[at], "little")
        return set(_named(self.files, found))


class _Builder:
    """Makes a part, leaf by leaf."""

    def __init__(self, files: Sequence[str]) -> None:
        self._files = tuple(files)
        self._places: dict[int, int] = {}
        self._leaves: dict[str, dict[str, int]] = {}

    def add(self, first: str, rest: str, bits: int) -> None:
        self._leaves.setdefault(first, {})[rest] = self._places.setdefault(bits, len(self._places))

    def packed(self) -> bytes:
        size = (len(self._files) + 7) // 8
        bits = tuple(one.to_bytes(size, "little") for one in self._places)
        return zlib.compress(_encoder.encode(Part(self._files, bits, self._leaves)), _LEVEL)


_encoder = msgspec.msgpack.Encoder()
_files = msgspec.msgpack.Decoder(dict[str, File])
_parts = msgspec.msgpack.Decoder(Part)


def part_of(project: Project, paths: Sequence[str]) -> bytes:
    """What was found in these files rests on this, packed. All of them were checked by `check.noted` in this process."""
    from analyzers import check

    made = _Builder(paths)
    for leaf, bits in check.resting(project, paths).items():
        made.add(*_pieces(leaf), bits)
    return made.packed()


def key_for(listing: Listing, settings: Settings) -> bytes:
    """The key of what is known of the files of a project under these settings."""
    # How many processes there are and what is shown of the findings shape nothing.
    analysis = msgspec.structs.replace(settings.analysis, workers=0, min_severity="hint")
    roots = "\0".join(listing.roots).encode("utf-8", "surrogateescape")
    return key_of(b"findings by file", _encoder.encode(analysis), roots)


class Earlier:
    """What the last scan of a project found, as far as it still holds for the project that was read now."""

    def __init__(self, store: Store, key: bytes, gathered: Gathered) -> None:
        self._store = store
        self._key = key
        self._project = gathered.project
        self._now = _facts_keys(store, self._project)
        self._parts: dict[bytes, Part] = {}
        self._shifts: dict[str, shifted.Shift] = {}  # of what changed
        self.files: dict[str, File] = {}  # that need not be checked again
        known = _decoded(_files, store.get(key)) or {}
        # Where files come or go any import may mean another one.
        if known.keys() == self._now.keys() == set(self._project.paths()):
            self.files = self._that_hold(known)

    def _that_hold(self, known: Mapping[str, File]) -> dict[str, File]:
        changed = [path for path, file in known.items() if self._now[path] != file.facts]
        leaves = self._leaves_changed(changed, known) if len(changed) <= MOST_CHANGED else None
        if leaves is None:
            return {}
        gone = set(changed)
        for key in {file.part for file in known.values() if file.part}:
            part = self._part(key)
            gone |= part.resting_on(leaves) if part is not None else set()
        return {
            path: self._as_now(file)
            for path, file in known.items()
            if path not in gone and self._part(file.part) is not None
        }

    def _as_now(self, file: File) -> File:
        """What was found in a file that did not change may tell of places in others that did."""
        if not self._shifts or not file.findings:
            return file
        where = shifted.where(self._shifts)
        findings = tuple([shifted.moved(one, where) for one in file.findings])
        return msgspec.structs.replace(file, findings=findings)

    def _leaves_changed(self, changed: Sequence[str], known: Mapping[str, File]) -> set[Hashable] | None:
        """What is not what it was; None where that cannot be told."""
        from analyzers.project.kept import Kept

        before: dict[str, tuple[FileFacts, Survey]] = {}
        for path in changed:
            data, now = self._store.get(known[path].facts), self._project.files.facts(path)
            if data is None or now is None:
                return None
            kept = Kept(data)
            facts = kept.facts()
            shift = self._shifts[path] = shifted.Shift(facts, now)
            facts = shift.file(facts)
            if facts != now:
                before[path] = facts, kept.survey()
        return self._project.changed_since(before)

    def _part(self, key: bytes) -> Part | None:
        if key and key not in self._parts:
            data = self._store.get(key)
            part = _decoded(_parts, zlib.decompress(data)) if data is not None else None
            if part is not None:
                self._parts[key] = part
        return self._parts.get(key)

    def keep(self, found: Iterable[tuple[str, int, tuple[Finding, ...]]], packed: Sequence[bytes]) -> None:
        """Keep what was found in the files that were checked now, which rests on these parts, for the next scan."""
        files = {path: File(key) for path, key in self._now.items()} | self.files
        part_of_file: dict[str, bytes] = {}
        blobs = {key_of(data): data for data in packed}
        for key, data in blobs.items():
            self._parts[key] = _parts.decode(zlib.decompress(data))
            part_of_file.update(dict.fromkeys(self._parts[key].files, key))
        for path, lines, findings in found:
            if path in part_of_file and path in self._now:
                files[path] = File(self._now[path], part_of_file[path], lines, findings)
        files = self._with_fewer_parts(files, blobs)
        self._store.put([*blobs.items(), (self._key, _encoder.encode(files))])

    def _with_fewer_parts(self, files: dict[str, File], blobs: dict[bytes, bytes]) -> dict[str, File]:
        used = sorted({file.part for file in files.values() if file.part})
        if len(used) <= MAX_PARTS:
            return files
        used.sort(key=lambda key: len(self._parts[key].files))
        joined: dict[bytes, list[str]] = {key: [] for key in used[: len(used) // 2 + 1]}
        for path, file in files.items():
            if file.part in joined:
                joined[file.part].append(path)
        paths = list(chain.from_iterable(joined.values()))
        data = _joined(paths, [(self._parts[key], set(living)) for key, living in joined.items()])
        new = key_of(data)
        for key in joined:
            blobs.pop(key, None)
        blobs[new] = data
        return files | {path: msgspec.structs.replace(files[path], part=new) for path in paths}


def _joined(paths: Sequence[str], parts: Iterable[tuple[Part, set[str]]]) -> bytes:
    """One part of several, for those files of each that still rest on it."""
    place = {path: at for at, path in enumerate(paths)}
    resting: dict[tuple[str, str], int] = {}
    for part, living in parts:
        bits = [
            sum(
                1 << place[path]
                for path in _named(part.files, int.from_bytes(one, "little"))
                if path in living
            )
            for one in part.bits
        ]
        for first, rests in part.leaves.items():
            for rest, at in rests.items():
                if bits[at]:
                    resting[first, rest] = resting.get((first, rest), 0) | bits[at]
    made = _Builder(paths)
    for (first, rest), held in resting.items():
        made.add(first, rest, held)
    return made.packed()


def _facts_keys(store: Store, project: Project) -> dict[str, bytes]:
    """The keys of the facts of the project's files, as they are on the disk; without those of which that is not certain."""
    known = store.keys()
    found: dict[str, bytes] = {}
    for path in project.paths():
        row, stamp = known.get(path), Stamp.of(path)
        if row is not None and stamp is not None and row[0] == seen(stamp):
            found[path] = row[1]
    return found


def _pieces(leaf: Hashable) -> tuple[str, str]:
    assert isinstance(leaf, tuple)
    return leaf[0], _MARK.join(leaf[1:])


def _named(files: Sequence[str], bits: int) -> Iterator[str]:
    while bits:
        low = bits & -bits
        yield files[low.bit_length() - 1]
        bits ^= low


def _decoded(decoder: msgspec.msgpack.Decoder, data: bytes | None):  # type: ignore[no-untyped-def,type-arg]
    try:
        return decoder.decode(data) if data is not None else None
    except msgspec.MsgspecError:
        return None
