"""Findings with the measured time taken into account: hot ones rise, cold ones sink, queries in loops are confirmed.

A profile never makes a finding of its own; it only says how much an existing one matters. It speaks only where there
is evidence enough, and only of code that is still the code that was measured.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from analyzers.findings import Confidence, Finding, Related, Severity
from analyzers.profiles.link import Linked
from analyzers.profiles.times import CallEdge, FunctionTime, inflated, number, percent

HOT_TOTAL = 0.10
HOT_SELF = 0.05
HOT_STRETCH = 0.050
"""Seconds without a break: what a person notices as a stutter in an interface."""

GRAVE_TOTAL = 0.30
GRAVE_STRETCH = 0.200

COLD_TOTAL = 0.01
COLD_SAMPLES = 200
COLD_SECONDS = 0.2
"""What must have been measured in a file before anything in it is called cold."""

LEAST_SAMPLES, LEAST_FUNCTION_SAMPLES = 100, 10
LEAST_SECONDS, LEAST_FUNCTION_SECONDS = 0.1, 0.01
LEAST_QUERIES = 10
"""Queries per call of the function from which a query in a loop is confirmed."""

_WAITING_RULES = frozenset({"await-in-loop"})
_QUERY_RULES = frozenset({"query-in-loop", "lazy-relation-in-loop"})


def apply(findings: Iterable[Finding], linked: Linked, *, allow_error: bool = False) -> tuple[Finding, ...]:
    """The findings in their order, with severity, tags ("hot", "cold"), message and evidence adjusted.

    `allow_error` lets the hottest become errors. Apply it to findings as checked, not to its own result.
    """
    return tuple(_adjusted(finding, linked, allow_error) for finding in findings)


def _adjusted(finding: Finding, linked: Linked, allow_error: bool) -> Finding:
    time = linked.of(finding.place.path, finding.function)
    if time is None or not time.usable:
        return finding
    finding = _confirmed(finding, time)
    if is_hot(time, linked):
        worst = Severity.ERROR if allow_error and _is_grave(time) else Severity.WARNING
        finding = _noted(finding, f"hot: {_why_hot(time)}", time)
        return replace(finding, severity=max(finding.severity, worst), tags=_tagged(finding, "hot"))
    if is_cold(time, linked) and finding.rule not in _WAITING_RULES:
        finding = _noted(finding, f"cold: {percent(time.total_share)} of the profiled time", time)
        return replace(finding, severity=Severity.HINT, tags=_tagged(finding, "cold"))
    return finding


def is_hot(time: FunctionTime, linked: Linked) -> bool:
    """Is this function worth a warning by its measured time alone? Needs the least evidence."""
    if time.kind == "queries" or not _evidence(time, linked):
        return False
    doubt = 2.0 if inflated(time) else 1.0
    if time.self_share >= HOT_SELF * doubt:
        return True
    if _is_wrapper(time):
        return False
    return time.total_share >= HOT_TOTAL * doubt or _stretch(time) >= HOT_STRETCH


def is_cold(time: FunctionTime, linked: Linked) -> bool:
    """Did the profile see much of this function's file and next to nothing of the function?"""
    if time.total_share >= COLD_TOTAL or time.kind == "queries":
        return False
    around = linked.in_file(time.path)
    if linked.profile.samples is not None:
        return max((each.samples or 0 for each in around), default=0) >= COLD_SAMPLES
    seen = sum(each.self_time for each in around)
    return linked.profile.unit == "seconds" and seen >= COLD_SECONDS


def queries_per_call(time: FunctionTime) -> tuple[float, CallEdge | None]:
    """Database queries that one call of the function sends through the callee that sends most, and that callee.

    0 and None where calls are not counted or nothing sends queries.
    """
    most = max(time.callees, key=lambda edge: edge.queries, default=None)
    if most is None or not most.queries or not time.calls:
        return 0.0, None
    return most.queries / time.calls, most


def _confirmed(finding: Finding, time: FunctionTime) -> Finding:
    repeated = [each for each in time.sent if each.repeated] if finding.rule in _QUERY_RULES else []
    if repeated:
        most = max(repeated, key=lambda each: each.count)
        counted = f"{number(most.count, 'query', 'queries')} of one shape in one request"
        return replace(_noted(finding, f"confirmed at run time: {counted}", time), confidence=Confidence.HIGH)
    sent, callee = queries_per_call(time) if finding.rule in _QUERY_RULES else (0.0, None)
    if callee is None or sent < LEAST_QUERIES:
        return finding
    # The calls are counted; the queries under them are a mean over all callers, good for a threshold only.
    which = f"of {callee.label}" if callee.qualname else "that reach the database"
    counted = f"{number(callee.calls or 0, 'call')} {which} in {number(time.calls or 0, 'call')}"
    return replace(_noted(finding, f"confirmed at run time: {counted}", time), confidence=Confidence.HIGH)


def _noted(finding: Finding, note: str, time: FunctionTime) -> Finding:
    """The note at the end of the message, and as one more step of the evidence."""
    message = f"{finding.message.rstrip('.')}; {note}"
    step = Related(finding.place, f"{time.producer}: {note}")
    return replace(finding, message=message, related=(*finding.related, step))


def _tagged(finding: Finding, tag: str) -> tuple[str, ...]:
    return finding.tags if tag in finding.tags else (*finding.tags, tag)


def _why_hot(time: FunctionTime) -> str:
    share = time.self_share if _is_wrapper(time) else time.total_share
    if share >= HOT_SELF:
        return f"{percent(share)} of the profiled time"
    return f"up to {_stretch(time) * 1000:.0f} ms without a break"


def _stretch(time: FunctionTime) -> float:
    """Seconds without a break, from a timeline only: a script's one long call blocks nobody."""
    return time.longest if time.kind == "sampling" and time.longest is not None else 0.0


def _is_grave(time: FunctionTime) -> bool:
    return _stretch(time) >= GRAVE_STRETCH or (time.total_share >= GRAVE_TOTAL and not inflated(time))


def _evidence(time: FunctionTime, linked: Linked) -> bool:
    profile = linked.profile
    if profile.samples is not None and time.samples is not None:
        return profile.samples >= LEAST_SAMPLES and time.samples >= LEAST_FUNCTION_SAMPLES
    return (
        profile.unit == "seconds"
        and profile.total >= LEAST_SECONDS
        and time.total_time >= LEAST_FUNCTION_SECONDS
    )


def _is_wrapper(time: FunctionTime) -> bool:
    """A decorator's inner function: nearly all of its time is one function of the workspace that it passes on to."""
    if not time.nested or time.total_share <= 0:
        return False
    inner = [edge.share for edge in time.callees if edge.qualname]
    return bool(inner) and max(inner) >= 0.8 * time.total_share
