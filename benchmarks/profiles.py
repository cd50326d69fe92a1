"""Figures of the profile readers: large files, and damaged ones.

    python benchmarks/profiles.py large [--megabytes 100]     processor time and memory of the child that reads
    python benchmarks/profiles.py damaged [--count 10000]     files per format, each changed at random
    python benchmarks/profiles.py typing [--megabytes 60]     from a keystroke to the answer, while a profile is linked

`large` makes a speedscope file, a V8 CPU profile and a Chrome trace of that size; stacks repeat as they do in real
recordings, with a part of new ones. `damaged` starts from the samples of the tests; a reader may refuse with a reason
or give a valid profile, within a limit on memory. `typing` changes a document of 500 lines in a real server and asks for a
hover each time, first by itself, then while a large profile is read and linked. Results: profiles.md.
"""

from __future__ import annotations

import argparse
import contextlib
import gzip
import io
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

REPO = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(REPO))

from analyzers.profiles.read import reader_of  # noqa: E402

SAMPLES = REPO / "tests" / "data" / "profiles"
MEMORY = 1 << 30
SLOW = 5.0  # seconds of processor time for one small damaged file


# ------------------------------------------------------------------------------------------------- large files


def stacks(rng: random.Random, functions: int) -> Iterator[list[int]]:
    """A program that mostly stays where it is: the stack changes near its leaf, now and then deeper down."""
    stack = [0]
    while True:
        if rng.random() < 0.6:
            keep = max(1, len(stack) - int(rng.expovariate(0.5)))
            stack = stack[:keep]
            while len(stack) < 40 and rng.random() < 0.7:
                stack.append((stack[-1] * 7 + rng.randrange(1, 6)) % functions)
        yield stack


def speedscope(file: io.TextIOBase, size: int) -> None:
    rng = random.Random(1)
    frames = [
        {"name": f"function_{n}", "file": f"/app/pkg{n % 50}/module{n % 300}.py", "line": n}
        for n in range(5000)
    ]
    file.write(
        json.dumps(
            {"$schema": "https://www.speedscope.app/file-format-schema.json", "shared": {"frames": frames}}
        )[:-1]
    )
    file.write(
        ',"exporter":"py-spy@0.4.3","profiles":[{"type":"sampled","name":"main","unit":"seconds","startValue":0,"endValue":1,"samples":['
    )
    count = 0
    for stack in stacks(rng, len(frames)):
        file.write(("," if count else "") + json.dumps(stack, separators=(",", ":")))
        count += 1
        if count % 1000 == 0 and file.tell() > size * 0.95:
            break
    file.write('],"weights":[' + ",".join(["0.01"] * count) + "]}]}")


def modules(folder: Path) -> None:
    """The program that `speedscope` speaks of: 300 modules with 5,000 functions."""
    for module in range(300):
        path = folder / "app" / f"pkg{module % 50}" / f"module{module}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        functions = "".join(
            f"def function_{n}(rows):\n    return [row for row in rows if row in rows[{n}:]]\n\n\n"
            for n in range(module, 5000, 300)
        )
        path.write_text(functions, encoding="ascii")


def _tree(rng: random.Random, nodes: int) -> list[dict[str, object]]:
    found: list[dict[str, object]] = []
    parents, depths = {1: 1}, {1: 0}
    for ident in range(1, nodes + 1):
        call = {"functionName": f"function{ident % 5000}", "scriptId": "7", "url": f"file:///app/src/module{ident % 300}.js",
                "lineNumber": ident % 2000, "columnNumber": 8}  # fmt: skip
        node: dict[str, object] = {"id": ident, "callFrame": call}
        if ident > 1:
            # Near the one before it, and not deeper than programs go.
            parent = rng.randrange(max(1, ident - 50), ident)
            while depths[parent] > 60:
                parent = parents[parent]
            parents[ident], depths[ident] = parent, depths[parent] + 1
            node["parent"] = parent
        found.append(node)
    return found


def cpuprofile(file: io.TextIOBase, size: int) -> None:
    rng = random.Random(2)
    nodes = _tree(rng, 180_000)
    children: dict[object, list[object]] = {}
    for node in nodes:
        if "parent" in node:
            children.setdefault(node.pop("parent"), []).append(node["id"])
    for node in nodes:
        node["hitCount"] = 1
        node["children"] = children.get(node["id"], [])
    file.write(
        '{"nodes":' + json.dumps(nodes, separators=(",", ":")) + ',"startTime":0,"endTime":9,"samples":['
    )
    samples = _samples(rng, len(nodes))
    count = 0
    while file.tell() < size * 0.62:
        piece = [next(samples) for _ in range(10_000)]
        file.write(("," if count else "") + ",".join(map(str, piece)))
        count += len(piece)
    file.write('],"timeDeltas":[' + ",".join(str(rng.randrange(900, 1200)) for _ in range(count)) + "]}")


