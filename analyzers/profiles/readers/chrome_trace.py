"""Chrome's performance traces: DevTools' Save, Puppeteer, Playwright, Lighthouse; gzip-compressed or not.

Format: "Trace Event Format"; for the profile, front_end/models/trace/handlers/SamplesHandler.ts of ChromeDevTools/
devtools-frontend. A profile comes in chunks that belong together by process *and* id: two processes both use `0x1`.
Chunks carry the sampling thread's id, so the profiled thread is taken from the `Profile` event. One thread is read,
the page's main one, and no stretch is longer than the task it ran in.
"""

from __future__ import annotations

import bisect
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import accumulate, pairwise

import msgspec
from msgspec import Struct

from analyzers.profiles.frames import MAX_NODES
from analyzers.profiles.profile import Profile, Thread
from analyzers.profiles.readers.decoding import decode, whole
from analyzers.profiles.readers.v8_tree import CallTree, Place, RawNode

# A trace of a minute has millions of events; only these are decoded.
_WANTED = re.compile(
    rb'"name"\s*:\s*"(?:Profile|ProfileChunk|CpuProfile|RunTask|ThreadControllerImpl::RunTask'
    rb"|TaskQueueManager::ProcessTaskFromWorkQueue|TimerFire|EventDispatch|EvaluateScript|FunctionCall|RunMicrotasks"
    rb'|thread_name|TracingStartedInBrowser|FrameCommittedInBrowser)"'
)
# What a thread's loop takes up one after another; DevTools asks for the first, other recordings may hold the second.
_TASKS = frozenset({"RunTask", "ThreadControllerImpl::RunTask", "TaskQueueManager::ProcessTaskFromWorkQueue"})
# Where neither was recorded: what a task begins a script with.
_ENTRIES = frozenset({"TimerFire", "EventDispatch", "EvaluateScript", "FunctionCall", "RunMicrotasks"})
_MAIN = "CrRendererMain"
_MAX_SAMPLES = 50_000_000
Pid = int | str


class _CpuProfile(Struct):
    nodes: list[RawNode] = []
    samples: list[int] = []
    timeDeltas: list[float] = []
    startTime: float = 0.0


class _Frame(Struct):
    processId: int | None = None
    isOutermostMainFrame: bool | None = None
    parent: str | None = None


class _Data(Struct):
    cpuProfile: _CpuProfile = msgspec.field(default_factory=_CpuProfile)
    timeDeltas: list[float] = []
    lines: list[float] = []
    columns: list[float] = []
    startTime: float = 0.0
    frames: list[_Frame] = []
    processId: int | None = None
    isOutermostMainFrame: bool | None = None


class _Args(Struct):
    data: _Data | None = None
    name: str | None = None


class _Event(Struct):
    name: str
    ph: str = ""
    ts: float = 0.0
    dur: float = 0.0
    pid: Pid = 0
    tid: Pid = 0
    id: str | int = ""
    id2: dict[str, str] | None = None
    args: _Args = msgspec.field(default_factory=_Args)


class _File(Struct):
    traceEvents: list[msgspec.Raw]


@dataclass
class _Recording:
    """One thread's profile, its chunks put together."""

    pid: Pid
    tid: Pid
    start: float  # microseconds
    nodes: list[RawNode] = field(default_factory=list)
    samples: list[int] = field(default_factory=list)
    deltas: list[float] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)

    def add(self, data: _Data) -> None:
        chunk = data.cpuProfile
        deltas = data.timeDeltas or chunk.timeDeltas
        if len(deltas) != len(chunk.samples):
            raise ValueError("a piece of the profile has not as many times as samples")
        self.nodes += chunk.nodes
        self.samples += chunk.samples
        self.deltas += deltas
        if len(self.samples) > _MAX_SAMPLES or len(self.nodes) > MAX_NODES:
            raise ValueError("more samples than a recording can have; record a shorter one")
        if len(data.lines) == len(chunk.samples):
            columns = data.columns if len(data.columns) == len(data.lines) else [0.0] * len(data.lines)
            self.places += [
                (whole(line), whole(column) - 1) for line, column in zip(data.lines, columns, strict=True)
            ]
        else:
            self.places += [(0, -1)] * len(chunk.samples)

    def counted(self, tasks: list[tuple[float, float]]) -> CallTree:
        tree = CallTree(self.nodes)
        times = list(accumulate(self.deltas, initial=self.start))[1:]
        # Samples of other threads of the sampler may come late: in the order of time.
        order = sorted(range(len(times)), key=times.__getitem__)
        lasting = [times[after] - times[at] for at, after in pairwise(order)]
        lasting.append(0.0)
        places = [self.places[at] for at in order] if any(line for line, _column in self.places) else []
        samples = [self.samples[at] for at in order]
        start = times[order[0]] if order else 0.0
        if order:
            tree.count_samples(samples, lasting, places, _task_finder(tasks) if tasks else None, start)
        return tree


