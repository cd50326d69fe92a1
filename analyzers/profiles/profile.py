"""What every profile reader produces: one frozen `Profile`, whatever the format was.

A profile has one of two shapes. Tracing profilers count per function and per caller: `entries` and `edges`. Samplers
record stacks: `nodes`, a call tree with the weight that ended in each node. Both speak of `frames`, the functions (or
the lines of functions) as the profiler named them. Nothing here knows the workspace; `link.py` joins the two.

The values are msgspec structs, so that a profile read in a child process crosses to its parent as MessagePack.
"""

from __future__ import annotations

import re

from msgspec import Struct

MAX_NAME = 512
"""Characters kept of a recorded name. Names are untrusted text that reaches editors and prompts."""

_CONTROL = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u200b-\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]+"
)


def clean(name: str) -> str:
    """A recorded name without control, bidirectional and surrogate characters, cut to `MAX_NAME`."""
    return _CONTROL.sub(" ", name)[:MAX_NAME]


class Frame(Struct, frozen=True, gc=False, array_like=True):
    """A function as recorded. `file` is "" for built-in code; `line` is 0 when unknown.

    `line` is the first line of the function for some producers and the executing line for others. In CPython the
    first line of a decorated function is its first decorator's. Linking accepts all three. `column` is from 0, -1
    when unknown.
    """

    name: str
    file: str
    line: int
    column: int = -1
    native: bool = False  # built-in or machine code: its time belongs to whoever called it


class Entry(Struct, frozen=True, gc=False, array_like=True):
    """Time of one frame, all callers together. Times in the profile's unit; `calls` is None where unknown."""

    frame: int
    own: float
    total: float
    calls: int | None = None
    primitive_calls: int | None = None  # without recursive calls
    samples: int | None = None
    lines: tuple[tuple[int, float], ...] = ()  # own time per executing line, where the producer says so


class Edge(Struct, frozen=True, gc=False, array_like=True):
    """Time of `callee` when called directly by `caller`. Both index `Profile.frames`."""

    caller: int
    callee: int
    own: float
    total: float
    calls: int | None = None


class Node(Struct, frozen=True, gc=False, array_like=True):
    """One place in the call tree; `parent` is an earlier index, -1 for a root.

    `own` is the time that ended here, `lines` spreads it over executing lines where the producer says so (V8).
    """

    parent: int
    frame: int
    own: float
    samples: int = 0
    thread: int = 0
    lines: tuple[tuple[int, float], ...] = ()
    columns: tuple[int, ...] = ()  # of the lines, from 0, where the producer says them too


class Query(Struct, frozen=True, gc=False, array_like=True):
    """Database queries of one shape, sent from one place within one request (or trace, or burst of a log).

    `statement` is the shape: no literal and no parameter is in it. `variants` counts how many different parameters
    they had, None when the record does not tell. `frame` is -1 where no place was recorded.
    """

    frame: int
    statement: str
    count: int
    variants: int | None = None
    time: float = 0.0
    request: int = 0


class Thread(Struct, frozen=True, gc=False, array_like=True):
    name: str
    total: float
    is_main: bool = False


class Profile(Struct, frozen=True):
    """One profile. `total` is everything recorded except idle time, in `unit`; shares are fractions of it.

    `kind` is tracing (every call seen, small functions inflated), sampling, or queries (only the database was
    watched: times are those of its answers, or counts of queries). `unit` is seconds or samples.
    `longest` holds, per frame index, the longest uninterrupted stretch on the stack in seconds, where known.
    """

    format: str
    producer: str
    kind: str
    unit: str
    frames: tuple[Frame, ...]
    total: float
    entries: tuple[Entry, ...] = ()
    edges: tuple[Edge, ...] = ()
    nodes: tuple[Node, ...] = ()
    threads: tuple[Thread, ...] = ()
    longest: tuple[tuple[int, float], ...] = ()
    samples: int | None = None
    clock: str = "wall"
    resumes_counted: bool = False  # each resume of a coroutine or generator counts as a call
    warnings: tuple[str, ...] = ()
    queries: tuple[Query, ...] = ()
    texts: tuple[tuple[int, str], ...] = ()  # per frame index, the words of its line as recorded
    id: str = ""
    path: str = ""
    mtime: float = 0.0
    size: int = 0

    @property
    def total_seconds(self) -> float | None:
        """Seconds recorded, None when the file holds only sample counts."""
        return self.total if self.unit == "seconds" else None
