"""The formats beyond the usual ones: what their samples say, and small files made by their specifications."""

from __future__ import annotations

import json
import struct

import pytest

from analyzers.profiles import show
from analyzers.profiles.profile import Profile
from analyzers.profiles.read import load, read

from .programs import SAMPLES, Sources
from .test_samples import DB, REPORT, share, time_of


def hottest(profile: Profile) -> list[tuple[str, float, float]]:
    """Names, self and total percents, as `bigo profile show` has them."""
    return [
        (each["name"], 100 * each["self_share"], 100 * each["total_share"])
        for each in show(profile)["functions"]
    ]


def by_name(profile: Profile) -> dict[str, tuple[float, float]]:
    return {name: (own, total) for name, own, total in reversed(hottest(profile))}


def test_a_session_has_lines_and_stretches(python_app: Sources) -> None:
    linked = python_app.link("py/pyinstrument.pyisession.gz")
    assert linked.functions[0].name == "find_pairs"
    pairs = time_of(linked, REPORT, "find_pairs")
    assert 100 * pairs.self_share == pytest.approx(36.0, abs=1.0)
    # It ran in one piece: 36 % of 2.15 s.
    assert pairs.longest == pytest.approx(pairs.total_time, rel=0.08)
    assert time_of(linked, DB, "OrderRepo.orders_for").lines[0].line == 35


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("py/pyinstrument.txt", [("find_pairs", 41.7), ("orders_for", 21.6), ("dedupe_names", 15.9)]),
        (
            "py/tachyon/stdout_report.txt",
            [("find_pairs", 26.8), ("orders_for", 20.3), ("dedupe_names", 15.8)],
        ),
        ("py/yappi.callgrind", [("find_pairs", 34.8), ("fib", 21.5), ("dedupe_names", 13.0)]),
        ("js/prof-process.txt", [("dedupeNames", 19.4), ("findPairs", 18.4)]),
        ("js/perf_script_js.txt.gz", [("dedupeNames", 18.0), ("findPairs", 16.8)]),
        ("go/cpu.pprof", [("joinNaive", 50.8), ("contains", 39.8)]),
        ("java/execution_samples.json.gz", [("joinNaive", 68.0), ("dedupe", 31.0)]),
        ("ruby/stackprof.json", [("Report#find_pairs", 50.0), ("Report#dedupe", 49.0)]),
    ],
)
def test_the_hottest_functions(name: str, expected: list[tuple[str, float]]) -> None:
    found = hottest(load(SAMPLES / name))[: len(expected)]
    assert [each for each, _own, _total in found] == [each for each, _share in expected]
    assert [own for _name, own, _total in found] == pytest.approx(
        [share for _name, share in expected], abs=1.0
    )


def test_go_counts_inlined_functions_for_their_callers_too() -> None:
    assert by_name(load(SAMPLES / "go/cpu.pprof"))["dedupe"] == pytest.approx((3.9, 43.6), abs=0.5)


def test_builtins_of_node_fold_into_their_callers(node_app: Sources) -> None:
    linked = node_app.link("js/prof-process.txt")
    assert share(linked, "dedupeNames")[0] == pytest.approx(19.4, abs=1.0)
    assert {time.link for time in linked.functions} == {"exact"}


def test_the_main_thread_of_a_trace() -> None:
    profile = load(SAMPLES / "js/chrome_trace.json.gz")
    names = {frame.name: index for index, frame in enumerate(profile.frames)}
    assert profile.threads[0].name == "CrRendererMain"
    assert profile.warnings
    longest = dict(profile.longest)
    assert longest[names["thrash"]] == pytest.approx(0.426, rel=0.03)
    # The click's function call lasts 795 ms of its task's 819.
    assert longest[names["s"]] == pytest.approx(0.7954, rel=0.03)
    assert hottest(profile)[0][0] == "thrash"


