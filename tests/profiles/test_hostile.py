"""Damaged and malicious files: a ValueError or a valid profile, nothing else, in bounded time and memory."""

from __future__ import annotations

import gzip
import json
import random
import struct
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analyzers.profiles import Profile
from analyzers.profiles.read import read, reader_of
from analyzers.profiles.readers import collapsed, cprofile_text, cpuprofile, pstats, restricted, speedscope
from analyzers.profiles.sniff import HEAD, TAIL, sniff

SAMPLES = Path(__file__).parent.parent / "data" / "profiles"
REPO = Path(__file__).parent.parent.parent

SEEDS = {
    "pstats": ["py/pyinstrument.pstats", "py/tachyon/out.pstats"],
    "cprofile-text": ["py/pstats_stripdirs.txt"],
    "cpuprofile": ["js/chrome.cpuprofile", "js/inlx.cpuprofile"],
    "collapsed": ["py/pyspy.raw"],
    "speedscope": ["py/pyinstrument.speedscope.json", "py/pyspy_function.speedscope"],
    "pprof": ["go/cpu.pprof"],
    "tachyon-jsonl": ["py/tachyon/out.jsonl"],
    "tachyon-text": ["py/tachyon/stdout_report.txt"],
    "gecko": ["py/tachyon/out.gecko.json.gz"],
    "pyinstrument-json": ["py/pyinstrument.json"],
    "pyinstrument-session": ["py/pyinstrument.pyisession.gz"],
    "pyinstrument-text": ["py/pyinstrument.txt"],
    "scalene": ["py/scalene_cpu.json.gz"],
    "pyspy-chrometrace": ["py/pyspy.chrometrace"],
    "chrome-trace": ["js/chrome_trace.json.gz"],
    "stackprof": ["ruby/stackprof.json"],
    "prof-process": ["js/prof-process.txt"],
    "line-profiler-text": ["py/line_profiler.txt"],
    "callgrind": ["py/yappi.callgrind"],
    "perf-script": ["js/perf_script_js.txt.gz"],
    "jfr-json": ["java/execution_samples.json.gz"],
    "otlp": ["sql/otlp_traces.json"],
    "sql-queries": ["sql/connection_queries.json"],
    "sql-log": ["sql/sqlalchemy_echo.log", "sql/django_db_backends.log"],
}
TEXT = {"cprofile-text", "collapsed", "tachyon-text", "pyinstrument-text", "prof-process", "line-profiler-text",
        "callgrind", "perf-script", "sql-log"}  # fmt: skip
"""In text a damaged line is left out; the rest is read."""


def check(profile: Profile) -> None:
    """Is it what the rest of the program counts on?"""
    assert profile.total > 0
    count = len(profile.frames)
    assert all(0 <= entry.frame < count and entry.own >= 0 for entry in profile.entries)
    assert all(0 <= edge.caller < count and 0 <= edge.callee < count for edge in profile.edges)
    assert all(node.parent < index and 0 <= node.frame < count for index, node in enumerate(profile.nodes))
    assert all(node.own >= 0 for node in profile.nodes)
    assert all(len(frame.name) <= 512 and frame.name.isprintable() for frame in profile.frames)


def mutated(data: bytes, rng: random.Random) -> bytes:
    out = bytearray(data)
    for _ in range(rng.choice((1, 1, 2, 5, 20))):
        at = rng.randrange(len(out) or 1)
        match rng.randrange(5):
            case 0:
                out[at : at + 1] = bytes([rng.randrange(256)])
            case 1:
                del out[at : at + rng.randrange(1, 40)]
            case 2:
                out[at:at] = out[at : at + rng.randrange(1, 40)]
            case 3:
                out[at : at + 4] = struct.pack("<I", rng.choice((0, 1, 255, 2**31 - 1, 2**32 - 1)))
            case _:
                del out[at:]
        if not out:
            return b""
    return bytes(out)


@pytest.mark.parametrize("form", SEEDS)
def test_mutated_files_are_read_or_refused(form: str) -> None:
    rng = random.Random(form)
    seeds = [content(SAMPLES / name) for name in SEEDS[form]]
    end = time.monotonic() + 10  # bounds the test on a slow machine; 40 mutations always run
    seen = []
    while len(seen) < 300 and (len(seen) < 40 or time.monotonic() < end):
        seen.append(is_read(reader_of(form), mutated(rng.choice(seeds), rng)))
    assert True in seen
    assert False in seen or form in TEXT


def content(path: Path) -> bytes:
    data = path.read_bytes()
    # Only deflated bytes would be mutated else, and the checksum would refuse them all.
    return gzip.decompress(data) if data.startswith(b"\x1f\x8b") else data


def is_read(reader: Callable[[bytes], Profile], data: bytes) -> bool:
    """Whether the reader gives a valid profile; False when it refuses with a reason. Anything else escapes."""
    try:
        profile = reader(data)
    except ValueError as error:
        if not str(error):
            raise AssertionError("a refusal without a reason") from error
        return False
    check(profile)
    return True