def read(data: bytes) -> Profile:
    """The profile of the page's main thread in a trace; ValueError says what is wrong with it."""
    recordings: dict[tuple[Pid, str], _Recording] = {}
    tasks: dict[tuple[Pid, Pid], list[tuple[float, float]]] = {}
    entries: dict[tuple[Pid, Pid], list[tuple[float, float]]] = {}
    names: dict[tuple[Pid, Pid], str] = {}
    pages: set[Pid] = set()
    for event in _events(data):
        thread, arguments = (event.pid, event.tid), event.args.data
        if event.name in _TASKS or event.name in _ENTRIES:
            if event.ph == "X":
                kept = tasks if event.name in _TASKS else entries
                kept.setdefault(thread, []).append((event.ts, event.ts + event.dur))
        elif event.name == "thread_name":
            names[thread] = (event.args.name or "")[:100]
        elif arguments is None:
            continue
        elif event.name.endswith("InBrowser"):
            pages |= _pages(arguments)
        else:
            _profiled(recordings, event, arguments)
    return _main(recordings, entries | tasks, names, pages)


def _events(data: bytes) -> Iterator[_Event]:
    start = data.lstrip()[:1]
    raw = (
        decode(data, list[msgspec.Raw], "trace")
        if start == b"["
        else decode(data, _File, "trace").traceEvents
    )
    decoder = msgspec.json.Decoder(_Event)
    try:
        for each in raw:
            if _WANTED.search(each):
                yield decoder.decode(each)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise ValueError(f"an event of the trace is damaged: {str(error)[:200]}") from None


def _pages(data: _Data) -> set[Pid]:
    """The processes that show a page itself, not a frame of another site in it."""
    found: set[Pid] = set()
    for frame in data.frames or [_Frame(data.processId, data.isOutermostMainFrame)]:
        if frame.processId is not None and frame.isOutermostMainFrame is not False and frame.parent is None:
            found.add(frame.processId)
    return found


def _profiled(recordings: dict[tuple[Pid, str], _Recording], event: _Event, data: _Data) -> None:
    ident = str(event.id or (event.id2 or {}).get("local", ""))
    found = recordings.get((event.pid, ident))
    if found is None:
        start = data.startTime or data.cpuProfile.startTime or event.ts
        found = recordings[event.pid, ident] = _Recording(event.pid, event.tid, start)
    elif event.name == "Profile":
        found.tid, found.start = event.tid, data.startTime or event.ts
    if event.name != "Profile":
        found.add(data)


def _main(
    recordings: dict[tuple[Pid, str], _Recording],
    tasks: dict[tuple[Pid, Pid], list[tuple[float, float]]],
    names: dict[tuple[Pid, Pid], str],
    pages: set[Pid],
) -> Profile:
    """The profile of the main thread that ran most of the page's own code."""
    every = [each for each in recordings.values() if each.samples]
    if not every:
        raise ValueError("the trace holds no CPU profile: record it with JavaScript samples")
    mains = [each for each in every if names.get((each.pid, each.tid)) == _MAIN]
    chosen = [each for each in mains if each.pid in pages] or mains or every
    trees = [(each, each.counted(sorted(tasks.get((each.pid, each.tid), [])))) for each in chosen]
    recording, tree = max(trees, key=lambda pair: (pair[1].busy(lambda call: bool(call.url)), pair[1].busy()))
    name = names.get((recording.pid, recording.tid), "")
    left = len(every) - 1
    return tree.profile(
        "chrome-trace",
        threads=(Thread(name, tree.busy(), True),),
        warnings=(f"only the main thread of the page is read; {left} other profiled threads are left out",)
        if left
        else (),
    )


def _task_finder(tasks: list[tuple[float, float]]) -> Callable[[float], tuple[float, float]]:
    """From a moment to the outermost task that runs at it, or to the gap before the next one."""
    outer: list[tuple[float, float]] = []
    for begin, end in tasks:
        if not outer or begin >= outer[-1][1]:
            outer.append((begin, end))
    begins = [begin for begin, _end in outer]

    def task_of(moment: float) -> tuple[float, float]:
        at = bisect.bisect_right(begins, moment) - 1
        if at >= 0 and moment < outer[at][1]:
            return outer[at]
        return outer[at][1] if at >= 0 else 0.0, begins[at + 1] if at + 1 < len(begins) else float("inf")

    return task_of
