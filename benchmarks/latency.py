"""Editor latency of language servers, side by side: see README.md."""

import argparse
import json
import os
import shlex
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

from lsp_client import Client

LANGUAGES = {
    ".py": "python",
    ".pyi": "python",
    ".js": "javascript",
    ".jsx": "javascriptreact",
    ".ts": "typescript",
    ".tsx": "typescriptreact",
}


def parse_server(text: str) -> tuple[str, list[str], bool]:
    """`NAME=COMMAND` or `NAME:pull=COMMAND`"""
    name, _, command = text.partition("=")
    if not command:
        raise argparse.ArgumentTypeError(f"{text!r}: expected NAME=COMMAND or NAME:pull=COMMAND")
    return name, shlex.split(command), name.endswith(":pull")


def edit_site(lines: list[str]) -> int:
    """The first indented `return x` after the middle of the file."""
    half = len(lines) // 2
    for i in [*range(half, len(lines)), *range(half)]:
        body = lines[i].strip()
        if lines[i][:1] in " \t" and body.startswith("return ") and body[7:8].isidentifier():
            return i
    raise SystemExit("no indented `return name` line to edit")


def edits(kind: str, lines: list[str], suffix: str):
    """For ever (range, text), in do/undo pairs; the text returns to its start after each pair."""
    row = edit_site(lines)
    indent = lines[row][: len(lines[row]) - len(lines[row].lstrip())]
    at, after = {"line": row, "character": 0}, {"line": row + 1, "character": 0}
    column = lines[row].index("return ") + 7
    k = 0
    while True:
        if kind == "line":
            new = f"undefined_{k} = 1" if suffix.startswith(".py") else f"let undefined_{k} = 1;"
            yield {"start": at, "end": at}, f"{indent}{new}\n"
            yield {"start": at, "end": after}, ""
        else:
            here, there = {"line": row, "character": column}, {"line": row, "character": column + 1}
            yield {"start": here, "end": here}, {"char": "x", "quote": '"'}[kind]
            yield {"start": here, "end": there}, ""
        k += 1


def applied(lines: list[str], span: dict, text: str) -> list[str]:
    (a, b), (c, d) = ((span[k]["line"], span[k]["character"]) for k in ("start", "end"))
    return lines[:a] + (lines[a][:b] + text + lines[c][d:]).split("\n") + lines[c + 1 :]


def measure_file(client: Client, path: Path, pull: bool, args, seen: dict) -> None:
    text = path.read_text("utf8") + ("# not on disk\n" if args.unread else "")
    lines, uri = text.split("\n"), path.as_uri()
    document = {"uri": uri, "languageId": LANGUAGES.get(path.suffix, "plaintext"), "version": 1, "text": text}
    client.drain(args.quiet)
    cpu, start = client.cpu(), time.perf_counter()
    client.notify("textDocument/didOpen", {"textDocument": document})
    arrived, count, _ = client.diagnostics(uri, 1, pull)
    seen["open"].append(arrived - start)
    seen["first cpu"].append(client.cpu() - cpu)
    client.drain(args.settle)
    seen["open cpu"].append(client.cpu() - cpu)
    cpu, size = client.cpu(), 0
    steps = edits(args.edit, lines, path.suffix)
    for version in range(2, args.edits + 2):
        span, new = next(steps)
        lines = applied(lines, span, new)
        change = {"text": "\n".join(lines)} if client.sync == 1 else {"range": span, "text": new}
        start = time.perf_counter()
        client.notify(
            "textDocument/didChange",
            {"textDocument": {"uri": uri, "version": version}, "contentChanges": [change]},
        )
        arrived, count, size = client.diagnostics(uri, version, pull)
        seen["edit"].append(arrived - start)
        seen["counts"].append(count)
        if args.edit == "quote" and version % 2 == 0:  # it is open now
            held = client.cpu()
            settled = client.last(uri, version, args.rest)
            seen["rest cpu"].append(client.cpu() - held)
            seen["again"] += [settled - start] if settled is not None else []
        if not pull:
            client.drain(args.quiet)
    seen["edit cpu"].append((client.cpu() - cpu) / args.edits)
    seen["rss"].append(client.rss())
    seen["bytes"].append(size)
    client.notify("textDocument/didClose", {"textDocument": {"uri": uri}})