def test_line_profiler_gives_a_callee_its_time_back(python_app: Sources) -> None:
    linked = python_app.link("py/line_profiler.txt")
    orders, totals = (
        time_of(linked, DB, "OrderRepo.orders_for"),
        time_of(linked, REPORT, "totals_per_customer"),
    )
    assert (orders.calls, totals.calls) == (900, 1)
    assert totals.self_time == pytest.approx(0.0048, abs=0.0005)
    assert totals.total_time == pytest.approx(0.2107, abs=0.001)
    assert orders.lines[0].line == 35


# ------------------------------------------------------------------------------------------------- Scalene


def test_scalene_is_not_believed_where_other_lines_stand(python_app: Sources) -> None:
    """A line number alone would blame whatever stands there now: the recorded text says that it moved."""
    texts = dict(python_app.texts)
    texts[REPORT] = "# a comment\n" * 25 + texts[REPORT].replace("find_pairs", "matching_pairs")
    linked = Sources(texts).link("py/scalene_cpu.json.gz")
    names = {time.name: time for time in linked.functions}
    assert names["find_pairs"].link == "gone"
    assert "wrapper" not in names
    assert names["dedupe_names"].link == "moved"
    assert 100 * names["dedupe_names"].self_share == pytest.approx(14.7, abs=0.5)
    assert not names["dedupe_names"].lines


# ---------------------------------------------------------------------------------- made by specification


def varint(value: int) -> bytes:
    out = b""
    while value > 0x7F:
        out += bytes([value & 0x7F | 0x80])
        value >>= 7
    return out + bytes([value])


def message(number: int, body: bytes) -> bytes:
    return varint(number << 3 | 2) + varint(len(body)) + body


def pair(one: int, two: int) -> bytes:
    return varint(1 << 3) + varint(one) + varint(2 << 3) + varint(two)


def pprof(
    strings: list[str], types: list[tuple[int, int]], samples: list[tuple[list[int], list[int]]]
) -> bytes:
    """Three functions, `leaf` inlined into location 2."""
    out = b"".join(message(1, pair(*each)) for each in types)
    for locations, values in samples:
        packed = message(1, b"".join(map(varint, locations))) + message(2, b"".join(map(varint, values)))
        out += message(2, packed)
    line = lambda function, number: message(4, pair(function, number))  # noqa: E731
    out += message(4, varint(1 << 3) + varint(1) + line(1, 5))
    out += message(4, varint(1 << 3) + varint(2) + line(3, 30) + line(2, 20))
    for ident, name in ((1, 5), (2, 6), (3, 7)):
        function = varint(1 << 3) + varint(ident) + varint(2 << 3) + varint(name)
        out += message(5, function + varint(4 << 3) + varint(8))
    return out + b"".join(message(6, text.encode()) for text in strings)


STRINGS = [
    "",
    "samples",
    "count",
    "cpu",
    "nanoseconds",
    "main",
    "work",
    "leaf",
    "/app/x.py",
    "alloc_space",
    "bytes",
]


def test_pprof_inlines_innermost_first_and_prefers_time() -> None:
    profile = read(pprof(STRINGS, [(1, 2), (3, 4)], [([2, 1], [7, 7_000_000]), ([1], [3, 3_000_000])]))
    assert profile.total == pytest.approx(0.01)
    assert profile.samples == 10
    assert by_name(profile) == {
        "leaf": pytest.approx((70, 70)),
        "work": pytest.approx((0, 70)),
        "main": pytest.approx((30, 100)),
    }


def test_pprof_of_memory_is_refused() -> None:
    with pytest.raises(ValueError, match="alloc_space, not time"):
        read(pprof(STRINGS, [(9, 10)], [([1], [7])]))


