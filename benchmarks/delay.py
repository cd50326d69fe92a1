"""How long a request waits while the server reads a workspace, beside how long it waits afterwards.

    python benchmarks/delay.py FOLDER [--server "bigo server"]

A hover over a small open document is asked for every 20 ms until the index is there, then as often again. The cache of
facts is an empty folder, so every file is parsed. Also: resident memory of the server's own process, per million lines.
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


def waits(client: Client, uri: str, until: float, done: Path | None = None) -> list[float]:
    """Milliseconds that each hover took, until a time or until the log says that the index is there."""
    found = []
    while time.monotonic() < until and not (done and b" files read in " in done.read_bytes()):
        start = time.perf_counter()
        place = {"textDocument": {"uri": uri}, "position": {"line": 0, "character": 5}}
        arrived, _, _ = client.request("textDocument/hover", place)
        found.append(1000 * (arrived - start))
        time.sleep(0.02)
    return sorted(found)


def said(name: str, found: list[float]) -> str:
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
    with tempfile.TemporaryDirectory() as cache:
        os.environ["XDG_CACHE_HOME"] = cache
        log = Path(cache) / "log"
        with log.open("wb") as stderr:
            client = Client(shlex.split(args.server), folder, stderr=stderr, timeout=600)
            uri = (folder / "a_new_file.py").as_uri()
            document = {"uri": uri, "languageId": "python", "version": 1, "text": TEXT}
            client.notify("textDocument/didOpen", {"textDocument": document})
            client.diagnostics(uri, 1, pull=False)
            start = own_memory(client.process.pid)
            began = time.monotonic()
            print(said("while it reads", waits(client, uri, began + 600, log)))
            took = time.monotonic() - began
            print(said("afterwards", waits(client, uri, time.monotonic() + min(took, 20))))
            grown = own_memory(client.process.pid) - start
            print(f"{lines} lines in {took:.1f} s; {1e6 * grown / lines:.0f} MB more per million lines")
            client.close()


if __name__ == "__main__":
    main()
