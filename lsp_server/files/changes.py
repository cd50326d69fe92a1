"""Which lines changed since a revision, as git knows it."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

Lines = tuple[tuple[int, int], ...]
"""First and last lines, from 1. Where lines went away, the ones around the gap."""

_HUNK = re.compile(r"@@ -\S+ \+(\d+)(?:,(\d+))? @@")


class NoHistory(ValueError):
    """Git cannot say; the text says why."""


def since(folder: Path, revision: str) -> dict[str, Lines | None]:
    """The files of the repository around `folder` that differ from `revision`, new ones included, by their real paths:
    which of their lines differ, None for all of them."""
    if revision.startswith("-"):
        raise NoHistory(f"{revision} is no revision")
    top = Path(_git(folder, "rev-parse", "--show-toplevel").rstrip("\n"))
    commit = _git(folder, "rev-parse", "--verify", "--quiet", revision + "^{commit}").strip()
    changed = _git(top, "diff", "--name-only", "-z", "--diff-filter=d", commit, "--")
    new = _git(top, "ls-files", "--others", "--exclude-standard", "-z")
    lines = _changed_lines(top, commit) if changed else {}
    names = filter(None, (changed + new).split("\0"))
    return {os.path.realpath(top / name): lines.get(name) for name in names}


def _changed_lines(top: Path, commit: str) -> dict[str, Lines]:
    """The lines of every file whose name git writes as it is; one with a line end or a quote in it is left out."""
    plain = (
        "--unified=0",
        "--no-color",
        "--no-ext-diff",
        "--no-textconv",
        "--src-prefix=a/",
        "--dst-prefix=b/",
    )
    found: dict[str, list[tuple[int, int]]] = {}
    here: list[tuple[int, int]] = []
    for line in _git(
        top, "-c", "core.quotePath=false", "diff", *plain, "--diff-filter=d", commit, "--"
    ).split("\n"):
        if line.startswith("+++ "):
            name = line[4:].rstrip("\t")
            here = found.setdefault(name[2:], []) if name.startswith("b/") else []
        elif (hunk := _HUNK.match(line)) is not None:
            first, count = int(hunk[1]), int(hunk[2] or 1)
            here.append((first, first + count - 1) if count else (first, first + 1))
    return {name: tuple(lines) for name, lines in found.items() if lines}


def as_committed_with(file: Path) -> frozenset[str]:
    """Real paths of the files that are as they were in the last commit of `file`; none where it was never committed,
    or was changed since."""
    real = os.path.realpath(file)
    folder = Path(real).parent
    commit = _git(folder, "log", "-1", "--format=%H", "--", real).strip()
    if not commit:
        return frozenset()
    top = _git(folder, "rev-parse", "--show-toplevel").rstrip("\n")
    tracked = _git(Path(top), "ls-files", "-z").split("\0")
    known = frozenset(os.path.realpath(os.path.join(top, name)) for name in tracked if name)
    same = known.difference(since(folder, commit))
    return same if real in same else frozenset()


def text_at(path: Path, revision: str) -> str:
    """The file's text in that revision. Raises NoHistory."""
    if revision.startswith("-"):
        raise NoHistory(f"{revision} is no revision")
    real = Path(os.path.realpath(path))
    commit = _git(real.parent, "rev-parse", "--verify", "--quiet", revision + "^{commit}").strip()
    return _git(real.parent, "show", f"{commit}:./{real.name}")


def _git(folder: Path, *arguments: str) -> str:
    # A repository may name a program to run for this; a look at someone's files must not start it.
    command = ["git", "-c", "core.fsmonitor=false", "-C", str(folder), *arguments]
    try:
        done = subprocess.run(command, capture_output=True, check=False)
    except FileNotFoundError as error:
        raise NoHistory("--since needs git, which is not on the PATH") from error
    if done.returncode:
        reason = done.stderr.decode("utf-8", "replace").strip()
        if arguments[:2] == ("rev-parse", "--verify"):
            reason = f"there is no revision {arguments[-1].removesuffix('^{commit}')}"
        raise NoHistory(f"--since: {reason or 'git failed'}")
    return os.fsdecode(done.stdout)