def gecko(**more: object) -> dict[str, object]:
    """A processed profile of the newer shape: tables and strings shared."""
    strings = ["main", "work", "https://x.test/app.js", "libxul.so", "memcpy"]
    shared = {
        "stringArray": strings,
        "funcTable": {
            "name": [0, 1, 4], "isJS": [True, True, False], "source": [0, 0, None],
            "fileName": [2, 2, None], "lineNumber": [1, 10, None],
        },
        "frameTable": {"func": [0, 1, 2], "line": [2, 12, None], "column": [1, 1, None]},
        "stackTable": {"frame": [0, 1, 2], "prefix": [None, 0, 1], "category": [1, 1, 1]},
    }  # fmt: skip
    thread = {
        "name": "GeckoMain", "isMainThread": True,
        "samples": {"stack": [0, 1, 2, 2, None, 1], "timeDeltas": [0, 10, 10, 10, 10, 50], "length": 6},
    }  # fmt: skip
    meta = {"interval": 10, "preprocessedProfileVersion": 58, "product": "Firefox",
            "categories": [{"name": "Idle"}, {"name": "JavaScript"}]}  # fmt: skip
    return {"meta": meta, "threads": [thread], "shared": shared} | more


def test_firefox_folds_libraries_and_measures_stretches() -> None:
    profile = read(json.dumps(gecko()).encode())
    assert by_name(profile) == {
        "main": pytest.approx((20, 100), abs=0.1),
        "work": pytest.approx((80, 80), abs=0.1),
    }
    longest = {profile.frames[frame].name: seconds for frame, seconds in profile.longest}
    assert longest == {
        "main": pytest.approx(0.04),
        "work": pytest.approx(0.03),
        "memcpy": pytest.approx(0.02),
    }


def test_firefox_raw() -> None:
    thread = {
        "name": "GeckoMain",
        "stringTable": ["(root)", "work (https://x.test/app.js:10:3)", "main (https://x.test/app.js:1:1)"],
        "frameTable": {"schema": {"location": 0}, "data": [[0], [2], [1]]},
        "stackTable": {"schema": {"prefix": 0, "frame": 1}, "data": [[None, 0], [0, 1], [1, 2]]},
        "samples": {"schema": {"stack": 0, "time": 1}, "data": [[2, 0], [2, 30], [1, 40], [1, 50]]},
    }
    profile = read(json.dumps({"meta": {"interval": 10, "version": 30}, "threads": [thread]}).encode())
    assert by_name(profile) == {"main": pytest.approx((20, 100)), "work": pytest.approx((80, 80))}


def test_callgrind_with_compressed_names_and_relative_positions() -> None:
    text = """# callgrind format
version: 1
creator: callgrind-3.21
positions: line
events: Ir

fl=(1) /app/x.c.py
fn=(1) main
10 100
+2 50
cfn=(2) work
calls=3 20
+1 600
fn=(2)
20 400
* 200
"""
    profile = read(text.encode())
    assert profile.unit == "samples"
    assert by_name(profile) == {"main": pytest.approx((20, 100)), "work": pytest.approx((80, 80))}
    calls = {profile.frames[entry.frame].name: entry.calls for entry in profile.entries}
    assert calls == {"main": None, "work": 3}
    lines = {profile.frames[entry.frame].name: dict(entry.lines) for entry in profile.entries}
    assert lines == {"main": {10: 100, 12: 50}, "work": {20: 600}}


def test_viztracer_counts_calls() -> None:
    def call(name: str, start: float, duration: float) -> dict[str, object]:
        return {"ph": "X", "cat": "fee", "name": name, "ts": start, "dur": duration, "pid": 1, "tid": 1}

    events = [
        call("work (/app/x.py:5)", 100, 300),
        call("list.append", 350, 40),
        call("work (/app/x.py:5)", 500, 200),
        call("main (/app/x.py:1)", 0, 1000),
    ]
    profile = read(json.dumps({"traceEvents": events, "viztracer_metadata": {"version": "1"}}).encode())
    assert profile.kind == "tracing"
    assert by_name(profile) == {"main": pytest.approx((50, 100)), "work": pytest.approx((50, 50))}
    calls = {profile.frames[entry.frame].name: entry.calls for entry in profile.entries}
    assert calls == {"main": 1, "work": 2, "list.append": 1}


