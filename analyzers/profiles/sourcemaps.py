"""From generated JavaScript back to the sources it was made of, by position.

Format: tc39.es/ecma426 (source map revision 3). A frame of `bundle.js` becomes a frame of the file, line and column
the map names; its function is then the one that stands there. The map's `names` are not used: they name what is called
at a place, not the function around it, and minifiers leave them out.
"""

from __future__ import annotations

import base64
import bisect
import posixpath
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from urllib.parse import unquote

import msgspec
from msgspec import Struct

from analyzers.profiles.places import is_external, normal
from analyzers.profiles.profile import Frame, Node, Profile, clean

MAPPED = "(mapped)"
"""The name of a frame that only its position identifies: its recorded name is a minifier's."""

_GENERATED = re.compile(r"\.[cm]?js$")
_URL = re.compile(rb"//[#@] ?sourceMappingURL=([^\s'\"]{1,4096})\s*(?:\*/)?\s*\Z")
_INLINE = re.compile(r"data:application/json[^,]{0,100};base64,")
_SCHEME = re.compile(r"^(?:webpack|ng|vite|rollup|turbopack|file|app|parcel)://+[^/]*/+(?:\./)?")
_MAX_MAP = 128 << 20
_MAX_SEGMENTS = 20_000_000
_MAX_FILES = 500
_MAX_TRIES = 20_000
_DIGITS = {
    char: value
    for value, char in enumerate(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
}

ReadFile = Callable[[str], bytes | None]
"""The content of a file of the workspace; None when there is none, or it may not be read."""


class _Raw(Struct):
    version: int = 3
    sources: list[str | None] = []
    sourceRoot: str | None = None
    sourcesContent: list[str | None] | None = None
    mappings: str = ""
    sections: list[msgspec.Raw] = []


@dataclass
class SourceMap:
    """Segments per generated line, sorted by column: (column, source, line, column there), all from 0."""

    sources: list[str]
    contents: list[str | None]
    lines: list[list[tuple[int, int, int, int]]]

    def original(self, line: int, column: int) -> tuple[int, int, int] | None:
        """(source, line, column) of a generated place, all from 0; None where the map is silent."""
        if not 0 <= line < len(self.lines) or not self.lines[line]:
            return None
        segments = self.lines[line]
        at = bisect.bisect_right(segments, (column, 1 << 60)) - 1
        found = segments[max(at, 0)]
        return found[1:] if found[1] >= 0 else None

    def whole_line(self, line: int) -> tuple[int, int, int] | None:
        """Where a generated line comes from as a whole; None where several lines went into it."""
        segments = self.lines[line] if 0 <= line < len(self.lines) else []
        places = {segment[1:3] for segment in segments if segment[1] >= 0}
        return (*places.pop(), 0) if len(places) == 1 else None


def decode(data: bytes) -> SourceMap:
    """The map in the JSON; ValueError when it is none."""
    try:
        raw = msgspec.json.decode(data.removeprefix(b")]}'"), type=_Raw)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise ValueError(f"no source map: {error}") from None
    if raw.version != 3 or raw.sections:
        raise ValueError("no source map of revision 3 in one piece")
    root = (raw.sourceRoot or "").rstrip("/")
    sources = [f"{root}/{source}" if root and source else source or "" for source in raw.sources]
    return SourceMap(
        sources, list(raw.sourcesContent or []), _segments(raw.mappings.encode("ascii", "replace"))
    )


def _segments(mappings: bytes) -> list[list[tuple[int, int, int, int]]]:
    lines: list[list[tuple[int, int, int, int]]] = []
    source = line = column = count = 0
    for text in mappings.split(b";"):
        generated, found = 0, []
        for segment in text.split(b","):
            if not segment:
                continue
            values = _vlq(segment)
            count += 1
            if count > _MAX_SEGMENTS:
                raise ValueError("the source map is too large")
            generated += values[0]
            if len(values) >= 4:
                source, line, column = source + values[1], line + values[2], column + values[3]
                found.append((generated, source, line, column))
            else:
                found.append((generated, -1, 0, 0))
        found.sort()
        lines.append(found)
    return lines


def _vlq(segment: bytes) -> list[int]:
    values, value, shift = [], 0, 0
    for char in segment:
        digit = _DIGITS.get(char)
        if digit is None or shift > 60:
            raise ValueError("the source map is damaged")
        value |= (digit & 31) << shift
        if digit & 32:
            shift += 5
        else:
            values.append(-(value >> 1) if value & 1 else value >> 1)
            value = shift = 0
    if shift or not values:
        raise ValueError("the source map is damaged")
    return values


@dataclass
class Originals:
    """A profile in terms of the sources, and which of them are, or are not, what was compiled, where the map tells."""

    profile: Profile
    changed: set[str] = field(default_factory=set)
    same: set[str] = field(default_factory=set)
    files: set[str] = field(default_factory=set)


class _Mapper:
    def __init__(self, paths: Iterable[str], roots: Sequence[str], read: ReadFile) -> None:
        self.paths = set(paths)
        self.read = read
        self.folders = list(dict.fromkeys([*[root.rstrip("/") for root in roots], *_folders(self.paths)]))
        self.tries = 0
        self.maps: dict[str, tuple[str, SourceMap] | None] = {}

    def of(self, file: str) -> tuple[str, SourceMap] | None:
        """The map of a recorded file and the path it lies at."""
        if file not in self.maps:
            self.maps[file] = self._find(file) if len(self.maps) < _MAX_FILES else None
        return self.maps[file]

    def _find(self, file: str) -> tuple[str, SourceMap] | None:
        name = normal(file)
        if not _GENERATED.search(name) or is_external(name):
            return None
        places = (
            [name]
            if name.startswith("/") or name[1:3] == ":/"
            else [f"{each}/{name}" for each in self.folders]
        )
        for place in places:
            self.tries += 1
            if self.tries > _MAX_TRIES:
                return None
            found = self._beside(place)
            if found is not None:
                return found
        return None

    def _beside(self, place: str) -> tuple[str, SourceMap] | None:
        code = self.read(place)
        if code is None:
            return None
        named = _URL.search(code[-_MAX_MAP // 4 :])
        url = named.group(1).decode("utf-8", "replace") if named else ""
        path, data = f"{place}.map", None
        if url.startswith("data:"):
            inline = _INLINE.match(url)
            data = base64.b64decode(url[inline.end() :] + "==") if inline else None
        else:
            if url and "://" not in url:
                path = posixpath.normpath(posixpath.join(posixpath.dirname(place), unquote(url)))
            data = self.read(path) or self.read(f"{place}.map")
        if data is None or len(data) > _MAX_MAP:
            return None
        try:
            return path, decode(data)
        except ValueError:
            return None

    def source(self, path: str, source: str) -> str:
        """A source named in the map at `path`, as a path of the workspace where it is one."""
        inside = _SCHEME.sub("", source)
        for candidate in (
            posixpath.normpath(posixpath.join(posixpath.dirname(path), source))
            if "://" not in source
            else "",
            *(f"{folder}/{inside}" for folder in self.folders[:200] if inside != source),
        ):
            if candidate in self.paths:
                return candidate
        return inside


def originals(
    profile: Profile,
    paths: Iterable[str],
    roots: Sequence[str],
    read: ReadFile,
    text_of: Callable[[str], str | None],
) -> Originals:
    """The profile with frames of generated files moved to their sources; the same one where nothing is mapped."""
    generated = {
        frame.file for frame in profile.frames if _GENERATED.search(normal(frame.file)) and not frame.native
    }
    if not generated:
        return Originals(profile)
    mapper = _Mapper(paths, roots, read)
    found = Originals(profile)
    frames = list(profile.frames)
    kept: dict[int, tuple[str, SourceMap]] = {}
    for index, frame in enumerate(profile.frames):
        map_ = mapper.of(frame.file) if frame.file in generated else None
        place = map_[1].original(frame.line - 1, max(0, frame.column)) if map_ else None
        if map_ is None or place is None or not 0 <= place[0] < len(map_[1].sources):
            continue
        file = mapper.source(map_[0], map_[1].sources[place[0]])
        frames[index] = Frame(MAPPED, clean(file), place[1] + 1, place[2])
        kept[index] = map_
        if file not in found.files:
            found.files.add(file)
            differs = _differs(map_[1], place[0], text_of(file))
            if differs is not None:
                (found.changed if differs else found.same).add(file)
    if kept:
        nodes = tuple(_node(node, frames, kept, mapper) for node in profile.nodes)
        found.profile = msgspec.structs.replace(profile, frames=tuple(frames), nodes=nodes)
    return found


def _differs(map_: SourceMap, source: int, text: str | None) -> bool | None:
    """Is what was compiled something else than what stands there now? None where either is unknown."""
    compiled = map_.contents[source] if source < len(map_.contents) else None
    if compiled is None or text is None:
        return None
    return compiled.splitlines() != text.splitlines()


def _node(node: Node, frames: list[Frame], kept: dict[int, tuple[str, SourceMap]], mapper: _Mapper) -> Node:
    map_ = kept.get(node.frame)
    if map_ is None or not node.lines:
        return node
    path, segments = map_
    file = frames[node.frame].file
    sums: dict[tuple[int, int], float] = {}
    columns = node.columns or (-1,) * len(node.lines)
    for (line, time), column in zip(node.lines, columns, strict=True):
        place = segments.original(line - 1, column) if column >= 0 else segments.whole_line(line - 1)
        # Lines of other files are inlined code of theirs: only its time is known, not whose call it was.
        ours = place is not None and 0 <= place[0] < len(segments.sources)
        if ours and place and clean(mapper.source(path, segments.sources[place[0]])) == file:
            at = (place[1] + 1, place[2] if column >= 0 else -1)
            sums[at] = sums.get(at, 0.0) + time
    lines = tuple((line, time) for (line, _column), time in sums.items())
    return msgspec.structs.replace(node, lines=lines, columns=tuple(column for _line, column in sums))


def _folders(paths: Iterable[str]) -> list[str]:
    """The folders that hold sources, and those above them, the highest first."""
    found: set[str] = set()
    for path in paths:
        for _ in range(8):
            path = path.rpartition("/")[0]
            if not path or path in found:
                break
            found.add(path)
    return sorted(found, key=lambda folder: (folder.count("/"), folder))
