"""What `bigo profile show` prints: the hottest functions of a profile, with or without a project to link it to."""

from __future__ import annotations

import sys
from typing import Any

from analyzers.profiles.functions import plain
from analyzers.profiles.link import Linked
from analyzers.profiles.places import is_external, normal
from analyzers.profiles.profile import Frame, Profile, Query
from analyzers.profiles.totals import Key, Resolved, Totals

LEAST_LAMBDA_SHARE = 0.01
"""A lambda's time is its function's time too; alone it is listed from this share on."""

MOST_QUERIES = 200
MOST_BLOCKING = 10
NAMELESS = "(anonymous)"
"""What V8 calls a function without a name, the top level of a script among them."""

_SHORTENED = frozenset({"collapsed", "cprofile-text", "tachyon-text", "pyinstrument-text", "gecko"})


def show(profile: Profile, linked: Linked | None = None) -> dict[str, Any]:
    """The data of `bigo profile show --format json`: own code, hottest self first, shares 0 to 1."""
    functions = _linked(linked) if linked is not None else _unlinked(profile)
    functions.sort(key=lambda each: (-each["self_share"], -each["total_share"], each["file"], each["line"]))
    return {
        "producer": profile.producer,
        "kind": profile.kind,
        "total_seconds": profile.total_seconds,
        "samples": profile.samples,
        "functions": functions,
        "blocking": _blocking(functions),
        "queries": [
            {
                "statement": query.statement,
                "count": query.count,
                "variants": query.variants,
                "place": _place(profile, query),
            }
            for query in profile.queries[:MOST_QUERIES]
        ],
    }


def show_text(shown: dict[str, Any], limit: int = 20, root: str = "") -> str:
    """The same as a table, `limit` functions long; files below the folder `root` are named from there."""
    total = shown["total_seconds"]
    measured = [f"{total:.3g} s"] if total is not None else []
    measured += [f"{shown['samples']} samples"] if shown["samples"] is not None else []
    rows = [
        f"{shown['producer']} ({shown['kind']}), {', '.join(measured)}",
    ]
    if shown["functions"]:
        rows.append("  self  total      calls   stretch  function")
    for each in shown["functions"][:limit]:
        calls = "" if each["calls"] is None else str(each["calls"])
        file = each["file"].removeprefix(f"{root}/") if root else each["file"]
        place = f"{file}:{each['line']}" if each["line"] else file
        stretch = "" if each["longest_stretch"] is None else f"{each['longest_stretch'] * 1000:.0f} ms"
        rows.append(
            f"{each['self_share']:6.1%} {each['total_share']:6.1%} {calls:>10} {stretch:>9}  {each['qualname'] or NAMELESS}  {place}".rstrip()
        )
    left = len(shown["functions"]) - limit
    if left > 0:
        rows.append(f"... and {left} more")
    if shown["queries"]:
        rows.append("queries  statement")
        rows += [
            f"{each['count']:7}  {each['statement'][:100]}  {each['place']}".rstrip()
            for each in shown["queries"][:limit]
        ]
    return "\n".join(rows)


def _blocking(functions: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What holds the main thread longest in one piece, longest first; empty where no time line was recorded."""
    timed = [each for each in functions if each["longest_stretch"]]
    timed.sort(key=lambda each: (-each["longest_stretch"], -each["self_share"]))
    return [
        {name: each[name] for name in ("name", "qualname", "file", "line", "longest_stretch")}
        for each in timed[:MOST_BLOCKING]
    ]


def _place(profile: Profile, query: Query) -> str:
    if query.frame < 0:
        return ""
    frame = profile.frames[query.frame]
    return f"{normal(frame.file)}:{frame.line}"


def _linked(linked: Linked) -> list[dict[str, Any]]:
    return [
        _row(
            time.name,
            time.qualname,
            time.path,
            time.line,
            time.self_share,
            time.total_share,
            time.calls,
            time.longest,
        )
        for time in linked.functions
        if time.link != "gone"
        and (
            time.name == "<module>" or not time.name.startswith("<") or time.self_share >= LEAST_LAMBDA_SHARE
        )
    ]


def _unlinked(profile: Profile) -> list[dict[str, Any]]:
    lines: dict[Key, int] = {}
    longest: dict[Key, float] = {}
    stretches = dict(profile.longest)

    def resolve(index: int) -> Resolved | None:
        frame = profile.frames[index]
        if not _is_own(frame, profile):
            return None
        # Where lines say where functions begin, they tell functions of one name apart.
        key = (frame.file, frame.name, str(frame.line) if profile.kind == "tracing" else "")
        lines[key] = min(lines.get(key, frame.line), frame.line)
        if index in stretches:
            longest[key] = max(longest.get(key, 0.0), stretches[index])
        return Resolved(key)

    totals = Totals(profile, resolve)
    return [
        _row(
            plain(key[1]).rpartition(".")[2], key[1], normal(key[0]), lines[key],
            sum_.own / profile.total, sum_.total / profile.total, sum_.calls, longest.get(key),
        )
        for key, sum_ in totals.sums.items()
    ]  # fmt: skip


def _is_own(frame: Frame, profile: Profile) -> bool:
    if frame.native or is_external(normal(frame.file)):
        return False
    first = normal(frame.file).partition("/")[0].removesuffix(".py")
    # These producers shorten paths, so that only the module's name tells the standard library from the rest.
    return not (profile.format in _SHORTENED and first in sys.stdlib_module_names)


def _row(
    name: str,
    qualname: str,
    file: str,
    line: int,
    self_share: float,
    total_share: float,
    calls: int | None,
    longest: float | None,
) -> dict[str, Any]:
    return {
        "name": name,
        "qualname": qualname,
        "file": file,
        "line": line,
        "self_share": round(self_share, 6),
        "total_share": round(total_share, 6),
        "calls": calls,
        "longest_stretch": None if longest is None else round(longest, 6),
    }
