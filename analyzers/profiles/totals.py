"""Adding up: the time of each function of the workspace, from call edges or from a call tree.

Own time is what a function spent itself plus what built-ins spent that it called directly: operators and C functions
never are a fix of their own. Total time counts a function once per stack, however deep it recurs.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from urllib.parse import unquote

from analyzers.profiles.functions import ANONYMOUS, FileFunctions, Match
from analyzers.profiles.profile import Edge, Frame, Node, Profile, Query
from analyzers.profiles.queries import rates

_FOLDERS = re.compile(r"(?:[A-Za-z]:)?(?:[/\\][^\s/\\():;,]+)*[/\\](?=[^\s/\\])")

Key = tuple[str, str, str]
"""(path, qualname, kind of link): kind is "" for a linked function and "gone" for one that is not there any more."""


@dataclass(frozen=True, slots=True)
class Resolved:
    """Where a frame's time goes: `key`, and `around`, the named function around a lambda, which shares it.

    `first` is the line a function begins at that no file is known of; 0 where that is unknown, too.
    """

    key: Key
    around: Key | None = None
    folded: bool = False
    match: Match | None = None
    file: FileFunctions | None = None
    first: int = 0

    @property
    def keys(self) -> tuple[Key, ...]:
        return (self.key,) if self.around is None else (self.key, self.around)

    @property
    def named(self) -> Key:
        return self.around or self.key


@dataclass(slots=True)
class Sum:
    """What is known of one function so far; times in the profile's unit."""

    own: float = 0.0
    total: float = 0.0
    calls: int | None = None
    primitive_calls: int | None = None
    samples: int = 0
    lines: dict[int, float] = field(default_factory=dict)
    callers: dict[Key | str, list[float]] = field(default_factory=dict)
    callees: dict[Key | str, list[float]] = field(default_factory=dict)
    queries: dict[Key | str, float] = field(default_factory=dict)  # sent under each callee
    sent: list[tuple[Query, int]] = field(default_factory=list)  # as recorded, and the line that sent it


class Totals:
    """Sums per function. `resolve` gives the place of a frame by index; None for code outside the workspace."""

    def __init__(self, profile: Profile, resolve: Callable[[int], Resolved | None]) -> None:
        self.profile = profile
        self.sums: dict[Key, Sum] = {}
        self.attributed = 0.0  # own time of the workspace, each second once
        self.resolved = [resolve(index) for index in range(len(profile.frames))]
        self.rates = rates(profile)
        self.counts = {entry.frame: entry.calls or 0 for entry in profile.entries}
        self.calls_back: dict[int, list[Edge]] = {}  # what built-ins call, by the built-in
        for edge in profile.edges:
            if profile.frames[edge.caller].native:
                self.calls_back.setdefault(edge.caller, []).append(edge)
        if profile.nodes:
            _TreeWalk(self).run()
        else:
            self._entries()
            self._edges()
            self._queries()
        for sum_ in self.sums.values():
            sum_.own = min(sum_.own, profile.total)
            sum_.total = min(max(sum_.total, sum_.own), profile.total)

    def at(self, key: Key) -> Sum:
        return self.sums.setdefault(key, Sum())

    def link(self, caller: int, callee: int, time: float, calls: int | None) -> None:
        """Note that one frame called another. What a lambda calls, the function around it calls."""
        above, below = self.resolved[caller], self.resolved[callee]
        if below is not None and below.folded:
            return  # a comprehension is a part of its function, not a callee
        one = above.named if above else label(self.profile.frames[caller])
        other = below.key if below else label(self.profile.frames[callee])
        if one == other:
            return
        if isinstance(one, tuple):
            _add(self.at(one).callees, other, time, calls)
            rate = self._rate(callee, one) if calls else 0.0
            if calls and rate:
                sent = self.at(one).queries
                sent[other] = sent.get(other, 0.0) + calls * rate
        if isinstance(other, tuple):
            _add(self.at(other).callers, one, time, calls)

    def _rate(self, callee: int, caller: Key) -> float:
        """Queries per call, without those that `sum(f(x) for x in y)` sends from within the caller itself."""
        rate = self.rates[callee]
        if not rate or not self.profile.frames[callee].native:
            return rate
        for edge in self.calls_back.get(callee, ()):
            back = self.resolved[edge.callee]
            if back is not None and back.named == caller:
                rate -= (edge.calls or 0) * self.rates[edge.callee] / max(1, self.counts[callee])
        return max(0.0, rate)

    # ------------------------------------------------------------------------------------ entries and edges

    def _entries(self) -> None:
        for entry in self.profile.entries:
            found = self.resolved[entry.frame]
            if found is None:
                continue
            self.attributed += entry.own
            for key in found.keys:
                sum_ = self.at(key)
                sum_.own += entry.own
                sum_.samples += entry.samples or 0
            line = self.profile.frames[entry.frame].line
            if entry.lines:
                for at, time in entry.lines:
                    _add_line(self.at(found.named), at, time)
            elif self.profile.kind == "sampling" and line:
                _add_line(self.at(found.named), line, entry.own)
            sum_ = self.at(found.key)
            if not found.folded:
                sum_.total += entry.total
                if entry.calls is not None:
                    sum_.calls = (sum_.calls or 0) + entry.calls
                    sum_.primitive_calls = (sum_.primitive_calls or 0) + (entry.primitive_calls or 0)

    def _queries(self) -> None:
        for query in self.profile.queries:
            found = self.resolved[query.frame] if query.frame >= 0 else None
            if found is not None:
                self.at(found.named).sent.append((query, self.profile.frames[query.frame].line))

    def _edges(self) -> None:
        frames = self.profile.frames
        for edge in self.profile.edges:
            caller, callee = self.resolved[edge.caller], self.resolved[edge.callee]
            if caller is not None and frames[edge.callee].native:
                self.attributed += edge.own
                for key in caller.keys:
                    self.at(key).own += edge.own
            if caller is not None and callee is not None and caller.key == callee.key:
                # One function in several entries (a sampler's, one per line), or recursion where the producer
                # counts a recursive call's total again (it has no call counts then).
                if edge.caller != edge.callee or edge.calls is None:
                    self._unnest(callee, edge.caller == edge.callee, edge.total)
                continue
            self.link(edge.caller, edge.callee, edge.total, edge.calls)

    def _unnest(self, found: Resolved, itself: bool, time: float) -> None:
        if found.folded or (itself and self.profile.producer == "Tachyon"):
            return
        sum_ = self.at(found.key)
        sum_.total = max(sum_.own, sum_.total - time)


