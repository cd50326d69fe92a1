"""What is said of one function: `FunctionTime`, and the short texts for a lens and a hover."""

from __future__ import annotations

from dataclasses import dataclass

from msgspec import Struct

from analyzers.text import Text

MUCH_CALLED = 100_000
"""Calls from which a tracing profiler's own work dominates a small function."""

LEAST_REPEATED = 5
"""Queries of one shape in one request from which they count as sent by a loop."""


LONGEST_WORDS = 500


class CallEdge(Struct, frozen=True, array_like=True, gc=False):
    """A caller or callee. `path` and `qualname` are "" outside the workspace; `share` of the profile's total."""

    label: str
    share: float
    path: str = ""
    qualname: str = ""
    calls: int | None = None
    builtin: bool = False
    queries: float = 0.0  # database queries sent under all these calls, on average over all callers


class LineTime(Struct, frozen=True, array_like=True, gc=False):
    """Own time on one line, from 1; `share` of the profile's total. `words` is what stood there, when it was linked."""

    line: int
    share: float
    words: str = ""

    def now(self, text: Text) -> int:
        """Where the line is in a text that was edited since, the nearest that reads the same; 0 where none does."""
        at = self.line - 1
        if 0 <= at < text.line_count and self._reads(text, at):
            return self.line
        same = [number for number in range(text.line_count) if self._reads(text, number)]
        return min(same, key=lambda number: abs(number - at)) + 1 if same and self.words else 0

    def _reads(self, text: Text, number: int) -> bool:
        return text.line_text(number).strip()[:LONGEST_WORDS] == self.words


@dataclass(frozen=True, slots=True)
class SentQueries:
    """Queries of one shape that one line sent within one request; `variants` as in `profile.Query`."""

    statement: str
    count: int
    variants: int | None
    line: int

    @property
    def repeated(self) -> bool:
        """One shape again and again with other parameters: what a loop over rows does."""
        return self.count >= LEAST_REPEATED and self.variants != 1


@dataclass(frozen=True, slots=True)
class FunctionTime:
    """The measured time of one function of the workspace. Shares are fractions of the profile's total.

    `self_*` includes built-ins called directly. `link` is exact, moved (found by its name) or gone. `state` is fresh,
    moved, edited (its code has changed since the profile) or stale (its file is newer, and nothing tells what has changed).
    `was` is the former name of a renamed function. `longest` is the longest uninterrupted stretch in seconds, for
    tracing profiles the mean of a call.
    """

    path: str
    qualname: str
    name: str
    line: int
    self_share: float
    total_share: float
    self_time: float
    total_time: float
    calls: int | None = None
    primitive_calls: int | None = None
    samples: int | None = None
    longest: float | None = None
    lines: tuple[LineTime, ...] = ()
    callers: tuple[CallEdge, ...] = ()
    callees: tuple[CallEdge, ...] = ()
    link: str = "exact"
    state: str = "fresh"
    was: str = ""
    producer: str = ""
    kind: str = "sampling"
    sent: tuple[SentQueries, ...] = ()
    nested: bool = False  # stands inside another function, as a decorator's wrapper does

    @property
    def usable(self) -> bool:
        """Does the measurement speak of the code as it stands now?"""
        return self.link != "gone" and self.state in ("fresh", "moved")


def percent(share: float) -> str:
    """A share as whole percents, "< 1 %" below one."""
    return f"{share:.0%}".replace("%", " %") if share >= 0.005 or share <= 0 else "< 1 %"


def number(count: int, noun: str, plural: str = "") -> str:
    """`1 call`, `900 calls`, `150 049 calls`."""
    return f"{count:,} {noun if count == 1 else plural or noun + 's'}".replace(",", " ")


def summary(time: FunctionTime) -> str:
    """One line for a code lens: `39 % self · 39 % total · 1 call`; an edited function says `was`."""
    if time.link == "gone":
        return ""
    if time.state == "edited":
        return f"was {percent(time.total_share)} (edited since the profile)"
    if time.state == "stale":
        return f"was {percent(time.total_share)} (the profile is older than the source)"
    if time.kind == "queries":
        most = max((each.count for each in time.sent), default=0)
        return number(most, "query", "queries") + (" of one shape" if most > 1 else "")
    parts = [f"{percent(time.self_share)} self", f"{percent(time.total_share)} total"]
    if time.calls is not None:
        parts.append(number(time.calls, "call"))
    elif time.samples is not None:
        parts.append(number(time.samples, "sample"))
    if time.was:
        parts.append(f"was {time.was}")
    return " · ".join(parts)


def hover(time: FunctionTime) -> str:
    """Sentences for a hover: the summary, who measured it, who calls it, and what to doubt."""
    head = summary(time)
    if not head:
        return ""
    sentences = [f"{head} — measured by {time.producer} ({time.kind})."]
    if time.kind == "queries" and time.usable:
        most = sorted(time.sent, key=lambda each: -each.count)[:3]
        shapes = "; ".join(f"{each.count} × {each.statement}" for each in most)
        return f"{head} in one request — recorded by {time.producer}: {shapes}."
    if not time.usable:
        return f"{head} — measured by {time.producer}. Profile again to see what the change did."
    often = [edge for edge in time.callers if edge.qualname and edge.calls is not None and edge.calls > 1]
    if often:
        sentences.append(f"Called {number(often[0].calls or 0, 'time')} from {often[0].qualname}.")
    if time.longest is not None and time.longest >= 0.05 and time.kind == "sampling":
        sentences.append(f"Longest uninterrupted stretch: {time.longest * 1000:.0f} ms.")
    if inflated(time):
        sentences.append("Tracing inflates functions that are called this often: the true share is smaller.")
    if time.callees and time.callees[0].share >= 0.01:
        top = ", ".join(
            f"{edge.label} {percent(edge.share)}" for edge in time.callees[:3] if edge.share >= 0.01
        )
        sentences.append(f"Mostly in: {top}.")
    return " ".join(sentences)


def inflated(time: FunctionTime) -> bool:
    """A tracing profiler adds its own work to every call; with very many calls that is most of the time."""
    return time.kind == "tracing" and time.calls is not None and time.calls >= MUCH_CALLED
