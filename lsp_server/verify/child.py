"""The process in which two versions of a function are run: `python child.py ROOT`, one JSON object in, one out.

Before anything of the person's runs, the process gives up what it could do harm with: memory, time, files and processes
are limited by the system, and an audit hook, which cannot be taken off again, ends whatever opens, connects, starts or
imports. Knows the standard library alone; ROOT is where this package is found.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import sys
from collections.abc import Callable
from typing import Any

MEMORY = 768 * 1024 * 1024
CPU_SECONDS = 8
MOST = 300_000  # operations of one call
TRIED = 50_000  # of a call that only tries whether an input fits
SMALL = (0, 1, 2, 3, 5, 8, 13)
GROWING = (16, 32, 64, 128, 256)
SLOWLY = (6, 8, 10, 12, 14)  # where those are too many for the old version
SEEDS = (1, 2, 3)
# What computing itself raises as audit events; all others end the call.
_HARMLESS = frozenset(
    {
        "exec",
        "compile",
        "array.__new__",
        "builtins.id",
        "object.__getattr__",
        "object.__setattr__",
        "sys._getframe",
    }
)


class Refused(BaseException):
    """What the code tried to do beyond computing."""


class Unfit(Exception):
    """Why nothing can be said; the end of a sentence."""


def give_up_everything() -> None:
    """From here on this process can compute and answer, and no more."""
    import resource

    for limit, value in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NOFILE, 8),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NPROC, 0),
    ):
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(limit, (value, value))
    known = frozenset(sys.modules)

    def watch(event: str, args: tuple[Any, ...]) -> None:
        if event not in _HARMLESS and not (event == "import" and args and args[0] in known):
            raise Refused(event)

    sys.setrecursionlimit(3000)
    sys.addaudithook(watch)


class Version:
    """One version of the function, ready to be called and metered."""

    def __init__(self, text: str, name: str) -> None:
        from lsp_server.verify import meter

        self._meter = meter
        self._name = name
        self._code = compile(meter.metered(text), "<snippet>", "exec")

    def outcome(self, make: Callable[[], list[Any]], most: int = MOST) -> tuple[Any, int]:
        """What a call gives, does to its arguments or raises; and how many operations it took."""
        from lsp_server.verify.values import plain

        counter = self._meter.Meter(most)
        space: dict[str, Any] = {self._meter.NAME: counter, "__name__": self._meter.OWN}
        exec(self._code, space)
        arguments = make()
        counter.count = 0
        try:
            answer = plain(space[self._name](*arguments))
        except (Refused, self._meter.TooMuch):
            raise
        except MemoryError:
            raise Unfit("it needs more memory than it may have") from None
        except Exception as problem:
            answer = ["raises", type(problem).__name__]
        return [answer, plain(arguments)], counter.count


def examine(task: dict[str, Any]) -> dict[str, Any]:
    """Raises Unfit."""
    from lsp_server.verify.values import Source

    old, new = Version(task["old"], task["name"]), Version(task["new"], task["name"])

    def arguments(kinds: list[Any], size: int, seed: int) -> Callable[[], list[Any]]:
        def make() -> list[Any]:
            source = Source(size, seed)
            return [source.argument(kind) for kind in kinds]

        return make

    kinds = _fitting(old, task["kinds"], arguments)
    compared = 0

    def counted(size: int, seed: int) -> tuple[int, int]:
        """The operations of both on one input, whose answers agree. Raises _Differs where they do not."""
        nonlocal compared
        make = arguments(kinds, size, seed)
        (before, was), (after, now) = old.outcome(make), new.outcome(make)
        if before != after:
            raise _Differs(size, *_told(before, after))
        compared += 1
        return was, now

    try:
        for size in (*SMALL, GROWING[0]):
            for seed in SEEDS:
                counted(size, seed)
        counts = _growth(counted)
    except _Differs as found:
        return {"kinds": kinds, "compared": compared, "difference": list(found.args)}
    return {"kinds": kinds, "compared": compared, "difference": None, "counts": counts}


class _Differs(Exception):
    """Old and new do not agree: the size of the input, and what each says."""


def _growth(counted: Callable[[int, int], tuple[int, int]]) -> list[list[int]]:
    """Sizes with the operations of both, on sizes that grow more slowly where the others are too much."""
    from lsp_server.verify import meter

    counts: list[list[int]] = []
    for sizes in (GROWING, SLOWLY):
        if len(counts) < 3:
            counts.clear()
            with contextlib.suppress(meter.TooMuch):
                for size in sizes:
                    # Not `extend`: what was counted before it was too much stays.
                    counts.append([size, *counted(size, SEEDS[0])])  # noqa: PERF401
    return counts


def _fitting(old: Version, combinations: list[Any], arguments: Callable[..., Any]) -> list[Any]:
    """The first kinds on which the old function works, gives different answers, and has more to do as they grow."""
    from lsp_server.verify import meter

    why = "it raises an error on every kind of input that could be made up"
    endless = 0
    for kinds in combinations:
        try:
            seen = [old.outcome(arguments(kinds, size, seed), TRIED) for size in (4, 9, 14) for seed in SEEDS]
        except meter.TooMuch:
            endless += 1
            if endless == 5:
                raise Unfit("it has too much to do on a small input") from None
            continue
        except (ValueError, TypeError):
            continue
        raised = sum(outcome[0][0] == "raises" for outcome, _ in seen)
        if raised > len(seen) // 3:
            continue
        if len({repr(outcome[0]) for outcome, _ in seen}) < 3:
            why = "it gives nearly the same answer to every input that could be made up"
        elif seen[-1][1] <= seen[0][1] + 2:
            why = "it has no more to do on larger inputs of any kind that could be made up"
        else:
            return list(kinds)
    raise Unfit(why)


def _told(before: Any, after: Any) -> tuple[str, str]:
    """Where two outcomes differ, in words: the answer, else what became of the arguments."""
    from lsp_server.verify.values import words

    if before[0] != after[0]:
        return words(before[0])[:200], words(after[0])[:200]
    return tuple(f"arguments that are now {words(one[1])}"[:200] for one in (before, after))  # type: ignore[return-value]


def main() -> None:
    sys.path.insert(0, sys.argv[1])
    from lsp_server.verify import meter, values  # noqa: F401 (loaded before nothing can be loaded any more)

    task = json.load(sys.stdin)
    for name in task["modules"]:
        importlib.import_module(name)
    try:
        give_up_everything()
        said = examine(task)
    except Unfit as problem:
        said = {"cannot": str(problem)}
    except Refused as problem:
        said = {"cannot": f"it does more than compute ({problem})"}
    except meter.TooMuch:
        said = {"cannot": "it has too much to do on a small input"}
    except (MemoryError, RecursionError) as problem:
        said = {"cannot": f"it needs too much ({type(problem).__name__})"}
    except Exception as problem:
        said = {"cannot": f"it could not be run ({type(problem).__name__}: {problem})"}
    sys.stdout.write(json.dumps(said))
    sys.stdout.flush()


if __name__ == "__main__":
    main()