class _TreeWalk:
    """One pass down and up the call tree."""

    def __init__(self, totals: Totals) -> None:
        self.totals = totals
        self.profile = totals.profile
        self.nodes = totals.profile.nodes
        self.children: dict[int, list[int]] = {}
        for index, node in enumerate(self.nodes):
            self.children.setdefault(node.parent, []).append(index)
        self.weight, self.samples = _inclusive(self.nodes)
        self.active: dict[Key, int] = {}
        self.callees = self._callees()
        self.unplaced = tuple({each.key: each for each in totals.resolved if each and each.first}.values())

    def run(self) -> None:
        for index, leaving in self._visits():
            found = self.totals.resolved[self.nodes[index].frame]
            keys = found.keys if found else ()
            if leaving:
                for key in keys:
                    self.active[key] -= 1
                continue
            if found is None or not self.active.get(found.named):
                self._link(index)
            for key in keys:
                if not self.active.get(key):
                    sum_ = self.totals.at(key)
                    sum_.total += self.weight[index]
                    sum_.samples += self.samples[index]
                self.active[key] = self.active.get(key, 0) + 1
            self._own(index)

    def _visits(self) -> Iterator[tuple[int, bool]]:
        pending = [(index, False) for index in reversed(self.children.get(-1, []))]
        while pending:
            index, leaving = pending.pop()
            yield index, leaving
            if not leaving:
                pending.append((index, True))
                pending += [(child, False) for child in reversed(self.children.get(index, []))]

    def _link(self, index: int) -> None:
        """The nearest workspace function above calls this one; library code is a callee only where called directly."""
        frame = self.nodes[index].frame
        above = self.nodes[index].parent
        if self.totals.resolved[frame] is None:
            if above >= 0 and self.totals.resolved[self.nodes[above].frame] is not None:
                self.totals.link(self.nodes[above].frame, frame, self.weight[index], None)
            return
        while above >= 0 and self.totals.resolved[self.nodes[above].frame] is None:
            above = self.nodes[above].parent
        if above >= 0:
            self.totals.link(self.nodes[above].frame, frame, self.weight[index], None)

    def _own(self, index: int) -> None:
        node = self.nodes[index]
        if not node.own:
            return
        owner = index
        while owner >= 0 and self.profile.frames[self.nodes[owner].frame].native:
            owner = self.nodes[owner].parent
        found = self.totals.resolved[self.nodes[owner].frame] if owner >= 0 else None
        if found is None:
            return
        self.totals.attributed += node.own
        rest = node.own
        if owner == index:
            rest -= self._give_back(node, found)
        for key in found.keys:
            self.totals.at(key).own += rest
        if not node.lines and self.profile.frames[self.nodes[owner].frame].line:
            _add_line(
                self.totals.at(found.named), self.profile.frames[self.nodes[owner].frame].line, node.own
            )

    def _give_back(self, node: Node, found: Resolved) -> float:
        """Inlined code: its time belongs to the function that stands there. V8 books it on the function around it, some
        versions under the lines of the inlined function, some under the place of the call."""
        given = 0.0
        columns = node.columns or (-1,) * len(node.lines)
        for (line, time), column in zip(node.lines, columns, strict=True):
            inside = self._in_place(found, line)
            target = self._called_at(found, line, column) if inside else self._home(found, line)
            if target is None:
                _add_line(self.totals.at(found.named), line, time)
                continue
            given += time
            for key in target.keys:
                sum_ = self.totals.at(key)
                sum_.own += time
                sum_.total += 0.0 if self.active.get(key) else time
            if not inside:
                _add_line(self.totals.at(target.named), line, time)
            if target.named != found.named:
                _add(self.totals.at(found.named).callees, target.named, time, None)
                _add(self.totals.at(target.named).callers, found.named, time, None)
        return given

    def _in_place(self, found: Resolved, line: int) -> bool:
        if found.match and found.file:
            return found.file.holds(found.match.function, line)
        return line >= found.first  # where it ends, only its source would tell

    def _called_at(self, found: Resolved, line: int, column: int) -> Resolved | None:
        """The function called at a place. A call itself takes no time: what is booked there ran in the callee."""
        file = found.file
        name = file.called_at(line, column) if file and column >= 0 else ""
        if not name or file is None:
            return None
        named = file.by_name.get(name, [])
        if len(named) == 1 and not (named[0].is_async or named[0].is_generator):
            function = named[0]
            same = found.match is not None and function is found.match.function
            place = Resolved((file.path, function.qualname, ""), match=Match(function, "exact"), file=file)
            return None if same else place
        seen = [each for each in self.callees.get(found.key, {}).values() if each.key[1] == name]
        return seen[0] if not named and len(seen) == 1 else None

    def _home(self, found: Resolved, line: int) -> Resolved | None:
        """Callees seen elsewhere in the profile first, in this file, then in others; then any function here."""
        callees = self.callees.get(found.key, {}).values()
        if found.file is None:
            beside = (each for each in self.unplaced if each.key[0] == found.key[0])
            return _begun_before(line, found, callees) or _begun_before(line, found, beside)
        for same_file in (True, False):
            for callee in callees:
                here = callee.file is found.file
                if here == same_file and callee.match and callee.file and not callee.folded:
                    function = callee.match.function
                    if function is not callee.file.module and callee.file.holds(function, line):
                        return callee
        inner = found.file.innermost(line, named=True)
        if inner is None:
            return None
        return Resolved((found.file.path, inner.qualname, ""), match=Match(inner, "exact"), file=found.file)

    def _callees(self) -> dict[Key, dict[Key, Resolved]]:
        found: dict[Key, dict[Key, Resolved]] = {}
        for node in self.nodes:
            if node.parent >= 0:
                above = self.totals.resolved[self.nodes[node.parent].frame]
                here = self.totals.resolved[node.frame]
                if above and here and above.key != here.key:
                    found.setdefault(above.key, {})[here.key] = here
        return found


