"""What `bigo profile show` prints: the hottest functions of a profile, with or without a project to link it to."""

from __future__ import annotations

import sys
from collections.abc import Collection
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
PASSED_ON = 0.5
NAMELESS = "(anonymous)"
"""What V8 calls a function without a name, the top level of a script among them."""

_STATES = {
    "edited": "(edited since)",
    "stale": "(the source is newer than the profile)",
    "gone": "(gone)",
}
_SHORTENED = frozenset({"collapsed", "cprofile-text", "tachyon-text", "pyinstrument-text", "gecko"})


def show(profile: Profile, linked: Linked | None = None, root: str = "") -> dict[str, Any]:
    """The data of `bigo profile show --format json`: the functions of the project and other own code, hottest self
    first, shares 0 to 1. `own` says whether a function was found in the project, `state` what is known of its code
    since: fresh, moved, edited, stale (the source is newer than the profile) or gone; "" outside the project. Its files are named from `root`
    on."""
    rows = (
        _unlinked(profile)
        if linked is None
        else [*_linked(linked, root), *_unlinked(linked.profile, linked.places)]
    )
    rows.sort(key=lambda row: (-row["self_share"], -row["total_share"], row["file"], row["line"]))
    blocking = _blocking(rows)
    for row in rows:
        del row["passes_to"]
    return {
        "producer": profile.producer,
        "kind": profile.kind,
        "total_seconds": profile.total_seconds,
        "samples": profile.samples,
        "functions": rows,
        "blocking": blocking,
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
    """The same as a table, `limit` functions long, in which functions of the project at `root` are marked."""
    total = shown["total_seconds"]
    measured = [f"{total:.3g} s"] if total is not None else []
    measured += [f"{shown['samples']} samples"] if shown["samples"] is not None else []
    rows = [
        f"{shown['producer']} ({shown['kind']}), {', '.join(measured)}",
    ]
    if shown["functions"]:
        rows.append("  self  total      calls   stretch  function")
    rows += [_line(each) for each in shown["functions"][:limit]]
    left = len(shown["functions"]) - limit
    if left > 0:
        rows.append(f"... and {left} more")
    if shown["functions"] and any(each["own"] for each in shown["functions"]):
        rows.append(f"* in {root or 'this project'}")
    if shown["blocking"] and shown["kind"] == "sampling":
        first = shown["blocking"][0]
        place = _at(first)
        rows.append(
            f"longest without a break: {first['qualname'] or NAMELESS}, {first['longest_stretch'] * 1000:.0f} ms ({place})"
        )
    if shown["queries"]:
        rows.append("queries  statement")
        rows += [
            f"{each['count']:7}  {each['statement'][:100]}  {each['place']}".rstrip()
            for each in shown["queries"][:limit]
        ]
    return "\n".join(rows)


def _line(each: dict[str, Any]) -> str:
    calls = "" if each["calls"] is None else str(each["calls"])
    stretch = "" if each["longest_stretch"] is None else f"{each['longest_stretch'] * 1000:.0f} ms"
    mark = "*" if each["own"] else " "
    shares = f"{each['self_share']:6.1%} {each['total_share']:6.1%} {calls:>10} {stretch:>9}"
    said = _STATES.get(each["state"], "")
    return f"{shares} {mark} {each['qualname'] or NAMELESS}  {_at(each)}  {said}".rstrip()


def _at(each: dict[str, Any]) -> str:
    return f"{each['file']}:{each['line']}" if each["line"] else str(each["file"])


def _blocking(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What holds the main thread longest in one piece, longest first; empty where no time line was recorded.

    A function whose callee holds it for half of that time or more only passes it on: the callee is to blame.
    """
    longest = {row["passes_to"][0]: row["longest_stretch"] or 0.0 for row in rows}
    timed = []
    for row in rows:
        stretch = row["longest_stretch"]
        own, below = row["passes_to"]
        if stretch and not any(longest.get(key, 0.0) >= PASSED_ON * stretch for key in below if key != own):
            timed.append(row)
    timed.sort(key=lambda row: (-row["longest_stretch"], -row["self_share"]))
    return [
        {name: row[name] for name in ("name", "qualname", "file", "line", "longest_stretch")}
        for row in timed[:MOST_BLOCKING]
    ]


def _place(profile: Profile, query: Query) -> str:
    if query.frame < 0:
        return ""
    frame = profile.frames[query.frame]
    return f"{normal(frame.file)}:{frame.line}"


def _linked(linked: Linked, root: str) -> list[dict[str, Any]]:
    return [
        _row(
            time.name,
            time.qualname,
            time.path.removeprefix(f"{root}/") if root else time.path,
            time.line,
            (time.self_share, time.total_share, time.calls, time.longest),
            (
                (time.path, time.qualname),
                [(edge.path, edge.qualname) for edge in time.callees if edge.qualname],
            ),
            "gone" if time.link == "gone" else time.state,
        )
        for time in linked.functions
        if time.name == "<module>"
        or not time.name.startswith(("<", "("))
        or time.self_share >= LEAST_LAMBDA_SHARE
    ]


def _unlinked(profile: Profile, placed: Collection[str] = ()) -> list[dict[str, Any]]:
    """Own code as it was recorded, but for the files that were `placed` in the project."""
    lines: dict[Key, int] = {}
    longest: dict[Key, float] = {}
    stretches = dict(profile.longest)

    def resolve(index: int) -> Resolved | None:
        frame = profile.frames[index]
        if not _is_own(frame, profile) or frame.file in placed:
            return None
        # Where lines say where functions begin, they tell functions of one name apart.
        key = (frame.file, frame.name, str(frame.line) if profile.kind == "tracing" else "")
        lines[key] = min(lines.get(key, frame.line), frame.line)
        if index in stretches:
            longest[key] = max(longest.get(key, 0.0), stretches[index])
        return Resolved(key, first=frame.line if profile.producer == "V8" else 0)

    totals = Totals(profile, resolve)
    return [
        _row(
            plain(key[1]).rpartition(".")[2],
            key[1],
            normal(key[0]),
            lines[key],
            (sum_.own / profile.total, sum_.total / profile.total, sum_.calls, longest.get(key)),
            (key, [other for other in sum_.callees if isinstance(other, tuple)]),
        )
        for key, sum_ in totals.sums.items()
    ]


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
    measured: tuple[float, float, int | None, float | None],
    passes_to: tuple[object, list[Any]],
    state: str = "",
) -> dict[str, Any]:
    """`passes_to`: how the function is known, and what it calls; for `_blocking` only."""
    self_share, total_share, calls, longest = measured
    return {
        "name": name,
        "qualname": qualname,
        "file": file,
        "line": line,
        "self_share": round(self_share, 6),
        "total_share": round(total_share, 6),
        "calls": calls,
        "longest_stretch": None if longest is None else round(longest, 6),
        "own": state not in ("", "gone"),
        "state": state,
        "passes_to": passes_to,
    }