def test_later_json_lines_of_the_sampler() -> None:
    lines = [
        {"type": "meta", "v": 1, "sample_interval_usec": 1000, "mode": "cpu"},
        {"type": "str_def", "v": 1, "strings": [{"str_id": 0, "value": "work"}, {"str_id": 1, "value": "/app/x.py"}]},
        {"type": "frame_def", "v": 1, "frames": [
            {"frame_id": 0, "path_str_id": 1, "func_str_id": 0, "line": 5},
            {"frame_id": 1, "path_str_id": 1, "func_str_id": 0, "line": 5, "col": 9}]},
        {"type": "agg", "v": 1, "kind": "frame", "entries": [
            {"frame_id": 0, "self": 3, "cumulative": 3}, {"frame_id": 1, "self": 1, "cumulative": 1}]},
        {"type": "end", "v": 1, "samples_total": 4},
    ]  # fmt: skip
    profile = read("\n".join(json.dumps(line) for line in lines).encode())
    assert profile.total == pytest.approx(0.004)
    assert by_name(profile) == {"work": pytest.approx((100, 100))}


def test_stackprof_without_stacks() -> None:
    raw = {
        "version": 1.2, "mode": "cpu", "interval": 1000, "samples": 10, "gc_samples": 0,
        "frames": {
            "1": {"name": "main", "file": "/app/x.rb", "line": 1, "total_samples": 10, "samples": 1, "edges": {"2": 9}},
            "2": {"name": "Array#each", "file": "<cfunc>", "line": None, "total_samples": 9, "samples": 9},
        },
    }  # fmt: skip
    assert by_name(read(json.dumps(raw).encode())) == {"main": pytest.approx((100, 100))}
    with pytest.raises(ValueError, match="by object, not time"):
        read(json.dumps(raw | {"mode": "object"}).encode())


def chunk(pid: int, tid: int, data: dict[str, object]) -> dict[str, object]:
    return {
        "name": "ProfileChunk",
        "ph": "P",
        "id": "0x1",
        "pid": pid,
        "tid": tid,
        "ts": 0,
        "args": {"data": data},
    }


def test_traces_join_pieces_by_process_and_cut_stretches_at_tasks() -> None:
    def frames(*names: str) -> list[dict[str, object]]:
        return [
            {"id": number + 1, "parent": number, "callFrame": {"functionName": name, "url": "http://x.test/a.js", "lineNumber": number}}
            if number
            else {"id": 1, "callFrame": {"functionName": name, "url": "http://x.test/a.js"}}
            for number, name in enumerate(names)
        ]  # fmt: skip

    events: list[dict[str, object]] = [
        {"name": "thread_name", "ph": "M", "pid": 1, "tid": 11, "args": {"name": "CrRendererMain"}},
        {"name": "thread_name", "ph": "M", "pid": 2, "tid": 21, "args": {"name": "CrBrowserMain"}},
        {
            "name": "Profile",
            "ph": "P",
            "id": "0x1",
            "pid": 1,
            "tid": 11,
            "ts": 0,
            "args": {"data": {"startTime": 0}},
        },
        {
            "name": "Profile",
            "ph": "P",
            "id": "0x1",
            "pid": 2,
            "tid": 21,
            "ts": 0,
            "args": {"data": {"startTime": 0}},
        },
        chunk(
            2, 29, {"cpuProfile": {"nodes": frames("other"), "samples": [1, 1]}, "timeDeltas": [0, 900_000]}
        ),
        chunk(
            1,
            19,
            {"cpuProfile": {"nodes": frames("main", "work"), "samples": [2, 2]}, "timeDeltas": [0, 10_000]},
        ),
        # The clock stepped back, and the last piece has no new node.
        chunk(1, 19, {"cpuProfile": {"samples": [1, 2, 2]}, "timeDeltas": [20_000, -5_000, 75_000]}),
        {"name": "RunTask", "ph": "X", "pid": 1, "tid": 11, "ts": 0, "dur": 50_000},
        {"name": "RunTask", "ph": "X", "pid": 1, "tid": 11, "ts": 50_000, "dur": 100_000},
        {"name": "task_delay", "ph": "X", "pid": 1, "tid": 11, "ts": 1, "args": {"us": 18446744073709551615}},
    ]
    profile = read(json.dumps({"traceEvents": events}).encode())
    assert "other" not in by_name(profile)
    assert profile.total == pytest.approx(0.1)
    longest = {profile.frames[frame].name: seconds for frame, seconds in profile.longest}
    assert longest["main"] == pytest.approx(0.05)
    assert by_name(profile) == {"main": pytest.approx((70, 100)), "work": pytest.approx((30, 30))}


