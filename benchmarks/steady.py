"""What goes on for as long as an editor is open: diagnostics sent again and again, and the memory of edit after edit.

    python benchmarks/steady.py diagnostics [--count 500]
    python benchmarks/steady.py memory FILE... [--edits 1000]
    python benchmarks/steady.py calls FILE... [--line N] [--most 20]

`diagnostics`: processor milliseconds, the least of many, to make the message for so many diagnostics, each with two further
places in its own file: where a line above has moved them all, where none has moved, and with the objects and the converter of
the protocol's library. `memory`: resident megabytes of `bigo server` after the first edit, the hundredth and the last of a file,
in a process of its own for each; a line is written and taken back in turn where `latency.py` writes it. `calls`: how many
functions of this project are called in Python for the first edit of that kind, for one that writes a line and for one that takes it
back, and which most often; with `--line` it is written in front of that line.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from latency import edit_site, edits
from lsp_client import Client

FIRST, WARM = 1, 100
PATH, URI = "/srv/shop/reports.py", "file:///srv/shop/reports.py"


def diagnostics(count: int) -> None:
    from lsprotocol import converters
    from lsprotocol import types as lsp

    from analyzers.findings import Confidence, Cost, Finding, Place, Related, Severity
    from analyzers.text import Span, Text
    from lsp_server.wire import client, convert, payload

    line = "    found = [row for row in rows if row in known]\n"

    def found(first: int) -> list[Finding]:
        def place(number: int, column: int) -> Place:
            start = first + number * len(line) + column
            return Place(PATH, Span(start, start + 12))

        return [
            Finding(
                rule="membership-in-list",
                place=place(number, 12),
                message=f"`row in known` searches a list on every turn of the loop over `rows{number}`.",
                severity=Severity.WARNING,
                confidence=Confidence.HIGH,
                cost=Cost(),
                function="report",
                related=(
                    Related(place(number, 4), "a loop"),
                    Related(place(number, 30), "a list is made here"),
                ),
            )
            for number in range(count)
        ]

    can = client.Client(related=True, code_description=True)
    encoder, converter, above = payload.Encoder(), converters.get_converter(), "# more\n"
    texts = [Text((head + line * count).encode()) for head in ("", above)]
    states = [found(0), found(len(above))]
    known, uris = [{PATH: text} for text in texts], {PATH: URI}

    def sent(state: int) -> bytes:
        items = encoder.items(PATH, states[state], texts[state], can, known[state].get, uris, str)
        return payload.publication(URI, 1, items)

    def converted(state: int) -> bytes:
        made = [
            convert.to_diagnostic(one, texts[state], can, known[state].get, uris, one.rule)
            for one in states[state]
        ]
        params = lsp.PublishDiagnosticsParams(URI, made, 1)
        note = lsp.PublishDiagnosticsNotification(params)
        return json.dumps(converter.unstructure(note)).encode()

    turn = itertools.cycle((0, 1))
    print(f"{count} diagnostics, {len(sent(0)) // 1000} kB; processor ms")
    print(f"all moved: {least(lambda: sent(next(turn))):.2f}")
    print(f"none moved: {least(lambda: sent(0)):.2f}")
    print(f"objects of the protocol: {least(lambda: converted(next(turn))):.2f}")


def least(work: Callable[[], object], times: int = 60) -> float:
    took = []
    for _ in range(times):
        began = time.process_time()
        work()
        took.append(1000 * (time.process_time() - began))
    return min(took[2:])


def memory(path: Path, count: int) -> None:
    command = [sys.executable, "-m", "lsp_server", "server"]
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as cache:
        client = Client(command, Path(folder).resolve(), env={**os.environ, "XDG_CACHE_HOME": cache})
        try:
            text = path.read_text("utf-8")
            uri = (Path(folder).resolve() / path.name).as_uri()
            document = {"uri": uri, "languageId": "python", "version": 1, "text": text}
            client.notify("textDocument/didOpen", {"textDocument": document})
            client.diagnostics(uri, 1, False)
            client.drain(2.0)
            changes, held = edits("line", text.split("\n"), path.suffix), {}
            for number in range(1, count + 1):
                span, new = next(changes)
                changed = {
                    "textDocument": {"uri": uri, "version": number + 1},
                    "contentChanges": [{"range": span, "text": new}],
                }
                client.notify("textDocument/didChange", changed)
                client.diagnostics(uri, number + 1, False)
                if number in (FIRST, WARM, count):
                    client.drain(0.3)
                    held[number] = client.rss()
        finally:
            client.close()
    said = ", ".join(f"{megabytes:.1f} MB after {number}" for number, megabytes in held.items())
    line = edit_site(text.split("\n")) + 1
    print(
        f"{path.name}, edits at line {line}: {said}; {100 * (held[count] / held[WARM] - 1):+.1f} % since {WARM}"
    )


def calls(path: Path, row: int | None, most: int) -> None:
    sys.path.insert(0, str(Path(__file__).parent.parent / "tests" / "server"))
    from counted_calls import typed

    lines = path.read_text("utf-8").split("\n")
    row = edit_site(lines) if row is None else row
    indent = lines[row][: len(lines[row]) - len(lines[row].lstrip())]
    written = ("\n".join([*lines[:row], f"{indent}undefined_{n} = 1", *lines[row:]]) for n in range(3))
    plain = "\n".join(lines)
    texts = itertools.chain((plain,), *((text, plain) for text in written))
    counted = list(typed(f"/srv/{path.name}", texts))
    first, come, gone = (sum(counted[at].values()) for at in (0, 4, 5))
    print(f"{path.name}, in front of line {row + 1}: {first} calls the first time, then {come} and {gone}")
    for code, count in counted[4].most_common(most):
        print(f"{count:8} {code.co_name} ({Path(code.co_filename).name}:{code.co_firstlineno})")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("diagnostics").add_argument("--count", type=int, default=500)
    memories = commands.add_parser("memory")
    memories.add_argument("files", nargs="+", type=Path)
    memories.add_argument("--edits", type=int, default=1000)
    counted = commands.add_parser("calls")
    counted.add_argument("files", nargs="+", type=Path)
    counted.add_argument("--line", type=int)
    counted.add_argument("--most", type=int, default=0)
    args = parser.parse_args()
    if args.command == "diagnostics":
        diagnostics(args.count)
    elif args.command == "calls":
        for path in args.files:
            calls(path, args.line - 1 if args.line else None, args.most)
    else:
        for path in args.files:
            memory(path, max(args.edits, WARM + 1))


if __name__ == "__main__":
    main()