@given(st.binary(max_size=300))
@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])
def test_any_bytes_are_refused_or_read(data: bytes) -> None:
    sniff(data[:HEAD], data[-TAIL:])
    for prefix in (b"", b"{)", b"\xfb\xa9", b"\x1f\x8b\x08\x00", b'{"nodes":[', b"# austin: 3\n"):
        is_read(read, prefix + data)


MARSHAL = {
    "a length of 2 GB": b"\x28\xff\xff\xff\x7f",
    "a length of 4 GB": b"{s\xff\xff\xff\xff",
    "a reference to itself": b"\xfb\xa9\x01r\x01\x00\x00\x00N0",
    "a reference forward": b"{r\x05\x00\x00\x00N0",
    "a code object": b"{c" + b"\x00" * 40,
    "a list": b"{[\x01\x00\x00\x00N",
    "nested a thousand deep": b")\x01" * 1000 + b"N",
    "a number of 2 GB digits": b"{l\xff\xff\xff\x7f",
    "no entries": b"{0",
    "nothing": b"",
    "a list of nothing": b")\x00",
    "a key that is a number": b"{i\x01\x00\x00\x00N0",
    "a key that is a dict": b"{{00N0",
    "an entry that is None": b"{)\x03z\x01ai\x01\x00\x00\x00z\x01bN0",
    "a bad string": b"{)\x03a\x01\x00\x00\x00\xff",
}


