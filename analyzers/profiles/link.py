"""Join a profile with a project: whose time is whose, and is the code still the code that was measured?

frames -> files (places.py) -> functions (functions.py) -> sums (totals.py) -> `Linked`
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Protocol

import msgspec

from analyzers.facts import FileFacts
from analyzers.profiles.functions import FileFunctions, plain
from analyzers.profiles.keys import FileKeys, FunctionKey, Keys
from analyzers.profiles.places import Places, is_external, is_whole, normal, promising
from analyzers.profiles.profile import Frame, Profile
from analyzers.profiles.sourcemaps import MAPPED, Originals, ReadFile, originals
from analyzers.profiles.times import LONGEST_WORDS, CallEdge, FunctionTime, LineTime, SentQueries
from analyzers.profiles.totals import Key, Resolved, Sum, Totals
from analyzers.text import Text


class Project(Protocol):
    """What linking needs of `analyzers.project.index.Project`."""

    def paths(self) -> Iterable[str]: ...
    def facts(self, path: str) -> FileFacts | None: ...


@dataclass(frozen=True)
class Linked:
    """A profile attached to the functions of a project.

    `keys` holds each linked file's function keys as they were when the profile was first linked. `recorded` is the
    link as made; `functions` is it with what `refresh` learned since, hottest own time first, gone ones included.
    """

    profile: Profile
    keys: Keys
    recorded: tuple[FunctionTime, ...]
    functions: tuple[FunctionTime, ...]
    own_share: float = 0.0  # of the time recorded, what the workspace's own code spent
    current: Mapping[str, FileKeys] = field(
        default_factory=dict, compare=False, repr=False
    )  # as last refreshed
    unlinked_share: float = 0.0  # what code spent that looks like the workspace's and was not found in it
    places: Mapping[str, str] = field(default_factory=dict, compare=False)  # recorded file -> path here

    @cached_property
    def _by_path(self) -> dict[str, list[int]]:
        """Where the functions of each file stand in `functions` and, the same places, in `recorded`."""
        found: dict[str, list[int]] = {}
        for number, time in enumerate(self.recorded):
            found.setdefault(time.path, []).append(number)
        return found

    def of(self, path: str, qualname: str) -> FunctionTime | None:
        """The time of one function; None when the profile never saw it."""
        return next((time for time in self.in_file(path) if time.qualname == qualname), None)

    def in_file(self, path: str) -> tuple[FunctionTime, ...]:
        there = (self.functions[number] for number in self._by_path.get(path, ()))
        return tuple(time for time in there if time.link != "gone")

    def summed(self) -> Linked:
        """The link as made, without the stacks it was made of and the many small callees: what crosses from a process
        to another."""
        heads = msgspec.structs.replace(
            self.profile, frames=(), entries=(), edges=(), nodes=(), longest=(), queries=(), texts=()
        )
        keys = {path: dict(hashes) for path, hashes in self.keys.items()}
        times = tuple(map(_told, self.recorded))
        return replace(self, profile=heads, keys=keys, recorded=times, functions=times, current={}, places={})


def link(
    profile: Profile,
    project: Project,
    roots: Sequence[str],
    text_of: Callable[[str], Text | None],
    *,
    mappings: Sequence[tuple[str, str]] = (),
    mtime_of: Callable[[str], float | None] | None = None,
    keys: Keys | None = None,
    read: ReadFile | None = None,
    expect: Callable[[Sequence[str]], None] | None = None,
) -> Linked:
    """Attach a profile to a project.

    `roots` are the workspace's folders, `mappings` pairs of (recorded prefix, path here). `mtime_of` gives a file's
    modification time: a file newer than the profile is only trusted where the profile or a source map holds its text,
    or where `keys` (from an earlier link of the same profile) say that its functions are unchanged. `read` gives files by
    which generated JavaScript is led back to its sources; without it, it is linked as it stands. `expect` is told which
    files will probably be asked for, before any is: a project in another process hands them over together.
    """
    mapped = Originals(profile)
    if read is not None:
        mapped = originals(profile, project.paths(), roots, read, _plain_text(text_of))
    if expect is not None:
        recorded = _frames_by_file(mapped.profile)
        expect(promising(recorded, project.paths(), roots, mappings))
    linker = _Linker(mapped.profile, project, roots, text_of, mappings, mtime_of, keys or {}, mapped)
    return linker.linked()


def _frames_by_file(profile: Profile) -> dict[str, list[Frame]]:
    found: dict[str, list[Frame]] = {}
    for frame in profile.frames:
        if not frame.native and frame.file:
            found.setdefault(frame.file, []).append(frame)
    return found


_MOST_LINES = 50
_MOST_TOLD = 10
"""Callers, callees and lines that are kept of a function: more than anything shows."""


def _told(time: FunctionTime) -> FunctionTime:
    callees = time.callees[:_MOST_TOLD]
    senders = tuple(edge for edge in time.callees[_MOST_TOLD:] if edge.queries)
    return replace(
        time, lines=time.lines[:_MOST_TOLD], callers=time.callers[:_MOST_TOLD], callees=callees + senders
    )


def _plain_text(text_of: Callable[[str], Text | None]) -> Callable[[str], str | None]:
    def plain_text(path: str) -> str | None:
        text = text_of(path)
        return text.source.decode("utf-8", "replace") if text is not None else None

    return plain_text


def refresh(linked: Linked, path: str, facts: FileFacts | None) -> Linked:
    """The same link after `path` was edited, cheap enough for every edit. None: the file is gone."""
    now = FileKeys(facts, linked.current.get(path)) if facts is not None else None
    before = linked.keys.get(path)
    if before is None:
        return linked
    functions = list(linked.functions)
    for number in linked._by_path.get(path, ()):
        time = linked.recorded[number]
        if time.link != "gone":
            functions[number] = _judged(time, before, now if now is not None else {})
    known = {**linked.current, path: now} if now is not None else linked.current
    refreshed = replace(linked, functions=tuple(functions), current=known)
    refreshed.__dict__["_by_path"] = linked._by_path
    return refreshed


def _judged(
    time: FunctionTime, before: Mapping[str, FunctionKey], now: Mapping[str, FunctionKey]
) -> FunctionTime:
    qualname = time.qualname
    if qualname == "<module>":
        return time if now else replace(time, link="gone")
    key = before.get(time.was or qualname) or before.get(qualname)
    if qualname in now:
        unchanged = key is None or now[qualname] == key
        return replace(time, state=time.state if unchanged else "edited")
    same = [name for name in now if key is not None and name not in before and now[name] == key]
    if len(same) == 1:
        name = same[0].rpartition(".")[2]
        return replace(
            time, qualname=same[0], name=name, link="moved", state="moved", was=time.was or qualname
        )
    return replace(time, link="gone")


class _Linker:
    def __init__(
        self,
        profile: Profile,
        project: Project,
        roots: Sequence[str],
        text_of: Callable[[str], Text | None],
        mappings: Sequence[tuple[str, str]],
        mtime_of: Callable[[str], float | None] | None,
        keys: Keys,
        mapped: Originals,
    ) -> None:
        self.profile = profile
        self.mapped = mapped
        self.project = project
        self.roots = roots
        self.text_of = text_of
        self.mtime_of = mtime_of
        self.stored = keys
        self.files: dict[str, FileFunctions | None] = {}
        self.by_file = _frames_by_file(profile)
        self.texts = {profile.frames[index]: text for index, text in profile.texts}
        places = Places(project.paths(), roots, mappings, self._fit)
        self.places = places.locate(self.by_file)
        self.now: dict[str, FileKeys] = {}
        self._observe()

    def linked(self) -> Linked:
        totals = Totals(self.profile, self._resolve)
        self.lines_run = self._lines_run(totals.resolved)
        self.longest = self._longest(totals.resolved)
        times = [self._time(key, sum_) for key, sum_ in totals.sums.items()]
        times.sort(key=lambda time: (-time.self_share, -time.total_share, time.path, time.qualname))
        functions = tuple(times)
        own = min(1.0, totals.attributed / self.profile.total)
        keys = {path: self.stored.get(path, now) for path, now in self.now.items()}
        lost = self._unlinked_share()
        return Linked(self.profile, keys, functions, functions, own, self.now, lost, self.places)

    # --------------------------------------------------------------------------------------------- files

    def _file(self, path: str) -> FileFunctions | None:
        if path not in self.files:
            facts, text = self.project.facts(path), self.text_of(path)
            usable = facts is not None and text is not None and bool(facts.functions)
            self.files[path] = FileFunctions(path, facts, text) if usable and facts and text else None
        return self.files[path]

    def _fit(self, path: str, frames: Sequence[Frame]) -> tuple[int, int, int]:
        file = self._file(path)
        return file.fit(frames) if file is not None else (0, 0, len(frames) + 1)

    def _observe(self) -> None:
        frames: dict[str, list[Frame]] = {}
        for recorded, path in self.places.items():
            frames.setdefault(path, []).extend(self.by_file[recorded])
        for path, seen in frames.items():
            file = self._file(path)
            if file is not None:
                self.now[path] = FileKeys(file.facts)
                file.expect({frame: self.texts[frame] for frame in seen if frame in self.texts})
                if path in self.mapped.changed:
                    file.displaced.update(frame for frame in seen if frame.name == MAPPED)
                file.observe(
                    seen, self.stored.get(path, {}), self.now[path], begins=self.profile.kind == "tracing"
                )

    def _changed(self, path: str) -> bool:
        modified = self.mtime_of(path) if self.mtime_of else None
        return modified is not None and modified > self.profile.mtime

    # -------------------------------------------------------------------------------------------- frames

    def _resolve(self, index: int) -> Resolved | None:
        frame = self.profile.frames[index]
        path = self.places.get(frame.file) if not frame.native else None
        file = self._file(path) if path else None
        if path is None or file is None:
            return None
        match = file.match(frame)
        if match is None:
            return Resolved((path, plain(frame.name) or f"(anonymous):{frame.line}", "gone"))
        around = (path, match.around.qualname, "") if match.around else None
        return Resolved((path, match.function.qualname, ""), around, match.folded, match, file)

    def _longest(self, resolved: Sequence[Resolved | None]) -> dict[Key, float]:
        longest: dict[Key, float] = {}
        for index, seconds in self.profile.longest:
            found = resolved[index]
            for key in found.keys if found else ():
                longest[key] = max(longest.get(key, 0.0), seconds)
        return longest

    def _lines_run(self, resolved: Sequence[Resolved | None]) -> bool:
        """Did the producer write the line that ran? Others write where the function begins."""
        for frame, found in zip(self.profile.frames, resolved, strict=True):
            if found and found.file and found.match and found.match.how == "exact" and frame.line:
                function = found.match.function
                if function is not found.file.module and not found.folded:
                    defined = found.file.text.line_of(function.start + function.def_at) + 1
                    if frame.line not in (found.file.first_line.get(function.qualname), defined):
                        return True
        return any(node.lines for node in self.profile.nodes) or any(
            entry.lines for entry in self.profile.entries
        )

    def _unlinked_share(self) -> float:
        """Own time of code that looks like the workspace's and was not found in it.

        Only whole paths count: shortened ones do not tell the standard library from the rest.
        """
        lost = {
            index
            for index, frame in enumerate(self.profile.frames)
            if frame.file
            and not frame.native
            and frame.file not in self.places
            and is_whole(normal(frame.file))
            and not is_external(normal(frame.file), self.roots)
        }
        own = sum(entry.own for entry in self.profile.entries if entry.frame in lost)
        own += sum(node.own for node in self.profile.nodes if node.frame in lost)
        return own / self.profile.total

    # --------------------------------------------------------------------------------------------- times

    def _time(self, key: Key, sum_: Sum) -> FunctionTime:
        path, qualname, gone = key
        file = self._file(path)
        function = file.by_own_qualname.get(qualname) if file and not gone else None
        total = self.profile.total
        resumed = function is not None and (function.is_async or function.is_generator)
        counted = not (resumed and self.profile.resumes_counted)
        link, state = self._link_state(key)
        return FunctionTime(
            path=path,
            qualname=qualname,
            name=function.name if function else qualname.rpartition(".")[2],
            line=file.first_line.get(qualname, 0) if file and function else 0,
            self_share=sum_.own / total,
            total_share=sum_.total / total,
            self_time=sum_.own,
            total_time=sum_.total,
            calls=sum_.calls if counted else None,
            primitive_calls=sum_.primitive_calls if counted else None,
            samples=sum_.samples if self.profile.samples is not None else None,
            longest=self._stretch(key, sum_),
            lines=self._lines(file, qualname, sum_) if link != "gone" and file else (),
            callers=self._edges(sum_.callers),
            callees=self._edges(sum_.callees, sum_.queries),
            link=link,
            state=state,
            was=self._was(file, qualname) if file and not gone else "",
            producer=self.profile.producer,
            kind=self.profile.kind,
            sent=tuple(
                SentQueries(query.statement, query.count, query.variants, line) for query, line in sum_.sent
            ),
            nested=function is not None and function.parent not in ("", "<module>"),
        )

    def _link_state(self, key: Key) -> tuple[str, str]:
        path, qualname, gone = key
        file = self._file(path)
        if gone or file is None:
            return "gone", "stale"
        link = "moved" if file.shifted else "exact"
        stored = self.stored.get(path, {}).get(self._was(file, qualname) or qualname)
        if stored is not None:
            same = stored == self.now[path].get(qualname)
            return link, ("moved" if link == "moved" else "fresh") if same else "edited"
        # Nothing but the time of its last change tells whether a file is what was measured: a function may still stand
        # at its line and be another.
        if path in self.mapped.changed or (self._changed(path) and path not in self.mapped.same):
            return link, "stale"
        return link, "moved" if link == "moved" else "fresh"

    def _was(self, file: FileFunctions, qualname: str) -> str:
        return next((old for old, now in file.renamed.items() if now.qualname == qualname), "")

    def _stretch(self, key: Key, sum_: Sum) -> float | None:
        if self.profile.kind == "tracing" and sum_.primitive_calls:
            return sum_.total / sum_.primitive_calls
        return self.longest.get(key)

    def _lines(self, file: FileFunctions, qualname: str, sum_: Sum) -> tuple[LineTime, ...]:
        if not self.lines_run or file.shifted or qualname not in file.by_own_qualname:
            return ()
        hottest = sorted(sum_.lines.items(), key=lambda each: (-each[1], each[0]))
        text = file.text
        return tuple(
            LineTime(
                line,
                time / self.profile.total,
                text.line_text(line - 1).strip()[:LONGEST_WORDS] if 0 < line <= text.line_count else "",
            )
            for line, time in hottest[:_MOST_LINES]
        )

    def _edges(
        self, edges: Mapping[Key | str, list[float]], sent: Mapping[Key | str, float] | None = None
    ) -> tuple[CallEdge, ...]:
        found = []
        for other, (time, calls) in edges.items():
            known = int(calls) if calls >= 0 else None
            share = time / self.profile.total
            queries = (sent or {}).get(other, 0.0)
            if isinstance(other, str):
                found.append(
                    CallEdge(other, share, calls=known, builtin=not other.endswith(")"), queries=queries)
                )
            else:
                path, qualname, _gone = other
                name = qualname.rpartition(".")[2]
                found.append(
                    CallEdge(
                        name, share, path, qualname, None if self._resumed(other) else known, False, queries
                    )
                )
        found.sort(key=lambda edge: (-edge.share, edge.label))
        return tuple(found)

    def _resumed(self, key: Key) -> bool:
        file = self._file(key[0])
        function = file.by_own_qualname.get(key[1]) if file else None
        return (
            self.profile.resumes_counted
            and function is not None
            and (function.is_async or function.is_generator)
        )