def _samples(rng: random.Random, nodes: int) -> Iterator[int]:
    at = 1
    while True:
        if rng.random() < 0.3:  # mostly near by
            at = (
                min(nodes, max(1, at + rng.randrange(-20, 22)))
                if rng.random() < 0.95
                else rng.randrange(1, nodes + 1)
            )
        yield at


def trace(file: io.TextIOBase, size: int) -> None:
    rng = random.Random(3)
    nodes = _tree(rng, 20_000)
    samples = _samples(rng, len(nodes))
    file.write('{"traceEvents":[\n')
    file.write('{"name":"thread_name","ph":"M","pid":1,"tid":1,"ts":0,"args":{"name":"CrRendererMain"}}')
    file.write(
        ',\n{"name":"Profile","ph":"P","id":"0x1","pid":1,"tid":1,"ts":0,"args":{"data":{"startTime":0}}}'
    )
    now = 0
    while file.tell() < size:
        new, nodes = nodes[:200], nodes[200:]
        ids = [next(samples) for _ in range(100)] if not nodes else [1] * 100
        data = {
            "cpuProfile": {"nodes": new, "samples": ids},
            "timeDeltas": [170] * 100,
            "lines": [3] * 100,
            "columns": [9] * 100,
        }
        write = lambda event: file.write(",\n" + json.dumps(event, separators=(",", ":")))  # noqa: E731
        write(
            {
                "name": "ProfileChunk",
                "ph": "P",
                "id": "0x1",
                "pid": 1,
                "tid": 9,
                "ts": now,
                "args": {"data": data},
            }
        )
        for step in range(40):
            name = ("RunTask", "EvaluateScript", "UpdateLayoutTree", "FunctionCall", "Layout")[step % 5]
            write({"name": name, "ph": "X", "cat": "disabled-by-default-devtools.timeline", "pid": 1, "tid": 1,
                   "ts": now + step * 400, "dur": 350, "args": {"data": {"frame": "0AF9", "url": "http://localhost/app.js"}}})  # fmt: skip
        now += 17_000
    file.write("\n]}")


MADE: dict[str, Callable[[io.TextIOBase, int], None]] = {
    "large.speedscope": speedscope,
    "large.cpuprofile": cpuprofile,
    "Trace-large.json": trace,
}


