"""The part of a profile that goes with a function into a request: a few lines of text, no raw samples.

Names in a profile are somebody else's text. They lose `<`, `>` and control characters here, paths become relative to
the workspace, and command lines, hosts and environment never reach the profile value at all.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from analyzers.profiles.link import Linked
from analyzers.profiles.profile import clean
from analyzers.profiles.times import CallEdge, FunctionTime, inflated, number
from analyzers.text import Text

CHARACTERS_PER_TOKEN = 2.5
"""On the low side for code-like text, so that the budget holds."""

_MOST_LINES, _MOST_CALLERS, _MOST_CALLEES, _MOST_PATH, _MOST_OTHERS = 5, 3, 5, 8, 5
_MOST_QUERIES = 3
_LONGEST_LINE = 80


def slice_for(
    linked: Linked,
    path: str,
    qualname: str,
    *,
    roots: Sequence[str] = (),
    text_of: Callable[[str], Text | None] | None = None,
    budget: int = 600,
    line: int = 0,
) -> str:
    """The `<profile>` block for one function, at most about `budget` tokens; "" when there is nothing to say. `line` is
    where the function begins now, from 1; where it was when it was linked without it."""
    time = linked.of(path, qualname)
    if time is None or (time.total_share < 0.001 and not time.calls):
        return ""
    writer = _Writer(linked, replace(time, line=line or time.line), roots, text_of)
    lines = writer.lines()
    room = int(budget * CHARACTERS_PER_TOKEN)
    head, *body = lines
    while body and len(head) + sum(len(line) + 1 for line in body) + len("\n</profile>") > room:
        body.pop()
    return "\n".join([head, *body, "</profile>"])


class _Writer:
    def __init__(
        self,
        linked: Linked,
        time: FunctionTime,
        roots: Sequence[str],
        text_of: Callable[[str], Text | None] | None,
    ) -> None:
        self.linked = linked
        self.time = time
        self.roots = roots
        self.text_of = text_of

    def lines(self) -> list[str]:
        if not self.time.usable:
            why = (
                "before the latest edits" if self.time.state == "edited" else "the source is newer than that"
            )
            return [self.head(fresh="no"), f"{self.target()} ({why})"]
        rows = [
            self.hot_lines(),
            *self.queries(),
            self.edges("called by", self.time.callers, _MOST_CALLERS),
            self.edges("calls", self.time.callees, _MOST_CALLEES),
            self.path(),
            self.elsewhere(),
            f"outside the workspace: {_percent(1 - self.linked.own_share)}",
        ]
        return [self.head(fresh="yes"), self.target(), *[row for row in rows if row]]

    def head(self, *, fresh: str) -> str:
        profile = self.linked.profile
        parts = [
            f'producer="{_clean(profile.producer)}"',
            f'kind="{profile.kind}"',
            f'clock="{profile.clock}"',
        ]
        if profile.total_seconds is not None:
            parts.append(f'total="{profile.total_seconds:.3g} s"')
        if profile.samples is not None:
            parts.append(f'samples="{profile.samples}"')
        parts.append(f'fresh="{fresh}"')
        notes = []
        if profile.kind == "tracing":
            notes.append("inflates functions with many small calls")
        if self.time.calls is None:
            notes.append("no call counts")
        if notes:
            parts.append(f'note="{"; ".join(notes)}"')
        return f"<profile {' '.join(parts)}>"

    def target(self) -> str:
        time = self.time
        words = [f"target {_clean(time.qualname)} {self.where(time)}:"]
        if time.kind == "queries":
            return f"{words[0]}  queries only, no processor time was recorded"
        words += [f"self {_percent(time.self_share)}", f"total {_percent(time.total_share)}"]
        if time.calls is not None:
            words.append(
                number(time.calls, "call") + (" (share inflated by tracing)" if inflated(time) else "")
            )
        if time.samples is not None:
            words.append(number(time.samples, "sample"))
        if time.longest is not None and time.kind == "sampling":
            words.append(f"longest stretch {time.longest * 1000:.0f} ms")
        return "  ".join(words)

    def where(self, time: FunctionTime) -> str:
        return f"{_clean(self.relative(time.path))}:{time.line}"

    def relative(self, path: str) -> str:
        for root in sorted(self.roots, key=len, reverse=True):
            if path.startswith(root.rstrip("/") + "/"):
                return path[len(root.rstrip("/")) + 1 :]
        return path.rpartition("/")[2]

    def hot_lines(self) -> str:
        text = self.text_of(self.time.path) if self.text_of else None
        rows = []
        for each in self.time.lines[:_MOST_LINES]:
            line = each.line if text is None else each.now(text)
            if not line:
                continue  # not in the text any more
            source = f' "{_clean(each.words)[:_LONGEST_LINE]}"' if text is not None and each.words else ""
            rows.append(f"{line} {_percent(each.share)}{source}")
        return f"lines: {' | '.join(rows)}" if rows else ""

    def queries(self) -> list[str]:
        """What the function sent to the database, in shapes: parameters were never kept."""
        most = sorted(self.time.sent, key=lambda each: -each.count)[:_MOST_QUERIES]
        return [
            f"queries in one request, line {each.line}: {each.count} × {_clean(each.statement)}"
            for each in most
        ]

    def edges(self, title: str, edges: Sequence[CallEdge], most: int) -> str:
        named = [self.edge(edge) for edge in edges[:most]]
        return f"{title}: {', '.join(named)}" if named else ""

    def edge(self, edge: CallEdge) -> str:
        count = f" ({number(edge.calls, 'call')})" if edge.calls is not None else ""
        return f"{_clean(edge.qualname or edge.label)} {_percent(edge.share)}{count}"

    def path(self) -> str:
        """From the root down to the function by the caller that costs most, workspace functions only."""
        steps = [self.time]
        while len(steps) < _MOST_PATH:
            above = [self.linked.of(edge.path, edge.qualname) for edge in steps[-1].callers if edge.qualname]
            passed = {(each.path, each.qualname) for each in steps}
            new = [time for time in above if time is not None and (time.path, time.qualname) not in passed]
            if not new:
                break
            steps.append(new[0])
        if len(steps) == 1:
            return ""
        return "path: " + " > ".join(
            f"{_clean(each.name)} {_percent(each.total_share)}" for each in reversed(steps)
        )

    def elsewhere(self) -> str:
        others = [
            f"{_clean(time.qualname)} {_percent(time.self_share)} {self.where(time)}"
            for time in self.linked.functions
            if time.usable and time.self_share >= 0.01 and time.qualname != self.time.qualname
            and not time.name.startswith("<")
        ]  # fmt: skip
        return f"elsewhere (self): {', '.join(others[:_MOST_OTHERS])}" if others else ""


def _clean(text: str) -> str:
    return clean(text).replace("<locals>.", "").replace("<", "").replace(">", "").replace('"', "'")[:120]


def _percent(share: float) -> str:
    return f"{max(0.0, share):.0%}" if share >= 0.005 else "<1%"
