"""How long a request waits while the server reads a workspace, beside how long another server takes that has nothing to do.

    python benchmarks/delay.py FOLDER [--server "bigo server"]

A hover over a small open document is asked for until the index is there, of the one server and the other in turn: both have the
same machine with the same other work, the workers of the first included. The first hover of each is left out, as it loads
what hovers need. The cache of facts is an empty folder, so every file is parsed. Also: resident memory of the server's own
process, per million lines.
"""

from __future__ import annotations

import argparse
import os
import shlex
import tempfile
import time
from pathlib import Path

from lsp_client import Client

TEXT = "def f(xs, ys):\n    return [x for x in xs if x in ys]\n"


def hover(client: Client, uri: str) -> float:
    """Milliseconds that one takes."""
    start = time.perf_counter()
    place = {"textDocument": {"uri": uri}, "position": {"line": 0, "character": 5}}
    arrived, _, _ = client.request("textDocument/hover", place)
    return 1000 * (arrived - start)


def begun(command: str, folder: Path, log: Path) -> tuple[Client, str]:
    """A server with one small document open, and the URI of that."""
    client = Client(shlex.split(command), folder, stderr=log.open("wb"), timeout=600)
    uri = (folder / "a_new_file.py").as_uri()
    document = {"uri": uri, "languageId": "python", "version": 1, "text": TEXT}
    client.notify("textDocument/didOpen", {"textDocument": document})
    client.diagnostics(uri, 1, pull=False)
    return client, uri


def said(name: str, found: list[float]) -> str:
    found = sorted(found)
    p50, p95 = (found[int(share * (len(found) - 1))] for share in (0.5, 0.95))
    return f"{name}: {len(found)} requests, p50 {p50:.1f} ms, p95 {p95:.1f} ms, most {found[-1]:.1f} ms"


def own_memory(process: int) -> float:
    """Resident megabytes of one process."""
    return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--server", default="bigo server")
    args = parser.parse_args()
    folder = args.folder.resolve()
    lines = sum(path.read_bytes().count(b"\n") for path in folder.rglob("*.py"))
    with tempfile.TemporaryDirectory() as cache, tempfile.TemporaryDirectory() as empty:
        os.environ["XDG_CACHE_HOME"] = cache
        log = Path(cache) / "log"
        idle = begun(args.server, Path(empty), Path(cache) / "other log")
        hover(*idle)
        reading = begun(args.server, folder, log)
        process, began = reading[0].process.pid, time.monotonic()
        hover(*reading)
        start = own_memory(process)
        waits: list[tuple[float, float]] = []
        while b" files read in " not in log.read_bytes() and time.monotonic() < began + 600:
            waits.append((hover(*reading), hover(*idle)))
            time.sleep(0.02)
        took = time.monotonic() - began
        time.sleep(2)  # what is checked again when the index is there
        grown = own_memory(process) - start
        print(said("while it reads", [one for one, _ in waits]))
        print(said("one that does not", [other for _, other in waits]))
        print(f"{lines} lines in {took:.1f} s; {1e6 * grown / lines:.0f} MB more per million lines")
        reading[0].close()
        idle[0].close()


if __name__ == "__main__":
    main()
