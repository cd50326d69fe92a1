"""stackprof's JSON (Ruby): functions with samples and callees, and with `raw: true` every stack.

Format: github.com/tmm1/stackprof, README and lib/stackprof/report.rb. `raw` is runs of [depth, frames root first,
weight]; without it only the callees of each function are known. Built-in methods lie in the file `<cfunc>`.
"""

from __future__ import annotations

from msgspec import Struct

from analyzers.profiles.frames import MAX_DEPTH, Frames, Tree
from analyzers.profiles.profile import Edge, Entry, Profile
from analyzers.profiles.readers.decoding import decode, whole

_MAX_RAW = 20_000_000
_MOST = 1 << 50
_UNTIMED = ("object", "custom")


class _Frame(Struct):
    name: str = ""
    file: str | None = None
    line: float | None = None
    total_samples: int = 0
    samples: int = 0
    edges: dict[str, int] = {}
    lines: dict[str, list[int] | int] = {}


class _Profile(Struct):
    frames: dict[str, _Frame]
    mode: str = "wall"
    interval: float = 0.0
    samples: int = 0
    raw: list[int] = []


def read(data: bytes) -> Profile:
    """The profile in stackprof's JSON; ValueError says what is wrong with it."""
    raw = decode(data, _Profile, "JSON of stackprof")
    if raw.mode in _UNTIMED:
        raise ValueError(f"it counts by {raw.mode}, not time: record with `mode: :wall` or `mode: :cpu`")
    scale = raw.interval / 1e6 if 0 < raw.interval < 1e9 else 1.0
    if any(
        not 0 <= each.samples <= _MOST or not 0 <= each.total_samples <= _MOST for each in raw.frames.values()
    ):
        raise ValueError("a count of samples is impossible")
    frames = Frames()
    index = {ident: _frame(frames, each) for ident, each in raw.frames.items()}
    fields = {
        "unit": "seconds" if scale != 1.0 else "samples",
        "clock": "cpu" if raw.mode == "cpu" else "wall",
    }
    if raw.raw:
        return _stacks(raw.raw, index, scale).profile("stackprof", "stackprof", frames, **fields)
    return _sums(raw, index, frames, scale, fields)


def _frame(frames: Frames, raw: _Frame) -> int:
    file = raw.file or ""
    # Blocks run as a part of the method they stand in.
    return frames.of(
        raw.name.replace("block in ", "").removeprefix("rescue in "),
        file,
        whole(raw.line),
        native=file in ("", "<cfunc>"),
    )


def _stacks(raw: list[int], index: dict[str, int], scale: float) -> Tree:
    if len(raw) > _MAX_RAW:
        raise ValueError("too many stacks; record a shorter profile")
    known = {int(ident): frame for ident, frame in index.items() if ident.lstrip("-").isdecimal()}
    tree, at = Tree(), 0
    while at < len(raw):
        depth = raw[at]
        end = at + 1 + depth
        if depth < 0 or end >= len(raw):
            raise ValueError("the stacks are cut off")
        stack = [known[ident] for ident in raw[at + 1 : min(end, at + 1 + MAX_DEPTH)] if ident in known]
        weight = raw[end]
        if not 0 <= weight <= _MOST:
            raise ValueError("a stack's weight is impossible")
        tree.add(stack, weight * scale, weight)
        at = end + 1
    return tree


def _sums(
    raw: _Profile, index: dict[str, int], frames: Frames, scale: float, fields: dict[str, str]
) -> Profile:
    entries: list[Entry] = []
    edges: list[Edge] = []
    for ident, each in raw.frames.items():
        lines = [
            (int(line), count[-1] if isinstance(count, list) and count else 0)
            for line, count in each.lines.items()
            if line.isdecimal() and len(line) < 9
        ]
        kept = tuple((line, count * scale) for line, count in lines if 0 < count <= _MOST)
        total = max(each.samples, each.total_samples)
        entries.append(
            Entry(index[ident], each.samples * scale, total * scale, samples=each.samples, lines=kept)
        )
        for callee, weight in each.edges.items():
            below = raw.frames.get(callee)
            if below is not None and 0 <= weight <= _MOST:
                own = below.samples * min(1.0, weight / max(1, below.total_samples))
                edges.append(Edge(index[ident], index[callee], own * scale, weight * scale))
    samples = sum(each.samples for each in raw.frames.values())
    if samples <= 0:
        raise ValueError("the profile is empty: no sample was taken")
    return Profile(
        format="stackprof",
        producer="stackprof",
        kind="sampling",
        unit=fields["unit"],
        frames=frames.all(),
        total=samples * scale,
        entries=tuple(entries),
        edges=tuple(edges),
        samples=samples,
        clock=fields["clock"],
    )