def _begun_before(line: int, caller: Resolved, functions: Iterable[Resolved]) -> Resolved | None:
    """Of functions without a source, the last that begins at or before a line: in the caller's file, else in another
    one that the caller calls."""
    known = [each for each in functions if 0 < each.first <= line and each.key[1] not in ANONYMOUS]
    same = [each for each in known if each.key[0] == caller.key[0]]
    return max(same or known, key=lambda each: each.first, default=None)


def label(frame: Frame) -> str:
    """How a frame outside the workspace is called in lists: its name, and the base name of its file."""
    name = _FOLDERS.sub("", unquote(frame.name.strip("<>{}") if frame.native else frame.name))
    for prefix in ("built-in method ", "method "):
        name = name.removeprefix(prefix)
    if name.startswith("'") and " of '" in name:  # 'fetchall' of 'sqlite3.Cursor' objects
        method, _of, owner = name.removesuffix(" objects").partition(" of ")
        name = f"{owner.strip(chr(39))}.{method.strip(chr(39))}"
    # Paths also stand percent-encoded in names that test drivers give to what they run: only the last part stays.
    base = re.split(r"[/\\;( ]", unquote(frame.file))[-1].partition("?")[0].rstrip(")")
    return f"{name} ({base})" if base and not frame.native else name.removeprefix("builtins.")


def _inclusive(nodes: tuple[Node, ...]) -> tuple[list[float], list[int]]:
    weight = [node.own for node in nodes]
    samples = [node.samples for node in nodes]
    for index in range(len(nodes) - 1, -1, -1):
        parent = nodes[index].parent
        if parent >= 0:
            weight[parent] += weight[index]
            samples[parent] += samples[index]
    return weight, samples


def _add(edges: dict[Key | str, list[float]], other: Key | str, time: float, calls: int | None) -> None:
    found = edges.setdefault(other, [0.0, 0.0])
    found[0] += time
    found[1] = -1.0 if calls is None or found[1] < 0 else found[1] + calls


def _add_line(sum_: Sum, line: int, time: float) -> None:
    if time:
        sum_.lines[line] = sum_.lines.get(line, 0.0) + time
