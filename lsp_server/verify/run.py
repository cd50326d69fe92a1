"""Two versions of a function, run in a child process that can do nothing but compute."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from lsp_server.verify.kinds import Kind, combinations
from lsp_server.verify.snippet import CannotVerify, snippet
from lsp_server.verify.verdict import Count, Verdict

_SECONDS = 30.0  # on the clock; the child's own limit is one of computing time


def verify(old: str, new: str, qualname: str, *, queries: bool = False) -> Verdict:
    """Compare the function of that name in two texts of its file. Raises CannotVerify. `queries` is what the analyzer says.

    Blocks for seconds; never call it on the server's loop.
    """
    if queries:
        raise CannotVerify("it sends queries, and there is no database to ask")
    if find_spec("resource") is None:
        raise CannotVerify("this system has no limits that a process could be held in")
    before, after = snippet(old, qualname), snippet(new, qualname)
    if before.text == after.text:
        raise CannotVerify("both versions are the same")
    said = _run(
        {
            "old": before.text,
            "new": after.text,
            "name": qualname,
            "modules": sorted({*before.modules, *after.modules}),
            "kinds": combinations(before.function),
        }
    )
    if "cannot" in said:
        raise CannotVerify(said["cannot"])
    kinds = tuple(
        f"{name.arg}: {_words(kind)}"
        for name, kind in zip(
            [*before.function.args.posonlyargs, *before.function.args.args], said["kinds"], strict=False
        )
    )
    difference = ""
    if said["difference"]:
        size, was, now = said["difference"]
        difference = f"At n = {size} with {', '.join(kinds)} the old one gives {was}, the new one {now}."
    counts = tuple(Count(*row) for row in said.get("counts", ()))
    return Verdict(kinds, said["compared"], difference, counts)


def _run(task: dict[str, Any]) -> dict[str, Any]:
    root = Path(__file__).resolve().parents[2]
    command = [sys.executable, "-I", "-S", "-B", str(Path(__file__).with_name("child.py")), str(root)]
    with tempfile.TemporaryDirectory(prefix="bigo-verify-") as folder:
        try:
            done = subprocess.run(
                command,
                input=json.dumps(task).encode(),
                capture_output=True,
                cwd=folder,
                env={},
                timeout=_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise CannotVerify("it takes too long") from None
        except OSError as problem:
            raise CannotVerify(f"no process could be started ({problem})") from problem
    try:
        said = json.loads(done.stdout)
    except ValueError:
        ended = f"signal {-done.returncode}" if done.returncode < 0 else f"status {done.returncode}"
        raise CannotVerify(f"the process that ran it ended ({ended})") from None
    return said if isinstance(said, dict) else {"cannot": "the process that ran it made no sense"}


def _words(kind: Kind) -> str:
    name, *inner = kind
    if name == "row":
        return f"row of {', '.join(sorted(inner[0]))}" if inner[0] else "row"
    if name in ("size", "small"):
        return "int n" if name == "size" else "small int"
    return f"{name} of {' and '.join(map(_words, inner))}" if inner else str(name)