def large(megabytes: int) -> None:
    print("| file | size | processor time | memory | profile that comes back |\n|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for name, make in MADE.items():
            path = Path(folder, name)
            with path.open("w", encoding="ascii") as file:
                make(file, megabytes << 20)
            program = (
                "import sys, resource; from analyzers.profiles import read; code = read.main(sys.argv[1:])\n"
                "used = resource.getrusage(resource.RUSAGE_SELF)\n"
                "print(used.ru_utime + used.ru_stime, used.ru_maxrss // 1024, code, file=sys.stderr)"
            )
            command = [sys.executable, "-c", program, str(path), f"--memory={2 << 30}", "--cpu=120"]
            done = subprocess.run(command, capture_output=True, cwd=REPO, check=True)
            seconds, memory, code = done.stderr.decode().splitlines()[-1].split()
            came = f"{len(done.stdout) / 1e6:.1f} MB" if code == "0" else done.stderr.decode().splitlines()[0]
            print(
                f"| {name} | {path.stat().st_size >> 20} MiB | {float(seconds):.1f} s | {memory} MiB | {came} |",
                flush=True,
            )


# ----------------------------------------------------------------------------------------------- damaged files


def damaged(count: int, only: str) -> int:
    """Counts what readers did with damaged files; the exit code is 1 when one did what it must not."""
    from tests.profiles.test_hostile import SEEDS, check, content, mutated

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    failures = 0
    print("| format | files | refused | read | slowest |\n|---|---|---|---|---|")
    for form, names in SEEDS.items():
        if only and form != only:
            continue
        rng = random.Random(form)
        seeds = [content(SAMPLES / name) for name in names]
        # A damaged small file shows as much as a large one, sooner.
        seeds = [seed if len(seed) < 60_000 else seed[:60_000] for seed in seeds] + [
            gzip.decompress(gzip.compress(seeds[0]))
        ]
        reader, refused, slowest = reader_of(form), 0, 0.0
        for _ in range(count):
            data = mutated(rng.choice(seeds[:-1]) if rng.random() < 0.9 else seeds[-1], rng)
            start = time.process_time()
            try:
                check(reader(data))
            except ValueError:
                refused += 1
            except BaseException as error:
                failures += 1
                print(f"{form}: {type(error).__name__}: {error}", file=sys.stderr)
            slowest = max(slowest, time.process_time() - start)
        failures += slowest > SLOW
        print(f"| {form} | {count} | {refused} | {count - refused} | {slowest:.2f} s |", flush=True)
    return 1 if failures else 0


# ------------------------------------------------------------------------------------------------------ typing


def typing(megabytes: int) -> None:
    sys.path.insert(0, str(REPO / "tests" / "server"))
    from raw_client import RawClient

    text = "".join(
        f"def f{n}(xs, ys):\n    for x in xs:\n        if x in ys:\n            print({n})\n\n"
        for n in range(100)
    )
    with (
        tempfile.TemporaryDirectory() as folder,
        RawClient((sys.executable, "-m", "lsp_server", "server")) as client,
    ):
        profile = Path(folder, "run.speedscope")
        with profile.open("w", encoding="ascii") as file:
            speedscope(file, megabytes << 20)
        modules(Path(folder))
        uri = Path(folder, "a.py").as_uri()
        begin = {"processId": None, "rootUri": Path(folder).as_uri(), "capabilities": {},
                 "initializationOptions": {"settings": {"profiles": {"autoLoad": False}}}}  # fmt: skip
        client.request("initialize", begin)
        client.notify("initialized", {})
        client.open(uri, text)
        version = 1

        def keystroke() -> tuple[float, float]:
            nonlocal version
            version += 1
            at = {"line": 3, "character": 18 + (version % 2 == 1)}
            span = {"start": {"line": 3, "character": 18}, "end": at}
            change = {"range": span, "text": "" if version % 2 else "1"}
            began, used = time.perf_counter(), processor_time(client.process.pid)
            client.notify(
                "textDocument/didChange",
                {"textDocument": {"uri": uri, "version": version}, "contentChanges": [change]},
            )
            place = {"textDocument": {"uri": uri}, "position": {"line": 0, "character": 5}}
            client.request("textDocument/hover", place)
            return time.perf_counter() - began, processor_time(client.process.pid) - used

        time.sleep(5)  # the workspace is indexed meanwhile
        alone = [keystroke() for _ in range(220)][20:]
        call = {"command": "bigo.linkProfile", "arguments": [{"path": str(profile)}]}
        client.notes.clear()
        number, during = client.begin("workspace/executeCommand", call), []
        while not any(note.get("id") == number for note in client.notes):
            during.append(keystroke())
        after = [keystroke() for _ in range(200)]
        answer = next(note["result"] for note in client.notes if note.get("id") == number)
        print(answer["linked"] if answer else "not linked", file=sys.stderr)
        print("| | keystrokes | p50 | p95 | longest | server's processor time p50 | p95 | longest |")
        print("|---|---|---|---|---|---|---|---|")
        for name, pairs in (
            ("by itself", alone),
            (f"while {megabytes} MiB are read and linked", during),
            ("with the profile linked", after),
        ):
            ordered = [
                f"{1000 * sorted(seconds)[int(q * (len(seconds) - 1))]:.1f} ms"
                for seconds in zip(*pairs, strict=True)
                for q in (0.5, 0.95, 1)
            ]
            print(f"| {name} | {len(pairs)} | {' | '.join(ordered)} |")


def processor_time(process: int) -> float:
    """Seconds that the threads of a process have run, on Linux: what other work on the machine does not change."""
    spent = 0
    for task in Path(f"/proc/{process}/task").iterdir():
        with contextlib.suppress(OSError):  # a thread that ended meanwhile
            spent += int((task / "schedstat").read_text().split()[0])
    return spent / 1e9


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", choices=("large", "damaged", "typing"))
    parser.add_argument("--megabytes", type=int, default=100)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--format", default="", help="only this format")
    options = parser.parse_args()
    if options.what == "damaged":
        return damaged(options.count, options.format)
    if options.what == "typing":
        typing(min(options.megabytes, 60))
    else:
        large(options.megabytes)
    return 0


if __name__ == "__main__":
    sys.exit(main())
