"""A profile as a flame graph: who called whom, as nested cells whose width is the share of time.

A sampler recorded the stacks, so its cells are exact. A tracing profiler counted per caller only: there a function's
callees are shared out among its callers by the time each caller spent in it, as gprof does (Graham, Kessler and
McKusick, "gprof: a call graph execution profiler", 1982, section 4), and the graph says that it is an estimate.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from analyzers.profiles.places import is_external, normal
from analyzers.profiles.profile import Frame, Profile
from analyzers.profiles.show import NAMELESS

LEAST_SHARE = 0.001
"""A cell below this share is left out with all it calls: it would be thinner than a pixel."""

MOST_DEPTH = 250


@dataclass
class Cell:
    """One function in one place of the call tree. Shares are fractions of all recorded time."""

    name: str
    file: str
    line: int
    own: bool  # not a library's and not built in
    share: float = 0.0
    self_share: float = 0.0
    children: list[Cell] = field(default_factory=list)


@dataclass(frozen=True)
class Flame:
    """The outermost cells, widest first; `estimated` where the profile holds no stacks."""

    cells: list[Cell]
    estimated: bool

    def rows(self) -> Iterator[tuple[int, float, Cell]]:
        """Every cell with its depth from 0 and where it begins as a share, callers before callees."""
        pending = [(0, start, cell) for start, cell in _placed(0.0, self.cells)]
        while pending:
            depth, start, cell = pending.pop()
            yield depth, start, cell
            pending += [(depth + 1, at, child) for at, child in _placed(start, cell.children)]


def flame(profile: Profile, least: float = LEAST_SHARE) -> Flame:
    """The flame graph of a profile, without cells of less than `least` of its time."""
    if profile.total <= 0:
        return Flame([], estimated=False)
    if profile.nodes:
        return Flame(_trimmed(_from_stacks(profile), least), estimated=False)
    return Flame(_trimmed(_Shared(profile, least).cells(), least), estimated=True)


def _placed(start: float, cells: Iterable[Cell]) -> Iterator[tuple[float, Cell]]:
    for cell in cells:
        yield start, cell
        start += cell.share


def _cell(frame: Frame) -> Cell:
    file = normal(frame.file)
    return Cell(
        frame.name or NAMELESS,
        file,
        frame.line,
        own=not frame.native and bool(file) and not is_external(file),
    )


def _trimmed(cells: list[Cell], least: float) -> list[Cell]:
    """Cells of at least the least share, widest first, at every depth."""
    top = Cell("", "", 0, own=False, children=cells)
    pending = [(0, top)]
    while pending:
        depth, cell = pending.pop()
        kept = [child for child in cell.children if child.share >= least and depth < MOST_DEPTH]
        cell.children = sorted(kept, key=lambda each: (-each.share, each.name, each.file))
        pending += [(depth + 1, child) for child in cell.children]
    return top.children


def _from_stacks(profile: Profile) -> list[Cell]:
    """One cell for all nodes of a function below the same cell: samplers make a node per executing line."""
    top: list[Cell] = []
    found: dict[tuple[int, str, str], Cell] = {}
    cells: list[Cell] = []
    for node in profile.nodes:
        frame = profile.frames[node.frame]
        above = cells[node.parent] if node.parent >= 0 else None
        key = (id(above), frame.name, frame.file)
        cell = found.get(key)
        if cell is None:
            cell = found[key] = _cell(frame)
            (above.children if above is not None else top).append(cell)
        cell.self_share += node.own / profile.total
        cells.append(cell)
    weights = [node.own / profile.total for node in profile.nodes]
    for index in range(len(weights) - 1, -1, -1):
        cells[index].share += weights[index]
        if profile.nodes[index].parent >= 0:
            weights[profile.nodes[index].parent] += weights[index]
    return top


class _Shared:
    """The call tree a tracing profile allows: each callee's time shared out among its callers."""

    def __init__(self, profile: Profile, least: float) -> None:
        self.profile, self.least = profile, least
        self.totals = [0.0] * len(profile.frames)
        self.owns = [0.0] * len(profile.frames)
        for entry in profile.entries:
            self.totals[entry.frame] += entry.total
            self.owns[entry.frame] += entry.own
        self.below: dict[int, list[tuple[int, float]]] = {}
        # What no caller accounts for began where the profile began: `exec` of the program, a thread's first function.
        self.roots = list(self.totals)
        for edge in profile.edges:
            if edge.caller != edge.callee:
                self.below.setdefault(edge.caller, []).append((edge.callee, edge.total))
                self.roots[edge.callee] -= edge.total

    def cells(self) -> list[Cell]:
        top: list[Cell] = []
        least = self.least * self.profile.total
        pending = [
            (frame, time, frozenset[int](), top) for frame, time in enumerate(self.roots) if time >= least
        ]
        while pending:
            frame, time, above, place = pending.pop()
            cell = _cell(self.profile.frames[frame])
            cell.share = time / self.profile.total
            part = time / self.totals[frame] if self.totals[frame] > 0 else 0.0
            cell.self_share = self.owns[frame] * part / self.profile.total
            place.append(cell)
            if cell.share < self.least or len(above) >= MOST_DEPTH:
                continue
            within = above | {frame}
            callees = [
                (callee, spent * part) for callee, spent in self.below.get(frame, ()) if callee not in within
            ]
            # What callees are said to take together cannot be more than the cell: recursion counts time twice.
            scale = min(1.0, time / (sum(spent for _, spent in callees) or 1.0))
            pending += [(callee, spent * scale, within, cell.children) for callee, spent in callees]
        return top
