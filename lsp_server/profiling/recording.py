"""Record a profile of a program: which profiler there is, and the command that runs the program under it.

Python: py-spy samples from outside and slows nothing down, pyinstrument samples from inside, cProfile is always there and
counts every call. Node: its own sampler.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

RECORDERS = ("py-spy", "pyinstrument", "cProfile", "node")

_PYTHON = re.compile(r"(?:python|pypy)[\d.]*w?$", re.IGNORECASE)
_NODE = re.compile(r"node(?:js)?$", re.IGNORECASE)
_SCRIPTS_OF_NODE = (".js", ".mjs", ".cjs", ".ts", ".mts", ".cts")
_OPTIONS_WITH_VALUE = ("-W", "-X", "--check-hash-based-pycs")
_ENDS_OPTIONS = ("-c", "-m")


class NoRecorder(Exception):
    """The program cannot be recorded; the text says why and what to do."""


@dataclass(frozen=True)
class Program:
    """A program taken apart: `options` are the interpreter's own, `arguments` begin with what it runs."""

    interpreter: str
    options: tuple[str, ...]
    arguments: tuple[str, ...]
    language: str  # python or node
    name: str  # for the profile's file name


@dataclass(frozen=True)
class Recording:
    """A command that runs the program and leaves its profile in `out`."""

    recorder: str
    command: tuple[str, ...]
    out: Path


def program(command: Sequence[str]) -> Program:
    """What a command line runs. NoRecorder for what is neither Python nor Node."""
    first, rest = command[0], tuple(command[1:])
    name = Path(first).name.removesuffix(".exe")
    if _PYTHON.match(name):
        options, arguments = _split(rest)
        return Program(_found(first), options, arguments, "python", _name_of(arguments) or name)
    if _NODE.match(name):
        options, arguments = _split_node(rest)
        return Program(_found(first), options, arguments, "node", _name_of(arguments) or name)
    if first.endswith(".py") and os.path.isfile(first):
        return Program(_python(), (), (first, *rest), "python", Path(first).stem)
    if first.endswith(_SCRIPTS_OF_NODE) and os.path.isfile(first):
        return Program(_found("node"), (), (first, *rest), "node", Path(first).stem)
    script = _found(first)
    interpreter = _interpreter_of(script)
    if interpreter is None:
        raise NoRecorder(
            f"{first} is neither a Python nor a Node program; name the interpreter (python app.py, node app.js), "
            "or record with a profiler of its own and give the file to `bigo profile show`"
        )
    return Program(interpreter, (), (script, *rest), "python", Path(script).stem)


def recording(what: Program, place: Callable[[str], Path], wanted: str | None = None) -> Recording:
    """How to record a program with the best recorder there is, or with the one that is `wanted`.

    `place` gives the file for a suffix such as `.prof`. NoRecorder where the wanted one cannot be had.
    """
    if what.language == "node":
        if wanted not in (None, "node"):
            raise NoRecorder(f"{wanted} does not record Node programs; leave --with out")
        return _node(what, place(".cpuprofile"))
    if not what.arguments:
        raise NoRecorder("there is nothing to run: name a script, or a module after -m")
    if wanted == "node":
        raise NoRecorder("node does not record Python programs; leave --with out")
    for name in (wanted,) if wanted else RECORDERS:
        found = _PYTHON_RECORDERS[name](what, place) if name in _PYTHON_RECORDERS else None
        if found is not None:
            return found
    raise NoRecorder(
        f"{wanted} is not installed for {what.interpreter}; install it there, or leave --with out"
    )


# ---------------------------------------------------------------------------------------------------- recorders


def _py_spy(what: Program, place: Callable[[str], Path]) -> Recording | None:
    beside = [str(Path(each).parent) for each in (what.interpreter, sys.executable)]
    spy = shutil.which("py-spy") or shutil.which("py-spy", path=os.pathsep.join(beside))
    if spy is None or (sys.platform == "darwin" and os.geteuid() != 0):  # macOS lets only root look in
        return None
    out = place(".speedscope.json")
    head = (spy, "record", "--format", "speedscope", "--output", str(out), "--")
    return Recording("py-spy", (*head, what.interpreter, *what.options, *what.arguments), out)


def _pyinstrument(what: Program, place: Callable[[str], Path]) -> Recording | None:
    if what.arguments[0] == "-c" or not _has_module(what.interpreter, "pyinstrument"):
        return None
    out = place(".pyinstrument.json")
    head = (what.interpreter, *what.options, "-m", "pyinstrument", "-r", "json", "-o", str(out))
    return Recording("pyinstrument", (*head, *what.arguments), out)


def _cprofile(what: Program, place: Callable[[str], Path]) -> Recording | None:
    if what.arguments[0] == "-c":
        return None
    out = place(".prof")
    head = (what.interpreter, *what.options, "-m", "cProfile", "-o", str(out))
    return Recording("cProfile", (*head, *what.arguments), out)


def _node(what: Program, out: Path) -> Recording:
    own = ("--cpu-prof", f"--cpu-prof-dir={out.parent}", f"--cpu-prof-name={out.name}")
    return Recording("node", (what.interpreter, *own, *what.options, *what.arguments), out)


_PYTHON_RECORDERS: dict[str, Callable[[Program, Callable[[str], Path]], Recording | None]] = {
    "py-spy": _py_spy,
    "pyinstrument": _pyinstrument,
    "cProfile": _cprofile,
}


def _has_module(interpreter: str, module: str) -> bool:
    code = f"import importlib.util, sys; sys.exit(importlib.util.find_spec({module!r}) is None)"
    try:
        done = subprocess.run([interpreter, "-c", code], capture_output=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


# ---------------------------------------------------------------------------------------------------- programs


def _split(words: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Python's own options, and the rest from the script, `-m` or `-c` on."""
    at = 0
    while at < len(words) and words[at].startswith("-") and words[at] not in (*_ENDS_OPTIONS, "-"):
        at += 2 if words[at] in _OPTIONS_WITH_VALUE else 1
    return words[:at], words[at:]


def _split_node(words: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    at = next((at for at, word in enumerate(words) if not word.startswith("-")), len(words))
    return words[:at], words[at:]


def _name_of(arguments: tuple[str, ...]) -> str:
    if not arguments or arguments[0] == "-c":
        return ""
    return arguments[1] if arguments[0] == "-m" and len(arguments) > 1 else Path(arguments[0]).stem


def _found(name: str) -> str:
    path = shutil.which(name)
    if path is None:
        raise NoRecorder(f"there is no program {name} here")
    return path


def _python() -> str:
    """The interpreter a person means who names none: the one of the environment, else the one bigo runs in."""
    return shutil.which("python") or shutil.which("python3") or sys.executable


def _interpreter_of(script: str) -> str | None:
    """The Python interpreter in the first line of a script, such as the `pytest` of an environment."""
    try:
        with open(script, "rb") as file:
            first = file.readline(512)
    except OSError:
        return None
    if not first.startswith(b"#!"):
        return None
    words = first[2:].decode("utf-8", "replace").split()
    if words and Path(words[0]).name == "env":
        words = [word for word in words[1:] if not word.startswith("-")]
    if not words or not _PYTHON.match(Path(words[0]).name):
        return None
    return shutil.which(words[0])