@pytest.mark.parametrize("task", ["ThreadControllerImpl::RunTask", "TimerFire"])
def test_tasks_by_their_other_names_end_a_stretch(task: str) -> None:
    """A recording of another tool's categories names tasks after their C++, or says only what a timer fired."""
    nodes = [
        {"id": 1, "callFrame": {"functionName": "(root)", "url": ""}},
        {
            "id": 2,
            "parent": 1,
            "callFrame": {"functionName": "tick", "url": "http://x/a.js", "lineNumber": 3},
        },
    ]
    data = {
        "cpuProfile": {"nodes": nodes, "samples": [2, 2, 2, 2]},
        "timeDeltas": [0, 50_000, 50_000, 100_000],
    }
    events = [
        {"name": "thread_name", "ph": "M", "pid": 1, "tid": 1, "args": {"name": "CrRendererMain"}},
        {
            "name": "Profile",
            "ph": "P",
            "id": "0x1",
            "pid": 1,
            "tid": 1,
            "ts": 0,
            "args": {"data": {"startTime": 0}},
        },
        {"name": "ProfileChunk", "ph": "P", "id": "0x1", "pid": 1, "tid": 9, "ts": 1, "args": {"data": data}},
        {"name": task, "ph": "X", "pid": 1, "tid": 1, "ts": 0, "dur": 100_000},
        {"name": task, "ph": "X", "pid": 1, "tid": 1, "ts": 100_000, "dur": 100_000},
    ]
    profile = read(json.dumps({"traceEvents": events}).encode())
    longest = {profile.frames[frame].name: seconds for frame, seconds in profile.longest}
    assert longest["tick"] == pytest.approx(0.1)


def test_the_sampler_of_v8_with_garbage_and_idleness() -> None:
    raw = {
        "code": [
            {"name": "work /app/x.js:3:14", "type": "JS", "kind": "Opt"},
            {"name": "ArrayIncludes", "type": "CODE", "kind": "Builtin"},
            {"name": " /app/x.js:1:1", "type": "JS", "kind": "Unopt"},
        ],
        "functions": [],
        "ticks": [
            {"tm": 0, "vm": 0, "s": [1, 0, 0, 5, 2, 9]},
            {"tm": 1000, "vm": 0, "s": [-1, 77, 0, 5, 2, 9]},
            {"tm": 2000, "vm": 6, "s": []},
            {"tm": 9000, "vm": 0, "s": [2, 9]},
            {"tm": 10_000, "vm": 0, "s": []},
        ],
        "scripts": [],
    }
    profile = read(json.dumps(raw).encode())
    assert profile.total == pytest.approx(0.003)
    assert by_name(profile)["work"] == pytest.approx((66.7, 66.7), abs=0.1)


def test_pprof_with_a_length_beyond_the_file() -> None:
    good = pprof(STRINGS, [(1, 2), (3, 4)], [([1], [1, 1])])
    with pytest.raises(ValueError, match=r"larger than the file|cut off"):
        read(good + message(2, b"")[:1] + struct.pack("<B", 127))