@pytest.mark.parametrize("what", MARSHAL)
def test_marshal_traps(what: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the words differ, the type is what counts
        pstats.read(MARSHAL[what])


def test_shared_tuples_as_keys_do_not_explode() -> None:
    """Each tuple holds the one before 255 times: hashing the last one as a key would take 255^6 steps."""
    level = b"\xa9\x00"  # reference 0: an empty tuple
    for _ in range(6):
        # The outer tuple takes its reference before the inner one: level k is reference 6 - k at the end.
        level = b"\xa9\xff" + level
    references = iter(range(6, 0, -1))
    data = level
    for reference in references:
        data += struct.pack("<cI", b"r", reference) * 254
    loaded = restricted.load(data)
    assert len(loaded) == 255
    with pytest.raises(ValueError, match="name of a function"):
        restricted.load(b"{" + data + b"N0")


def test_times_that_are_no_numbers() -> None:
    def with_time(value: float) -> bytes:
        key = b")\x03z\x04a.pyi\x01\x00\x00\x00z\x01f"
        return (
            b"{"
            + key
            + b")\x05i\x01\x00\x00\x00i\x01\x00\x00\x00g"
            + struct.pack("<d", value)
            + b"g"
            + struct.pack("<d", 1.0)
            + b"{00"
        )

    assert pstats.read(with_time(1.0)).total == 1.0
    for value in (float("nan"), float("inf"), 1e300):
        with pytest.raises(ValueError, match="not a number"):
            pstats.read(with_time(value))
    with pytest.raises(ValueError, match="no time"):
        pstats.read(with_time(-1.0))


def cpu(nodes: list[dict[str, object]], **more: object) -> bytes:
    return json.dumps({"nodes": nodes, **more}).encode()


def node(ident: int, **more: object) -> dict[str, object]:
    return {
        "id": ident,
        "callFrame": {"functionName": f"f{ident}", "url": "file:///a.js", "lineNumber": 1},
        **more,
    }


@pytest.mark.parametrize(
    "data",
    [
        cpu([node(1, children=[2]), node(2, children=[1])], samples=[1], timeDeltas=[1]),
        cpu([node(1, children=[1])], samples=[1], timeDeltas=[1]),
        cpu([node(1, children=[9])], samples=[1], timeDeltas=[1]),
        cpu([node(1), node(1)], samples=[1], timeDeltas=[1]),
        cpu([node(1)], samples=[7], timeDeltas=[1]),
        cpu([node(1)], samples=[1, 1], timeDeltas=[1, 1e300]),
        cpu([node(1)], samples=[1], timeDeltas=[1]),
        cpu([node(1, children=[3]), node(2, children=[3]), node(3)]),
        cpu([node(1, hitCount=-5)]),
        cpu([]),
        b'{"nodes":[' * 5000,
        b"[" * 100_000,
    ],
)
def test_call_trees_that_are_none(data: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        cpuprofile.read(data)


def test_a_deep_tree_is_refused_and_a_deep_stack_is_cut() -> None:
    chain = [node(i, children=[i + 1]) for i in range(1, 5000)] + [node(5000, hitCount=3)]
    with pytest.raises(ValueError, match="too deep"):
        cpuprofile.read(cpu(chain))
    profile = collapsed.read(b";".join(b"f%d (a.py:%d)" % (i, i) for i in range(1, 5000)) + b" 7\n")
    assert len(profile.nodes) == 2000
    assert profile.total == 7


@pytest.mark.parametrize(
    "change",
    [
        {"profiles": [{"type": "sampled", "unit": "seconds", "samples": [[0]], "weights": []}]},
        {"profiles": [{"type": "sampled", "unit": "seconds", "samples": [[0], [5]], "weights": [1, 1]}]},
        {"profiles": [{"type": "sampled", "unit": "seconds", "samples": [[-1]], "weights": [1]}]},
        {"profiles": [{"type": "sampled", "unit": "seconds", "samples": [[0]], "weights": [-1]}]},
        {"profiles": [{"type": "sampled", "unit": "bytes", "samples": [[0]], "weights": [1]}]},
        {
            "profiles": [
                {"type": "evented", "unit": "seconds", "events": [{"type": "C", "at": 1, "frame": 0}]}
            ]
        },
        {"profiles": [{"type": "other", "unit": "seconds"}]},
        {"profiles": []},
        {"profiles": "x"},
    ],
)
def test_speedscope_files_that_contradict_themselves(change: dict[str, object]) -> None:
    good: dict[str, object] = {
        "$schema": "https://www.speedscope.app/file-format-schema.json",
        "shared": {"frames": [{"name": "f", "file": "a.py", "line": 1}]},
        "profiles": [{"type": "sampled", "unit": "seconds", "samples": [[0], [0]], "weights": [1, 1]}],
    }
    assert speedscope.read(json.dumps(good).encode()).total == 2
    if change["profiles"] != [{"type": "sampled", "unit": "seconds", "samples": [[0]], "weights": []}]:
        with pytest.raises(ValueError):  # noqa: PT011
            speedscope.read(json.dumps(good | change).encode())


def test_tables_of_text() -> None:
    header = b"   ncalls  tottime  percall  cumtime  percall filename:lineno(function)\n"
    assert cprofile_text.read(header + b"  3/1    0.5    0.0    1.5    0.0 a.py:1(f)\n").entries[0].calls == 3
    for body in (b"", b"garbage\n", b"9" * 40 + b" 0.5 0.0 1.5 0.0 a.py:1(f)\n"):
        with pytest.raises(ValueError):  # noqa: PT011
            cprofile_text.read(header + body)


def test_names_lose_what_could_harm_a_reader() -> None:
    profile = collapsed.read("a\u202eb\x1b[31m (x.py:1);<script> (x.py:2) 5\n".encode())
    assert [frame.name for frame in profile.frames] == ["a b [31m", "<script>"]


def test_the_reader_never_imports_what_runs_code() -> None:
    program = (
        "import sys; from analyzers.profiles.read import load; import analyzers.profiles, lsp_server.profiling.profile_loader\n"
        f"load({str(SAMPLES / 'py/cprofile.prof')!r})\n"
        "used = {'marshal': 0, 'pickle': 0}\n"
        "for name, module in list(sys.modules.items()):\n"
        "    if name.startswith(('analyzers.profiles', 'lsp_server.profiling.profile_loader')):\n"
        "        found = {m for m in ('marshal', 'pickle', 'pstats', 'cProfile') if getattr(module, m, None)}\n"
        "        found = {m for m in found if not getattr(getattr(module, m), '__name__', '').startswith('analyzers')}\n"
        "        assert not found, (name, found)\n"
        "print(len([n for n in sys.modules if n.startswith('analyzers.profiles')]))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=REPO, capture_output=True, text=True, check=True
    )
    assert int(done.stdout) > 10


def test_the_source_never_names_them_as_imports() -> None:
    files = [
        *(REPO / "analyzers" / "profiles").rglob("*.py"),
        REPO / "lsp_server" / "profiling" / "profile_loader.py",
    ]
    assert len(files) > 15
    for path in files:
        for line in path.read_text("utf-8").splitlines():
            words = line.split()
            if words[:1] in (["import"], ["from"]):
                assert not {"marshal", "pickle", "pstats", "shelve", "dill"} & {words[1].rstrip(",")}, (
                    f"{path}: {line}"
                )
            assert "__import__(" not in line
            assert "eval(" not in line.replace("retrieval(", "")


@pytest.mark.parametrize(
    "piece",
    [
        b";",
        b"a;",
        b"1 ",
        b"x 1 ",
        b"events: a\n",
        b"a 1 1.1: 1 ",
        b" ",
        b'{"ph":',
        b"[{",
        b"\n",
        b'"nodes"',
        b"<",
        b"\t1 ",
    ],
)
def test_no_head_makes_sniffing_slow(piece: bytes) -> None:
    """In a child with a limit on processor time: a pattern that takes quadratic time would use minutes."""
    program = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_CPU, (20, 20))\n"
        "from analyzers.profiles import sniff\n"
        f"piece = {piece!r}\n"
        "for head in (piece * (65536 // len(piece)), b'a' + piece * (65536 // len(piece)) + b'!'): sniff(head, head[-8192:])\n"
    )
    subprocess.run([sys.executable, "-c", program], cwd=REPO, check=True)