def run(args) -> tuple[dict, dict]:
    startup, files = defaultdict(list), defaultdict(lambda: defaultdict(list))
    failed = set()
    stderr = args.stderr.open("ab") if args.stderr else subprocess.DEVNULL
    for number in range(args.rounds):
        turn = number % len(args.server)
        for name, command, pull in args.server[turn:] + args.server[:turn]:  # no one is always first
            # What a server keeps of a text in a cache, another round of it does not find.
            with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as cache:
                root = Path(folder).resolve()
                copies = [Path(shutil.copy(f, root / f.name)) for f in args.files]
                env = {**os.environ, "XDG_CACHE_HOME": cache}
                try:
                    client = Client(command, root, pull, args.settings, stderr, args.timeout, env)
                except (OSError, RuntimeError, TimeoutError) as error:
                    sys.exit(f"{name}: {error}")
                startup[name].append(client.startup)
                for path in copies:
                    if (name, path.name) in failed:
                        continue
                    try:
                        measure_file(client, path, pull, args, files[path.name, name])
                    except (RuntimeError, TimeoutError, OSError) as error:
                        failed.add((name, path.name))
                        print(f"{name} on {path.name}: {error!r}", file=sys.stderr)
                        break
                client.close()
                print(f"round {number + 1}/{args.rounds} {name}", file=sys.stderr)
    return startup, files


def percentile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def table(title: str, rows: list[tuple[str, dict[str, float]]], ratio_of: str) -> None:
    """One line per server; the last column is `ratio_of` relative to the first server."""
    width = max(len(name) for name, _ in rows) + 2
    heads = list(rows[0][1])
    print(f"\n{title}\n" + " " * width + "".join(f"{h:>13}" for h in heads) + f"{'ratio ' + ratio_of:>18}")
    base = rows[0][1][ratio_of]
    for name, row in rows:
        cells = "".join(f"{row[h]:>13.1f}" if isinstance(row[h], float) else f"{row[h]:>13}" for h in heads)
        print(f"{name:<{width}}{cells}{row[ratio_of] / base if base else 0:>17.2f}x")


def at_rest(seen: dict) -> dict[str, float | str]:
    """Of a text whose quote is open: what the server did after its first diagnostics, and when it sent others."""
    if not seen["rest cpu"]:
        return {}
    again = [1000 * s for s in seen["again"]]
    return {
        "rest cpu": 1000 * statistics.median(seen["rest cpu"]),
        "again p50": statistics.median(again) if again else "never",
        "again p95": percentile(again, 0.95) if again else "never",
    }


def report(args, startup: dict, files: dict) -> dict:
    names = [name for name, _, _ in args.server]
    result = {"startup": {}, "files": {}}
    rows = []
    for name in names:
        ms = [1000 * s for s in startup[name]]
        rows.append((name, {"min": min(ms), "median": statistics.median(ms)}))
    result["startup"] = dict(rows)
    table("spawn -> initialize, ms", rows, "median")
    for path in args.files:
        rows = []
        for name in names:
            seen = files[path.name, name]
            if not seen["edit cpu"]:
                continue
            wall = [1000 * s for s in seen["edit"]]
            rows.append(
                (
                    name,
                    {
                        "open p50": 1000 * statistics.median(seen["open"]),
                        "first cpu": 1000 * min(seen["first cpu"]),
                        "open cpu": 1000 * min(seen["open cpu"]),
                        "edit min": min(wall),
                        "edit p50": statistics.median(wall),
                        "edit p95": percentile(wall, 0.95),
                        **at_rest(seen),
                        "cpu/edit": 1000 * min(seen["edit cpu"]),
                        "rss MB": max(seen["rss"]),
                        "kB": max(seen["bytes"]) / 1000,
                        "diagnostics": f"{min(seen['counts'])}-{max(seen['counts'])}",
                    },
                )
            )
        if rows:
            count = path.read_text("utf8").count("\n")
            table(f"{path.name}, {count} lines, edit = {args.edit}; ms", rows, "edit p50")
            result["files"][path.name] = dict(rows)
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument(
        "--server",
        action="append",
        type=parse_server,
        required=True,
        metavar="NAME[:pull]=COMMAND",
        help="repeat; ratios are to the first",
    )
    parser.add_argument("--rounds", type=int, default=3, help="fresh servers per round, turns rotated")
    parser.add_argument("--edits", type=int, default=20, help="per file, server and round")
    parser.add_argument(
        "--edit",
        choices=["line", "char", "quote"],
        default="line",
        help="a line, one character in a name, an unclosed quote; each undone by the next edit. What is true of an open quote "
        "may come later: the columns `again` say when others followed the first diagnostics, `rest cpu` what that took",
    )
    parser.add_argument(
        "--settings", type=json.loads, help="JSON for initializationOptions and workspace/configuration"
    )
    parser.add_argument("--timeout", type=float, default=60)
    parser.add_argument("--quiet", type=float, default=0.02, help="seconds without a publish between edits")
    parser.add_argument(
        "--rest",
        type=float,
        default=0.7,
        help="seconds to wait for further diagnostics of an open quote",
    )
    parser.add_argument(
        "--unread",
        action="store_true",
        help="open texts that are not those of the files, which a server may have read before",
    )
    parser.add_argument("--settle", type=float, default=0.5, help="seconds without a publish after didOpen")
    parser.add_argument("--stderr", type=Path, help="append the servers' stderr to this file")
    parser.add_argument("--json", type=Path, help="write the numbers here too")
    args = parser.parse_args()
    result = report(args, *run(args))
    if args.json:
        args.json.write_text(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
